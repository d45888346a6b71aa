// The public gather, scatterAdd and oneHot: values, types of results, and gathering against a naive
// oracle.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { gather, oneHot, scatterAdd } from '../../../src/model/ops/indexing.ts'
import { runs } from '../../counts.ts'
import { elements } from '../../ops/known.ts'
import { given, givenAll } from '../given.ts'
import { argument, count, filled, refusalOf } from './evaluated.ts'

describe('a gather', () => {
  it('reads slices along the first axis, or another; nothing out of range', () => {
    const x = count([3, 2])
    const indices = filled([2], 'i32', [2, 0])
    expect(elements(gather(x, indices))).toEqual([4, 5, 0, 1])
    expect(elements(gather(x, filled([1], 'u32', [1]), -1))).toEqual([1, 3, 5])
    expect(elements(gather(x, filled([2], 'i32', [-1, 3])))).toEqual([0, 0, 0, 0])
  })

  it('has a typed result', () => {
    const graph = new GraphBuilder()
    const tokens = argument(['b', 't'], 'i32', graph)
    const table = argument([1000, 64], 'f32', graph)
    expectTypeOf(gather(table, tokens)).toEqualTypeOf<Tensor<['b', 't', 64], 'f32'>>()
    expectTypeOf(gather(table, tokens, 1)).toEqualTypeOf<Tensor<[1000, 'b', 't'], 'f32'>>()
    expectTypeOf(gather(table, tokens, 0 as number)).toEqualTypeOf<Tensor<Shape, 'f32'>>()
    expectTypeOf(gather(given([4], 'f32', graph), tokens)).toEqualTypeOf<Tensor>()
  })

  it('reads what a loop reads, along any axis', () => {
    const cases = fc.tuple(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
      fc.nat(),
      fc.boolean(),
    )
    fc.assert(
      fc.property(cases, ([shape, picked, which, isNegative]) => {
        const axis = which % shape.length
        const indices = picked.map(i => i % shape[axis]!)
        const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
        const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1)
        const expected: number[] = []
        for (let o = 0; o < outer; o++) {
          for (const i of indices) {
            for (let k = 0; k < inner; k++) expected.push((o * shape[axis]! + i) * inner + k)
          }
        }
        const spelled = isNegative ? axis - shape.length : axis
        const result = gather(count(shape), filled([indices.length], 'i32', indices), spelled)
        expect(elements(result)).toEqual(expected)
      }),
      runs(),
    )
  })
})

describe('a scatter', () => {
  it('adds updates where their indices point', () => {
    const x = count([3])
    const indices = filled([3], 'i32', [0, 2, 0])
    const updates = filled([3], 'f64', [10, 20, 30])
    expect(elements(scatterAdd(x, indices, updates))).toEqual([40, 1, 22])
    const square = count([2, 2])
    const column = filled([2, 1], 'f64', [10, 20])
    expect(elements(scatterAdd(square, filled([1], 'i32', [1]), column, 1))).toEqual([0, 11, 2, 23])
    expectTypeOf(scatterAdd(x, indices, updates)).toEqualTypeOf<Tensor<[3], 'f64'>>()
  })
})

describe('one-hot rows', () => {
  it('are 1 where the index points', () => {
    const indices = filled([3], 'i32', [2, 0, 7])
    expect(elements(oneHot(indices, 3))).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0])
    expect(oneHot(indices, 3).dtype).toBe('f32')
    expect(oneHot(indices, 3, 'bool').dtype).toBe('bool')
  })

  it('have a typed result', () => {
    const labels = argument(['b'], 'i32')
    expectTypeOf(oneHot(labels, 10)).toEqualTypeOf<Tensor<['b', 10], 'f32'>>()
    expectTypeOf(oneHot(labels, 'classes', 'f64')).toEqualTypeOf<Tensor<['b', 'classes'], 'f64'>>()
    expectTypeOf(oneHot(labels, 10 as number)).toEqualTypeOf<Tensor<['b', number], 'f32'>>()
  })
})

it.each<[string, () => unknown]>([
  [
    'gather',
    () => {
      const [x, indices] = givenAll([[4]], [[2], 'i32'])
      return gather(x!, indices!, 1)
    },
  ],
  [
    'scatterAdd',
    () => {
      const [x, indices, updates] = givenAll([[4]], [[2], 'i32'], [[3]])
      return scatterAdd(x!, indices!, updates!)
    },
  ],
  ['oneHot', () => oneHot(given([4], 'i32'), -3 as number)],
])('%s is refused at the line that calls it, with what to do', (_, call) => {
  const error = refusalOf(call)
  expect(error.code).toBe('E101')
  expect(error.source?.file).toMatch(/indexing\.test\.ts$/)
  expect(error.help).toBeTruthy()
})

it('what is no tensor is refused', () => {
  const x = given([4])
  const nothing = 2 as unknown as Tensor<[2], 'i32'>
  expect(refusalOf(() => gather(x, nothing)).code).toBe('E104')
  expect(refusalOf(() => scatterAdd(x, nothing, nothing)).code).toBe('E104')
  expect(refusalOf(() => oneHot(nothing, 3)).code).toBe('E104')
})
