// The public reductions, running sums and softmax: values, types of results, axes in any spelling
// against a naive sum, and where errors and nodes are said to come from.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import {
  argmax,
  argmin,
  cumsum,
  logSumExp,
  max,
  mean,
  min,
  prod,
  sum,
  variance,
} from '../../../src/model/ops/reduction.ts'
import { logSoftmax, softmax } from '../../../src/model/ops/softmax.ts'
import { runs } from '../../counts.ts'
import { elements } from '../../ops/known.ts'
import { given } from '../given.ts'
import { argument, count, filled, origins, refusalOf } from './evaluated.ts'

describe('a reduction', () => {
  it('is over all axes, one, or a list', () => {
    const x = count([2, 3])
    expect(elements(sum(x))).toEqual([15])
    expect(elements(sum(x, 0))).toEqual([3, 5, 7])
    expect(elements(sum(x, -1))).toEqual([3, 12])
    expect(elements(sum(x, [1, 0]))).toEqual([15])
    expect(elements(sum(x, []))).toEqual([0, 1, 2, 3, 4, 5])
    expect(sum(x, 0, { keepDims: true }).shape).toEqual([1, 3])
  })

  it('computes what its name says', () => {
    const x = filled([2, 3], 'f64', [3, 1, 2, -4, 6, 5])
    expect(elements(mean(x, 1))).toEqual([2, 7 / 3])
    expect(elements(variance(x, 0))).toEqual([12.25, 6.25, 2.25])
    expect(elements(max(x, 1))).toEqual([3, 6])
    expect(elements(min(x))).toEqual([-4])
    expect(elements(prod(x, 0))).toEqual([-12, 6, 10])
    expect(elements(argmax(x, 1))).toEqual([0, 1])
    expect(elements(argmin(x))).toEqual([3])
    const [total] = elements(logSumExp(filled([2], 'f64', [0, Math.log(3)])))
    expect(total).toBeCloseTo(Math.log(4), 14)
  })

  it('has a typed result', () => {
    const x = argument(['batch', 784])
    expectTypeOf(sum(x)).toEqualTypeOf<Tensor<[], 'f32'>>()
    expectTypeOf(mean(x, 0)).toEqualTypeOf<Tensor<[784], 'f32'>>()
    expectTypeOf(max(x, [-1], { keepDims: true })).toEqualTypeOf<Tensor<['batch', 1], 'f32'>>()
    expectTypeOf(sum(x, undefined, { keepDims: true })).toEqualTypeOf<Tensor<[1, 1], 'f32'>>()
    expectTypeOf(argmax(x, 1)).toEqualTypeOf<Tensor<['batch'], 'i32'>>()
    expectTypeOf(argmin(x)).toEqualTypeOf<Tensor<[], 'i32'>>()
    expectTypeOf(sum(x, 1 as number)).toEqualTypeOf<Tensor<Shape, 'f32'>>()
    expectTypeOf(sum(x, [0] as readonly number[])).toEqualTypeOf<Tensor<Shape, 'f32'>>()
    expectTypeOf(variance(given([2]))).toEqualTypeOf<Tensor<[]>>()
    expectTypeOf(sum(argument([1, 2, 3, 4, 5, 6, 7, 8, 9], 'i32'), -9)).toEqualTypeOf<
      Tensor<[2, 3, 4, 5, 6, 7, 8, 9], 'i32'>
    >()
  })

  it('takes axes in any order and from either end', () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 })
    const written = shapes.chain(shape => {
      const axes = shape.map((_, axis) => axis)
      const signs = fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length })
      return fc.tuple(fc.constant(shape), fc.shuffledSubarray(axes), signs, fc.boolean())
    })
    fc.assert(
      fc.property(written, ([shape, axes, signs, keepDims]) => {
        const spelled = axes.map(axis => (signs[axis] ? axis : axis - shape.length))
        const result = sum(count(shape), spelled, { keepDims })
        const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
        const dropped = shape.filter((_, axis) => !axes.includes(axis))
        expect(result.shape).toEqual(keepDims ? kept : dropped)
        expect(elements(result)).toEqual(naiveSum(shape, axes))
      }),
      runs(),
    )
  })

  it('makes nodes of the line that calls it', () => {
    const places = origins([2, 3], x => sum(x, 0, { keepDims: true }))
    expect(places).toHaveLength(2)
    expect(new Set(places.map(place => place?.line)).size).toBe(1)
    for (const place of places) expect(place?.file).toMatch(/reduction\.test\.ts$/)
  })

  it('is refused at the line that calls it, with what to do', () => {
    const error = refusalOf(() => sum(given([2, 3]), 7))
    expect(error.code).toBe('E101')
    expect(error.source?.file).toMatch(/reduction\.test\.ts$/)
    expect(error.message).toContain('const error = refusalOf(() => sum(given([2, 3]), 7))')
    expect(error.message).toContain('f32[2,3]')
    expect(error.help).toContain('count axes from 0')
  })

  it('refuses what is no tensor', () => {
    const nothing = undefined as unknown as Tensor<[2], 'f32'>
    expect(refusalOf(() => sum(nothing)).code).toBe('E104')
    expect(refusalOf(() => cumsum(nothing, 0)).code).toBe('E104')
    expect(refusalOf(() => softmax(nothing)).code).toBe('E104')
  })
})

/** The sum of whole numbers from 0 over axes, element by element of the result. */
function naiveSum(shape: readonly number[], axes: readonly number[]): number[] {
  const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)
  const dropped = shape.filter((_, axis) => !axes.includes(axis))
  const totals = Array.from({ length: size(dropped) }, () => 0)
  for (let position = 0; position < size(shape); position++) {
    const index = shape.map(
      (extent, axis) => Math.floor(position / size(shape.slice(axis + 1))) % extent,
    )
    const at = index.reduce(
      (sum, i, axis) => (axes.includes(axis) ? sum : sum * shape[axis]! + i),
      0,
    )
    totals[at]! += position
  }
  return totals
}

describe('a running sum', () => {
  it('goes along an axis, in either direction, with or without the element itself', () => {
    const x = filled([2, 3], 'f64', [1, 2, 3, 4, 5, 6])
    expect(elements(cumsum(x, 1))).toEqual([1, 3, 6, 4, 9, 15])
    expect(elements(cumsum(x, -2))).toEqual([1, 2, 3, 5, 7, 9])
    expect(elements(cumsum(x, 1, { exclusive: true }))).toEqual([0, 1, 3, 0, 4, 9])
    expect(elements(cumsum(x, 1, { reverse: true }))).toEqual([6, 5, 3, 15, 11, 6])
    expectTypeOf(cumsum(x, 0)).toEqualTypeOf<Tensor<[2, 3], 'f64'>>()
  })
})

describe('a softmax', () => {
  it('is along the last axis, or another', () => {
    const x = filled([2, 2], 'f64', [0, Math.log(3), 0, 0])
    const expected = [0.25, 0.75, 0.5, 0.5]
    for (const [i, value] of elements(softmax(x)).entries()) expect(value).toBeCloseTo(expected[i]!)
    for (const [i, value] of elements(logSoftmax(x, -1)).entries()) {
      expect(value).toBeCloseTo(Math.log(expected[i]!))
    }
    expect(elements(softmax(x, 0))[0]).toBeCloseTo(0.5)
    expect(elements(softmax(x, -2))[1]).toBeCloseTo(0.75)
  })

  it('keeps shape and dtype', () => {
    expectTypeOf(softmax(argument(['batch', 10]))).toEqualTypeOf<Tensor<['batch', 10], 'f32'>>()
    expectTypeOf(logSoftmax(given([2]), 0)).toEqualTypeOf<Tensor>()
    expectTypeOf(softmax(argument(['batch', 10]), 0 as number)).toEqualTypeOf<
      Tensor<['batch', 10], 'f32'>
    >()
  })
})
