// Transposed convolutions: every sentence of the rule, as a type and as the function that graphs
// are checked with; sizes at both times; and the sizes against counting what the kernel reaches and
// against the convolution that is transposed.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import { conv2dRule } from '../../../src/model/shapes/convolution.ts'
import {
  type Conv2dTransposeOptionsRule,
  type Conv2dTransposeRule,
  conv2dTransposeOptionsRule,
  conv2dTransposeRule,
} from '../../../src/model/shapes/transposed-convolution.ts'
import type { Conv2dTransposeOptions } from '../../../src/ops/window-options.ts'
import { runs } from '../../counts.ts'

type Image = ['n', 14, 14, 8]
const image = ['n', 14, 14, 8]

/** A padding as the function takes it: of the same type as in the rule. */
const around = <const P extends Conv2dTransposeOptions['padding']>(padding: P): P => padding

/** A sentence of the rule as a type, and what the function says. */
function answer<Rule extends string>(sentence: Rule, found: unknown): readonly [string, unknown] {
  return [sentence, found]
}

type None = Record<never, never>

const sentences = [
  answer<Conv2dTransposeRule<['n', 14, 14, 3], [3, 3, 4, 8], None>>(
    'conv2dTranspose: input has 3 channels (axis 3 of [n, 14, 14, 3]) but the kernel expects 8 (axis 3 of [3, 3, 4, 8])',
    conv2dTransposeRule(['n', 14, 14, 3], [3, 3, 4, 8]),
  ),
  answer<Conv2dTransposeRule<Image, [3, 3, 4, 'c'], { groups: 2 }>>(
    'conv2dTranspose: input has 8 channels (axis 3 of [n, 14, 14, 8]) but the kernel expects c (axis 3 of [3, 3, 4, c])',
    conv2dTransposeRule(image, [3, 3, 4, 'c'], { groups: 2 }),
  ),
  answer<Conv2dTransposeRule<Image, [3, 3, 4, 8], { groups: 3 }>>(
    'conv2dTranspose: 8 input channels (axis 3 of [3, 3, 4, 8]) are not divisible by 3 groups',
    conv2dTransposeRule(image, [3, 3, 4, 8], { groups: 3 }),
  ),
  answer<Conv2dTransposeRule<['n', 14, 8], [3, 3, 4, 8], None>>(
    'conv2dTranspose: input must be [n, h, w, c], got [n, 14, 8]',
    conv2dTransposeRule(['n', 14, 8], [3, 3, 4, 8]),
  ),
  answer<Conv2dTransposeRule<Image, [3, 4, 8], None>>(
    'conv2dTranspose: kernel must be [kh, kw, out, in], got [3, 4, 8]',
    conv2dTransposeRule(image, [3, 4, 8]),
  ),
  answer<Conv2dTransposeRule<Image, [3, 0, 4, 8], None>>(
    'conv2dTranspose: kernel width must be 1 or more, got 0',
    conv2dTransposeRule(image, [3, 0, 4, 8]),
  ),
  answer<Conv2dTransposeRule<Image, ['k', 3, 4, 8], { padding: 'same' }>>(
    "conv2dTranspose: padding 'same' needs a known kernel height, got k",
    conv2dTransposeRule(image, ['k', 3, 4, 8], { padding: 'same' }),
  ),
  answer<Conv2dTransposeRule<['n', 0, 14, 8], [3, 3, 4, 8], None>>(
    'conv2dTranspose: input height must be 1 or more, got 0',
    conv2dTransposeRule(['n', 0, 14, 8], [3, 3, 4, 8]),
  ),
  answer<Conv2dTransposeRule<['n', 1, 14, 8], [3, 3, 4, 8], { padding: [[2, 1], [0, 0]] }>>(
    'conv2dTranspose: padding [2, 1] leaves nothing of output height 3',
    conv2dTransposeRule(['n', 1, 14, 8], [3, 3, 4, 8], {
      padding: around([
        [2, 1],
        [0, 0],
      ]),
    }),
  ),
  answer<
    Conv2dTransposeRule<
      ['n', 14, 2, 8],
      [3, 3, 4, 8],
      { padding: [[0, 0], [9, 1]]; stride: 2; outputPadding: [0, 1] }
    >
  >(
    'conv2dTranspose: padding [9, 1] leaves nothing of output width 6',
    conv2dTransposeRule(['n', 14, 2, 8], [3, 3, 4, 8], {
      padding: around([
        [0, 0],
        [9, 1],
      ]),
      stride: 2,
      outputPadding: [0, 1],
    }),
  ),
  answer<Conv2dTransposeOptionsRule<{ stride: [0, 1] }>>(
    'conv2dTranspose: stride must be 1 or more, got 0',
    conv2dTransposeRule(image, [3, 3, 4, 8], { stride: [0, 1] }),
  ),
  answer<Conv2dTransposeOptionsRule<{ dilation: -1 }>>(
    'conv2dTranspose: dilation must be 1 or more, got -1',
    conv2dTransposeOptionsRule({ dilation: -1 }),
  ),
  answer<Conv2dTransposeOptionsRule<{ groups: 0 }>>(
    'conv2dTranspose: groups must be 1 or more, got 0',
    conv2dTransposeOptionsRule({ groups: 0 }),
  ),
  answer<Conv2dTransposeOptionsRule<{ padding: [[0, -3], [0, 0]] }>>(
    'conv2dTranspose: padding must be 0 or more, got -3',
    conv2dTransposeOptionsRule({
      padding: around([
        [0, -3],
        [0, 0],
      ]),
    }),
  ),
  answer<Conv2dTransposeOptionsRule<{ outputPadding: [0, -1] }>>(
    'conv2dTranspose: outputPadding must be 0 or more, got -1',
    conv2dTransposeOptionsRule({ outputPadding: [0, -1] }),
  ),
  answer<Conv2dTransposeOptionsRule<{ outputPadding: 1 }>>(
    'conv2dTranspose: outputPadding must be less than the stride of 1, got 1',
    conv2dTransposeOptionsRule({ outputPadding: 1 }),
  ),
  answer<Conv2dTransposeOptionsRule<{ outputPadding: 2; stride: [3, 2] }>>(
    'conv2dTranspose: outputPadding must be less than the stride of 2, got 2',
    conv2dTransposeOptionsRule({ outputPadding: 2, stride: [3, 2] }),
  ),
  answer<Conv2dTransposeOptionsRule<{ outputPadding: 1; stride: 2; padding: 'same' }>>(
    "conv2dTranspose: outputPadding must be left out where padding is 'same'",
    conv2dTransposeOptionsRule({ outputPadding: 1, stride: 2, padding: 'same' }),
  ),
]

describe('a transposed convolution that there is not', () => {
  it.each(sentences)('%s', (sentence, found) => {
    expect(found).toBe(sentence)
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

/** The sizes that a kernel of K makes of N elements, By a step and D apart, by the rule. */
type Transposed<Grid extends readonly unknown[]> = {
  [I in keyof Grid]: Grid[I] extends readonly [
    infer N extends number,
    infer K extends number,
    infer By,
    infer D,
  ]
    ? Conv2dTransposeRule<
        [1, N, 1, 1],
        [K, 1, 1, 1],
        { stride: [By, 1]; dilation: [D, 1] }
      > extends [1, infer Found, ...Shape]
      ? Found
      : never
    : never
}

describe('the rule of transposed convolutions', () => {
  it('gives exact sizes', () => {
    size<Conv2dTransposeRule<Image, [3, 5, 4, 8], None>>(
      ['n', 16, 18, 4],
      conv2dTransposeRule(image, [3, 5, 4, 8]),
    )
    size<Conv2dTransposeRule<Image, [3, 2, 4, 8], { stride: 2 }>>(
      ['n', 29, 28, 4],
      conv2dTransposeRule(image, [3, 2, 4, 8], { stride: 2 }),
    )
    size<Conv2dTransposeRule<Image, [3, 3, 4, 8], { stride: [2, 3]; padding: 'same' }>>(
      ['n', 28, 42, 4],
      conv2dTransposeRule(image, [3, 3, 4, 8], { stride: [2, 3], padding: 'same' }),
    )
    size<Conv2dTransposeRule<['n', 0, 7, 8], [3, 3, 4, 8], { padding: 'same' }>>(
      ['n', 0, 7, 4],
      conv2dTransposeRule(['n', 0, 7, 8], [3, 3, 4, 8], { padding: 'same' }),
    )
    size<
      Conv2dTransposeRule<
        Image,
        [3, 3, 4, 8],
        { stride: 2; padding: [[1, 1], [1, 0]]; outputPadding: [1, 0]; dilation: [1, 3] }
      >
    >(
      ['n', 28, 32, 4],
      conv2dTransposeRule(image, [3, 3, 4, 8], {
        stride: 2,
        padding: around([
          [1, 1],
          [1, 0],
        ]),
        outputPadding: [1, 0],
        dilation: [1, 3],
      }),
    )
    size<Conv2dTransposeRule<Image, [1, 1, 3, 8], { groups: 4 }>>(
      ['n', 14, 14, 12],
      conv2dTransposeRule(image, [1, 1, 3, 8], { groups: 4 }),
    )
    size<Conv2dTransposeRule<['n', 1, 1, 8], [3, 3, 4, 8], { padding: [[1, 1], [2, 0]] }>>(
      ['n', 1, 1, 4],
      conv2dTransposeRule(['n', 1, 1, 8], [3, 3, 4, 8], {
        padding: around([
          [1, 1],
          [2, 0],
        ]),
      }),
    )
  })

  it('is as exact in types as by counting', () => {
    const grid = [
      [1, 1, 1, 1],
      [7, 2, 1, 1],
      [7, 2, 2, 1],
      [7, 3, 2, 1],
      [8, 1, 3, 1],
      [8, 3, 2, 2],
      [9, 4, 2, 1],
      [10, 3, 3, 3],
      [11, 5, 4, 2],
      [99, 7, 10, 1],
      [100, 10, 9, 2],
      [112, 3, 2, 1],
      [1000, 11, 4, 1],
    ] as const
    size<Transposed<typeof grid>>(
      [1, 8, 14, 15, 22, 19, 20, 34, 49, 987, 910, 225, 4007],
      grid.map(([n, k, by, d]) => {
        const found = conv2dTransposeRule([1, n, 1, 1], [k, 1, 1, 1], {
          stride: [by, 1],
          dilation: [d, 1],
        })
        return found[1]
      }),
    )
  })

  it('keeps the name of an axis that keeps its size', () => {
    type Named = ['n', 'h', 'w', 'c']
    const named = ['n', 'h', 'w', 'c']
    size<Conv2dTransposeRule<Named, [1, 1, 'k', 'c'], None>>(
      ['n', 'h', 'w', 'k'],
      conv2dTransposeRule(named, [1, 1, 'k', 'c']),
    )
    size<Conv2dTransposeRule<Named, [3, 3, 4, 'c'], { padding: 'same' }>>(
      ['n', 'h', 'w', 4],
      conv2dTransposeRule(named, [3, 3, 4, 'c'], { padding: 'same' }),
    )
    size<
      Conv2dTransposeRule<Named, [3, 3, 4, 'c'], { padding: [[1, 1], [1, 3]]; dilation: [1, 2] }>
    >(
      ['n', 'h', 'w', 4],
      conv2dTransposeRule(named, [3, 3, 4, 'c'], {
        padding: around([
          [1, 1],
          [1, 3],
        ]),
        dilation: [1, 2],
      }),
    )
    expectTypeOf<Conv2dTransposeRule<Named, [3, 1, 'k', 'c'], { groups: 2 }>>().toEqualTypeOf<
      ['n', number, 'w', number]
    >()
    expectTypeOf<
      Conv2dTransposeRule<Named, [2, 2, 4, 'c'], { stride: 2; padding: 'same' }>
    >().toEqualTypeOf<['n', number, number, 4]>()
    expect(conv2dTransposeRule(['n', 'h', 'w', '2*c'], [3, 1, 'k', '2*c'], { groups: 2 })).toEqual([
      'n',
      'h+2',
      'w',
      '2*k',
    ])
    expect(conv2dTransposeRule(named, [2, 3, 4, 'c'], { stride: 2, padding: 'same' })).toEqual([
      'n',
      '2*h',
      '2*w',
      4,
    ])
    expect(conv2dTransposeRule(named, [2, 3, 4, 'c'], { stride: 2 })).toEqual([
      'n',
      '2*h',
      '2*w+1',
      4,
    ])
    expect(conv2dTransposeRule(named, ['k', 1, 4, 'c'])).toEqual(['n', 'h+k-1', 'w', 4])
  })

  it('leaves to the build what tsc cannot know', () => {
    type Kernel = [3, 3, 4, 8]
    expectTypeOf<Conv2dTransposeRule<Shape, Kernel, None>>().toEqualTypeOf<Shape>()
    expectTypeOf<Conv2dTransposeRule<Image, Shape, None>>().toEqualTypeOf<Shape>()
    expectTypeOf<Conv2dTransposeRule<['n', number, 8 | 16, number], Kernel, None>>().toEqualTypeOf<
      ['n', number, number, 4]
    >()
    expectTypeOf<
      Conv2dTransposeRule<Image, [number, 3, number, number], { groups: 2 }>
    >().toEqualTypeOf<['n', number, 16, number]>()
    expectTypeOf<Conv2dTransposeRule<Image, Kernel, { stride: number }>>().toEqualTypeOf<
      ['n', number, number, 4]
    >()
    expectTypeOf<
      Conv2dTransposeRule<Image, Kernel, { padding: [[1, number], [1, 1]] }>
    >().toEqualTypeOf<['n', number, 14, 4]>()
    expectTypeOf<
      Conv2dTransposeRule<['n', 'h', 'w', 8], Kernel, { padding: [[1, number], [1, 1]] }>
    >().toEqualTypeOf<['n', number, 'w', 4]>()
    expectTypeOf<Conv2dTransposeRule<Image, Kernel, Conv2dTransposeOptions>>().toEqualTypeOf<
      ['n', number, number, number]
    >()
    expectTypeOf<Conv2dTransposeRule<Image, Kernel, { stride: 0 }>>().toEqualTypeOf<Shape>()
    expectTypeOf<Conv2dTransposeOptionsRule<Conv2dTransposeOptions>>().toEqualTypeOf<true>()
    expectTypeOf<
      Conv2dTransposeOptionsRule<{ outputPadding: number; stride: 2 }>
    >().toEqualTypeOf<true>()
    expectTypeOf<
      Conv2dTransposeOptionsRule<{ outputPadding?: 1; padding: 'same' }>
    >().toEqualTypeOf<true>()
  })

  const extent = fc.integer({ min: 1, max: 8 })
  const small = fc.integer({ min: 1, max: 4 })
  const side = fc.integer({ min: 0, max: 3 })

  it('agrees with counting the elements that the kernel reaches', () => {
    const given = fc.tuple(extent, small, small, small, side, side, side)
    fc.assert(
      fc.property(given, ([n, k, stride, dilation, before, after, left]) => {
        const outputPadding = left % stride
        const padding = around([
          [0, 0],
          [before, after],
        ])
        const options = { stride: [1, stride], dilation: [1, dilation], padding } as const
        const found = conv2dTransposeRule([1, 1, n, 1], [1, k, 1, 1], {
          ...options,
          outputPadding: [0, outputPadding],
        })
        const places = Array.from({ length: n }, (_, i) => i * stride)
        const reached = places.flatMap(i => Array.from({ length: k }, (_, j) => i + j * dilation))
        const all = Array.from({ length: Math.max(...reached) + 1 + outputPadding }, (_, i) => i)
        const kept = all.slice(before).slice(0, Math.max(0, all.length - before - after))
        expect(typeof found === 'string' ? 0 : found[2]).toBe(kept.length)
        if (typeof found === 'string') return
        expect(conv2dRule(found, [1, k, 1, 1], options)).toEqual([1, 1, n, 1])
      }),
      runs(),
    )
  })

  it("is undone by the convolution of the same options, with padding 'same' too", () => {
    fc.assert(
      fc.property(fc.tuple(extent, small, small, small), ([n, k, stride, dilation]) => {
        const options = { stride, dilation, padding: 'same', groups: 2 } as const
        const found = conv2dTransposeRule([1, n, n, 4], [k, k, 3, 4], options)
        expect(found).toEqual([1, n * stride, n * stride, 6])
        expect(conv2dRule(found as Shape, [k, k, 3, 4], options)).toEqual([1, n, n, 4])
      }),
      runs(),
    )
  })
})
