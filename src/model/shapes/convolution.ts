// The rule of convolutions: an image [n, height, width, channels] and a kernel
// [height, width, channels / groups, out], with stride, padding, dilation and groups. Sizes are
// exact; a name stays a name where its axis keeps its size.

import { type Dim, divideDims, multiplyDims } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { pair, reachOf, sidesAt } from '../../ops/window-geometry.ts'
import type { Conv2dOptions } from '../../ops/window-options.ts'
import type { Answer } from './checked.ts'
import type { DivMod } from './integers.ts'
import {
  type AllSides,
  type AtLeast,
  belowLeast,
  type ImageOf,
  imageOf,
  type KernelRule,
  kernelProblem,
  type Option,
  type Pair,
  type Problem,
  type Product,
  type Reach,
  type Side,
  type Walked,
  walked,
} from './windows.ts'

/** True where options can be meant, else why not. */
export type Conv2dOptionsRule<O> = KernelOptionsRule<'conv2d', O, true>

/** What `Rest` answers where the options of a convolution are in range, else why they are not. */
export type KernelOptionsRule<Op extends string, O, Rest> = AtLeast<
  Op,
  'stride',
  1,
  Pair<Option<O, 'stride', 1>>,
  AtLeast<
    Op,
    'dilation',
    1,
    Pair<Option<O, 'dilation', 1>>,
    AtLeast<
      Op,
      'groups',
      1,
      [Option<O, 'groups', 1>],
      AtLeast<Op, 'padding', 0, AllSides<Option<O, 'padding', 'valid'>>, Rest>
    >
  >
>

/** The shape of a convolution of image `X` with kernel `K`; or why there is none. */
export type Conv2dRule<X extends Shape, K extends Shape, O> = true extends
  | RankUnknown<X>
  | RankUnknown<K>
  ? Shape
  : X extends readonly [infer N extends Dim, infer H extends Dim, infer W extends Dim, infer C]
    ? K extends readonly [infer KH extends Dim, infer KW extends Dim, infer I, infer F extends Dim]
      ? Conv2dOptionsRule<O> extends string
        ? Shape
        : Channels<X, K, C, I, F, Option<O, 'groups', 1>> extends infer Sentence extends string
          ? Sentence
          : ImageOf<N, Extent<'height', H, KH, 0, O>, Extent<'width', W, KW, 1, O>, F>
      : `conv2d: kernel must be [kh, kw, in, out], got ${Show<K>}`
    : `conv2d: input must be [n, h, w, c], got ${Show<X>}`

/** Why channels do not fit. */
type Channels<X extends Shape, K extends Shape, C, I, F, G> =
  Same<C, Product<I, G>> extends true
    ? DivMod<F, G> extends readonly [unknown, infer Rest]
      ? Same<Rest, 0> extends true
        ? true
        : `conv2d: ${ShowDim<F>} output channels (axis 3 of ${Show<K>}) are not divisible by ${ShowDim<G>} groups`
      : never
    : `conv2d: input has ${ShowDim<C>} channels (axis 3 of ${Show<X>}) but the kernel expects ${ShowDim<Product<I, G>>} (axis 2 of ${Show<K>}${Groups<G>})`

type Groups<G> = G extends 1 ? '' : ` times ${ShowDim<G>} groups`

/** The size [E] of an axis of the result, or why there is none. */
type Extent<Name extends Side, N extends Dim, K extends Dim, At extends 0 | 1, O> =
  KernelRule<'conv2d', Name, K, Option<O, 'padding', 'valid'>> extends infer Refused extends string
    ? Refused
    : Walked<
        'conv2d',
        Pair<Option<O, 'dilation', 1>>[At] extends 1 ? 'kernel' : 'dilated kernel',
        Name,
        N,
        Reach<K, Pair<Option<O, 'dilation', 1>>[At]>,
        Pair<Option<O, 'stride', 1>>[At],
        Option<O, 'padding', 'valid'>,
        At
      >

/** Why options of a convolution cannot be meant. */
export function conv2dOptionsRule(options: Conv2dOptions): string | undefined {
  return kernelOptionsRule('conv2d', options)
}

/** Why options of a convolution are out of range. */
export function kernelOptionsRule(op: string, options: Conv2dOptions): string | undefined {
  const { stride = 1, dilation = 1, groups = 1, padding = 'valid' } = options
  return belowLeast(op, [
    ['stride', 1, pair(stride)],
    ['dilation', 1, pair(dilation)],
    ['groups', 1, [groups]],
    ['padding', 0, typeof padding === 'string' ? [] : padding.flat()],
  ])
}

/** The shape of a convolution of an image with a kernel; or why there is none. */
export function conv2dRule(x: Shape, kernel: Shape, options: Conv2dOptions = {}): Answer {
  if (x.length !== 4) return `conv2d: input must be [n, h, w, c], got ${show(x)}`
  if (kernel.length !== 4) {
    return `conv2d: kernel must be [kh, kw, in, out], got ${show(kernel)}`
  }
  const problem = conv2dOptionsRule(options) ?? channelProblem(x, kernel, options.groups ?? 1)
  if (problem !== undefined) return problem
  const height = extent('height', x[1]!, kernel[0]!, 0, options)
  const width = extent('width', x[2]!, kernel[1]!, 1, options)
  return imageOf(x[0]!, height, width, kernel[3]!)
}

function channelProblem(x: Shape, kernel: Shape, groups: number): string | undefined {
  const expected = multiplyDims(kernel[2]!, groups)
  if (x[3] !== expected) {
    const note = groups === 1 ? '' : ` times ${groups} groups`
    return `conv2d: input has ${x[3]} channels (axis 3 of ${show(x)}) but the kernel expects ${expected} (axis 2 of ${show(kernel)}${note})`
  }
  return divideDims(kernel[3]!, groups) === undefined
    ? `conv2d: ${kernel[3]} output channels (axis 3 of ${show(kernel)}) are not divisible by ${groups} groups`
    : undefined
}

/** The size of an axis of the result, or why there is none. */
function extent(name: Side, n: Dim, k: Dim, at: 0 | 1, options: Conv2dOptions): Dim | Problem {
  const [stride, dilation] = [pair(options.stride ?? 1)[at], pair(options.dilation ?? 1)[at]]
  const padding = sidesAt(options.padding ?? 'valid', at)
  const problem = kernelProblem('conv2d', name, k, padding)
  if (problem !== undefined) return { problem }
  const what = dilation === 1 ? 'kernel' : 'dilated kernel'
  return walked({ op: 'conv2d', what, name, n, reach: reachOf(k, dilation), stride, padding })
}
