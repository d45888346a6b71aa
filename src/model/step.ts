// Calls that types can follow. TypeScript has no way to ask what a generic signature makes of one
// argument, so a call that may stand in a sequence says it a second time, as a step: a type whose
// `result` follows from its `shape` and `dtype`, which whoever asks fills in.

import type { Checked, Fits, Show } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'

/** Holds the step of a call; no such property exists at run time. */
declare const step: unique symbol

/**
 * What a call of one tensor makes of it. An interface that extends this gives `result`, of
 * `ShapeIn<this>` and `DTypeIn<this>`: the tensor, or the sentence that refuses. Nothing else
 * checks the dtype: where only one is taken, the result of others is a sentence too.
 *
 * @example
 * interface FlattenStep extends Step {
 *   readonly result: Unless<Rule<ShapeIn<this>>, Tensor<Out<Rule<ShapeIn<this>>>, DTypeIn<this>>>
 * }
 */
export interface Step {
  // Not `Shape`: what is filled in would be intersected with it, which ruins tuples.
  readonly shape: unknown
  readonly dtype: unknown
  readonly result: unknown
}

/** The shape that a step is asked with. */
export type ShapeIn<F> = F extends { readonly shape: infer S extends Shape } ? S : never

/** The dtype that a step is asked with. */
export type DTypeIn<F> = F extends { readonly dtype: infer D extends DTypeName } ? D : never

/** The sentence of a rule that refuses, else the result. */
export type Unless<Rule, Result> = Rule extends string ? Rule : Result

/** What a call extends to say its step. */
export interface Steps<F> {
  readonly [step]?: F
}

/** A call that is its step: `typed<Stepped<ConvStep<3, 8>>>()(layer({ … }))`. */
export interface Stepped<F> extends Steps<F> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, Take<F, S, D>>,
  ): Made<Take<F, S, D>>
}

/** The result of a step: a tensor or a sentence. */
type Take<F, S extends Shape, D extends DTypeName> = F extends Step
  ? (F & { readonly shape: S; readonly dtype: D })['result']
  : never

/** The tensor of a result; of any shape after a refusal, so that one mistake is one error. */
export type Made<Result> = Result extends Tensor ? Result : Tensor<Shape, 'f32'>

/** What calls make of a tensor one after the other: the last result, or the first refusal. */
export type Through<Calls, X> = Calls extends readonly [infer C, ...infer Rest]
  ? X extends Tensor<infer S, infer D>
    ? Through<Rest, After<C, S, D>>
    : X
  : Calls extends readonly []
    ? X
    : // A list whose length is not known.
      Tensor<Shape, 'f32'>

type After<C, S extends Shape, D extends DTypeName> = C extends { readonly [step]?: infer F }
  ? Take<NonNullable<F>, S, D>
  : C extends (x: infer X) => infer R
    ? AfterFunction<C, X, R, S, D>
    : Tensor<Shape, 'f32'>

/**
 * The same for a function that says no step. X and R are what it takes and gives; of a generic one
 * they are bounds, and all that can be asked is whether it keeps this very type.
 */
type AfterFunction<C, X, R, S extends Shape, D extends DTypeName> =
  X extends Tensor<infer A, infer E>
    ? [D & E] extends [never]
      ? `sequential: a function takes ${E}, got ${D}; use cast(x, '${E}')`
      : Fits<A, S> extends true
        ? Kept<C, R, Tensor<S, D>>
        : `sequential: a function takes ${Show<A>}, got ${Show<S>}`
    : R

type Kept<C, R, X> = [R] extends [X] ? R : [C] extends [(x: X) => X] ? X : R
