// Slices and padding: every sentence of their rules, as a type and when the graph is built; and
// what they accept.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import { pad, slice } from '../../../src/model/ops/slicing.ts'
import type { PadRule } from '../../../src/model/shapes/pad.ts'
import type {
  Sliced,
  SliceEndRule,
  SliceStartRule,
  SliceStrideRule,
} from '../../../src/model/shapes/slice.ts'
import { given, row } from '../given.ts'

type X = ['batch', 784]
type Ten = [10, 4]

const x = () => given(['batch', 784])
const ten = () => given([10, 4])

const sentences = [
  row<SliceEndRule<X, [0, 0], [1, 800]>>(
    'slice: end 800 exceeds dim 784 of [batch, 784] at axis 1',
    () => slice(x(), [0, 0], [1, 800]),
  ),
  row<SliceEndRule<Ten, [5], [2]>>('slice: end 2 is before start 5 of [10, 4] at axis 0', () =>
    slice(ten(), [5], [2]),
  ),
  row<SliceEndRule<Ten, [5], [-6]>>('slice: end -6 is before start 5 of [10, 4] at axis 0', () =>
    slice(ten(), [5], [-6]),
  ),
  row<SliceEndRule<Ten, [0, -1], [10, 2]>>(
    'slice: end 2 is before start -1 of [10, 4] at axis 1',
    () => slice(ten(), [0, -1], [10, 2]),
  ),
  row<SliceEndRule<Ten, [], [-11]>>('slice: end -11 is before start 0 of [10, 4] at axis 0', () =>
    slice(ten(), [], [-11]),
  ),
  row<SliceEndRule<Ten, [], [1, 2, 3]>>('slice: 3 positions given for [10, 4] (rank 2)', () =>
    slice(ten(), [], [1, 2, 3]),
  ),
  row<SliceStartRule<Ten, [11]>>('slice: start 11 exceeds dim 10 of [10, 4] at axis 0', () =>
    slice(ten(), [11], []),
  ),
  row<SliceStartRule<Ten, [0, -5]>>(
    'slice: start -5 is before the beginning of [10, 4] at axis 1',
    () => slice(ten(), [0, -5], []),
  ),
  row<SliceStartRule<Ten, [1, 2, 3]>>('slice: 3 positions given for [10, 4] (rank 2)', () =>
    slice(ten(), [1, 2, 3], []),
  ),
  row<SliceStartRule<[], [1]>>('slice: 1 positions given for [] (rank 0)', () =>
    slice(given([]), [1], []),
  ),
  row<SliceStrideRule<Ten, [1, 0]>>('slice: strides must be 1 or more, got 0 at axis 1', () =>
    slice(ten(), [], [], [1, 0]),
  ),
  row<SliceStrideRule<Ten, [-2]>>('slice: strides must be 1 or more, got -2 at axis 0', () =>
    slice(ten(), [], [], [-2]),
  ),
  row<SliceStrideRule<Ten, [1, 1, 1]>>('slice: 3 positions given for [10, 4] (rank 2)', () =>
    slice(ten(), [], [], [1, 1, 1]),
  ),
  row<PadRule<Ten, [[1, 1]], 'constant'>>(
    'pad: needs a pair [low, high] per axis of [10, 4], got 1',
    () => pad(ten(), [[1, 1]]),
  ),
  row<PadRule<Ten, [[1, 1], [0, -2]], 'constant'>>(
    'pad: low and high must be 0 or more, got -2 at axis 1 of [10, 4]',
    () =>
      pad(ten(), [
        [1, 1],
        [0, -2],
      ]),
  ),
  row<PadRule<Ten, [[-1, 1], [0, 0]], 'reflect'>>(
    'pad: low and high must be 0 or more, got -1 at axis 0 of [10, 4]',
    () =>
      pad(
        ten(),
        [
          [-1, 1],
          [0, 0],
        ],
        { mode: 'reflect' },
      ),
  ),
  row<PadRule<[2, 0], [[0, 0], [0, 1]], 'edge'>>(
    'pad: an axis to repeat must have an element, got axis 1 of [2, 0]',
    () =>
      pad(
        given([2, 0]),
        [
          [0, 0],
          [0, 1],
        ],
        { mode: 'edge' },
      ),
  ),
  row<PadRule<Ten, [[9, 0], [1, 4]], 'reflect'>>(
    'pad: an axis to reflect by 4 must have more than 4 elements, got axis 1 of [10, 4]',
    () =>
      pad(
        ten(),
        [
          [9, 0],
          [1, 4],
        ],
        { mode: 'reflect' },
      ),
  ),
  row<PadRule<[0], [[1, 0]], 'reflect'>>(
    'pad: an axis to reflect by 1 must have more than 1 elements, got axis 0 of [0]',
    () => pad(given([0]), [[1, 0]], { mode: 'reflect' }),
  ),
]

describe('a part that is not there', () => {
  it.each(sentences)('%s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })

  it('is refused by the build alone where names decide', () => {
    expect(() => slice(x(), [0], ['batch+1'])).toThrow(
      'slice: end batch+1 exceeds dim batch of [batch, 784] at axis 0',
    )
    expect(() => slice(x(), [], [], [2])).toThrow('batch elements in steps of 2 must be a dim')
  })
})

describe('the rule of slices', () => {
  it('counts what is taken', () => {
    expectTypeOf<Sliced<Ten, [2], [5], []>>().toEqualTypeOf<[3, 4]>()
    expectTypeOf<Sliced<Ten, [2, 1], [-1, -1], []>>().toEqualTypeOf<[7, 2]>()
    expectTypeOf<Sliced<Ten, [-3], [], []>>().toEqualTypeOf<[3, 4]>()
    expectTypeOf<Sliced<Ten, [5], [5], []>>().toEqualTypeOf<[0, 4]>()
    expectTypeOf<Sliced<Ten, [1], [10], [4, 3]>>().toEqualTypeOf<[3, 2]>()
    expectTypeOf<Sliced<[], [], [], []>>().toEqualTypeOf<[]>()
    expectTypeOf<Sliced<readonly [2, 3], [], [], []>>().toEqualTypeOf<[2, 3]>()
  })

  it('keeps names of axes that are taken whole', () => {
    expectTypeOf<Sliced<X, [0, 1], ['batch', 2], []>>().toEqualTypeOf<['batch', 1]>()
    expectTypeOf<Sliced<X, [], [], []>>().toEqualTypeOf<X>()
    expectTypeOf<Sliced<X, [1], [], []>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<Sliced<X, [0], [-1], []>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<Sliced<X, [2], [7], []>>().toEqualTypeOf<[5, 784]>()
    expectTypeOf<Sliced<X, [], [], [2]>>().toEqualTypeOf<[number, 784]>()
    expect(slice(x(), [1], [-1]).shape).toEqual(['batch-2', 784])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<Sliced<Ten, [number], [5], []>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<Sliced<Ten, [2 | 3], [5], []>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<Sliced<[number, 4], [2], [5], []>>().toEqualTypeOf<[3, 4]>()
    expectTypeOf<Sliced<[number, 4], [2], [], []>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<Sliced<Ten, number[], [], []>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<Sliced<Ten, [], [], [number]>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<Sliced<Shape, [0], [5], []>>().toEqualTypeOf<Shape>()
    expectTypeOf<
      SliceEndRule<Ten, number[], [11]>
    >().toEqualTypeOf<'slice: end 11 exceeds dim 10 of [10, 4] at axis 0'>()
    expectTypeOf<SliceStartRule<Shape, [-5]>>().toEqualTypeOf<true>()
    expectTypeOf<SliceStrideRule<Ten, number[]>>().toEqualTypeOf<true>()
  })

  it('gives no shape where a list is refused', () => {
    expectTypeOf<Sliced<Ten, [11], [], []>>().toEqualTypeOf<Shape>()
    expectTypeOf<Sliced<Ten, [], [11], []>>().toEqualTypeOf<Shape>()
    expectTypeOf<Sliced<Ten, [], [], [0]>>().toEqualTypeOf<Shape>()
  })

  it('knows any rank', () => {
    type Nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    expectTypeOf<Sliced<Nine, [0, 0, 0, 0, 0, 0, 0, 0, 3], [], []>>().toEqualTypeOf<
      [1, 2, 3, 4, 5, 6, 7, 8, 6]
    >()
    expectTypeOf<
      SliceEndRule<Nine, [], [1, 2, 3, 4, 5, 6, 7, 8, 10]>
    >().toEqualTypeOf<'slice: end 10 exceeds dim 9 of [1, 2, 3, 4, 5, 6, 7, 8, 9] at axis 8'>()
  })
})

describe('the rule of padding', () => {
  it('adds both sides', () => {
    expectTypeOf<PadRule<Ten, [[1, 2], [0, 0]], 'constant'>>().toEqualTypeOf<[13, 4]>()
    expectTypeOf<PadRule<X, [[0, 0], [3, 3]], 'reflect'>>().toEqualTypeOf<['batch', 790]>()
    expectTypeOf<PadRule<X, [[0, 1], [0, 0]], 'edge'>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<PadRule<[2, 0], [[1, 1], [0, 0]], 'edge'>>().toEqualTypeOf<[4, 0]>()
    expectTypeOf<PadRule<[], [], 'constant'>>().toEqualTypeOf<[]>()
    expect(
      pad(x(), [
        [0, 1],
        ['left', 0],
      ]).shape,
    ).toEqual(['batch+1', 'left+784'])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<PadRule<Ten, [[number, 0], [0, 0]], 'constant'>>().toEqualTypeOf<[number, 4]>()
    expectTypeOf<PadRule<[0], [[number, 0]], 'edge'>>().toEqualTypeOf<[number]>()
    expectTypeOf<PadRule<[4], [[number, 0]], 'reflect'>>().toEqualTypeOf<[number]>()
    expectTypeOf<PadRule<[4], [[9, 0]], 'reflect' | 'constant'>>().toEqualTypeOf<[13]>()
    expectTypeOf<PadRule<[number], [[9, 0]], 'reflect'>>().toEqualTypeOf<[number]>()
    expectTypeOf<PadRule<Ten, [number, number][], 'constant'>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<PadRule<Shape, [[1, 1]], 'constant'>>().toEqualTypeOf<Shape>()
  })
})
