// The rule of convolutions: an image [n, height, width, channels] and a kernel
// [height, width, channels / groups, out], with stride, padding, dilation and groups. Sizes are
// exact; a name stays a name where its axis keeps its size.

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
import type { Answer } from './checked.ts'
import type { Add, DivMod, Multiply, QuotientUp, Subtract } from './integers.ts'

/** One number for both axes, or one per axis. */
export type PerAxis = number | readonly [height: number, width: number]

/** Zeros before and after, or that none are (valid), or as many as keep the size (same). */
export type ConvolutionPadding =
  | 'valid'
  | 'same'
  | readonly [
      height: readonly [top: number, bottom: number],
      width: readonly [left: number, right: number],
    ]

/** Options of `conv2d`. */
export interface Conv2dOptions {
  /** Steps of the kernel over the image; 1 by default. */
  readonly stride?: PerAxis | undefined
  /** What stands around the image; 'valid' by default. */
  readonly padding?: ConvolutionPadding | undefined
  /** Distance between neighbours of the kernel; 1 by default. */
  readonly dilation?: PerAxis | undefined
  /** Into how many groups the channels fall, each with kernels of its own; 1 by default. */
  readonly groups?: number | undefined
}

/** An option, its default where it is left out, and `number` where only the build can tell. */
type Option<O, Key extends keyof Conv2dOptions, Default> = Key extends keyof O
  ? [O[Key]] extends [undefined]
    ? Default
    : Unknown<O[Key]> extends true
      ? number
      : O[Key]
  : Default

/** An option for height and width. */
type Both<V> = V extends readonly [infer H, infer W] ? readonly [H, W] : readonly [V, V]

type AtLeast<Name extends string, Least extends 0 | 1, Vs, Rest> = Vs extends readonly [
  infer V,
  ...infer Others,
]
  ? IsBelow<V, Least> extends true
    ? `conv2d: ${Name} must be ${Least} or more, got ${ShowDim<V>}`
    : AtLeast<Name, Least, Others, Rest>
  : Rest

type IsBelow<V, Least extends 0 | 1> =
  Unknown<V> extends true
    ? false
    : `${V & number}` extends `-${string}`
      ? true
      : V extends 0
        ? Least extends 1
          ? true
          : false
        : false

/** All sides of a padding. */
type Sides<P> = P extends readonly [readonly [infer T, infer B], readonly [infer L, infer R]]
  ? readonly [T, B, L, R]
  : readonly []

/** True where options can be meant, else why not. */
export type Conv2dOptionsRule<O> = AtLeast<
  'stride',
  1,
  Both<Option<O, 'stride', 1>>,
  AtLeast<
    'dilation',
    1,
    Both<Option<O, 'dilation', 1>>,
    AtLeast<
      'groups',
      1,
      [Option<O, 'groups', 1>],
      AtLeast<'padding', 0, Sides<Option<O, 'padding', 'valid'>>, true>
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
          : Image<N, Extent<'height', H, KH, 0, O>, Extent<'width', W, KW, 1, O>, F>
      : `conv2d: kernel must be [kh, kw, in, out], got ${Show<K>}`
    : `conv2d: input must be [n, h, w, c], got ${Show<X>}`

/** The result of its dims, or the first of them that is a sentence. */
type Image<N extends Dim, H, W, F extends Dim> = H extends readonly [infer OH extends Dim]
  ? W extends readonly [infer OW extends Dim]
    ? [N, OH, OW, F]
    : W
  : H

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

/** I · G, a name in one group. */
type Product<I, G> = G extends 1 ? I : Multiply<I, G>

/** The size [E] of an axis of the result, or why there is none. */
type Extent<Name extends string, N extends Dim, K extends Dim, At extends 0 | 1, O> = [K] extends [
  0,
]
  ? `conv2d: kernel ${Name} must be 1 or more, got 0`
  : Walked<
      Name,
      N,
      Reach<K, Both<Option<O, 'dilation', 1>>[At]>,
      Both<Option<O, 'stride', 1>>[At],
      Both<Option<O, 'dilation', 1>>[At],
      Option<O, 'padding', 'valid'>,
      At
    >

/** The size of a kernel with its gaps: (K − 1) · D + 1. */
type Reach<K, D> = D extends 1 ? K : Add<Multiply<Subtract<K, 1>, D>, 1>

type Walked<Name extends string, N extends Dim, Reached, By, D, P, At extends 0 | 1> =
  Unknown<P> extends true
    ? readonly [number]
    : P extends 'same'
      ? readonly [Steps<N, By>]
      : Padded<N, P extends readonly unknown[] ? P[At] : readonly [0, 0]> extends infer Size
        ? [Subtract<Size, Reached>] extends [never]
          ? `conv2d: ${D extends 1 ? '' : 'dilated '}kernel ${Name} ${ShowDim<Reached>} exceeds padded input ${Name} ${ShowDim<Size>}`
          : readonly [Steps<Reached extends 1 ? Size : Add<Subtract<Size, Reached>, 1>, By>]
        : never

type Padded<N, Side> = Side extends readonly [infer A, infer B] ? Plus<Plus<N, A>, B> : number

type Plus<A, B> = B extends 0 ? A : Add<A, B>

/** How many steps fit: N / By rounded up. */
type Steps<N, By> = By extends 1 ? N : QuotientUp<N, By>

const pair = (of: PerAxis): readonly [number, number] => (typeof of === 'number' ? [of, of] : of)

/** Why options of a convolution cannot be meant. */
export function conv2dOptionsRule(options: Conv2dOptions): string | undefined {
  const { stride = 1, dilation = 1, groups = 1, padding = 'valid' } = options
  const checks = [
    ['stride', 1, pair(stride)],
    ['dilation', 1, pair(dilation)],
    ['groups', 1, [groups]],
    ['padding', 0, typeof padding === 'string' ? [] : padding.flat()],
  ] as const
  for (const [name, least, values] of checks) {
    const below = values.find(value => !(Number.isSafeInteger(value) && value >= least))
    if (below !== undefined) return `conv2d: ${name} must be ${least} or more, got ${below}`
  }
  return undefined
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
  if (typeof height === 'object') return height.problem
  const width = extent('width', x[2]!, kernel[1]!, 1, options)
  return typeof width === 'object' ? width.problem : [x[0]!, height, width, kernel[3]!]
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
function extent(name: string, n: Dim, k: Dim, at: 0 | 1, options: Conv2dOptions) {
  const { padding = 'valid' } = options
  const [by, dilation] = [pair(options.stride ?? 1)[at], pair(options.dilation ?? 1)[at]]
  if (k === 0) return { problem: `conv2d: kernel ${name} must be 1 or more, got 0` }
  const reach = addDims(multiplyDims(addDims(k, -1), dilation), 1)
  const [before, after] = typeof padding === 'string' ? [0, 0] : padding[at]
  const size = addDims(addDims(n, before), after)
  const room = padding === 'same' ? n : addDims(subtractDims(size, reach), 1)
  if (padding !== 'same' && typeof room === 'number' && room < 1) {
    const what = dilation === 1 ? 'kernel' : 'dilated kernel'
    return { problem: `conv2d: ${what} ${name} ${reach} exceeds padded input ${name} ${size}` }
  }
  return (
    steps(room, by) ?? { problem: `conv2d: a stride of ${by} needs a known ${name}, got ${room}` }
  )
}

/** How many steps fit: n / by rounded up; undefined where that is no dim. */
function steps(n: Dim, by: number): Dim | undefined {
  if (typeof n === 'number') return Math.ceil(n / by)
  // Rounding up adds less than the stride; only one such term can make a polynomial divisible.
  for (let rest = 0; rest < by; rest++) {
    const found = divideDims(addDims(n, rest), by)
    if (found !== undefined) return found
  }
  return undefined
}
