// Convolutions: every sentence of the rule, as a type and as the function that graphs are checked
// with; sizes at both times; and the sizes against counting positions of the kernel.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import {
  type Conv2dOptionsRule,
  type Conv2dRule,
  conv2dOptionsRule,
  conv2dRule,
} from '../../../src/model/shapes/convolution.ts'
import type { Conv2dOptions } from '../../../src/ops/window-options.ts'
import { runs } from '../../counts.ts'

type Image = ['n', 28, 28, 1]
const image = ['n', 28, 28, 1]

/** A sentence of the rule as a type, and what the function says. */
function answer<Rule extends string>(sentence: Rule, found: unknown): readonly [string, unknown] {
  return [sentence, found]
}

const sentences = [
  answer<Conv2dRule<Image, [3, 3, 3, 32], None>>(
    'conv2d: input has 1 channels (axis 3 of [n, 28, 28, 1]) but the kernel expects 3 (axis 2 of [3, 3, 3, 32])',
    conv2dRule(image, [3, 3, 3, 32]),
  ),
  answer<Conv2dRule<['n', 28, 28, 4], [3, 3, 3, 32], { groups: 2 }>>(
    'conv2d: input has 4 channels (axis 3 of [n, 28, 28, 4]) but the kernel expects 6 (axis 2 of [3, 3, 3, 32] times 2 groups)',
    conv2dRule(['n', 28, 28, 4], [3, 3, 3, 32], { groups: 2 }),
  ),
  answer<Conv2dRule<['n', 28, 28, 4], [3, 3, 2, 9], { groups: 2 }>>(
    'conv2d: 9 output channels (axis 3 of [3, 3, 2, 9]) are not divisible by 2 groups',
    conv2dRule(['n', 28, 28, 4], [3, 3, 2, 9], { groups: 2 }),
  ),
  answer<Conv2dRule<['n', 2, 28, 1], [3, 3, 1, 32], None>>(
    'conv2d: kernel height 3 exceeds padded input height 2',
    conv2dRule(['n', 2, 28, 1], [3, 3, 1, 32]),
  ),
  answer<Conv2dRule<['n', 28, 2, 1], [3, 5, 1, 32], { padding: [[0, 0], [1, 1]] }>>(
    'conv2d: kernel width 5 exceeds padded input width 4',
    conv2dRule(['n', 28, 2, 1], [3, 5, 1, 32], {
      padding: [
        [0, 0],
        [1, 1],
      ],
    }),
  ),
  answer<Conv2dRule<['n', 4, 28, 1], [3, 3, 1, 32], { dilation: 2 }>>(
    'conv2d: dilated kernel height 5 exceeds padded input height 4',
    conv2dRule(['n', 4, 28, 1], [3, 3, 1, 32], { dilation: 2 }),
  ),
  answer<Conv2dRule<Image, [0, 3, 1, 32], None>>(
    'conv2d: kernel height must be 1 or more, got 0',
    conv2dRule(image, [0, 3, 1, 32]),
  ),
  answer<Conv2dRule<Image, [3, 0, 1, 32], None>>(
    'conv2d: kernel width must be 1 or more, got 0',
    conv2dRule(image, [3, 0, 1, 32]),
  ),
  answer<Conv2dRule<Image, ['k', 3, 1, 32], { padding: 'same' }>>(
    "conv2d: padding 'same' needs a known kernel height, got k",
    conv2dRule(image, ['k', 3, 1, 32], { padding: 'same' }),
  ),
  answer<Conv2dRule<Image, [3, 'k', 1, 32], { padding: 'same'; dilation: 2 }>>(
    "conv2d: padding 'same' needs a known kernel width, got k",
    conv2dRule(image, [3, 'k', 1, 32], { padding: 'same', dilation: 2 }),
  ),
  answer<Conv2dRule<['n', 28, 0, 1], [3, 1, 1, 32], None>>(
    'conv2d: kernel width 1 exceeds padded input width 0',
    conv2dRule(['n', 28, 0, 1], [3, 1, 1, 32]),
  ),
  answer<Conv2dRule<['n', 28, 28], [3, 3, 1, 32], None>>(
    'conv2d: input must be [n, h, w, c], got [n, 28, 28]',
    conv2dRule(['n', 28, 28], [3, 3, 1, 32]),
  ),
  answer<Conv2dRule<Image, [3, 3, 32], None>>(
    'conv2d: kernel must be [kh, kw, in, out], got [3, 3, 32]',
    conv2dRule(image, [3, 3, 32]),
  ),
  answer<Conv2dOptionsRule<{ stride: 0 }>>(
    'conv2d: stride must be 1 or more, got 0',
    conv2dRule(image, [3, 3, 1, 32], { stride: 0 }),
  ),
  answer<Conv2dOptionsRule<{ stride: [2, -1] }>>(
    'conv2d: stride must be 1 or more, got -1',
    conv2dOptionsRule({ stride: [2, -1] }),
  ),
  answer<Conv2dOptionsRule<{ dilation: [0, 1] }>>(
    'conv2d: dilation must be 1 or more, got 0',
    conv2dOptionsRule({ dilation: [0, 1] }),
  ),
  answer<Conv2dOptionsRule<{ groups: 0 }>>(
    'conv2d: groups must be 1 or more, got 0',
    conv2dOptionsRule({ groups: 0 }),
  ),
  answer<Conv2dOptionsRule<{ padding: [[0, 0], [0, -3]] }>>(
    'conv2d: padding must be 0 or more, got -3',
    conv2dOptionsRule({
      padding: [
        [0, 0],
        [0, -3],
      ],
    }),
  ),
]

type None = Record<never, never>

describe('a convolution that there is not', () => {
  it.each(sentences)('%s', (sentence, found) => {
    expect(found).toBe(sentence)
  })

  it('is one of names that a stride does not divide', () => {
    expect(conv2dRule(['n', 'h', 8, 1], [2, 2, 1, 1], { stride: 2 })).toBe(
      'conv2d: a stride of 2 needs a known height, got h-1',
    )
    expect(conv2dRule(['n', 8, 'w', 1], [2, 2, 1, 1], { padding: 'same', stride: 3 })).toBe(
      'conv2d: a stride of 3 needs a known width, got w',
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

describe('the rule of convolutions', () => {
  it('gives exact sizes', () => {
    size<Conv2dRule<Image, [3, 3, 1, 32], None>>(
      ['n', 26, 26, 32],
      conv2dRule(image, [3, 3, 1, 32]),
    )
    size<Conv2dRule<Image, [3, 5, 1, 8], { padding: 'same' }>>(
      ['n', 28, 28, 8],
      conv2dRule(image, [3, 5, 1, 8], { padding: 'same' }),
    )
    size<Conv2dRule<Image, [3, 3, 1, 8], { padding: 'same'; stride: [2, 3] }>>(
      ['n', 14, 10, 8],
      conv2dRule(image, [3, 3, 1, 8], { padding: 'same', stride: [2, 3] }),
    )
    size<Conv2dRule<Image, [3, 3, 1, 8], { padding: [[1, 0], [2, 2]]; stride: 2; dilation: 2 }>>(
      ['n', 13, 14, 8],
      conv2dRule(image, [3, 3, 1, 8], {
        padding: [
          [1, 0],
          [2, 2],
        ],
        stride: 2,
        dilation: 2,
      }),
    )
    size<Conv2dRule<['n', 8, 8, 6], [1, 1, 3, 4], { groups: 2 }>>(
      ['n', 8, 8, 4],
      conv2dRule(['n', 8, 8, 6], [1, 1, 3, 4], { groups: 2 }),
    )
  })

  it('steps over odd and even sizes', () => {
    const even = ['n', 8, 9, 1]
    size<Conv2dRule<['n', 8, 9, 1], [3, 3, 1, 4], { padding: 'same'; stride: 2 }>>(
      ['n', 4, 5, 4],
      conv2dRule(even, [3, 3, 1, 4], { padding: 'same', stride: 2 }),
    )
    size<Conv2dRule<['n', 8, 9, 1], [2, 2, 1, 4], { padding: 'same'; stride: 2 }>>(
      ['n', 4, 5, 4],
      conv2dRule(even, [2, 2, 1, 4], { padding: 'same', stride: 2 }),
    )
    size<Conv2dRule<['n', 8, 9, 1], [3, 3, 1, 4], { stride: 2 }>>(
      ['n', 3, 4, 4],
      conv2dRule(even, [3, 3, 1, 4], { stride: 2 }),
    )
    size<Conv2dRule<['n', 8, 9, 1], [2, 2, 1, 4], { stride: [2, 3]; padding: [[0, 1], [1, 0]] }>>(
      ['n', 4, 3, 4],
      conv2dRule(even, [2, 2, 1, 4], {
        stride: [2, 3],
        padding: [
          [0, 1],
          [1, 0],
        ],
      }),
    )
  })

  it('spreads a kernel and splits channels', () => {
    size<Conv2dRule<Image, [3, 3, 1, 8], { dilation: 3 }>>(
      ['n', 22, 22, 8],
      conv2dRule(image, [3, 3, 1, 8], { dilation: 3 }),
    )
    size<Conv2dRule<Image, [3, 5, 1, 8], { dilation: [1, 2]; padding: 'same'; stride: 2 }>>(
      ['n', 14, 14, 8],
      conv2dRule(image, [3, 5, 1, 8], { dilation: [1, 2], padding: 'same', stride: 2 }),
    )
    size<Conv2dRule<['n', 9, 9, 8], [3, 3, 1, 16], { groups: 8; stride: 2 }>>(
      ['n', 4, 4, 16],
      conv2dRule(['n', 9, 9, 8], [3, 3, 1, 16], { groups: 8, stride: 2 }),
    )
    expect(conv2dRule(['n', 9, 9, '2*c'], [3, 3, 'c', '2*k'], { groups: 2 })).toEqual([
      'n',
      7,
      7,
      '2*k',
    ])
  })

  it('keeps the name of an axis that keeps its size', () => {
    type Named = ['n', 'h', 'w', 3]
    const named = ['n', 'h', 'w', 3]
    size<Conv2dRule<Named, [3, 3, 3, 8], { padding: 'same' }>>(
      ['n', 'h', 'w', 8],
      conv2dRule(named, [3, 3, 3, 8], { padding: 'same' }),
    )
    size<Conv2dRule<Named, [1, 1, 3, 8], None>>(['n', 'h', 'w', 8], conv2dRule(named, [1, 1, 3, 8]))
    size<Conv2dRule<Named, [3, 5, 3, 8], { padding: [[1, 1], [4, 0]] }>>(
      ['n', 'h', 'w', 8],
      conv2dRule(named, [3, 5, 3, 8], {
        padding: [
          [1, 1],
          [4, 0],
        ],
      }),
    )
    size<Conv2dRule<Named, [3, 3, 3, 8], { padding: [[2, 2], [1, 3]]; dilation: 2 }>>(
      ['n', 'h', 'w', 8],
      conv2dRule(named, [3, 3, 3, 8], {
        padding: [
          [2, 2],
          [1, 3],
        ],
        dilation: 2,
      }),
    )
    size<Conv2dRule<['n', 8, 8, 'c'], [1, 1, 'c', 'k'], None>>(
      ['n', 8, 8, 'k'],
      conv2dRule(['n', 8, 8, 'c'], [1, 1, 'c', 'k']),
    )
    expectTypeOf<Conv2dRule<Named, [3, 3, 3, 8], None>>().toEqualTypeOf<['n', number, number, 8]>()
    expect(conv2dRule(named, [3, 3, 3, 8])).toEqual(['n', 'h-2', 'w-2', 8])
    expect(conv2dRule(['n', '2*h', 8, 3], [2, 2, 3, 8], { stride: 2 })).toEqual(['n', 'h', 4, 8])
    expect(conv2dRule(['n', '2*h+1', 8, 3], [3, 3, 3, 8], { stride: 2, padding: 'same' })).toEqual([
      'n',
      'h+1',
      4,
      8,
    ])
  })

  it('leaves to the build what tsc cannot know', () => {
    type Kernel = [3, 3, 1, 32]
    expectTypeOf<Conv2dRule<Shape, Kernel, None>>().toEqualTypeOf<Shape>()
    expectTypeOf<Conv2dRule<Image, Shape, None>>().toEqualTypeOf<Shape>()
    expectTypeOf<Conv2dRule<['n', number, 8 | 16, 1], Kernel, None>>().toEqualTypeOf<
      ['n', number, number, 32]
    >()
    expectTypeOf<Conv2dRule<['n', 9, 9, number], [3, 3, number, 4], None>>().toEqualTypeOf<
      ['n', 7, 7, 4]
    >()
    expectTypeOf<Conv2dRule<Image, Kernel, { stride: number }>>().toEqualTypeOf<
      ['n', number, number, 32]
    >()
    expectTypeOf<Conv2dRule<Image, Kernel, { padding: 'same' | 'valid' }>>().toEqualTypeOf<
      ['n', number, number, 32]
    >()
    expectTypeOf<
      Conv2dRule<['n', 'h', 'w', 1], [number, 3, 1, 4], { padding: [[1, 1], [1, number]] }>
    >().toEqualTypeOf<['n', number, number, 4]>()
    expectTypeOf<Conv2dRule<Image, [number, 3, 1, 4], { padding: 'same' }>>().toEqualTypeOf<
      ['n', 28, 28, 4]
    >()
    expectTypeOf<Conv2dRule<Image, Kernel, Conv2dOptions>>().toEqualTypeOf<
      ['n', number, number, 32]
    >()
    expectTypeOf<Conv2dRule<Image, Kernel, { stride: 0 }>>().toEqualTypeOf<Shape>()
  })

  it('agrees with counting the places of the kernel', () => {
    const small = fc.integer({ min: 1, max: 4 })
    const side = fc.integer({ min: 0, max: 3 })
    const given = fc.tuple(fc.integer({ min: 1, max: 12 }), small, small, small, side, side)
    fc.assert(
      fc.property(given, ([n, k, stride, dilation, before, after]) => {
        const padding = [
          [before, after],
          [0, 0],
        ] as const
        const found = conv2dRule([1, n, 1, 1], [k, 1, 1, 1], { stride, dilation, padding })
        const last = before + n + after - 1
        const starts = Array.from({ length: last + 1 }, (_, i) => i)
        const fitting = starts.filter(i => i % stride === 0 && i + (k - 1) * dilation <= last)
        expect(typeof found === 'string' ? 0 : found[1]).toBe(fitting.length)
      }),
      runs(),
    )
  })
})
