// The public ops that arrange elements: values, types of results, and repeating against a naive
// oracle.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import {
  broadcastTo,
  expandDims,
  flatten,
  reshape,
  reverse,
  squeeze,
  transpose,
} from '../../../src/model/ops/shape.ts'
import { runs } from '../../counts.ts'
import { elements } from '../../ops/known.ts'
import { given } from '../given.ts'
import { argument, count, origins, refusalOf } from './evaluated.ts'

describe('a reshape', () => {
  it('keeps the elements, row by row', () => {
    const x = count([2, 3])
    expect(elements(reshape(x, [3, -1]))).toEqual([0, 1, 2, 3, 4, 5])
    expect(reshape(x, [3, -1]).shape).toEqual([3, 2])
    expectTypeOf(reshape(x, [3, -1])).toEqualTypeOf<Tensor<[3, 2], 'f64'>>()
    expectTypeOf(reshape(argument(['b', 28, 28]), ['b', -1])).toEqualTypeOf<
      Tensor<['b', 784], 'f32'>
    >()
    expectTypeOf(reshape(x, [6] as Shape)).toEqualTypeOf<Tensor<Shape, 'f64'>>()
    expectTypeOf(reshape(given([6]), [-1, 2])).toEqualTypeOf<Tensor<[number, 2]>>()
  })

  it('is nothing where the shape stays', () => {
    const x = count([2, 3])
    expect(reshape(x, [2, -1])).toBe(x)
  })
})

describe('flattening', () => {
  it('makes every example one row', () => {
    const x = count([2, 3, 2])
    expect(flatten(x).shape).toEqual([2, 6])
    expect(elements(flatten(x))).toEqual(elements(x))
    expectTypeOf(flatten(x)).toEqualTypeOf<Tensor<[2, 6], 'f64'>>()
    expectTypeOf(flatten(argument(['b', 7, 7, 32], 'i32'))).toEqualTypeOf<
      Tensor<['b', 1568], 'i32'>
    >()
    expectTypeOf(flatten(given([6, 2]))).toEqualTypeOf<Tensor<[number, number]>>()
  })

  it('is nothing where an example is a row, and makes one of a single element', () => {
    const x = count([2, 3])
    expect(flatten(x)).toBe(x)
    expect(flatten(count([4])).shape).toEqual([4, 1])
  })
})

describe('a transpose', () => {
  it('reverses the axes, or puts them in order', () => {
    const x = count([2, 3])
    expect(elements(transpose(x))).toEqual([0, 3, 1, 4, 2, 5])
    expect(elements(transpose(x, [-1, 0]))).toEqual([0, 3, 1, 4, 2, 5])
    expect(elements(transpose(x, [0, 1]))).toEqual([0, 1, 2, 3, 4, 5])
    expectTypeOf(transpose(x)).toEqualTypeOf<Tensor<[3, 2], 'f64'>>()
    expectTypeOf(transpose(argument(['a', 2, 'c']), [2, 0, 1])).toEqualTypeOf<
      Tensor<['c', 'a', 2], 'f32'>
    >()
    expectTypeOf(transpose(x, [1, 0] as number[])).toEqualTypeOf<Tensor<[number, number], 'f64'>>()
  })
})

describe('repeating', () => {
  it('has a typed result', () => {
    expectTypeOf(broadcastTo(argument(['b', 1]), [2, 'b', 3])).toEqualTypeOf<
      Tensor<[2, 'b', 3], 'f32'>
    >()
    expectTypeOf(broadcastTo(given([3]), [2, 3])).toEqualTypeOf<Tensor<[2, 3]>>()
    expectTypeOf(broadcastTo(count([3]), [2, 3] as Shape)).toEqualTypeOf<Tensor<Shape, 'f64'>>()
  })

  it('aligns shapes at the last axes', () => {
    const extents = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 })
    const pairs = extents.chain(target =>
      fc.tuple(
        fc.constant(target),
        fc.nat(target.length),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      ),
    )
    fc.assert(
      fc.property(pairs, ([target, missing, ones]) => {
        const shape = target.slice(missing).map((extent, axis) => (ones[axis] ? 1 : extent))
        const result = broadcastTo(count(shape), target)
        expect(result.shape).toEqual(target)
        expect(elements(result)).toEqual(naiveRepeat(shape, target))
      }),
      runs(),
    )
  })
})

/** Whole numbers from 0 of one shape, read at every index of another. */
function naiveRepeat(shape: readonly number[], target: readonly number[]): number[] {
  const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)
  return Array.from({ length: size(target) }, (_, position) => {
    const index = target.map(
      (extent, axis) => Math.floor(position / size(target.slice(axis + 1))) % extent,
    )
    const own = index.slice(target.length - shape.length)
    return own.reduce((at, i, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0)
  })
}

describe('axes of size 1', () => {
  it('come and go', () => {
    const x = count([2, 3])
    expect(expandDims(x, 1).shape).toEqual([2, 1, 3])
    expect(expandDims(x, -1).shape).toEqual([2, 3, 1])
    expect(elements(squeeze(expandDims(x, 0)))).toEqual([0, 1, 2, 3, 4, 5])
    expect(squeeze(count([1, 2, 1]), -1).shape).toEqual([1, 2])
    expectTypeOf(expandDims(x, 1)).toEqualTypeOf<Tensor<[2, 1, 3], 'f64'>>()
    expectTypeOf(squeeze(count([1, 2, 1]))).toEqualTypeOf<Tensor<[2], 'f64'>>()
    expectTypeOf(squeeze(argument([1, 'b', 1]), [0])).toEqualTypeOf<Tensor<['b', 1], 'f32'>>()
    expectTypeOf(squeeze(given([1]))).toEqualTypeOf<Tensor>()
  })
})

describe('a reversal', () => {
  it('is along all axes, or those given', () => {
    const x = count([2, 3])
    expect(elements(reverse(x))).toEqual([5, 4, 3, 2, 1, 0])
    expect(elements(reverse(x, -1))).toEqual([2, 1, 0, 5, 4, 3])
    expect(elements(reverse(x, [1, -2]))).toEqual([5, 4, 3, 2, 1, 0])
    expectTypeOf(reverse(x, 0)).toEqualTypeOf<Tensor<[2, 3], 'f64'>>()
  })
})

it.each<[string, (x: Tensor) => unknown]>([
  ['reshape', x => reshape(x, [3, 2])],
  ['transpose', x => transpose(x)],
  ['broadcastTo', x => broadcastTo(x, [4, 2, 3])],
  ['expandDims', x => expandDims(x, 0)],
  ['reverse', x => reverse(x)],
])('%s makes nodes of the line that calls it', (_, call) => {
  for (const place of origins([2, 3], call)) expect(place?.file).toMatch(/shape\.test\.ts$/)
})

it.each<[string, () => unknown]>([
  ['reshape', () => reshape(given([4]), [5])],
  ['transpose', () => transpose(given([4]), [1])],
  ['broadcastTo', () => broadcastTo(given([4]), [5])],
  ['expandDims', () => expandDims(given([4]), 5)],
  ['squeeze', () => squeeze(given([4]), 0)],
  ['reverse', () => reverse(given([4]), 5)],
])('%s is refused at the line that calls it, with what to do', (_, call) => {
  const error = refusalOf(call)
  expect(error.code).toBe('E101')
  expect(error.source?.file).toMatch(/shape\.test\.ts$/)
  expect(error.help).toBeTruthy()
})

it('what is no tensor is refused', () => {
  const nothing = 3 as unknown as Tensor<[2, 3], 'f32'>
  for (const call of [
    () => reshape(nothing, [6]),
    () => transpose(nothing),
    () => broadcastTo(nothing, [2, 3]),
    () => expandDims(nothing, 0),
    () => squeeze(nothing),
    () => reverse(nothing),
  ]) {
    expect(refusalOf(call).code).toBe('E104')
  }
})
