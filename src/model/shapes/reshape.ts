// The rule of reshaping: both shapes have the same number of elements. Dims that both have are
// cancelled first, names above all, so that most reshapes need no arithmetic, and what is left over
// tells the mistake. Sums and products of names are for the build to decide. Flattening is the case
// that always fits.

import { type Dim, dim, dimNames, divideDims, sizeOf } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { Plain } from './axes.ts'
import type { Answer } from './checked.ts'
import type { DivMod, Multiply } from './integers.ts'

/** The shape that `B` means for the elements of `A`, with -1 filled in; or why there is none. */
export type ReshapeRule<A extends Shape, B extends Shape> =
  RankUnknown<B> extends true
    ? Shape
    : Miswritten<B> extends infer Sentence extends string
      ? Sentence
      : RankUnknown<A> extends true
        ? Filled<B, number>
        : Opaque<A> extends true
          ? Filled<B, number>
          : Opaque<B> extends true
            ? Filled<B, number>
            : -1 extends B[number]
              ? Inferred<A, B>
              : Resized<A, B>

/** The first dim, then the product of all others; or why there is none. */
export type FlattenRule<S extends Shape> =
  RankUnknown<S> extends true
    ? [number, number]
    : S extends readonly [infer First extends Dim, ...infer Rest extends Shape]
      ? ReshapeRule<Rest, [-1]> extends readonly [infer Product extends Dim]
        ? [First, Product]
        : never
      : 'flatten: needs rank >= 1, got []'

/** The sentence of a shape that nothing can be reshaped to. */
type Miswritten<
  B extends Shape,
  Rest extends Shape = B,
  Holes extends Shape = [],
> = Rest extends readonly [infer H extends Dim, ...infer Tail extends Shape]
  ? [H] extends [-1]
    ? Holes extends []
      ? Miswritten<B, Tail, [H]>
      : `reshape: at most one dim can be -1, got ${Show<B>}`
    : `${H}` extends `-${number}`
      ? `reshape: dims must be 0 or more, or -1, got ${ShowDim<H>} in ${Show<B>}`
      : Miswritten<B, Tail, Holes>
  : undefined

/** Whether some dim is known to the build only, or is more than a name. */
type Opaque<S extends Shape> = true extends { [I in keyof S]: OpaqueDim<S[I]> }[number]
  ? true
  : false

type OpaqueDim<D> =
  Unknown<D> extends true
    ? true
    : D extends `${string}${'*' | '+' | '-' | ' '}${string}`
      ? true
      : false

/** `B` with `D` in place of -1. */
type Filled<B extends Shape, D extends Dim> = {
  -readonly [I in keyof B]: B[I] extends -1 ? D : B[I]
}

type WithoutHole<B extends Shape, Done extends Shape = []> = B extends readonly [
  infer H extends Dim,
  ...infer Rest extends Shape,
]
  ? WithoutHole<Rest, H extends -1 ? Done : [...Done, H]>
  : Done

/**
 * What is left of `A` and of `B` without the dims that both have. Zeros stay: 0 / 0 is anything.
 */
type Cancelled<A extends Shape, B extends Shape, Left extends Shape = []> = A extends readonly [
  infer H extends Dim,
  ...infer Rest extends Shape,
]
  ? H extends 0
    ? Cancelled<Rest, B, [...Left, H]>
    : Less<B, H> extends infer Others extends Shape
      ? Cancelled<Rest, Others, Left>
      : Cancelled<Rest, B, [...Left, H]>
  : readonly [Left, B]

/** `S` without its first `D`; null where it has none. */
type Less<S extends Shape, D extends Dim, Before extends Shape = []> = S extends readonly [
  infer H extends Dim,
  ...infer Rest extends Shape,
]
  ? H extends D
    ? [...Before, ...Rest]
    : Less<Rest, D, [...Before, H]>
  : null

type Names<S extends Shape, Found extends string[] = []> = S extends readonly [
  infer H,
  ...infer Rest extends Shape,
]
  ? Names<Rest, H extends string ? [...Found, H] : Found>
  : Found

/** The product of the dims that are numbers. */
type Product<S extends Shape, P = 1> = S extends readonly [infer H, ...infer Rest extends Shape]
  ? Product<Rest, H extends number ? Multiply<P, H> : P>
  : P

type Inferred<A extends Shape, B extends Shape> = 0 extends B[number]
  ? `reshape: cannot infer -1 beside a dim of 0 in ${Show<B>}`
  : 0 extends A[number]
    ? Filled<B, 0>
    : Cancelled<A, WithoutHole<B>> extends readonly [infer L extends Shape, infer R extends Shape]
      ? Names<R> extends [infer Name extends string, ...string[]]
        ? `reshape: ${Show<A>} has no dim '${Name}' left for ${Show<B>}`
        : Hole<A, B, Names<L>, Product<L>, Product<R>>
      : never

/**
 * `B` with the names found · P / Q in place of -1. More than one name makes a product, which only
 * the build has.
 */
type Hole<A extends Shape, B extends Shape, Found extends string[], P, Q> = Found extends [
  string,
  string,
  ...string[],
]
  ? Filled<B, number>
  : DivMod<P, Q> extends [infer D extends number, infer Rest]
    ? Same<Rest, 0> extends true
      ? Filled<B, Found extends [infer Name extends string] ? (D extends 1 ? Name : number) : D>
      : `reshape: cannot infer -1: ${Elements<P, Found>} elements of ${Show<A>} are not divisible by ${ShowDim<Q>}`
    : never

/** A coefficient and at most one name, as dims are written. */
type Elements<P, Found extends string[]> = Found extends [infer Name extends string]
  ? P extends 1
    ? Name
    : `${ShowDim<P>}*${Name}`
  : ShowDim<P>

type Resized<A extends Shape, B extends Shape> = [0, 0] extends [A[number], B[number]]
  ? Plain<B>
  : Cancelled<A, B> extends readonly [infer L extends Shape, infer R extends Shape]
    ? [...Names<L>, ...Names<R>] extends [infer Name extends string, ...string[]]
      ? `reshape: symbolic dim '${Name}' is in only one of ${Show<A>} and ${Show<B>}`
      : Same<Product<L>, Product<R>> extends true
        ? Plain<B>
        : `reshape: ${Show<A>} has ${ShowDim<Product<L>>} elements${Note<A, L>} but ${Show<B>} has ${ShowDim<Product<R>>}`
    : never

type Note<A extends Shape, Left extends Shape> = A['length'] extends Left['length']
  ? ''
  : ' (shared dims removed)'

/** The shape that is meant for the elements of another, with -1 filled in; or why there is none. */
export function reshapeRule(from: Shape, to: Shape): Answer {
  const holes = to.filter(extent => extent === -1)
  if (holes.length > 1) return `reshape: at most one dim can be -1, got ${show(to)}`
  const below = to.find(extent => typeof extent === 'number' && extent < 0 && extent !== -1)
  if (below !== undefined) {
    return `reshape: dims must be 0 or more, or -1, got ${below} in ${show(to)}`
  }
  const canonical = to.map(dim)
  if (holes.length === 1) return inferred(from, to, canonical)
  return sizeOf(from) === sizeOf(canonical) ? canonical : sizeSentence(from, to, canonical)
}

/** The shape of examples as rows; or why there is none. */
export function flattenRule([first, ...rest]: Shape): Answer {
  return first === undefined ? 'flatten: needs rank >= 1, got []' : [first, sizeOf(rest)]
}

function inferred(from: Shape, to: Shape, canonical: Shape): Answer {
  const given = canonical.filter(extent => extent !== -1)
  if (given.includes(0)) return `reshape: cannot infer -1 beside a dim of 0 in ${show(to)}`
  const found = divideDims(sizeOf(from), sizeOf(given))
  if (found !== undefined) return canonical.map(extent => (extent === -1 ? found : extent))
  const [own, others] = cancelled(from, given)
  const missing = namesIn(others).find(name => !namesIn(own).includes(name))
  if (missing !== undefined) {
    return `reshape: ${show(from)} has no dim '${missing}' left for ${show(to)}`
  }
  return `reshape: cannot infer -1: ${sizeOf(own)} elements of ${show(from)} are not divisible by ${sizeOf(others)}`
}

function sizeSentence(from: Shape, to: Shape, canonical: Shape): string {
  const [own, others] = cancelled(from, canonical)
  const [ours, theirs] = [namesIn(own), namesIn(others)]
  const lonely = [...ours, ...theirs].find(name => !(ours.includes(name) && theirs.includes(name)))
  if (lonely !== undefined) {
    return `reshape: symbolic dim '${lonely}' is in only one of ${show(from)} and ${show(to)}`
  }
  const note = own.length < from.length ? ' (shared dims removed)' : ''
  return `reshape: ${show(from)} has ${sizeOf(own)} elements${note} but ${show(to)} has ${sizeOf(others)}`
}

/** What is left of two shapes without the dims that both have; zeros stay. */
function cancelled(a: Shape, b: Shape): readonly [Shape, Shape] {
  const others = [...b]
  const own = a.filter(extent => {
    const at = extent === 0 ? -1 : others.indexOf(extent)
    if (at >= 0) others.splice(at, 1)
    return at < 0
  })
  return [own, others]
}

const namesIn = (shape: Shape) => shape.flatMap(dimNames)
