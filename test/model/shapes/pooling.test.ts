// Pooling: every sentence of the rule, as a type and as the function that graphs are checked with;
// sizes at both times; and the sizes against counting places of the window.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import {
  type Pool2dOptionsRule,
  type Pool2dRule,
  pool2dOptionsRule,
  pool2dRule,
} from '../../../src/model/shapes/pooling.ts'
import type { Pool2dOptions } from '../../../src/ops/window-options.ts'
import { runs } from '../../counts.ts'

type Image = ['n', 28, 28, 8]
const image = ['n', 28, 28, 8]

/** A padding as the function takes it: of the same type as in the rule. */
const around = <const P extends Pool2dOptions['padding']>(padding: P): P => padding

/** A sentence of the rule as a type, and what the function says. */
function answer<Rule extends string>(sentence: Rule, found: unknown): readonly [string, unknown] {
  return [sentence, found]
}

const sentences = [
  answer<Pool2dRule<'maxPool2d', ['n', 28, 28], { size: 2 }>>(
    'maxPool2d: input must be [n, h, w, c], got [n, 28, 28]',
    pool2dRule('maxPool2d', ['n', 28, 28], { size: 2 }),
  ),
  answer<Pool2dRule<'avgPool2d', [], { size: 2 }>>(
    'avgPool2d: input must be [n, h, w, c], got []',
    pool2dRule('avgPool2d', [], { size: 2 }),
  ),
  answer<Pool2dRule<'maxPool2d', ['n', 2, 28, 8], { size: 3 }>>(
    'maxPool2d: window height 3 exceeds padded input height 2',
    pool2dRule('maxPool2d', ['n', 2, 28, 8], { size: 3 }),
  ),
  answer<Pool2dRule<'avgPool2d', ['n', 28, 2, 8], { size: [2, 5]; padding: [[0, 0], [1, 1]] }>>(
    'avgPool2d: window width 5 exceeds padded input width 4',
    pool2dRule('avgPool2d', ['n', 28, 2, 8], {
      size: [2, 5],
      padding: around([
        [0, 0],
        [1, 1],
      ]),
    }),
  ),
  answer<Pool2dRule<'maxPool2d', ['n', 0, 28, 8], { size: 1 }>>(
    'maxPool2d: window height 1 exceeds padded input height 0',
    pool2dRule('maxPool2d', ['n', 0, 28, 8], { size: 1 }),
  ),
  answer<Pool2dRule<'maxPool2d', ['n', 28, 0, 8], { size: 2; padding: [[0, 0], [1, 1]] }>>(
    'maxPool2d: input width must be 1 or more, got 0',
    pool2dRule('maxPool2d', ['n', 28, 0, 8], {
      size: 2,
      padding: around([
        [0, 0],
        [1, 1],
      ]),
    }),
  ),
  answer<Pool2dOptionsRule<'maxPool2d', { size: 0 }>>(
    'maxPool2d: size must be 1 or more, got 0',
    pool2dRule('maxPool2d', image, { size: 0 }),
  ),
  answer<Pool2dOptionsRule<'avgPool2d', { size: [2, -2] }>>(
    'avgPool2d: size must be 1 or more, got -2',
    pool2dOptionsRule('avgPool2d', { size: [2, -2] }),
  ),
  answer<Pool2dOptionsRule<'maxPool2d', { size: 2; stride: [1, 0] }>>(
    'maxPool2d: stride must be 1 or more, got 0',
    pool2dOptionsRule('maxPool2d', { size: 2, stride: [1, 0] }),
  ),
  answer<Pool2dOptionsRule<'maxPool2d', { size: 2; padding: [[0, 0], [0, -1]] }>>(
    'maxPool2d: padding must be 0 or more, got -1',
    pool2dOptionsRule('maxPool2d', {
      size: 2,
      padding: around([
        [0, 0],
        [0, -1],
      ]),
    }),
  ),
  answer<Pool2dOptionsRule<'maxPool2d', { size: 2; padding: [[1, 2], [0, 0]] }>>(
    'maxPool2d: padding must be less than the window height 2, got 2',
    pool2dOptionsRule('maxPool2d', {
      size: 2,
      padding: around([
        [1, 2],
        [0, 0],
      ]),
    }),
  ),
  answer<Pool2dOptionsRule<'avgPool2d', { size: [5, 3]; padding: [[4, 4], [10, 0]] }>>(
    'avgPool2d: padding must be less than the window width 3, got 10',
    pool2dOptionsRule('avgPool2d', {
      size: [5, 3],
      padding: around([
        [4, 4],
        [10, 0],
      ]),
    }),
  ),
]

describe('pooling that there is not', () => {
  it.each(sentences)('%s', (sentence, found) => {
    expect(found).toBe(sentence)
  })

  it('is one of names that a stride does not divide', () => {
    expect(pool2dRule('maxPool2d', ['n', 'h', 8, 1], { size: 2 })).toBe(
      'maxPool2d: a stride of 2 needs a known height, got h-1',
    )
    expect(pool2dRule('avgPool2d', ['n', 8, 'w', 1], { size: 2, padding: 'same' })).toBe(
      'avgPool2d: a stride of 2 needs a known width, got w',
    )
  })
})

/** A shape of which every dim is a literal: what is exact at both times. */
type Exact<S extends Shape> = true extends
  | (number extends S[number] ? true : false)
  | (string extends S[number] ? true : false)
  ? never
  : S

/** Checks that the type and the function give the same shape. */
function size<Rule extends Shape>(expected: Exact<Rule>, found: unknown): void {
  expect(found).toEqual(expected)
}

/** The sizes of axes of N elements under a window of K, By elements a step, by the rule. */
type Pooled<Grid extends readonly unknown[]> = {
  [I in keyof Grid]: Grid[I] extends readonly [infer N extends number, infer K, infer By]
    ? Pool2dRule<'maxPool2d', [1, N, 1, 1], { size: [K, 1]; stride: [By, 1] }> extends [
        1,
        infer Found,
        ...Shape,
      ]
      ? Found
      : never
    : never
}

describe('the rule of pooling', () => {
  it('gives exact sizes', () => {
    size<Pool2dRule<'maxPool2d', Image, { size: 2 }>>(
      ['n', 14, 14, 8],
      pool2dRule('maxPool2d', image, { size: 2 }),
    )
    size<Pool2dRule<'avgPool2d', ['n', 9, 10, 8], { size: [2, 3] }>>(
      ['n', 4, 3, 8],
      pool2dRule('avgPool2d', ['n', 9, 10, 8], { size: [2, 3] }),
    )
    size<Pool2dRule<'maxPool2d', ['n', 9, 10, 8], { size: [2, 3]; stride: 1 }>>(
      ['n', 8, 8, 8],
      pool2dRule('maxPool2d', ['n', 9, 10, 8], { size: [2, 3], stride: 1 }),
    )
    size<Pool2dRule<'maxPool2d', ['n', 9, 10, 8], { size: 3; stride: undefined }>>(
      ['n', 3, 3, 8],
      pool2dRule('maxPool2d', ['n', 9, 10, 8], { size: 3, stride: undefined }),
    )
    size<Pool2dRule<'avgPool2d', ['n', 7, 1024, 1], { size: [7, 1024] }>>(
      ['n', 1, 1, 1],
      pool2dRule('avgPool2d', ['n', 7, 1024, 1], { size: [7, 1024] }),
    )
  })

  it('is as exact in types as by counting', () => {
    const grid = [
      [1, 1, 1],
      [7, 2, 1],
      [7, 2, 2],
      [8, 2, 2],
      [7, 3, 2],
      [8, 3, 2],
      [9, 3, 2],
      [10, 3, 3],
      [11, 3, 4],
      [12, 5, 3],
      [99, 7, 10],
      [100, 10, 10],
      [101, 10, 9],
      [224, 3, 2],
      [1000, 11, 4],
    ] as const
    size<Pooled<typeof grid>>(
      [1, 6, 3, 4, 3, 3, 4, 3, 3, 3, 10, 10, 11, 111, 248],
      grid.map(([n, k, by]) => {
        const starts = Array.from({ length: n - k + 1 }, (_, i) => i)
        return starts.filter(i => i % by === 0).length
      }),
    )
  })

  it('pads', () => {
    size<Pool2dRule<'maxPool2d', [4, 224, 223, 64], { size: 3; stride: 2; padding: 'same' }>>(
      [4, 112, 112, 64],
      pool2dRule('maxPool2d', [4, 224, 223, 64], { size: 3, stride: 2, padding: 'same' }),
    )
    size<Pool2dRule<'avgPool2d', ['n', 9, 8, 8], { size: 2; padding: 'same' }>>(
      ['n', 5, 4, 8],
      pool2dRule('avgPool2d', ['n', 9, 8, 8], { size: 2, padding: 'same' }),
    )
    size<Pool2dRule<'maxPool2d', ['n', 2, 0, 8], { size: 5; padding: 'same' }>>(
      ['n', 1, 0, 8],
      pool2dRule('maxPool2d', ['n', 2, 0, 8], { size: 5, padding: 'same' }),
    )
    size<
      Pool2dRule<'maxPool2d', [4, 112, 9, 64], { size: 3; stride: 2; padding: [[1, 1], [2, 0]] }>
    >(
      [4, 56, 5, 64],
      pool2dRule('maxPool2d', [4, 112, 9, 64], {
        size: 3,
        stride: 2,
        padding: around([
          [1, 1],
          [2, 0],
        ]),
      }),
    )
  })

  it('keeps the name of an axis that keeps its size', () => {
    type Named = ['n', 'h', 'w', 'c']
    const named = ['n', 'h', 'w', 'c']
    size<Pool2dRule<'maxPool2d', Named, { size: 1 }>>(
      ['n', 'h', 'w', 'c'],
      pool2dRule('maxPool2d', named, { size: 1 }),
    )
    size<Pool2dRule<'maxPool2d', Named, { size: 3; stride: 1; padding: 'same' }>>(
      ['n', 'h', 'w', 'c'],
      pool2dRule('maxPool2d', named, { size: 3, stride: 1, padding: 'same' }),
    )
    size<Pool2dRule<'avgPool2d', Named, { size: 3; stride: 1; padding: [[1, 1], [2, 0]] }>>(
      ['n', 'h', 'w', 'c'],
      pool2dRule('avgPool2d', named, {
        size: 3,
        stride: 1,
        padding: around([
          [1, 1],
          [2, 0],
        ]),
      }),
    )
    expectTypeOf<Pool2dRule<'avgPool2d', Named, { size: [1, 2] }>>().toEqualTypeOf<
      ['n', 'h', number, 'c']
    >()
    expect(pool2dRule('avgPool2d', ['n', 'h', '2*w', 'c'], { size: [1, 2] })).toEqual(named)
    expect(pool2dRule('avgPool2d', named, { size: 3, stride: 1 })).toEqual(['n', 'h-2', 'w-2', 'c'])
    expect(
      pool2dRule('maxPool2d', ['n', '2*h', '2*w+1', 'c'], { size: 2, padding: 'same' }),
    ).toEqual(['n', 'h', 'w+1', 'c'])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<Pool2dRule<'maxPool2d', Shape, { size: 2 }>>().toEqualTypeOf<Shape>()
    expectTypeOf<Pool2dRule<'maxPool2d', ['n', number, 8 | 16, 1], { size: 2 }>>().toEqualTypeOf<
      ['n', number, number, 1]
    >()
    expectTypeOf<Pool2dRule<'maxPool2d', Image, { size: number }>>().toEqualTypeOf<
      ['n', number, number, 8]
    >()
    expectTypeOf<Pool2dRule<'maxPool2d', Image, { size: 2; stride: [number, 3] }>>().toEqualTypeOf<
      ['n', number, 9, 8]
    >()
    expectTypeOf<Pool2dRule<'maxPool2d', Image, { size: 2; stride: [1 | 2, 3] }>>().toEqualTypeOf<
      ['n', number, 9, 8]
    >()
    expectTypeOf<
      Pool2dRule<'maxPool2d', Image, { size: 2; padding: 'same' | 'valid' }>
    >().toEqualTypeOf<['n', number, number, 8]>()
    expectTypeOf<
      Pool2dRule<'maxPool2d', Image, { size: 3; padding: [[number, 1], [1, 1]] }>
    >().toEqualTypeOf<['n', number, 10, 8]>()
    expectTypeOf<Pool2dRule<'maxPool2d', Image, Pool2dOptions>>().toEqualTypeOf<
      ['n', number, number, 8]
    >()
    expectTypeOf<Pool2dRule<'maxPool2d', Image, { size: 0 }>>().toEqualTypeOf<Shape>()
    expectTypeOf<Pool2dOptionsRule<'maxPool2d', Pool2dOptions>>().toEqualTypeOf<true>()
    expectTypeOf<
      Pool2dOptionsRule<'maxPool2d', { size: number; padding: [[9, 9], [9, 9]] }>
    >().toEqualTypeOf<true>()
  })

  it('agrees with counting the places of the window, each of which holds an element', () => {
    const given = fc
      .record({ n: fc.integer({ min: 1, max: 12 }), k: fc.integer({ min: 1, max: 5 }) })
      .chain(({ n, k }) => {
        const side = fc.integer({ min: 0, max: k - 1 })
        return fc.tuple(fc.constant(n), fc.constant(k), fc.integer({ min: 1, max: 6 }), side, side)
      })
    fc.assert(
      fc.property(given, ([n, k, stride, before, after]) => {
        const padding = around([
          [0, 0],
          [before, after],
        ])
        const found = pool2dRule('avgPool2d', [1, 1, n, 1], { size: [1, k], stride, padding })
        const starts = Array.from({ length: n + before + after }, (_, i) => i - before)
        const fitting = starts.filter(i => (i + before) % stride === 0 && i + k - 1 < n + after)
        expect(typeof found === 'string' ? 0 : found[2]).toBe(fitting.length)
        expect(fitting.filter(i => i + k <= 0 || i >= n)).toEqual([])
      }),
      runs(),
    )
  })
})
