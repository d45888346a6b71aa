// The rules of putting tensors side by side. What is wrong with one of a list is told of the list.

import { addDims, type Dim } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Same,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName } from '../../support/dtype.ts'
import {
  type Axis,
  axesOf,
  type DimAt,
  type InsertRule,
  insertRule,
  type Replaced,
} from './axes.ts'
import type { Answer } from './checked.ts'
import type { ShowDType } from './dtypes.ts'
import type { Add } from './integers.ts'

/** A list of tensors. */
export type Tensors = readonly Tensor[]

/** The dtype of a list of tensors. */
export type DTypeOf<T extends Tensors> = T[number]['dtype']

type Shapes<T extends Tensors> = { readonly [I in keyof T]: T[I]['shape'] }

/** The shape of the first tensor; of unknown rank where there is none, or tsc has only a union. */
export type FirstShape<T extends Tensors> = T extends readonly [
  infer First extends Tensor,
  ...Tensors,
]
  ? First['shape']
  : number extends T['length']
    ? Unknown<T[number]['shape']> extends true
      ? Shape
      : T[number]['shape']
    : Shape

/** `Rest` where there are tensors, and all of one dtype; else why not. */
export type ListRule<Op extends string, T extends Tensors, Rest> = T extends readonly []
  ? `${Op}: needs one tensor or more, got none`
  : T extends readonly [infer First extends Tensor, ...infer Others extends Tensors]
    ? OtherDType<Others, First['dtype'], [First]> extends readonly [
        infer At extends number,
        infer D,
      ]
      ? `${Op}: dtypes differ: ${ShowDType<First['dtype']>} (tensor 0) vs ${ShowDType<D>} (tensor ${At}); use cast(x, '${ShowDType<First['dtype']>}')`
      : Rest
    : Rest

/** The first tensor of another dtype than `D`, after those passed: its place and its dtype. */
type OtherDType<T extends Tensors, D, Passed extends Tensors = []> = T extends readonly [
  infer H extends Tensor,
  ...infer Rest extends Tensors,
]
  ? [H['dtype'] & D] extends [never]
    ? readonly [Passed['length'], H['dtype']]
    : OtherDType<Rest, D, [...Passed, H]>
  : undefined

/** The shape of tensors one after another along axis `A`; or why they do not fit. */
export type ConcatRule<T extends Tensors, A> = ListRule<
  'concat',
  T,
  Joined<Shapes<T>, FirstShape<T>, A>
>

type Joined<Ss extends readonly Shape[], F extends Shape, A> = true extends
  | RankUnknown<F>
  | { [I in keyof Ss]: RankUnknown<Ss[I]> }[number]
  ? Shape
  : Axis<F, A> extends infer Key
    ? Key extends 'bad' | 'unknown'
      ? Shape
      : number extends Ss['length']
        ? Replaced<F, Key, number>
        : Unlike<F, Ss, Key> extends infer Other extends Shape
          ? `concat: ${Show<Other>} does not match ${Show<F>} outside axis ${ShowDim<A>}`
          : Replaced<F, Key, Total<Ss, Key>>
    : never

/** The first shape that differs from `F` beside the axis whose key is `Key`. */
type Unlike<F extends Shape, Ss extends readonly Shape[], Key> = Ss extends readonly [
  infer S extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Alike<F, S, Key> extends true
    ? Unlike<F, Rest, Key>
    : S
  : undefined

type Alike<A extends Shape, B extends Shape, Key> = A['length'] extends B['length']
  ? false extends { [I in keyof A]: I extends Key ? true : Same<A[I], DimAt<B, I>> }[number]
    ? false
    : true
  : false

/** The sum of the dims at an axis. */
type Total<Ss extends readonly Shape[], Key, Sum extends Dim = 0> = Ss extends readonly [
  infer S extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Total<Rest, Key, Extract<Plus<Sum, DimAt<S, Key>>, Dim>>
  : Sum

/** The sum of two dims; a name stays a name beside nothing. */
type Plus<A, B> = A extends 0 ? B : B extends 0 ? A : Add<A, B>

/** The shape of tensors side by side along a new axis `A` of the result; or why they do not fit. */
export type StackRule<T extends Tensors, A> = ListRule<
  'stack',
  T,
  true extends RankUnknown<FirstShape<T>> | { [I in keyof T]: RankUnknown<T[I]['shape']> }[number]
    ? Shape
    : Unlike<FirstShape<T>, Shapes<T>, never> extends infer Other extends Shape
      ? `stack: tensors must have equal shape, got ${Show<FirstShape<T>>} and ${Show<Other>}`
      : InsertRule<'stack', FirstShape<T>, A, T['length']> extends infer S extends Shape
        ? S
        : Shape
>

/** Why tensors of these types make no list of one dtype. */
export function listProblem(op: string, dtypes: readonly DTypeName[]): string | undefined {
  const [first] = dtypes
  if (first === undefined) return `${op}: needs one tensor or more, got none`
  const other = dtypes.findIndex(dtype => dtype !== first)
  return other < 0
    ? undefined
    : `${op}: dtypes differ: ${first} (tensor 0) vs ${dtypes[other]} (tensor ${other}); use cast(x, '${first}')`
}

/** A list of tensors as rules look at it. */
export type TypeList = readonly { readonly shape: Shape; readonly dtype: DTypeName }[]

/** The shape of tensors one after another along an axis; or why they do not fit. */
export function concatRule(types: TypeList, axis: number): Answer {
  const problem = listProblem(
    'concat',
    types.map(({ dtype }) => dtype),
  )
  if (problem !== undefined) return problem
  const first = types[0]!.shape
  const found = axesOf('concat', first, axis)
  if (typeof found === 'string') return found
  const at = found[0]!
  const isAlike = ({ shape }: { readonly shape: Shape }) =>
    shape.length === first.length && shape.every((extent, i) => i === at || extent === first[i])
  const other = types.find(type => !isAlike(type))
  if (other !== undefined) {
    return `concat: ${show(other.shape)} does not match ${show(first)} outside axis ${axis}`
  }
  const total = types.map(({ shape }) => shape[at]!).reduce(addDims)
  return first.map((extent, i) => (i === at ? total : extent))
}

/** The shape of tensors side by side along a new axis of the result; or why they do not fit. */
export function stackRule(types: TypeList, axis: number): Answer {
  const problem = listProblem(
    'stack',
    types.map(({ dtype }) => dtype),
  )
  if (problem !== undefined) return problem
  const first = types[0]!.shape
  const isAlike = ({ shape }: { readonly shape: Shape }) =>
    shape.length === first.length && shape.every((extent, i) => extent === first[i])
  const other = types.find(type => !isAlike(type))
  if (other !== undefined) {
    return `stack: tensors must have equal shape, got ${show(first)} and ${show(other.shape)}`
  }
  return insertRule('stack', first, axis, types.length)
}
