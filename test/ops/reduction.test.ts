// Extremes, their positions, products and running sums where libraries differ: ties, NaN, nothing
// to reduce, and products with zeros, whose derivatives are compared with products written out.

import { describe, expect, it } from 'vitest'
import { gradient, jvp } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { cumsum } from '../../src/ops/cumulative.ts'
import { prod } from '../../src/ops/product.ts'
import { argmax, argmin, max, min } from '../../src/ops/reduction.ts'
import { counting, elements, known } from './known.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** The gradient of the sum of f(x) at `at`. */
function gradientOf(
  f: (x: Value) => Value,
  at: readonly number[],
  size: number | string,
): number[] {
  const builder = new GraphBuilder()
  const x = builder.param('x', tensorType('f64', [size]))
  const graph = gradient(builder.output('f', sum(f(x))).finish(), { of: 'f' })
  const values = { x: Float64Array.from(at) }
  const dims = typeof size === 'string' ? { [size]: at.length } : {}
  return Array.from(interpret(graph, values, { dims }).outputs['grads.x']!.values())
}

describe('max and min', () => {
  it('give NaN where an element is', () => {
    expect(elements(max(known([1, nan, 3])))).toEqual([nan])
    expect(elements(min(known([nan, 1])))).toEqual([nan])
  })

  it('give the extreme of the type where there are no elements', () => {
    expect(elements(max(counting([0])))).toEqual([-infinity])
    expect(elements(min(counting([0])))).toEqual([infinity])
    expect(elements(max(known([], 'i32')))).toEqual([-2147483648])
    expect(elements(min(known([], 'u32')))).toEqual([4294967295])
    expect(elements(max(known([], 'u32')))).toEqual([0])
  })

  it('send the cotangent to the first extreme in order', () => {
    expect(gradientOf(x => max(x), [1, 5, 5, 2], 4)).toEqual([0, 1, 0, 0])
    expect(gradientOf(x => min(x), [3, 1, 1, 2], 4)).toEqual([0, 1, 0, 0])
    expect(gradientOf(x => max(x), [1, nan, 5, nan], 4)).toEqual([0, 1, 0, 0])
    expect(gradientOf(x => max(x), [2, 7, 7], 'n')).toEqual([0, 1, 0])
  })

  it('take the tangent of the first extreme in order', () => {
    const builder = new GraphBuilder()
    const x = builder.param('x', tensorType('f64', [2, 3, 2]))
    const graph = jvp(builder.output('f', max(x, [0, 2])).finish(), { of: 'f' })
    const data = Float64Array.of(1, 9, 2, 2, 4, 0, 9, 1, 2, 0, 4, 5)
    const direction = Float64Array.from({ length: 12 }, (_, i) => i)
    const { outputs } = interpret(graph, { x: data, 'tangents.x': direction })
    expect(Array.from(outputs.tangent!.values())).toEqual([1, 2, 11])
  })
})

describe('argmax and argmin', () => {
  it('give the first position in row-major order', () => {
    expect(
      elements(
        argmax(
          known([
            [1, 3],
            [3, 0],
          ]),
        ),
      ),
    ).toEqual([1])
    expect(
      elements(
        argmax(
          known([
            [1, 3],
            [3, 0],
          ]),
          1,
        ),
      ),
    ).toEqual([1, 0])
    expect(
      elements(
        argmin(
          known([
            [1, 0],
            [0, 2],
          ]),
          0,
        ),
      ),
    ).toEqual([1, 0])
    expect(elements(argmax(known([-0, 0])))).toEqual([0])
  })

  it('let NaN beat every number, and the first NaN the others', () => {
    expect(elements(argmax(known([1, infinity, nan, 2, nan])))).toEqual([2])
    expect(elements(argmin(known([-infinity, nan, 0, nan])))).toEqual([1])
    expect(elements(argmin(known([nan, -infinity])))).toEqual([0])
  })

  it('give -1 where there are no elements, and i32 always', () => {
    expect(elements(argmax(counting([0])))).toEqual([-1])
    expect(argmax(counting([2, 3]), 1, { keepDims: true }).type).toEqual(tensorType('i32', [2, 1]))
  })
})

describe('prod', () => {
  const cubes = (x: Value) => prod(x)

  /** Σ over i of v[i] · ∂² prod / ∂x[i] ∂x[k], for every k. */
  function hessianTimes(
    at: readonly number[],
    v: readonly number[],
    size: number | string,
  ): number[] {
    const builder = new GraphBuilder()
    const type = tensorType('f64', [size])
    const [x, direction] = [builder.param('x', type), builder.input('v', type)]
    const first = gradient(builder.output('f', prod(x)).finish(), { of: 'f' })
    const again = GraphBuilder.from(first)
    const along = mul(again.outputNamed('grads.x'), again.argumentNamed('v'))
    const second = gradient(again.output('g', sum(along)).finish(), { of: 'g', wrt: ['x'] })
    const values = { x: Float64Array.from(at), v: Float64Array.from(v) }
    expect(direction.type).toEqual(type)
    const dims = typeof size === 'string' ? { [size]: at.length } : {}
    return Array.from(interpret(second, values, { dims }).outputs['grads2.x']!.values())
  }

  const productWithout = (at: readonly number[], ...out: number[]) =>
    at.reduce((total, value, i) => (out.includes(i) ? total : total * value), 1)

  const points = [
    [2, 3, 5],
    [2, 0, 5, 7, 3],
    [0, 3, 0, 5],
    [0, 0, 0],
    [4],
    [0],
    [-1, 2, 0, 3, 0.5, 2],
  ]

  it.each(points)('has the exact gradient at point %#, whatever the size is known as', (...at) => {
    const expected = at.map((_, i) => productWithout(at, i))
    expect(gradientOf(cubes, at, at.length).map(x => x + 0)).toEqual(expected.map(x => x + 0))
    expect(gradientOf(cubes, at, 'n').map(x => x + 0)).toEqual(expected.map(x => x + 0))
  })

  it.each(points.filter(({ length }) => length > 1))(
    'has the exact second derivative at point %#',
    (...at) => {
      const v = at.map((_, i) => i + 1)
      const expected = at.map((_, k) =>
        at.reduce((sum, _, i) => (i === k ? sum : sum + v[i]! * productWithout(at, i, k)), 0),
      )
      expect(hessianTimes(at, v, at.length).map(x => x + 0)).toEqual(expected.map(x => x + 0))
      expect(hessianTimes(at, v, 'n').map(x => x + 0)).toEqual(expected.map(x => x + 0))
    },
  )

  it.each(points)(
    'has the same tangent forward at point %#, whatever the size is known as',
    (...at) => {
      const v = at.map((_, i) => i + 1)
      const expected = at.reduce((sum, _, i) => sum + v[i]! * productWithout(at, i), 0)
      for (const size of [at.length, 'n']) {
        const builder = new GraphBuilder()
        const x = builder.param('x', tensorType('f64', [size]))
        const graph = jvp(builder.output('f', prod(x)).finish(), { of: 'f' })
        const values = { x: Float64Array.from(at), 'tangents.x': Float64Array.from(v) }
        const dims = typeof size === 'string' ? { [size]: at.length } : {}
        expect(interpret(graph, values, { dims }).outputs.tangent!.at(0)).toBe(expected)
      }
    },
  )

  it('does not divide: an infinite product leaves the other factors finite', () => {
    expect(gradientOf(cubes, [1e200, 1e200, 2], 3)).toEqual([2e200, 2e200, infinity])
  })

  it('is 1 where there are no elements, and wraps integers exactly', () => {
    expect(elements(prod(counting([0])))).toEqual([1])
    expect(gradientOf(cubes, [], 'n')).toEqual([])
    const wrapped = Number(BigInt.asIntN(32, 123456789n ** 3n))
    expect(elements(prod(known([123456789, 123456789, 123456789], 'i32')))).toEqual([wrapped])
  })
})

describe('cumsum', () => {
  it('runs along an axis, in either direction, with or without the element itself', () => {
    const x = known([1, 2, 3])
    expect(elements(cumsum(x, 0))).toEqual([1, 3, 6])
    expect(elements(cumsum(x, 0, { exclusive: true }))).toEqual([0, 1, 3])
    expect(elements(cumsum(x, -1, { reverse: true }))).toEqual([6, 5, 3])
    expect(elements(cumsum(x, 0, { exclusive: true, reverse: true }))).toEqual([5, 3, 0])
    expect(elements(cumsum(counting([2, 2]), 0))).toEqual([0, 1, 2, 4])
    expect(() => cumsum(x, 1)).toThrow('axis 1 is out of range for [3]')
  })

  it('wraps integers', () => {
    expect(elements(cumsum(known([2147483647, 1, 1], 'i32'), 0))).toEqual([
      2147483647, -2147483648, -2147483647,
    ])
  })
})
