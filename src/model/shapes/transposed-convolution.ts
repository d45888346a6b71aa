// The rule of transposed convolutions: an image [n, height, width, channels] and a kernel
// [height, width, out / groups, channels], with stride, padding, output padding, dilation and
// groups. The result is of a shape that `conv2d` with the same kernel and options makes the image
// of: output padding tells which one, as a stride rounds several sizes to one.

import { addDims, type Dim, divideDims, multiplyDims, subtractDims } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { type PerAxis, pair, reachOf, type Sides, sidesAt } from '../../ops/window-geometry.ts'
import type { Conv2dTransposeOptions } from '../../ops/window-options.ts'
import type { Answer } from './checked.ts'
import { type KernelOptionsRule, kernelOptionsRule } from './convolution.ts'
import type { Add, DivMod, Multiply, Subtract } from './integers.ts'
import {
  type AtLeast,
  belowLeast,
  type Cancels,
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
  type SidesAt,
} from './windows.ts'

/** True where options can be meant, else why not. */
export type Conv2dTransposeOptionsRule<O> = KernelOptionsRule<
  'conv2dTranspose',
  O,
  AtLeast<
    'conv2dTranspose',
    'outputPadding',
    0,
    Pair<Option<O, 'outputPadding', 0>>,
    OutputPaddingRule<O>
  >
>

/** Whether output padding goes with the other options; one that can be undefined the build sees. */
type OutputPaddingRule<O> = O extends { readonly outputPadding: infer V extends PerAxis }
  ? [Option<O, 'padding', 'valid'>] extends ['same']
    ? "conv2dTranspose: outputPadding must be left out where padding is 'same'"
    : BelowStride<Pair<V>, Pair<Option<O, 'stride', 1>>>
  : true

type BelowStride<Vs, Bys> = [Vs, Bys] extends [
  readonly [infer V, ...infer Others],
  readonly [infer By, ...infer Strides],
]
  ? [Subtract<By, Add<V, 1>>] extends [never]
    ? `conv2dTranspose: outputPadding must be less than the stride of ${ShowDim<By>}, got ${ShowDim<V>}`
    : BelowStride<Others, Strides>
  : true

/** The shape of a transposed convolution of image `X` with kernel `K`; or why there is none. */
export type Conv2dTransposeRule<X extends Shape, K extends Shape, O> = true extends
  | RankUnknown<X>
  | RankUnknown<K>
  ? Shape
  : X extends readonly [infer N extends Dim, infer H extends Dim, infer W extends Dim, infer C]
    ? K extends readonly [infer KH extends Dim, infer KW extends Dim, infer F, infer I]
      ? Conv2dTransposeOptionsRule<O> extends string
        ? Shape
        : Channels<X, K, C, I, Option<O, 'groups', 1>> extends infer Sentence extends string
          ? Sentence
          : ImageOf<
              N,
              Extent<'height', H, KH, 0, O>,
              Extent<'width', W, KW, 1, O>,
              Extract<Product<F, Option<O, 'groups', 1>>, Dim>
            >
      : `conv2dTranspose: kernel must be [kh, kw, out, in], got ${Show<K>}`
    : `conv2dTranspose: input must be [n, h, w, c], got ${Show<X>}`

/** Why channels do not fit. */
type Channels<X extends Shape, K extends Shape, C, I, G> =
  Same<C, I> extends true
    ? DivMod<I, G> extends readonly [unknown, infer Rest]
      ? Same<Rest, 0> extends true
        ? true
        : `conv2dTranspose: ${ShowDim<I>} input channels (axis 3 of ${Show<K>}) are not divisible by ${ShowDim<G>} groups`
      : never
    : `conv2dTranspose: input has ${ShowDim<C>} channels (axis 3 of ${Show<X>}) but the kernel expects ${ShowDim<I>} (axis 3 of ${Show<K>})`

/** The size [E] of an axis of the result, or why there is none. */
type Extent<Name extends Side, N extends Dim, K extends Dim, At extends 0 | 1, O> =
  KernelRule<
    'conv2dTranspose',
    Name,
    K,
    Option<O, 'padding', 'valid'>
  > extends infer Refused extends string
    ? Refused
    : Grown<
        Name,
        N,
        Reach<K, Pair<Option<O, 'dilation', 1>>[At]>,
        Pair<Option<O, 'stride', 1>>[At],
        Option<O, 'padding', 'valid'>,
        Pair<Option<O, 'outputPadding', 0>>[At],
        At
      >

type Grown<Name extends Side, N extends Dim, Reached, By, P, Out, At extends 0 | 1> =
  Unknown<P> extends true
    ? readonly [number]
    : P extends 'same'
      ? readonly [[By] extends [1] ? N : Multiply<N, By>]
      : [N] extends [0]
        ? `conv2dTranspose: input ${Name} must be 1 or more, got 0`
        : SidesAt<P, At> extends readonly [infer Low, infer High]
          ? Cropped<Name, N, Reached, By, Out, Low, High>
          : readonly [number]

/** Without its padding; a name where a stride of 1 adds what the padding takes away. */
type Cropped<Name extends Side, N extends Dim, Reached, By, Out, Low, High> = [
  By,
  Cancels<Add<Subtract<Reached, 1>, Out>, Add<Low, High>>,
] extends [1, true]
  ? readonly [N]
  : Kept<Name, Full<N, Reached, By, Out>, Low, High>

/** All that the kernel reaches: (N − 1) · By + Reached + Out. */
type Full<N, Reached, By, Out> = Add<Add<Multiply<Subtract<N, 1>, By>, Reached>, Out>

/** What is left of a size without its padding. */
type Kept<Name extends Side, Size, Low, High> =
  Subtract<Size, Add<Low, High>> extends infer E
    ? [E] extends [0]
      ? `conv2dTranspose: padding [${ShowDim<Low>}, ${ShowDim<High>}] leaves nothing of output ${Name} ${ShowDim<Size>}`
      : readonly [E]
    : never

/** Why options of a transposed convolution cannot be meant. */
export function conv2dTransposeOptionsRule(options: Conv2dTransposeOptions): string | undefined {
  const { outputPadding = 0, stride = 1 } = options
  const below =
    kernelOptionsRule('conv2dTranspose', options) ??
    belowLeast('conv2dTranspose', [['outputPadding', 0, pair(outputPadding)]])
  if (below !== undefined || options.outputPadding === undefined) return below
  if (options.padding === 'same') {
    return "conv2dTranspose: outputPadding must be left out where padding is 'same'"
  }
  const at = pair(outputPadding).findIndex((given, axis) => given >= pair(stride)[axis]!)
  return at < 0
    ? undefined
    : `conv2dTranspose: outputPadding must be less than the stride of ${pair(stride)[at]}, got ${pair(outputPadding)[at]}`
}

/** The shape of a transposed convolution of an image with a kernel; or why there is none. */
export function conv2dTransposeRule(
  x: Shape,
  kernel: Shape,
  options: Conv2dTransposeOptions = {},
): Answer {
  if (x.length !== 4) return `conv2dTranspose: input must be [n, h, w, c], got ${show(x)}`
  if (kernel.length !== 4) {
    return `conv2dTranspose: kernel must be [kh, kw, out, in], got ${show(kernel)}`
  }
  const groups = options.groups ?? 1
  const problem = conv2dTransposeOptionsRule(options) ?? channelProblem(x, kernel, groups)
  if (problem !== undefined) return problem
  const height = extent('height', x[1]!, kernel[0]!, 0, options)
  const width = extent('width', x[2]!, kernel[1]!, 1, options)
  return imageOf(x[0]!, height, width, multiplyDims(kernel[2]!, groups))
}

function channelProblem(x: Shape, kernel: Shape, groups: number): string | undefined {
  const [given, wanted] = [x[3]!, kernel[3]!]
  if (given !== wanted) {
    return `conv2dTranspose: input has ${given} channels (axis 3 of ${show(x)}) but the kernel expects ${wanted} (axis 3 of ${show(kernel)})`
  }
  return divideDims(wanted, groups) === undefined
    ? `conv2dTranspose: ${wanted} input channels (axis 3 of ${show(kernel)}) are not divisible by ${groups} groups`
    : undefined
}

/** The size of an axis of the result, or why there is none. */
function extent(
  name: Side,
  n: Dim,
  k: Dim,
  at: 0 | 1,
  options: Conv2dTransposeOptions,
): Dim | Problem {
  const [stride, dilation] = [pair(options.stride ?? 1)[at], pair(options.dilation ?? 1)[at]]
  const padding = sidesAt(options.padding ?? 'valid', at)
  const problem = kernelProblem('conv2dTranspose', name, k, padding)
  if (problem !== undefined) return { problem }
  if (padding === 'same') return multiplyDims(n, stride)
  if (n === 0) return { problem: `conv2dTranspose: input ${name} must be 1 or more, got 0` }
  const strided = addDims(multiplyDims(addDims(n, -1), stride), reachOf(k, dilation))
  return cropped(name, addDims(strided, pair(options.outputPadding ?? 0)[at]), padding)
}

/** A size without its padding, or why nothing is left. */
function cropped(name: Side, size: Dim, [low, high]: Sides): Dim | Problem {
  const left = subtractDims(size, low + high)
  if (typeof left === 'string' || left >= 1) return left
  const problem = `conv2dTranspose: padding [${low}, ${high}] leaves nothing of output ${name} ${size}`
  return { problem }
}
