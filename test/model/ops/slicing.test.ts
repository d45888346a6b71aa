// The public slice and pad: values, types of results, and slices in any spelling against a naive
// oracle.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { pad, slice } from '../../../src/model/ops/slicing.ts'
import { runs } from '../../counts.ts'
import { elements } from '../../ops/known.ts'
import { given } from '../given.ts'
import { argument, count, origins, refusalOf } from './evaluated.ts'

describe('a slice', () => {
  it('counts from the start, or from the end, and takes the rest whole', () => {
    const x = count([3, 4])
    expect(elements(slice(x, [1], [2]))).toEqual([4, 5, 6, 7])
    expect(elements(slice(x, [0, -2], [-1, 4]))).toEqual([2, 3, 6, 7])
    expect(elements(slice(x, [], [], [2, 3]))).toEqual([0, 3, 8, 11])
    expect(slice(x, [2], [2]).shape).toEqual([0, 4])
  })

  it('has a typed result', () => {
    expectTypeOf(slice(count([3, 4]), [1, -2], [3, -1])).toEqualTypeOf<Tensor<[2, 1], 'f64'>>()
    expectTypeOf(slice(count([3, 4]), [], [], [2, 3])).toEqualTypeOf<Tensor<[2, 2], 'f64'>>()
    expectTypeOf(slice(argument(['b', 4]), [0, 1], ['b', 2])).toEqualTypeOf<
      Tensor<['b', 1], 'f32'>
    >()
    expectTypeOf(slice(count([3, 4]), [1] as number[], [2])).toEqualTypeOf<
      Tensor<[number, number], 'f64'>
    >()
    expectTypeOf(slice(given([3]), [1], [2])).toEqualTypeOf<Tensor>()
  })

  it('is what counting gives, in any spelling', () => {
    const axis = fc
      .integer({ min: 1, max: 6 })
      .chain(extent =>
        fc.tuple(
          fc.constant(extent),
          fc.nat(extent),
          fc.nat(extent),
          fc.integer({ min: 1, max: 3 }),
          fc.boolean(),
        ),
      )
    fc.assert(
      fc.property(axis, ([extent, a, b, stride, isNegative]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const spelled = (at: number) => (isNegative && at < extent ? at - extent : at)
        const taken = slice(count([extent]), [spelled(start)], [spelled(end)], [stride])
        const expected = Array.from({ length: extent }, (_, i) => i)
        expect(elements(taken)).toEqual(
          expected.slice(start, end).filter((_, i) => i % stride === 0),
        )
      }),
      runs(),
    )
  })
})

describe('padding', () => {
  it('is a constant, the outermost element, or a mirror image', () => {
    const x = count([3])
    expect(elements(pad(x, [[1, 2]]))).toEqual([0, 0, 1, 2, 0, 0])
    expect(elements(pad(x, [[1, 0]], { value: 9 }))).toEqual([9, 0, 1, 2])
    expect(elements(pad(x, [[1, 2]], { mode: 'edge' }))).toEqual([0, 0, 1, 2, 2, 2])
    expect(elements(pad(x, [[2, 1]], { mode: 'reflect' }))).toEqual([2, 1, 0, 1, 2, 1])
  })

  it('has a typed result', () => {
    expectTypeOf(
      pad(argument(['b', 28]), [
        [0, 0],
        [2, 2],
      ]),
    ).toEqualTypeOf<Tensor<['b', 32], 'f32'>>()
    expectTypeOf(pad(count([3]), [[1, 1]], { mode: 'edge' })).toEqualTypeOf<Tensor<[5], 'f64'>>()
    expectTypeOf(pad(count([3]), [[1, 1]] as [number, number][])).toEqualTypeOf<
      Tensor<[number], 'f64'>
    >()
    expectTypeOf(pad(given([3]), [[1, 1]])).toEqualTypeOf<Tensor>()
  })
})

it.each<[string, (x: Tensor) => unknown]>([
  ['slice', x => slice(x, [1], [2])],
  [
    'pad',
    x =>
      pad(
        x,
        [
          [1, 1],
          [0, 2],
        ],
        { mode: 'reflect' },
      ),
  ],
])('%s makes nodes of the line that calls it', (_, call) => {
  const places = origins([4, 3], call)
  expect(places.length).toBeGreaterThan(0)
  for (const place of places) expect(place?.file).toMatch(/slicing\.test\.ts$/)
  expect(new Set(places.map(place => place?.line)).size).toBe(1)
})

it.each<[string, () => unknown]>([
  ['slice', () => slice(given([4]), [5], [])],
  ['pad', () => pad(given([4]), [])],
])('%s is refused at the line that calls it, with what to do', (_, call) => {
  const error = refusalOf(call)
  expect(error.code).toBe('E101')
  expect(error.source?.file).toMatch(/slicing\.test\.ts$/)
  expect(error.help).toBeTruthy()
})

it('what is no tensor is refused', () => {
  const nothing = [1, 2] as unknown as Tensor<[2], 'f32'>
  expect(refusalOf(() => slice(nothing, [0], [1])).code).toBe('E104')
  expect(refusalOf(() => pad(nothing, [[0, 1]])).code).toBe('E104')
})
