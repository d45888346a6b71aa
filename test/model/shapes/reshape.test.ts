// Reshaping: every sentence of the rule, as a type and when the graph is built; what it accepts;
// and that it agrees with counting elements, on random shapes.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { sizeOf } from '../../../src/ir/dim.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { flatten, reshape } from '../../../src/model/ops/shape.ts'
import {
  type FlattenRule,
  type ReshapeRule,
  reshapeRule,
} from '../../../src/model/shapes/reshape.ts'
import { runs } from '../../counts.ts'
import { given, row } from '../given.ts'

type X = ['batch', 784]

/** A shape that tsc does not know. */
const shape = (...dims: Shape): Shape => dims

const x = () => given(['batch', 784])

const sentences = [
  row<ReshapeRule<X, ['batch', 28, 29]>>(
    'reshape: [batch, 784] has 784 elements (shared dims removed) but [batch, 28, 29] has 812',
    () => reshape(x(), ['batch', 28, 29]),
  ),
  row<ReshapeRule<[4], [5]>>('reshape: [4] has 4 elements but [5] has 5', () =>
    reshape(given([4]), [5]),
  ),
  row<ReshapeRule<[0, 4], [5]>>('reshape: [0, 4] has 0 elements but [5] has 5', () =>
    reshape(given([0, 4]), [5]),
  ),
  row<ReshapeRule<[96, 128, 12288], [50257]>>(
    'reshape: [96, 128, 12288] has 150994944 elements but [50257] has 50257',
    () => reshape(given([96, 128, 12288]), [50257]),
  ),
  row<ReshapeRule<X, ['time', 784]>>(
    "reshape: symbolic dim 'batch' is in only one of [batch, 784] and [time, 784]",
    () => reshape(x(), ['time', 784]),
  ),
  row<ReshapeRule<X, [28, 28]>>(
    "reshape: symbolic dim 'batch' is in only one of [batch, 784] and [28, 28]",
    () => reshape(x(), [28, 28]),
  ),
  row<ReshapeRule<[784], ['batch', 784]>>(
    "reshape: symbolic dim 'batch' is in only one of [784] and [batch, 784]",
    () => reshape(given([784]), ['batch', 784]),
  ),
  row<ReshapeRule<[0, 2], ['batch']>>(
    "reshape: symbolic dim 'batch' is in only one of [0, 2] and [batch]",
    () => reshape(given([0, 2]), ['batch']),
  ),
  row<ReshapeRule<X, ['batch', 10, -1]>>(
    'reshape: cannot infer -1: 784 elements of [batch, 784] are not divisible by 10',
    () => reshape(x(), ['batch', 10, -1]),
  ),
  row<ReshapeRule<X, [10, -1]>>(
    'reshape: cannot infer -1: 784*batch elements of [batch, 784] are not divisible by 10',
    () => reshape(x(), [10, -1]),
  ),
  row<ReshapeRule<['batch'], [-1, 2]>>(
    'reshape: cannot infer -1: batch elements of [batch] are not divisible by 2',
    () => reshape(given(['batch']), [-1, 2]),
  ),
  row<ReshapeRule<X, ['time', -1]>>(
    "reshape: [batch, 784] has no dim 'time' left for [time, -1]",
    () => reshape(x(), ['time', -1]),
  ),
  row<ReshapeRule<['b', 2], ['b', 'b', -1]>>(
    "reshape: [b, 2] has no dim 'b' left for [b, b, -1]",
    () => reshape(given(['b', 2]), ['b', 'b', -1]),
  ),
  row<ReshapeRule<X, [0, -1]>>('reshape: cannot infer -1 beside a dim of 0 in [0, -1]', () =>
    reshape(x(), [0, -1]),
  ),
  row<ReshapeRule<[0, 4], [-1, 0]>>('reshape: cannot infer -1 beside a dim of 0 in [-1, 0]', () =>
    reshape(given([0, 4]), [-1, 0]),
  ),
  row<ReshapeRule<X, [-1, 'batch', -1]>>(
    'reshape: at most one dim can be -1, got [-1, batch, -1]',
    () => reshape(x(), shape(-1, 'batch', -1)),
  ),
  row<ReshapeRule<Shape, [-1, -1]>>('reshape: at most one dim can be -1, got [-1, -1]', () =>
    reshape(x(), shape(-1, -1)),
  ),
  row<ReshapeRule<X, [-2, 784]>>(
    'reshape: dims must be 0 or more, or -1, got -2 in [-2, 784]',
    () => reshape(x(), shape(-2, 784)),
  ),
  row<FlattenRule<[]>>('flatten: needs rank >= 1, got []', () => flatten(given([]))),
]

describe('a shape of another size', () => {
  it.each(sentences)('%s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })

  it('may be one of sums and products of names, which only the build compares', () => {
    expectTypeOf<ReshapeRule<['2*batch', 8], ['batch', 16]>>().toEqualTypeOf<['batch', 16]>()
    expect(reshape(given(['2*batch', 8]), ['batch', 16]).shape).toEqual(['batch', 16])
    expect(reshape(given(['batch*time', 8]), ['time', -1]).shape).toEqual(['time', '8*batch'])
    expect(() => reshape(given(['2*batch', 8]), ['3*batch', 8])).toThrow(
      'reshape: [2*batch, 8] has 2*batch elements (shared dims removed) but [3*batch, 8] has 3*batch',
    )
    expect(() => reshape(given(['batch+1', 8]), [-1, 3])).toThrow(
      'reshape: cannot infer -1: 8*batch+8 elements of [batch+1, 8] are not divisible by 3',
    )
  })

  it('has dims that can be told', () => {
    expect(() => reshape(given([2]), [0.5, 4])).toThrow('E109')
  })
})

describe('the rule of reshaping', () => {
  it('keeps the shape given, with -1 filled in', () => {
    expectTypeOf<ReshapeRule<X, ['batch', 28, 28]>>().toEqualTypeOf<['batch', 28, 28]>()
    expectTypeOf<ReshapeRule<X, [28, 'batch', 28]>>().toEqualTypeOf<[28, 'batch', 28]>()
    expectTypeOf<ReshapeRule<['b', 't', 8], [-1, 8]>>().toEqualTypeOf<[number, 8]>()
    expectTypeOf<ReshapeRule<['b', 28, 28], [-1, 784]>>().toEqualTypeOf<['b', 784]>()
    expectTypeOf<ReshapeRule<['b', 28, 28], ['b', -1]>>().toEqualTypeOf<['b', 784]>()
    expectTypeOf<ReshapeRule<['b', 784], [-1, 28]>>().toEqualTypeOf<[number, 28]>()
    expectTypeOf<ReshapeRule<[2, 3, 4], [-1]>>().toEqualTypeOf<[24]>()
    expectTypeOf<ReshapeRule<[], []>>().toEqualTypeOf<[]>()
    expectTypeOf<ReshapeRule<[], [1, -1]>>().toEqualTypeOf<[1, 1]>()
    expectTypeOf<ReshapeRule<[1, 2, 3, 4, 5, 6, 7, 8, 9], [-1]>>().toEqualTypeOf<[362880]>()
  })

  it('counts nothing as nothing', () => {
    expectTypeOf<ReshapeRule<[0, 4], [0, 5]>>().toEqualTypeOf<[0, 5]>()
    expectTypeOf<ReshapeRule<['b', 0], [0]>>().toEqualTypeOf<[0]>()
    expectTypeOf<ReshapeRule<[0, 4], [-1, 2]>>().toEqualTypeOf<[0, 2]>()
    expectTypeOf<ReshapeRule<[0, 4], ['t', -1]>>().toEqualTypeOf<['t', 0]>()
    expect(reshape(given(['b', 0]), [0]).shape).toEqual([0])
    expect(reshape(given([0, 4]), ['t', -1]).shape).toEqual(['t', 0])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<ReshapeRule<[number, 784], [5, -1]>>().toEqualTypeOf<[5, number]>()
    expectTypeOf<ReshapeRule<[8 | 16, 4], [5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<ReshapeRule<X, [number, 3]>>().toEqualTypeOf<[number, 3]>()
    expectTypeOf<ReshapeRule<Shape, [-1, 3]>>().toEqualTypeOf<[number, 3]>()
    expectTypeOf<ReshapeRule<X, Shape>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReshapeRule<X, ['batch', 784] | ['batch', -1]>>().toEqualTypeOf<Shape>()
  })

  it('agrees with counting elements', () => {
    const extent = fc.constantFrom(0, 1, 2, 3, 4, 6, 'a', 'b', 'a*b', '2*a')
    const shapes = fc.array(extent, { maxLength: 4 })
    fc.assert(
      fc.property(shapes, shapes, (from, to) => {
        const answer = reshapeRule(from, to)
        const isEqual = sizeOf(from) === sizeOf(to)
        expect(typeof answer === 'string' ? 'refused' : answer).toEqual(isEqual ? to : 'refused')
      }),
      runs(),
    )
  })

  it('infers the dim that was taken out', () => {
    const extent = fc.constantFrom(1, 2, 3, 4, 6, 'a', 'b', 'a*b', '2*a')
    const shapes = fc.array(extent, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(shapes, fc.nat(), (from, at) => {
        const hole = at % from.length
        const rest = from.map((dim, axis) => (axis === hole ? -1 : dim))
        expect(reshapeRule(from, rest)).toEqual(from)
      }),
      runs(),
    )
  })
})

describe('the rule of flattening', () => {
  it('keeps the first dim and multiplies the others, as the build does', () => {
    expectTypeOf<FlattenRule<['batch', 7, 7, 32]>>().toEqualTypeOf<['batch', 1568]>()
    expectTypeOf<FlattenRule<['batch', 784]>>().toEqualTypeOf<['batch', 784]>()
    expectTypeOf<FlattenRule<['batch']>>().toEqualTypeOf<['batch', 1]>()
    expectTypeOf<FlattenRule<['batch', 'time', 1]>>().toEqualTypeOf<['batch', 'time']>()
    expectTypeOf<FlattenRule<[number, 28, 28]>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<FlattenRule<[0, 4, 5]>>().toEqualTypeOf<[0, 20]>()
    expectTypeOf<FlattenRule<['batch', 3, 0]>>().toEqualTypeOf<['batch', 0]>()
    const shapes = [['batch', 7, 7, 32], ['batch', 784], ['batch'], ['batch', 'time', 1], [0, 4, 5]]
    expect(shapes.map(of => flatten(given(of)).shape)).toEqual([
      ['batch', 1568],
      ['batch', 784],
      ['batch', 1],
      ['batch', 'time'],
      [0, 20],
    ])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<FlattenRule<['batch', 'time', 4]>>().toEqualTypeOf<['batch', number]>()
    expectTypeOf<FlattenRule<['batch', number, 4]>>().toEqualTypeOf<['batch', number]>()
    expectTypeOf<FlattenRule<Shape>>().toEqualTypeOf<[number, number]>()
    expect(flatten(given(['batch', 'time', 4])).shape).toEqual(['batch', '4*time'])
  })
})
