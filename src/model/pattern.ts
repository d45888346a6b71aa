// Signatures that are data. A layer or op declares slots; a call matches each argument against its
// slot, twice with the same words: tsc on the types, and `matchSlot` on the very values.
//
//   a number   must be equal
//   a name     is bound by the call, and must agree with itself across all arguments
//   '...'      first only: any leading axes, bound as a whole
//
// A type inside a generic function is decided only if it holds with constraints erased: slots are
// matched as `Slot<infer S, infer D>`, never as `Slot`, and `infer A extends Slot` would spoil
// them.

import type { Dim } from '../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../ir/shape-sentence.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { Slot } from './slot.ts'

/** The bindings `E` and those of S against P; null where S is not known; false where it misfits. */
export type Match<P extends Shape, S extends Shape, E> =
  RankUnknown<S> extends true
    ? null
    : P extends readonly ['...']
      ? E extends { '...': infer R extends Shape }
        ? AllSame<R, S> extends true
          ? E
          : false
        : E & { '...': S }
      : P extends readonly [...infer PR extends Shape, infer L extends Dim]
        ? S extends readonly [...infer SR extends Shape, infer X extends Dim]
          ? MatchDim<L, X, E> extends infer F
            ? F extends false
              ? false
              : Match<PR, SR, F>
            : never
          : false
        : S extends readonly []
          ? E
          : false

type MatchDim<L extends Dim, X extends Dim, E> =
  Unknown<L> extends true
    ? E
    : L extends string
      ? L extends keyof E
        ? Same<E[L], X> extends true
          ? E
          : false
        : E & { [K in L]: X }
      : Same<L, X> extends true
        ? E
        : false

type AllSame<A extends Shape, B extends Shape> = A['length'] extends B['length']
  ? { [I in keyof A]: I extends keyof B ? Same<A[I], B[I]> : false }[number] extends true
    ? true
    : false
  : false

/** A pattern with its names replaced by what a call bound; a name that is not bound is `number`. */
export type Fill<P extends Shape, E> = E extends object
  ? P extends readonly ['...', ...infer R extends Shape]
    ? [...(E extends { '...': infer L extends Shape } ? L : Shape), ...FillDims<R, E>]
    : FillDims<P, E>
  : '...' extends P[0]
    ? Shape
    : FillDims<P, Record<never, never>>

type FillDims<P extends Shape, E> = {
  -readonly [I in keyof P]: P[I] extends string
    ? P[I] extends keyof E
      ? E[P[I]] extends Dim
        ? E[P[I]]
        : number
      : number
    : P[I]
}

/**
 * What an argument of type S, D does to the bindings E when it is passed for a slot of shape P and
 * dtype PD of `N`: further bindings, null where something is unknown, or the sentence that refuses.
 */
export type ArgumentRule<
  N extends string,
  P extends Shape,
  PD extends DTypeName,
  S extends Shape,
  D extends DTypeName,
  E,
> = [D] extends [PD]
  ? ShapeRule<N, P, S, E>
  : DTypeName extends D
    ? ShapeRule<N, P, S, E>
    : `${N}: expects ${PD}, got ${D}; use cast(x, '${PD}')`

type ShapeRule<N extends string, P extends Shape, S extends Shape, E> = E extends null
  ? null
  : Match<P, S, E> extends infer M
    ? M extends false
      ? `${N}: expects ${ShowPattern<P, E>}, got ${Show<S>}`
      : M
    : never

/** The bindings of a rule's answer; unknown after a refusal, so that one mistake is one error. */
export type Bindings<Rule> = Rule extends string ? null : Rule

/** A pattern as sentences show it: `[b=n, s, 64]`, names that are bound with their value. */
export type ShowPattern<P extends Shape, E> = `[${JoinPattern<P, E>}]`

type JoinPattern<P extends Shape, E> = P extends readonly [infer H]
  ? ShowPatternDim<H, E>
  : P extends readonly [infer H, ...infer R extends Shape]
    ? `${ShowPatternDim<H, E>}, ${JoinPattern<R, E>}`
    : ''

type ShowPatternDim<H, E> = H extends string
  ? H extends keyof E
    ? `${H}=${E[H] extends Shape ? Show<E[H]> : ShowDim<E[H]>}`
    : H
  : ShowDim<H>

/** What a call has bound: dims by name, and the leading axes under '...'. */
export type Bound = ReadonlyMap<string, Dim | Shape>

/** Nothing bound yet. */
export const NOTHING_BOUND: Bound = new Map()

/**
 * The bindings after matching a tensor against a slot, or the sentence that refuses: the run-time
 * twin of `ArgumentRule`.
 */
export function matchSlot(
  name: string,
  slot: Slot,
  tensor: { readonly shape: Shape; readonly dtype: DTypeName },
  bound: Bound,
): Bound | string {
  if (tensor.dtype !== slot.dtype) {
    return `${name}: expects ${slot.dtype}, got ${tensor.dtype}; use cast(x, '${slot.dtype}')`
  }
  const found = matchShape(slot.shape, tensor.shape, bound)
  if (found !== undefined) return found
  return `${name}: expects ${showPattern(slot.shape, bound)}, got ${show(tensor.shape)}`
}

/** The bindings after matching a shape against a pattern; undefined where it does not fit. */
export function matchShape(pattern: Shape, shape: Shape, bound: Bound): Bound | undefined {
  const found = new Map(bound)
  const leading = pattern[0] === '...' ? 1 : 0
  const extra = shape.length - (pattern.length - leading)
  if (leading === 1 ? extra < 0 : extra !== 0) return undefined
  if (leading === 1 && !binds(found, '...', shape.slice(0, extra))) return undefined
  const fits = pattern.slice(leading).every((wanted, i) => {
    const got = shape[extra + i]!
    return typeof wanted === 'string' ? binds(found, wanted, got) : wanted === got
  })
  return fits ? found : undefined
}

/** Binds a name, or compares with what it is bound to. */
function binds(bound: Map<string, Dim | Shape>, name: string, value: Dim | Shape): boolean {
  const known = bound.get(name)
  if (known === undefined) bound.set(name, value)
  return known === undefined || String(known) === String(value)
}

/** The pattern as sentences show it. */
export function showPattern(pattern: Shape, bound: Bound = NOTHING_BOUND): string {
  return show(
    pattern.map(dim => {
      const value = bound.get(String(dim))
      if (typeof dim === 'number' || value === undefined) return dim
      return `${dim}=${typeof value === 'object' ? show(value) : value}`
    }),
  )
}
