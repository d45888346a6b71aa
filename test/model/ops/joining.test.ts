// The public concat, stack and split: values, types of results, and that a split undoes a concat.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { oneHot } from '../../../src/model/ops/indexing.ts'
import { concat, split, stack } from '../../../src/model/ops/joining.ts'
import { sum } from '../../../src/model/ops/reduction.ts'
import { runs } from '../../counts.ts'
import { elements } from '../../ops/known.ts'
import { given, givenAll } from '../given.ts'
import { argument, count, filled, origins, refusalOf } from './evaluated.ts'

describe('a concatenation', () => {
  it('puts tensors one after another', () => {
    const [x, y] = [count([2, 2]), filled([2, 1], 'f64', [8, 9])]
    expect(elements(concat([x, y], 1))).toEqual([0, 1, 8, 2, 3, 9])
    expect(elements(concat([x, x], -2))).toEqual([0, 1, 2, 3, 0, 1, 2, 3])
  })

  it('has a typed result', () => {
    const graph = new GraphBuilder()
    const [x, y] = [argument(['b', 784], 'f32', graph), argument(['b', 3], 'f32', graph)]
    expectTypeOf(concat([x, y], 1)).toEqualTypeOf<Tensor<['b', 787], 'f32'>>()
    expectTypeOf(concat([x, y, y] as const, -1)).toEqualTypeOf<Tensor<['b', 790], 'f32'>>()
    const many: Tensor<['b', 4], 'f32'>[] = [argument(['b', 4])]
    expectTypeOf(concat(many, 1)).toEqualTypeOf<Tensor<['b', number], 'f32'>>()
    expectTypeOf(concat(givenAll([[2]], [[2]]), 0)).toEqualTypeOf<Tensor>()
  })

  it('takes no dtype from where a call stands', () => {
    const graph = new GraphBuilder()
    const x = argument(['b', 784], 'f32', graph)
    const labels = argument(['b'], 'i32', graph)
    const joined = concat([x, oneHot(labels, 10), sum(x, -1, { keepDims: true })], 1)
    expectTypeOf(joined).toEqualTypeOf<Tensor<['b', 795], 'f32'>>()
    expect(joined.dtype).toBe('f32')
  })
})

describe('a stack', () => {
  it('puts tensors side by side', () => {
    const x = count([2])
    const y = filled([2], 'f64', [8, 9])
    expect(elements(stack([x, y], 0))).toEqual([0, 1, 8, 9])
    expect(elements(stack([x, y], -1))).toEqual([0, 8, 1, 9])
    expectTypeOf(stack([x, y, y], 1)).toEqualTypeOf<Tensor<[2, 3], 'f64'>>()
    expectTypeOf(stack([x] as Tensor<[2], 'f64'>[], 0)).toEqualTypeOf<Tensor<[number, 2], 'f64'>>()
    expectTypeOf(stack(givenAll([[2]]), 0)).toEqualTypeOf<Tensor>()
  })
})

describe('a split', () => {
  it('gives equal parts, or parts of given sizes', () => {
    const x = count([2, 4])
    const [left, right] = split(x, 2, 1)
    expect([elements(left), elements(right)]).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ])
    const [one, three] = split(x, [1, 3], -1)
    expect([elements(one), elements(three)]).toEqual([
      [0, 4],
      [1, 2, 3, 5, 6, 7],
    ])
    expect(split(x, 1, 0).map(part => part.shape)).toEqual([[2, 4]])
  })

  it('has typed parts', () => {
    const x = argument(['b', 12])
    expectTypeOf(split(x, 3, 1)).toEqualTypeOf<
      readonly [Tensor<['b', 4], 'f32'>, Tensor<['b', 4], 'f32'>, Tensor<['b', 4], 'f32'>]
    >()
    expectTypeOf(split(x, [5, 7], 1)).toEqualTypeOf<
      readonly [Tensor<['b', 5], 'f32'>, Tensor<['b', 7], 'f32'>]
    >()
    expectTypeOf(split(x, 3 as number, 1)).toEqualTypeOf<readonly Tensor<['b', number], 'f32'>[]>()
    expectTypeOf(split(given([4]), 2, 0)).toEqualTypeOf<readonly [Tensor, Tensor]>()
    expectTypeOf(split(given([4]), [4] as Shape, 0)).toEqualTypeOf<readonly Tensor[]>()
  })

  it('undoes a concatenation', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 1, -1, -2), (extents, axis) => {
        const shapeOf = (extent: number) => (axis === 0 || axis === -2 ? [extent, 2] : [2, extent])
        const parts = extents.map(extent => count(shapeOf(extent)) as Tensor)
        const again: readonly Tensor[] = split(concat(parts, axis), extents as Shape, axis)
        expect(again.map(part => part.shape)).toEqual(parts.map(part => part.shape))
        expect(again.map(elements)).toEqual(parts.map(elements))
      }),
      runs(),
    )
  })
})

it.each<[string, (x: Tensor) => unknown]>([
  ['concat', x => concat([x, x], 0)],
  ['stack', x => stack([x, x], 0)],
  ['split', x => split(x, 2, 0)],
])('%s makes nodes of the line that calls it', (_, call) => {
  const places = origins([4, 3], call)
  expect(places.length).toBeGreaterThan(0)
  for (const place of places) expect(place?.file).toMatch(/joining\.test\.ts$/)
  expect(new Set(places.map(place => place?.line)).size).toBe(1)
})

it.each<[string, () => unknown]>([
  ['concat', () => concat(givenAll([[4]], [[4, 4]]), 0)],
  ['stack', () => stack(givenAll([[4]], [[5]]), 0)],
  ['split', () => split(given([4]), 3, 0)],
])('%s is refused at the line that calls it, with what to do', (_, call) => {
  const error = refusalOf(call)
  expect(error.code).toBe('E101')
  expect(error.source?.file).toMatch(/joining\.test\.ts$/)
  expect(error.help).toBeTruthy()
})

it('what is no tensor is refused', () => {
  const nothing = 'x' as unknown as Tensor<[2], 'f32'>
  expect(refusalOf(() => concat([nothing], 0)).code).toBe('E104')
  expect(refusalOf(() => stack([nothing], 0)).code).toBe('E104')
  expect(refusalOf(() => split(nothing, 2, 0)).code).toBe('E104')
})
