// How types say what is wrong with a shape. A rule is a type that is either the shape of a result
// or a sentence; as the type of a parameter, the sentence is what tsc reports on the argument. Here
// is what every such rule is made of.
//
// Conditional types test dims as `[X] extends [Y]`, so that nothing distributes over unions, and
// ask `Unknown` first.

import type { Dim } from './dim.ts'
import type { Shape } from './type.ts'

/**
 * The type of a parameter: `T` where the rule accepts, else the rule's sentence, in which tsc need
 * not look for what to infer.
 */
export type Checked<T, Rule> = Rule extends string ? NoInfer<Rule> : T

/**
 * The shape of a result: the rule's, or of unknown rank where it refused, so that one mistake is
 * one error.
 */
export type Out<Rule> = Rule extends Shape ? Rule : Shape

/** The first of two rules that refuses, else what the second answers. */
export type Both<First, Second> = First extends string ? First : Second

type IsUnion<X, Whole = X> = X extends unknown ? ([Whole] extends [X] ? false : true) : never

/** Whether a dim is not one literal: `number`, `string`, or a union, which only the build knows. */
export type Unknown<X> = number extends X ? true : string extends X ? true : IsUnion<X>

/** Whether not even the rank is known, or which of several shapes it is. */
export type RankUnknown<S extends Shape> = number extends S['length'] ? true : IsUnion<S>

/** Whether two dims can be equal. */
export type Same<X, Y> = [X] extends [Y]
  ? true
  : Unknown<X> extends true
    ? true
    : Unknown<Y> extends true
      ? true
      : false

/** Whether two shapes can be equal. */
export type Fits<A extends Shape, B extends Shape> =
  RankUnknown<A> extends true
    ? true
    : RankUnknown<B> extends true
      ? true
      : A['length'] extends B['length']
        ? false extends { [I in keyof A]: Same<A[I], I extends keyof B ? B[I] : never> }[number]
          ? false
          : true
        : false

/** A dim as sentences show it. */
export type ShowDim<D> = Unknown<D> extends true ? '?' : D extends Dim ? `${D}` : '?'

/** A shape as sentences show it: `[batch, 784]`. */
export type Show<S extends Shape> = RankUnknown<S> extends true ? '[...]' : `[${Join<S>}]`

type Join<S extends Shape> = S extends readonly [infer H]
  ? ShowDim<H>
  : S extends readonly [infer H, ...infer R extends Shape]
    ? `${ShowDim<H>}, ${Join<R>}`
    : ''

/** A shape as sentences show it: `[batch, 784]`. */
export function show(shape: readonly Dim[]): string {
  return `[${shape.join(', ')}]`
}
