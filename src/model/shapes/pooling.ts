// The rule of pooling: a window over the height and width of an image [n, height, width, channels],
// with stride and padding. Sizes are exact; a name stays a name where its axis keeps its size.
// A padding is smaller than the window, so that every window holds an element of the image.

import type { Dim } from '../../ir/dim.ts'
import { type RankUnknown, type Show, type ShowDim, show } from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { pair, sidesAt } from '../../ops/window-geometry.ts'
import type { Pool2dOptions } from '../../ops/window-options.ts'
import type { Answer } from './checked.ts'
import type { Add, Subtract } from './integers.ts'
import {
  type AllSides,
  type AtLeast,
  belowLeast,
  type ImageOf,
  imageOf,
  type Option,
  type Pair,
  type Problem,
  type Side,
  type SidesAt,
  type Walked,
  walked,
} from './windows.ts'

/** The ops that pool an image. */
export type Pool2d = 'maxPool2d' | 'avgPool2d'

type Size<O> = Option<O, 'size', number>
type Padding<O> = Option<O, 'padding', 'valid'>

/** True where options can be meant, else why not. */
export type Pool2dOptionsRule<Op extends Pool2d, O> = AtLeast<
  Op,
  'size',
  1,
  Pair<Size<O>>,
  AtLeast<
    Op,
    'stride',
    1,
    Pair<Option<O, 'stride', Size<O>>>,
    AtLeast<
      Op,
      'padding',
      0,
      AllSides<Padding<O>>,
      Inside<
        Op,
        'height',
        Pair<Size<O>>[0],
        SidesAt<Padding<O>, 0>,
        Inside<Op, 'width', Pair<Size<O>>[1], SidesAt<Padding<O>, 1>, true>
      >
    >
  >
>

/**
 * The type of a parameter for options that must be known exactly. `Checked`, which distributes over
 * the rule, has sentences for a constraint here, and tsc would widen `{ size: 2 }` to numbers.
 */
export type CheckedOptions<Op extends Pool2d, O> = [Pool2dOptionsRule<Op, O>] extends [string]
  ? NoInfer<Pool2dOptionsRule<Op, O>>
  : O

/** What `Rest` answers where the sides of an axis are smaller than the window, else a sentence. */
type Inside<Op extends Pool2d, Name extends Side, Size, Sides, Rest> = Sides extends readonly [
  infer V,
  ...infer Others,
]
  ? [Subtract<Size, Add<V, 1>>] extends [never]
    ? `${Op}: padding must be less than the window ${Name} ${ShowDim<Size>}, got ${ShowDim<V>}`
    : Inside<Op, Name, Size, Others, Rest>
  : Rest

/** The shape of pooling image `X`, or why there is none. */
export type Pool2dRule<Op extends Pool2d, X extends Shape, O> =
  RankUnknown<X> extends true
    ? Shape
    : X extends readonly [
          infer N extends Dim,
          infer H extends Dim,
          infer W extends Dim,
          infer C extends Dim,
        ]
      ? Pool2dOptionsRule<Op, O> extends string
        ? Shape
        : ImageOf<N, Extent<Op, 'height', H, 0, O>, Extent<Op, 'width', W, 1, O>, C>
      : `${Op}: input must be [n, h, w, c], got ${Show<X>}`

/** The size [E] of an axis of the result, or why there is none. */
type Extent<Op extends Pool2d, Name extends Side, N extends Dim, At extends 0 | 1, O> =
  Walked<
    Op,
    'window',
    Name,
    N,
    Pair<Size<O>>[At],
    Pair<Option<O, 'stride', Size<O>>>[At],
    Padding<O>,
    At
  > extends infer Found
    ? [Found, N, Padding<O>] extends [readonly [Dim], 0, readonly unknown[]]
      ? `${Op}: input ${Name} must be 1 or more, got 0`
      : Found
    : never

/** Why options of pooling cannot be meant. */
export function pool2dOptionsRule(op: Pool2d, options: Pool2dOptions): string | undefined {
  const { size, stride = size, padding = 'valid' } = options
  const below = belowLeast(op, [
    ['size', 1, pair(size)],
    ['stride', 1, pair(stride)],
    ['padding', 0, typeof padding === 'string' ? [] : padding.flat()],
  ])
  if (below !== undefined || typeof padding === 'string') return below
  for (const [at, name] of (['height', 'width'] as const).entries()) {
    const extent = pair(size)[at]!
    const side = padding[at]!.find(given => given >= extent)
    if (side !== undefined) {
      return `${op}: padding must be less than the window ${name} ${extent}, got ${side}`
    }
  }
  return undefined
}

/** The shape of pooling an image, or why there is none. */
export function pool2dRule(op: Pool2d, x: Shape, options: Pool2dOptions): Answer {
  if (x.length !== 4) return `${op}: input must be [n, h, w, c], got ${show(x)}`
  const problem = pool2dOptionsRule(op, options)
  if (problem !== undefined) return problem
  const height = extent(op, 'height', x[1]!, 0, options)
  const width = extent(op, 'width', x[2]!, 1, options)
  return imageOf(x[0]!, height, width, x[3]!)
}

/** The size of an axis of the result, or why there is none. */
function extent(op: Pool2d, name: Side, n: Dim, at: 0 | 1, options: Pool2dOptions): Dim | Problem {
  const { size, stride = size } = options
  const padding = sidesAt(options.padding ?? 'valid', at)
  const walk = { op, what: 'window', name, n, reach: pair(size)[at], stride: pair(stride)[at] }
  const found = walked({ ...walk, padding })
  const isEmpty = n === 0 && padding !== 'same' && typeof found !== 'object'
  return isEmpty ? { problem: `${op}: input ${name} must be 1 or more, got 0` } : found
}

/** The shape of one mean per example and channel, or why there is none. */
export type GlobalPoolRule<X extends Shape> =
  RankUnknown<X> extends true
    ? Shape
    : X extends readonly [infer N extends Dim, Dim, Dim, infer C extends Dim]
      ? [N, C]
      : `globalAvgPool: input must be [n, h, w, c], got ${Show<X>}`

/** The shape of one mean per example and channel, or why there is none. */
export function globalPoolRule(x: Shape): Answer {
  return x.length === 4
    ? [x[0]!, x[3]!]
    : `globalAvgPool: input must be [n, h, w, c], got ${show(x)}`
}
