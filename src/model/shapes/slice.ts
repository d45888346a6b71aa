// The rule of slices, one part per list of the call, so that a mistake is told where it stands:
// positions are within the axis, ends not before starts, strides at least 1. Negative positions
// count from the end; axes beyond the lists are taken whole.

import { addDims, type Dim, dim, subtractDims } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { AnyDims } from './axes.ts'
import type { QuotientUp, Subtract } from './integers.ts'

/** Whether nothing can be told about a list of positions for `S`. */
type Untold<S extends Shape, L extends Shape> = RankUnknown<S> extends true ? true : RankUnknown<L>

/** The entry of a list for the axis whose key is `Key`. */
type Entry<L extends Shape, Key, Default extends Dim> = Key extends keyof L
  ? Extract<L[Key], Dim>
  : Default

/** Whether a position counts from the end. */
type IsNegative<P extends Dim> =
  Unknown<P> extends true ? false : `${P}` extends `-${number}` ? true : false

/** How far from the start of an axis of size N position P is; never where that is before it. */
type FromStart<P extends Dim, N extends Dim> =
  Unknown<P> extends true
    ? number
    : `${P}` extends `-${infer Back extends number}`
      ? Subtract<N, Back>
      : P

/** Whether B − A can only be negative. Most positions are 0 or the end: no arithmetic for them. */
type IsBefore<B, A> = [A] extends [0 | B] ? false : [Subtract<B, A>] extends [never] ? true : false

/** Whether position P is beyond an axis of size N; one that counts from the end never is. */
type IsBeyond<P extends Dim, N extends Dim> =
  IsNegative<P> extends true ? false : IsBefore<N, FromStart<P, N>>

/** The keys of a shape one after another, for a first mistake to be found. */
type Keys<S extends Shape> = S extends readonly [...infer Rest extends Shape, Dim]
  ? [...Keys<Rest>, `${Rest['length']}`]
  : []

/** The sentence of a list that is longer than the rank; else `Rest`. */
type LengthRule<S extends Shape, L extends Shape, Rest> = L extends readonly [
  ...{ [I in keyof S]: Dim },
  Dim,
  ...Shape,
]
  ? `slice: ${L['length']} positions given for ${Show<S>} (rank ${S['length']})`
  : Rest

/** True, or why no slice of `S` starts at `B`. */
export type SliceStartRule<S extends Shape, B extends Shape> =
  Untold<S, B> extends true ? true : LengthRule<S, B, StartAt<S, B, Keys<S>>>

type StartAt<S extends Shape, B extends Shape, Left> = Left extends [
  infer Key extends string,
  ...infer Others,
]
  ? Entry<S, Key, 0> extends infer N extends Dim
    ? Entry<B, Key, 0> extends infer P extends Dim
      ? [FromStart<P, N>] extends [never]
        ? `slice: start ${ShowDim<P>} is before the beginning of ${Show<S>} at axis ${Key}`
        : IsBeyond<P, N> extends true
          ? `slice: start ${ShowDim<P>} exceeds dim ${ShowDim<N>} of ${Show<S>} at axis ${Key}`
          : StartAt<S, B, Others>
      : never
    : never
  : true

/** True, or why no slice of `S` that starts at `B` ends at `E`. */
export type SliceEndRule<S extends Shape, B extends Shape, E extends Shape> =
  Untold<S, E> extends true
    ? true
    : RankUnknown<B> extends true
      ? LengthRule<S, E, EndAt<S, AnyDims<S>, E, Keys<S>>>
      : LengthRule<S, E, EndAt<S, B, E, Keys<S>>>

type EndAt<S extends Shape, B extends Shape, E extends Shape, Left> = Left extends [
  infer Key extends string,
  ...infer Others,
]
  ? Entry<S, Key, 0> extends infer N extends Dim
    ? EndOf<Entry<E, Key, N>, Entry<B, Key, 0>, N> extends infer Wrong extends string
      ? `slice: end ${ShowDim<Entry<E, Key, N>>} ${Wrong} of ${Show<S>} at axis ${Key}`
      : EndAt<S, B, E, Others>
    : never
  : true

/** What is wrong with end Q after start P of an axis of size N. */
type EndOf<Q extends Dim, P extends Dim, N extends Dim> = [FromStart<Q, N>] extends [never]
  ? `is before start ${ShowDim<P>}`
  : IsBeyond<Q, N> extends true
    ? `exceeds dim ${ShowDim<N>}`
    : [FromStart<P, N>] extends [never]
      ? true
      : IsBefore<FromStart<Q, N>, FromStart<P, N>> extends true
        ? `is before start ${ShowDim<P>}`
        : true

/** True, or why `S` cannot be walked in steps of `T`. */
export type SliceStrideRule<S extends Shape, T extends Shape> =
  Untold<S, T> extends true ? true : LengthRule<S, T, StrideAt<T, Keys<S>>>

type StrideAt<T extends Shape, Left> = Left extends [infer Key extends string, ...infer Others]
  ? Entry<T, Key, 1> extends infer By extends Dim
    ? IsNegative<By> extends true
      ? `slice: strides must be 1 or more, got ${ShowDim<By>} at axis ${Key}`
      : [By] extends [0]
        ? `slice: strides must be 1 or more, got 0 at axis ${Key}`
        : StrideAt<T, Others>
    : never
  : true

/** The shape of the slice of `S` from `B` to `E` in steps of `T`; of unknown rank if refused. */
export type Sliced<S extends Shape, B extends Shape, E extends Shape, T extends Shape> =
  RankUnknown<S> extends true
    ? Shape
    : true extends RankUnknown<B> | RankUnknown<E> | RankUnknown<T>
      ? AnyDims<S>
      : SliceStartRule<S, B> | SliceEndRule<S, B, E> | SliceStrideRule<S, T> extends true
        ? {
            -readonly [I in keyof S]: SlicedDim<
              Extract<S[I], Dim>,
              Entry<B, I, 0>,
              Entry<E, I, Extract<S[I], Dim>>,
              Entry<T, I, 1>
            >
          }
        : Shape

type SlicedDim<N extends Dim, P extends Dim, Q extends Dim, By extends Dim> = Stepped<
  Length<FromStart<P, N>, FromStart<Q, N>>,
  By
>

type Length<From, To> = [From] extends [0] ? To : Subtract<To, From>

type Stepped<Count, By extends Dim> = [By] extends [1]
  ? Extract<Count, Dim>
  : Unknown<By> extends true
    ? number
    : QuotientUp<Count, By>

/** Why no slice of the shape is what the lists say; undefined where there is one. */
export function sliceRule(
  shape: Shape,
  start: Shape,
  end: Shape,
  stride: Shape = [],
): string | undefined {
  const longest = [start, end, stride].find(list => list.length > shape.length)
  if (longest !== undefined) {
    return `slice: ${longest.length} positions given for ${show(shape)} (rank ${shape.length})`
  }
  return (
    firstWrong(shape, axis => startProblem(shape, axis, start[axis] ?? 0)) ??
    firstWrong(shape, axis => endProblem(shape, axis, start[axis] ?? 0, end[axis])) ??
    firstWrong(shape, axis => strideProblem(axis, stride[axis] ?? 1))
  )
}

function firstWrong(shape: Shape, problem: (axis: number) => string | undefined) {
  return shape.map((_, axis) => problem(axis)).find(found => found !== undefined)
}

function startProblem(shape: Shape, axis: number, start: Dim): string | undefined {
  const from = fromStart(start, shape[axis]!)
  const place = `${show(shape)} at axis ${axis}`
  if (isNegative(from)) return `slice: start ${start} is before the beginning of ${place}`
  return isBefore(shape[axis]!, from)
    ? `slice: start ${start} exceeds dim ${shape[axis]} of ${place}`
    : undefined
}

function endProblem(shape: Shape, axis: number, start: Dim, end: Dim | undefined) {
  const extent = shape[axis]!
  const to = fromStart(end ?? extent, extent)
  const place = `of ${show(shape)} at axis ${axis}`
  if (isBefore(extent, to)) return `slice: end ${end} exceeds dim ${extent} ${place}`
  return isNegative(to) || isBefore(to, fromStart(start, extent))
    ? `slice: end ${end} is before start ${start} ${place}`
    : undefined
}

const strideProblem = (axis: number, stride: Dim) =>
  stride === 0 || isNegative(stride)
    ? `slice: strides must be 1 or more, got ${stride} at axis ${axis}`
    : undefined

const isNegative = (position: Dim) => typeof position === 'number' && position < 0

const isBefore = (end: Dim, start: Dim) => isNegative(subtractDims(end, start))

/** How far from the start of an axis a position is. */
const fromStart = (position: Dim, extent: Dim) =>
  isNegative(position) ? addDims(extent, position) : dim(position)
