// The types of derivatives of programs: which outputs may be differentiated, as sentences, and what
// a derivative returns beside what the program did.

import type { RankUnknown, Show } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Simplify } from '../ir/typed-graph.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { GradsOf, None } from './part.ts'

type Float = 'f32' | 'f64'

/** The part of a tree at a path such as `grads.l1.b`. */
type At<O, K extends string> = K extends keyof O
  ? O[K]
  : K extends `${infer H}.${infer R}`
    ? H extends keyof O
      ? At<O[H], R>
      : never
    : never

/** Whether a tensor can be a float scalar. */
type IsScalar<T> =
  T extends Tensor<infer S, infer D>
    ? RankUnknown<S> extends true
      ? IsFloat<D>
      : S extends readonly []
        ? IsFloat<D>
        : false
    : false

type IsFloat<D extends DTypeName> = [D] extends [Float] ? true : DTypeName extends D ? true : false

/** The outputs, by their own key, that can be differentiated. */
type ScalarKeys<O> = { [K in keyof O]: IsScalar<O[K]> extends true ? K : never }[keyof O]

/** Whether the names of a tree are not known. */
type AnyNames<O> = unknown extends O ? true : string extends keyof O ? true : false

/** `K` where that output can be differentiated in reverse; else a sentence, or names that can. */
export type GradientRule<O, K extends string> = AnyNames<O> extends true ? K : ReverseRule<O, K>

type ReverseRule<O, K extends string> = [At<O, K>] extends [never]
  ? [ScalarKeys<O>] extends [never]
    ? 'gradient: this model has no scalar f32 output; use mean(...) or sum(...)'
    : ScalarKeys<O>
  : IsScalar<At<O, K>> extends true
    ? K
    : At<O, K> extends Tensor<infer S, infer D>
      ? [ScalarKeys<O>] extends [never]
        ? 'gradient: this model has no scalar f32 output; use mean(...) or sum(...)'
        : `gradient: output '${K}' is ${D} ${Show<S>}; only a scalar f32 can be differentiated`
      : `gradient: '${K}' holds several outputs; name one of them`

/** `K` where that output has a forward derivative; else a sentence, or the names that have. */
export type JvpRule<O, K extends string> = AnyNames<O> extends true ? K : ForwardRule<O, K>

type ForwardRule<O, K extends string> = [At<O, K>] extends [never]
  ? {
      [N in keyof O]: O[N] extends Tensor<infer _S, infer D>
        ? IsFloat<D> extends true
          ? N
          : never
        : never
    }[keyof O]
  : At<O, K> extends Tensor<infer _S, infer D>
    ? IsFloat<D> extends true
      ? K
      : `jvp: output '${K}' is ${D}; only floats can be differentiated`
    : `jvp: '${K}' holds several outputs; name one of them`

/** The number in the names of a further derivative: none, then 2, 3 and 4. */
type Order<O> = 'grads' | 'inputGrads' extends infer N
  ? [Extract<keyof O, N>] extends [never]
    ? ''
    : [Extract<keyof O, 'grads2' | 'inputGrads2'>] extends [never]
      ? '2'
      : [Extract<keyof O, 'grads3' | 'inputGrads3'>] extends [never]
        ? '3'
        : '4'
  : never

type Named<N extends string, G> = [G] extends [never] ? None : { readonly [K in N]: G }

/** The parts of a tree of params that are asked for. */
type Asked<P, W extends keyof P> = keyof P extends W ? P : Pick<P, W>

/** The outputs of a program with those of its gradient. */
export type GradientOf<O, In, P, W extends keyof P, X extends keyof In> = Simplify<
  O &
    Named<`grads${Order<O>}`, GradsOf<Asked<P, W>>> &
    Named<`inputGrads${Order<O>}`, [X] extends [never] ? never : Pick<In, X>>
>

/** The outputs of a program with the tangent of one of them. */
export type JvpOf<O, K extends string> = Simplify<O & { readonly tangent: At<O, K> }>

/** The directions of a forward derivative. */
export type TangentsOf<P, W extends keyof P> = GradsOf<Asked<P, W>>
