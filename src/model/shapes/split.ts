// The rule of taking a tensor apart along an axis: into a number of equal parts, or parts of sizes
// that add up to the axis.

import { addDims, type Dim, dim, divideDims } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { type Axis, axesOf, type DimAt, type Replaced } from './axes.ts'
import type { Add, DivMod } from './integers.ts'

/** How a tensor is taken apart: the number of equal parts, or their sizes. */
export type Parts = number | Shape

/** The shapes of the parts of `S`, a list; or why there are none. */
export type SplitRule<S extends Shape, P extends Parts, A> =
  RankUnknown<S> extends true
    ? Repeat<Shape, P>
    : Axis<S, A> extends infer Key
      ? Key extends 'bad' | 'unknown'
        ? Repeat<Shape, P>
        : Unknown<P> extends true
          ? readonly Replaced<S, Key, number>[]
          : P extends Shape
            ? Sized<S, P, A, Key>
            : Equal<S, P, A, Key>
      : never

/** As many times the same: a tuple where tsc knows how many, and they are not thousands. */
type Repeat<T, P> = P extends Shape
  ? { readonly [I in keyof P]: T }
  : Unknown<P> extends true
    ? readonly T[]
    : `${P & number}` extends Uncounted
      ? readonly T[]
      : Times<T, P>

/** Numbers in the thousands and beyond, negative ones and fractions, as text. */
type Uncounted =
  | `${number}${number}${number}${number}${string}`
  | `-${string}`
  | `${string}${'.' | 'e'}${string}`

type Times<T, N, Done extends readonly T[] = []> = Done['length'] extends N
  ? Done
  : Times<T, N, [...Done, T]>

type Equal<S extends Shape, P, A, Key> =
  Part<DimAt<S, Key>, P> extends infer D extends Dim
    ? Repeat<Replaced<S, Key, D>, P>
    : `split: cannot split ${ShowDim<DimAt<S, Key>>} of ${Show<S>} at axis ${ShowDim<A>} into ${ShowDim<P>} equal parts`

/** N / P; null where that is no dim. A name can be told apart into one part only. */
type Part<N, P> = P extends 1
  ? N
  : `${P & number}` extends '0' | `-${string}` | `${string}.${string}`
    ? null
    : N extends `${string}${'*' | '+' | '-'}${string}`
      ? number
      : Unknown<N> extends true
        ? number
        : N extends string
          ? null
          : DivMod<N, P> extends [infer D, infer Rest]
            ? Same<Rest, 0> extends true
              ? D
              : null
            : null

type Sized<S extends Shape, P extends Shape, A, Key> =
  RankUnknown<P> extends true
    ? readonly Replaced<S, Key, number>[]
    : Negative<P> extends infer Wrong extends string
      ? `split: sizes must be 0 or more, got ${Wrong} in ${Show<P>}`
      : Same<Sum<P>, DimAt<S, Key>> extends true
        ? { readonly [I in keyof P]: Replaced<S, Key, Extract<P[I], Dim>> }
        : `split: sizes ${Show<P>} add up to ${ShowDim<Sum<P>>} but axis ${ShowDim<A>} of ${Show<S>} has ${ShowDim<DimAt<S, Key>>}`

type Negative<P extends Shape> = P extends readonly [
  infer H extends Dim,
  ...infer Rest extends Shape,
]
  ? `${H}` extends `-${number}`
    ? `${H}`
    : Negative<Rest>
  : undefined

type Sum<P extends Shape, Total = 0> = P extends readonly [infer H, ...infer Rest extends Shape]
  ? Sum<Rest, Total extends 0 ? H : H extends 0 ? Total : Add<Total, H>>
  : Total

/** The sizes of the parts along an axis; or why there are none. */
export function splitRule(shape: Shape, parts: Parts, axis: number): readonly Dim[] | string {
  const found = axesOf('split', shape, axis)
  if (typeof found === 'string') return found
  const extent = shape[found[0]!]!
  if (typeof parts === 'number') return equalParts(shape, extent, parts, axis)
  const below = parts.find(size => typeof size === 'number' && size < 0)
  if (below !== undefined) return `split: sizes must be 0 or more, got ${below} in ${show(parts)}`
  const sizes = parts.map(dim)
  const total = sizes.reduce(addDims, 0)
  return total === extent
    ? sizes
    : `split: sizes ${show(parts)} add up to ${total} but axis ${axis} of ${show(shape)} has ${extent}`
}

function equalParts(shape: Shape, extent: Dim, count: number, axis: number) {
  const isCount = Number.isSafeInteger(count) && count > 0
  const part = isCount ? divideDims(extent, count) : undefined
  return part === undefined
    ? `split: cannot split ${extent} of ${show(shape)} at axis ${axis} into ${count} equal parts`
    : Array.from({ length: count }, () => part)
}
