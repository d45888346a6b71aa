// The types of what goes into a run and comes out: host values nested like the tensors they belong
// to, and, for inputs that do not fit, the sentence that tsc shows on the value at fault. The same
// sentences are thrown by feed.ts where shapes were not known before.

import type { Dim } from '../ir/dim.ts'
import type { Checked, Fits, Show } from '../ir/shape-sentence.ts'
import type { ArrayOf, Host, Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'

type Names<T> =
  T extends Tensor<infer S, DTypeName>
    ? { [I in keyof S]: S[I] extends string ? (string extends S[I] ? never : S[I]) : never }[number]
    : never

/** The symbolic dims that inputs mention: any, where the inputs are not known. */
export type DimNames<In> = unknown extends In
  ? string
  : string extends keyof In
    ? string
    : { [K in keyof In]: Names<In[K]> }[keyof In] & string

/** A tree of tensors with sizes put in for symbolic dims. */
export type WithDims<T, M> =
  T extends Tensor<infer S, infer D>
    ? Tensor<
        { [I in keyof S]: S[I] extends keyof M ? (M[S[I]] extends Dim ? M[S[I]] : S[I]) : S[I] },
        D
      >
    : { [K in keyof T]: WithDims<T[K], M> }

type ArrayName<D> = D extends 'f32'
  ? 'Float32Array'
  : D extends 'f64'
    ? 'Float64Array'
    : D extends 'i32'
      ? 'Int32Array'
      : 'Uint32Array'

/** Anything that may be passed for an input, whatever its shape and dtype. */
export type AnyFeed = Host | ArrayOf[DTypeName] | number

type FeedRule<In, F, K> = K extends keyof In
  ? K extends keyof F
    ? In[K] extends Tensor<infer S, infer D>
      ? ValueRule<K & string, S, D, F[K]>
      : 0
    : 0
  : `run: this model has no input ${K & string}`

type ValueRule<K extends string, S extends Shape, D extends DTypeName, V> = V extends number
  ? S extends readonly []
    ? 0
    : `run: input ${K} is ${D}: pass a ${ArrayName<D>}`
  : V extends Host<infer H, infer E>
    ? E extends D
      ? Fits<S, H> extends true
        ? 0
        : `run: input ${K} is ${Show<S>}, got ${Show<H>}`
      : `run: input ${K} is ${D}, got ${E}`
    : V extends ArrayOf[D]
      ? 0
      : `run: input ${K} is ${D}: pass a ${ArrayName<D>}`

/** Names of N that T lacks; for a bare {} tsc falls back to the constraint, hence `undefined`. */
type Missing<N, T> = N extends keyof T ? (undefined extends T[N] ? N & string : never) : N & string

/** What may be passed for a tensor. */
type FeedOf<T> =
  T extends Tensor<infer S, infer D>
    ? S extends readonly []
      ? number | ArrayOf[D] | Host<S, D>
      : ArrayOf[D] | Host<S, D>
    : never

/**
 * Inputs of a run. Wrong values get a sentence of ours; for missing keys tsc speaks, which keeps
 * completion inside the braces.
 */
export type Feeds<In, F> = [Missing<keyof In, F>] extends [never]
  ? { readonly [K in keyof F]: Checked<F[K], FeedRule<In, F, K>> }
  : { readonly [K in keyof In]: FeedOf<In[K]> }

/** Sizes for the symbolic dims of a program. */
export type DimsOf<In, M> = [Missing<DimNames<In>, M>] extends [never]
  ? {
      readonly [K in keyof M]: Checked<
        M[K],
        K extends DimNames<In> ? 0 : `compile: this program has no dim '${K & string}'`
      >
    }
  : { readonly [K in DimNames<In>]: number }

/** Options that say a size for every symbolic dim; where there is none, `dims` may be left out. */
export type DimsOption<In, M> = [DimNames<In>] extends [never]
  ? { readonly dims?: DimsOf<In, M> | undefined }
  : {
      /** A size for every symbolic dim. */
      readonly dims: DimsOf<In, M>
    }
