// What the rules of convolutions and of pooling share: options, how far a kernel reaches, and how
// many steps a window takes along an axis, as types and as functions on
// src/ops/window-geometry.ts.

import { addDims, type Dim, divideUp, subtractDims } from '../../ir/dim.ts'
import type { ShowDim, Unknown } from '../../ir/shape-sentence.ts'
import type { Sides } from '../../ops/window-geometry.ts'
import type { Answer } from './checked.ts'
import type { Add, Multiply, QuotientUp, Subtract } from './integers.ts'

/** An axis that windows walk along. */
export type Side = 'height' | 'width'

/** An option, its default where it is left out, and `number` where only the build can tell. */
export type Option<O, Key extends string, Default> = Key extends keyof O
  ? [O[Key]] extends [undefined]
    ? Default
    : Unknown<O[Key]> extends true
      ? number
      : O[Key]
  : Default

/** An option for height and width. */
export type Pair<V> = V extends readonly [infer H, infer W] ? readonly [H, W] : readonly [V, V]

/** All four numbers of a padding, none where it is a word. */
export type AllSides<P> = P extends readonly [
  readonly [infer T, infer B],
  readonly [infer L, infer R],
]
  ? readonly [T, B, L, R]
  : readonly []

/** What `Rest` answers where all `Vs` of an option are in range, else why they are not. */
export type AtLeast<
  Op extends string,
  Name extends string,
  Least extends 0 | 1,
  Vs,
  Rest,
> = Vs extends readonly [infer V, ...infer Others]
  ? IsBelow<V, Least> extends true
    ? `${Op}: ${Name} must be ${Least} or more, got ${ShowDim<V>}`
    : AtLeast<Op, Name, Least, Others, Rest>
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

/** An option, the least it can be, and its numbers. */
export type Numbers = readonly [name: string, least: 0 | 1, values: readonly number[]]

/** Why a number of an option is out of range. */
export function belowLeast(op: string, options: readonly Numbers[]): string | undefined {
  for (const [name, least, values] of options) {
    const below = values.find(value => !(Number.isSafeInteger(value) && value >= least))
    if (below !== undefined) return `${op}: ${name} must be ${least} or more, got ${below}`
  }
  return undefined
}

/** I · G, a name in one group. */
export type Product<I, G> = [G] extends [1] ? I : Multiply<I, G>

/** The size of a kernel with its gaps: (K − 1) · D + 1. */
export type Reach<K, D> = [D] extends [1] ? K : Add<Multiply<Subtract<K, 1>, D>, 1>

/** Whether a kernel of size `K` can walk with padding `P`, else why it cannot. */
export type KernelRule<Op extends string, Name extends Side, K extends Dim, P> = [K] extends [0]
  ? `${Op}: kernel ${Name} must be 1 or more, got 0`
  : [P, K, Unknown<K>] extends ['same', string, false]
    ? `${Op}: padding 'same' needs a known kernel ${Name}, got ${ShowDim<K>}`
    : true

/** Why a kernel of size `k` cannot walk with a padding. */
export function kernelProblem(
  op: string,
  name: Side,
  k: Dim,
  padding: Sides | 'same',
): string | undefined {
  if (k === 0) return `${op}: kernel ${name} must be 1 or more, got 0`
  return padding === 'same' && typeof k === 'string'
    ? `${op}: padding 'same' needs a known kernel ${name}, got ${k}`
    : undefined
}

/** The padding [low, high] of one axis, `number` where only the build knows it. */
export type SidesAt<P, At extends 0 | 1> = P extends readonly unknown[] ? P[At] : readonly [0, 0]

/** Whether what is added to an axis is what is taken away, so that its size, a name too, stays. */
export type Cancels<More, Less> =
  Unknown<More> extends true ? false : [More, Less] extends [Less, More] ? true : false

/** How many steps `[E]` a window takes along an axis of `N` elements, or why it takes none. */
export type Walked<
  Op extends string,
  What extends string,
  Name extends Side,
  N extends Dim,
  Reached,
  By,
  P,
  At extends 0 | 1,
> =
  Unknown<P> extends true
    ? readonly [number]
    : P extends 'same'
      ? readonly [Steps<N, By>]
      : SidesAt<P, At> extends readonly [infer Low, infer High]
        ? [Subtract<Plus<Plus<N, Low>, High>, Reached>] extends [never]
          ? `${Op}: ${What} ${Name} ${ShowDim<Reached>} exceeds padded input ${Name} ${ShowDim<Plus<Plus<N, Low>, High>>}`
          : readonly [Steps<Room<N, Add<Low, High>, Reached>, By>]
        : readonly [number]

type Plus<A, B> = B extends 0 ? A : Add<A, B>

/** The places of a window: N + More − Reached + 1. */
type Room<N, More, Reached> =
  Cancels<More, Subtract<Reached, 1>> extends true ? N : Add<Subtract<Add<N, More>, Reached>, 1>

/** How many steps fit: N / By rounded up. */
type Steps<N, By> = [By] extends [1] ? N : QuotientUp<N, By>

/** Why an axis of the result has no size. */
export interface Problem {
  readonly problem: string
}

/** A window on its way along one axis. */
export interface Walk {
  readonly op: string
  /** What the window is called: kernel, dilated kernel, window. */
  readonly what: string
  readonly name: Side
  readonly n: Dim
  readonly reach: Dim
  readonly stride: number
  readonly padding: Sides | 'same'
}

/** How many steps a window takes along an axis, or why it takes none. */
export function walked({ op, what, name, n, reach, stride, padding }: Walk): Dim | Problem {
  const size = padding === 'same' ? n : addDims(n, padding[0] + padding[1])
  const room = padding === 'same' ? n : addDims(subtractDims(size, reach), 1)
  if (padding !== 'same' && typeof room === 'number' && room < 1) {
    return { problem: `${op}: ${what} ${name} ${reach} exceeds padded input ${name} ${size}` }
  }
  return (
    divideUp(room, stride) ?? {
      problem: `${op}: a stride of ${stride} needs a known ${name}, got ${room}`,
    }
  )
}

/** An image of two sizes `[E]`, or the first of them that is a sentence. */
export type ImageOf<N extends Dim, H, W, C extends Dim> = H extends readonly [infer OH extends Dim]
  ? W extends readonly [infer OW extends Dim]
    ? [N, OH, OW, C]
    : W
  : H

/** An image of two sizes, or the first problem of them. */
export function imageOf(n: Dim, height: Dim | Problem, width: Dim | Problem, c: Dim): Answer {
  if (typeof height === 'object') return height.problem
  return typeof width === 'object' ? width.problem : [n, height, width, c]
}

/** What to do about a refusal: about sizes where those are at fault, else how `shapes` must be. */
export function windowHelp(answer: Answer, shapes: string): string {
  if (typeof answer !== 'string') return shapes
  if (answer.includes(' exceeds ')) return "use padding 'same', or a smaller window"
  if (answer.includes(' needs a known ')) {
    return 'give that dim as a number, or use a stride of 1 with padding in numbers'
  }
  return shapes
}
