// The tree of declarations under `params`: its leaves are parameters and layers, its nodes objects
// and lists. Bodies, gradients, state and host values mirror the tree; the types here say how.
//
// In generic code tsc decides a conditional type only if it holds with constraints erased: parts
// are matched as `Param<infer S, infer D, infer T>`, never as `Param`.

import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { Simplify } from '../ir/typed-graph.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { LooseCall } from './call-type.ts'
import type { Param } from './param.ts'
import type { Slot } from './slot.ts'

/** Holds the call of a layer for tsc; no such property exists at run time. */
declare const call: unique symbol
/** Marks parameters that training does not change; no such property exists at run time. */
declare const frozen: unique symbol

/** A tensor of a parameter that training does not change. */
export interface Frozen<S extends Shape = Shape, D extends DTypeName = DTypeName>
  extends Tensor<S, D> {
  readonly [frozen]: true
}

/** What a layer's apply gives, before it is checked. */
export type Apply = (...args: readonly unknown[]) => unknown

/**
 * A part with a signature. `C` is the call that a body sees; `P` and `S` are the trees of its
 * parameters and of its state.
 */
export interface Layer<C = unknown, P = unknown, S = unknown> {
  readonly kind: 'layer'
  readonly name: string
  /** Absent where the parts of the layer take what they can: a sequence's, which is one tensor. */
  readonly inputs?: readonly Slot[] | undefined
  /** Absent where the result is inferred: a block's. */
  readonly output?: Slot | undefined
  readonly params: P
  readonly state: S
  readonly apply: Apply
  readonly [call]?: C
}

/** A part of the tree of declarations. */
export type Part = Param | Layer | readonly Part[] | { readonly [key: string]: Part }

/** The tree of declarations. */
export type Parts = { readonly [key: string]: Part }

/** The state of a layer: parameters by key. */
export type StateParts = { readonly [key: string]: Param }

/** No parts. */
export type None = Record<never, never>

/** What a bound layer is besides a function: its parameters, for penalties and tied weights. */
export interface HasParams<P> {
  readonly params: Bound<P>
}

/** What a body receives: parameters as tensors, layers as functions, in the same tree. */
export type Bound<T> =
  T extends Param<infer S, infer D, infer _T>
    ? Tensor<S, D>
    : T extends Layer<infer C, infer P, infer _S>
      ? C & HasParams<P>
      : { -readonly [K in keyof T]: Bound<T[K]> }

/** The tensors of a tree of declarations: what host trees, gradients and optimizers mirror. */
export type ParamsOf<T> =
  T extends Param<infer S, infer D, infer B>
    ? [B] extends [false]
      ? Frozen<S, D>
      : Tensor<S, D>
    : T extends Layer<infer _C, infer P, infer _S>
      ? ParamsOf<P>
      : { -readonly [K in keyof T]: ParamsOf<T[K]> }

/** The same for state; parts without state vanish, and `never` stands for none at all. */
export type StateOf<T> = [Stateful<T>] extends [never] ? never : Kept<T>

/** `true` where some layer keeps state: most trees have none, and nothing more is asked of them. */
type Stateful<T> =
  T extends Param<infer _S, infer _D, infer _T>
    ? never
    : T extends Layer<infer _C, infer P, infer S>
      ? [keyof S] extends [never]
        ? Stateful<P>
        : true
      : { [K in keyof T]: Stateful<T[K]> }[Keys<T>]

type Keys<T> = keyof T & (T extends readonly unknown[] ? number : string)

type Kept<T> =
  T extends Layer<infer _C, infer P, infer S>
    ? [keyof S] extends [never]
      ? StateOf<P>
      : Simplify<ParamsOf<S> & ([StateOf<P>] extends [never] ? None : StateOf<P>)>
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: OrNone<StateOf<T[K]>> }
      : Simplify<{
          -readonly [K in keyof T as [Stateful<T[K]>] extends [never] ? never : K]: StateOf<T[K]>
        }>

type OrNone<T> = [T] extends [never] ? None : T

/**
 * The gradients of a tree of tensors: what is frozen or no float vanishes, and `never` stands for
 * none at all. A tree that loses nothing is its own, which is what nearly every tree is.
 */
export type GradsOf<T> = [Constants<T>] extends [never] ? T : Differentiable<T>

/** `true` where some leaf has no gradient; nothing where nothing is known. */
type Constants<T> = unknown extends T ? never : ConstantsIn<T>

type ConstantsIn<T> =
  T extends Tensor<infer S, infer D>
    ? [D] extends ['f32' | 'f64']
      ? T extends Frozen<S, D>
        ? true
        : never
      : DTypeName extends D
        ? never
        : true
    : string extends keyof T
      ? // A tree whose names are not known; its type has no end.
        never
      : [keyof T] extends [never]
        ? true
        : { [K in keyof T]: Constants<T[K]> }[Keys<T>]

type Differentiable<T> =
  T extends Tensor<infer _S, infer _D>
    ? never
    : T extends readonly unknown[]
      ? [GradsOf<T[number]>] extends [never]
        ? never
        : { [K in keyof T]: OrNone<GradsOf<T[K]>> }
      : string extends keyof T
        ? T
        : OrNever<{ [K in keyof T as [GradsOf<T[K]>] extends [never] ? never : K]: GradsOf<T[K]> }>

type OrNever<T> = [keyof T] extends [never] ? never : Simplify<T>

/** What the body of a generic layer receives: shapes are checked when it is traced. */
export type LooseBound<T> =
  T extends Param<infer _S, infer D, infer _T>
    ? Tensor<Shape, D>
    : T extends Layer<infer C, infer P, infer _St>
      ? LooseCall<C> & { readonly params: LooseBound<P> }
      : { -readonly [K in keyof T]: LooseBound<T[K]> }

/** Whether something that may come from untyped code is a layer. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'layer'
}
