// What a layer is inside a body: a function whose argument types are checked against its slots and
// whose result type follows from them. The common signature, one tensor whose last axis changes,
// has a type of its own, which keeps hovers short.

import type { Checked, RankUnknown, Same, Show, ShowDim } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { ArgumentRule, Bindings, Fill } from './pattern.ts'
import type { Slot } from './slot.ts'
import type { DTypeIn, ShapeIn, Step, Steps, Unless } from './step.ts'

/** Holds the call as bodies of generic layers see it; no such property exists at run time. */
declare const loose: unique symbol

/** The call with shapes unknown, which only the build checks. */
export interface Loosely<F> {
  readonly [loose]?: F
}

/** f32('...', I) to f32('...', O). */
export interface LastAxis<N extends string, I extends number, O extends number>
  extends Loosely<(x: Tensor<Shape, 'f32'>) => Tensor<Shape, 'f32'>>,
    Steps<LastAxisStep<N, I, O>> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, LastAxisRule<N, S, D, I>>,
  ): Tensor<WithLast<S, O>, 'f32'>
}

interface LastAxisStep<N extends string, I extends number, O extends number> extends Step {
  readonly result: Unless<
    LastAxisRule<N, ShapeIn<this>, DTypeIn<this>, I>,
    Tensor<WithLast<ShapeIn<this>, O>, 'f32'>
  >
}

/** Why an argument does not fit a slot of which only the last axis is known. */
export type LastAxisRule<
  N extends string,
  S extends Shape,
  D extends DTypeName,
  I extends number,
> = D extends 'f32'
  ? S extends readonly [...Shape, I]
    ? 0
    : LastDimRule<N, S, I>
  : DTypeName extends D
    ? LastDimRule<N, S, I>
    : `${N}: expects f32, got ${D}; use cast(x, 'f32')`

type LastDimRule<N extends string, S extends Shape, I extends number> =
  RankUnknown<S> extends true
    ? 0
    : S extends readonly [...Shape, infer L]
      ? Same<I, L> extends true
        ? 0
        : `${N}: expects [..., ${ShowDim<I>}], got ${Show<S>}`
      : `${N}: expects [..., ${ShowDim<I>}], got ${Show<S>}`

type WithLast<S extends Shape, O extends number> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [...infer B extends Shape, unknown]
      ? [...B, O]
      : Shape

type Start = Record<never, never>

type Rule<N extends string, A, S extends Shape, D extends DTypeName, E> =
  A extends Slot<infer P, infer PD> ? ArgumentRule<N, P, PD, S, D, E> : never

type Loose<A> = A extends Slot<infer _S, infer D> ? Tensor<Shape, D> : never

type Result<O, E> = O extends Slot<infer P, infer D> ? Tensor<Fill<P, E>, D> : never

type B1<N extends string, A, S extends Shape, D extends DTypeName> = Bindings<
  Rule<N, A, S, D, Start>
>

/** Any signature of one tensor. */
export interface Call1<N extends string, A, O>
  extends Loosely<(x: Loose<A>) => Loose<O>>,
    Steps<Step1<N, A, O>> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, Rule<N, A, S, D, Start>>,
  ): Result<O, B1<N, A, S, D>>
}

interface Step1<N extends string, A, O> extends Step {
  readonly result: Unless<
    Rule<N, A, ShapeIn<this>, DTypeIn<this>, Start>,
    Result<O, B1<N, A, ShapeIn<this>, DTypeIn<this>>>
  >
}

type B2<
  N extends string,
  A,
  B,
  S extends Shape,
  D extends DTypeName,
  T extends Shape,
  E extends DTypeName,
> = Bindings<Rule<N, B, T, E, B1<N, A, S, D>>>

/** A signature of two tensors. */
export interface Call2<N extends string, A, B, O>
  extends Loosely<(x: Loose<A>, y: Loose<B>) => Loose<O>> {
  <S extends Shape, D extends DTypeName, T extends Shape, E extends DTypeName>(
    x: Checked<Tensor<S, D>, Rule<N, A, S, D, Start>>,
    y: Checked<Tensor<T, E>, Rule<N, B, T, E, B1<N, A, S, D>>>,
  ): Result<O, B2<N, A, B, S, D, T, E>>
}

type B3<
  N extends string,
  A,
  B,
  C,
  S extends Shape,
  D extends DTypeName,
  T extends Shape,
  E extends DTypeName,
  U extends Shape,
  F extends DTypeName,
> = Bindings<Rule<N, C, U, F, B2<N, A, B, S, D, T, E>>>

/** A signature of three tensors. */
export interface Call3<N extends string, A, B, C, O>
  extends Loosely<(x: Loose<A>, y: Loose<B>, z: Loose<C>) => Loose<O>> {
  <
    S extends Shape,
    D extends DTypeName,
    T extends Shape,
    E extends DTypeName,
    U extends Shape,
    F extends DTypeName,
  >(
    x: Checked<Tensor<S, D>, Rule<N, A, S, D, Start>>,
    y: Checked<Tensor<T, E>, Rule<N, B, T, E, B1<N, A, S, D>>>,
    z: Checked<Tensor<U, F>, Rule<N, C, U, F, B2<N, A, B, S, D, T, E>>>,
  ): Result<O, B3<N, A, B, C, S, D, T, E, U, F>>
}

/** A signature of four tensors. */
export interface Call4<N extends string, A, B, C, G, O>
  extends Loosely<(x: Loose<A>, y: Loose<B>, z: Loose<C>, w: Loose<G>) => Loose<O>> {
  <
    S extends Shape,
    D extends DTypeName,
    T extends Shape,
    E extends DTypeName,
    U extends Shape,
    F extends DTypeName,
    V extends Shape,
    H extends DTypeName,
  >(
    x: Checked<Tensor<S, D>, Rule<N, A, S, D, Start>>,
    y: Checked<Tensor<T, E>, Rule<N, B, T, E, B1<N, A, S, D>>>,
    z: Checked<Tensor<U, F>, Rule<N, C, U, F, B2<N, A, B, S, D, T, E>>>,
    w: Checked<Tensor<V, H>, Rule<N, G, V, H, B3<N, A, B, C, S, D, T, E, U, F>>>,
  ): Result<O, Bindings<Rule<N, G, V, H, B3<N, A, B, C, S, D, T, E, U, F>>>>
}

/** The slots of a layer or op: one, or a list of up to four. */
export type Inputs =
  | Slot
  | readonly [Slot]
  | readonly [Slot, Slot]
  | readonly [Slot, Slot, Slot]
  | readonly [Slot, Slot, Slot, Slot]

/** The call of a signature. */
export type CallOf<N extends string, I, O> =
  I extends Slot<readonly ['...', infer A extends number], 'f32'>
    ? O extends Slot<readonly ['...', infer B extends number], 'f32'>
      ? LastAxis<N, A, B>
      : Call1<N, I, O>
    : I extends Slot<infer _S, infer _D>
      ? Call1<N, I, O>
      : I extends readonly [infer A]
        ? Call1<N, A, O>
        : I extends readonly [infer A, infer B]
          ? Call2<N, A, B, O>
          : I extends readonly [infer A, infer B, infer C]
            ? Call3<N, A, B, C, O>
            : I extends readonly [infer A, infer B, infer C, infer G]
              ? Call4<N, A, B, C, G, O>
              : never

/** A call as the body of a generic layer sees it: shapes are checked when it is traced. */
export type LooseCall<C> = C extends { readonly [loose]?: infer F }
  ? NonNullable<F>
  : (...inputs: readonly Tensor[]) => Tensor<Shape, 'f32'>

/** The inputs of a body that is generic over shapes. */
export type LooseInputs<I> =
  I extends Slot<infer _S, infer _D>
    ? [x: Loose<I>]
    : I extends readonly [infer A]
      ? [x: Loose<A>]
      : I extends readonly [infer A, infer B]
        ? [x: Loose<A>, y: Loose<B>]
        : I extends readonly [infer A, infer B, infer C]
          ? [x: Loose<A>, y: Loose<B>, z: Loose<C>]
          : I extends readonly [infer A, infer B, infer C, infer G]
            ? [x: Loose<A>, y: Loose<B>, z: Loose<C>, w: Loose<G>]
            : never

/** The same, followed by two things more. A spread would not be resolved in generic code. */
export type LooseInputsThen<I, P, S> =
  I extends Slot<infer _S, infer _D>
    ? [x: Loose<I>, params: P, state: S]
    : I extends readonly [infer A]
      ? [x: Loose<A>, params: P, state: S]
      : I extends readonly [infer A, infer B]
        ? [x: Loose<A>, y: Loose<B>, params: P, state: S]
        : I extends readonly [infer A, infer B, infer C]
          ? [x: Loose<A>, y: Loose<B>, z: Loose<C>, params: P, state: S]
          : I extends readonly [infer A, infer B, infer C, infer G]
            ? [x: Loose<A>, y: Loose<B>, z: Loose<C>, w: Loose<G>, params: P, state: S]
            : never

/** What a reverse rule gives: a cotangent per input, null where the output is independent of it. */
export type Cotangents<I> =
  I extends Slot<infer _S, infer _D>
    ? readonly [Cotangent<I>]
    : I extends readonly [infer A]
      ? readonly [Cotangent<A>]
      : I extends readonly [infer A, infer B]
        ? readonly [Cotangent<A>, Cotangent<B>]
        : I extends readonly [infer A, infer B, infer C]
          ? readonly [Cotangent<A>, Cotangent<B>, Cotangent<C>]
          : I extends readonly [infer A, infer B, infer C, infer G]
            ? readonly [Cotangent<A>, Cotangent<B>, Cotangent<C>, Cotangent<G>]
            : never

type Cotangent<A> = Loose<A> | null
