// Axes as users write them: one or a list, from the front or (negative) from the back. The rules
// here tell which axes are meant; those of reductions and movements build on them.

import type { Dim } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { Answer } from './checked.ts'

/** One axis or several; left out where the op has a default. */
export type AxesArgument = number | readonly number[] | undefined

/**
 * The axis of `S` that `A` means, as a key of `S`; 'bad' where there is none, 'unknown' where only
 * the build can tell.
 */
export type Axis<S extends Shape, A> =
  Unknown<A> extends true
    ? 'unknown'
    : `${A & number}` extends `-${infer Back}`
      ? FromBack<S, Back>
      : `${A & number}` extends keyof S
        ? `${A & number}`
        : 'bad'

/** The axis that is `Back` from the end: the rank of what is left when so many are gone. */
type FromBack<
  S extends Shape,
  Back extends string,
  Gone extends Shape = [],
> = `${Gone['length']}` extends Back
  ? `${S['length']}`
  : S extends readonly [...infer Rest extends Shape, infer Last extends Dim]
    ? FromBack<Rest, Back, [Last, ...Gone]>
    : 'bad'

/** What to do about axes that are not there. */
export const AXES_HELP = 'count axes from 0, or from -1 at the last, and name each once'

/** The sentence of an axis, or a list with one, that is out of range. */
type OutOfRange<
  Op extends string,
  S extends Shape,
  A,
> = `${Op}: axis ${A extends Shape ? Show<A> : ShowDim<A>} is out of range for ${Show<S>} (rank ${S['length']}: use ${Range<S>})`

type Range<S extends Shape> = S extends readonly [Dim, ...infer Rest]
  ? `-${S['length']}..${Rest['length']}`
  : 'no axis'

type Distinct<Keys extends readonly string[], Seen = never> = Keys extends readonly [
  infer Key,
  ...infer Rest extends readonly string[],
]
  ? Key extends Seen
    ? false
    : Distinct<Rest, Key | Seen>
  : true

/**
 * The keys in `S` of the axes that `A` means, a tuple; a sentence where one is out of range or
 * given twice; undefined where only the build can tell.
 */
export type AxesOf<Op extends string, S extends Shape, A> =
  Unknown<A> extends true
    ? undefined
    : A extends readonly number[]
      ? { [I in keyof A]: Axis<S, A[I]> } extends infer Keys extends readonly string[]
        ? 'bad' extends Keys[number]
          ? OutOfRange<Op, S, A>
          : 'unknown' extends Keys[number]
            ? undefined
            : Distinct<Keys> extends true
              ? Keys
              : `${Op}: axes ${Show<A>} repeat an axis`
        : never
      : Axis<S, A> extends infer Key
        ? Key extends 'bad'
          ? OutOfRange<Op, S, A>
          : Key extends 'unknown'
            ? undefined
            : readonly [Key]
        : never

/** `S` where axes are within its rank and distinct, or left out; else why not. */
export type AxesRule<Op extends string, S extends Shape, A> =
  RankUnknown<S> extends true
    ? S
    : AxesOf<Op, S, A> extends infer Found
      ? Found extends string
        ? Found
        : S
      : never

/** A shape without the dims at the axes whose keys are `Keys`. */
export type Dropped<
  S extends Shape,
  Keys,
  At extends Shape = [],
  Kept extends Shape = [],
> = S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
  ? Dropped<Rest, Keys, [...At, D], `${At['length']}` extends Keys ? Kept : [...Kept, D]>
  : Kept

/** A shape with `D` in place of the dims at the axes whose keys are `Keys`. */
export type Replaced<S extends Shape, Keys, D extends Dim> = {
  -readonly [I in keyof S]: I extends Keys ? D : S[I]
}

/**
 * A shape as results have it, not readonly. Mapped, not spread, as tsc would take a spread for a
 * place to infer `S` from.
 */
export type Plain<S extends Shape> = { -readonly [I in keyof S]: S[I] }

/** A shape of the rank of `S` of which no dim is known. */
export type AnyDims<S extends Shape> = { -readonly [I in keyof S]: number }

/** The dim of `S` at the axis whose key is `Key`. */
export type DimAt<S extends Shape, Key> = Key extends keyof S ? Extract<S[Key], Dim> : never

/** `S` with a dim `D` more, before the axis whose key is `Key`, or after the last. */
export type Inserted<
  S extends Shape,
  Key,
  D extends Dim,
  Before extends Shape = [],
> = `${Before['length']}` extends Key
  ? [...Before, D, ...S]
  : S extends readonly [infer H extends Dim, ...infer Rest extends Shape]
    ? Inserted<Rest, Key, D, [...Before, H]>
    : never

/** `S` with an axis more of size `D`, at position `A` of the result; or why there is no such. */
export type InsertRule<Op extends string, S extends Shape, A, D extends Dim> =
  RankUnknown<S> extends true
    ? Shape
    : Axis<[...S, D], A> extends infer Key
      ? Key extends 'bad'
        ? `${Op}: axis ${ShowDim<A>} is out of range for a result of rank ${[...S, D]['length']} (use ${Range<[...S, D]>})`
        : Key extends 'unknown'
          ? Shape
          : Inserted<S, Key, D>
      : never

/** Whether some dim of `S` is known to the build only. */
export type SomeUnknown<S extends Shape> = true extends {
  [I in keyof S]: Unknown<S[I]>
}[number]
  ? true
  : false

/** `S` where `A` is one of its axes, else why not. */
export type AxisRule<Op extends string, S extends Shape, A> =
  RankUnknown<S> extends true ? S : 'bad' extends Axis<S, A> ? OutOfRange<Op, S, A> : S

/** `Rest` where a shape has an axis, else why not: for ops that have a default axis. */
export type RankRule<Op extends string, S extends Shape, Rest = true> = S extends readonly []
  ? `${Op}: needs rank >= 1, got []`
  : Rest

/** Why an op that works along an axis takes no scalar. */
export function rankRule(op: string, shape: Shape): string | undefined {
  return shape.length === 0 ? `${op}: needs rank >= 1, got []` : undefined
}

/** The axes that are meant, in the order given, all where left out; or why there are none such. */
export function axesOf(op: string, shape: Shape, axes: AxesArgument): readonly number[] | string {
  const rank = shape.length
  if (axes === undefined) return shape.map((_, axis) => axis)
  const given = typeof axes === 'number' ? [axes] : axes
  const isThere = (axis: number) => Number.isInteger(axis) && axis >= -rank && axis < rank
  if (!given.every(isThere)) {
    const written = typeof axes === 'number' ? axes : show(axes)
    const range = rank === 0 ? 'no axis' : `-${rank}..${rank - 1}`
    return `${op}: axis ${written} is out of range for ${show(shape)} (rank ${rank}: use ${range})`
  }
  const found = given.map(axis => (axis < 0 ? axis + rank : axis))
  return new Set(found).size < found.length ? `${op}: axes ${show(given)} repeat an axis` : found
}

/** The shape with an axis more at position `axis` of the result; or why there is no such. */
export function insertRule(op: string, shape: Shape, axis: number, extent: Dim): Answer {
  const rank = shape.length + 1
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    return `${op}: axis ${axis} is out of range for a result of rank ${rank} (use -${rank}..${rank - 1})`
  }
  const at = axis < 0 ? axis + rank : axis
  return [...shape.slice(0, at), extent, ...shape.slice(at)]
}

/** The shape itself where the axes are within its rank and distinct; else why not. */
export function axesRule(op: string, shape: Shape, axes: AxesArgument): Answer {
  const found = axesOf(op, shape, axes)
  return typeof found === 'string' ? found : shape
}
