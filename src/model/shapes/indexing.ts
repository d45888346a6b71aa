// The rules of reading and adding to slices whose position is a value.

import type { Dim } from '../../ir/dim.ts'
import {
  type Fits,
  type RankUnknown,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type Axis, axesOf, rankRule } from './axes.ts'
import type { Answer } from './checked.ts'
import { type ShowDType, type WantRule, wantRule } from './dtypes.ts'

/** `Rest` where indices may have dtype `D`, else why not. */
export type IndicesRule<Op extends string, D, Rest = true> = [D & ('i32' | 'u32')] extends [never]
  ? WantRule<Op, 'indices', D, 'i32'>
  : Rest

/** Why indices cannot have a dtype. */
export function indicesRule(op: string, dtype: DTypeName): string | undefined {
  return dtype === 'u32' ? undefined : wantRule(op, 'indices', dtype, 'i32')
}

/** The shape of slices of `S` along axis `A`, one per index of a tensor of shape `I`. */
export type Gathered<S extends Shape, I extends Shape, A> = true extends
  | RankUnknown<S>
  | RankUnknown<I>
  ? Shape
  : Axis<S, A> extends infer Key
    ? Key extends 'bad' | 'unknown'
      ? Shape
      : Spliced<S, Key, I>
    : never

/** `S` with the dims of `I` in place of the one at an axis. */
type Spliced<
  S extends Shape,
  Key,
  I extends Shape,
  Before extends Shape = [],
> = S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
  ? `${Before['length']}` extends Key
    ? [...Before, ...I, ...Rest]
    : Spliced<Rest, Key, I, [...Before, D]>
  : never

/** The shape of slices of a shape along an axis; or why there are none. */
export function gatherRule(
  op: string,
  shape: Shape,
  indices: { readonly shape: Shape; readonly dtype: DTypeName },
  axis: number,
): Answer {
  const problem = rankRule(op, shape) ?? indicesRule(op, indices.dtype)
  if (problem !== undefined) return problem
  const found = axesOf(op, shape, axis)
  if (typeof found === 'string') return found
  const at = found[0]!
  return [...shape.slice(0, at), ...indices.shape, ...shape.slice(at + 1)]
}

/** True, or why updates of shape `U` and dtype `E` cannot be added to slices of shape `G`. */
export type UpdatesRule<G extends Shape, D, U extends Shape, E> = [D & E] extends [never]
  ? `scatterAdd: dtypes differ: ${ShowDType<D>} (x) vs ${ShowDType<E>} (updates); use cast(updates, '${ShowDType<D>}')`
  : Fits<G, U> extends true
    ? true
    : `scatterAdd: updates must be ${Show<G>}, got ${Show<U>}`

/** Why updates cannot be added to slices of a shape. */
export function updatesRule(
  slices: Shape,
  dtype: DTypeName,
  updates: { readonly shape: Shape; readonly dtype: DTypeName },
): string | undefined {
  if (updates.dtype !== dtype) {
    return `scatterAdd: dtypes differ: ${dtype} (x) vs ${updates.dtype} (updates); use cast(updates, '${dtype}')`
  }
  const isEqual =
    slices.length === updates.shape.length &&
    slices.every((extent, axis) => extent === updates.shape[axis])
  return isEqual
    ? undefined
    : `scatterAdd: updates must be ${show(slices)}, got ${show(updates.shape)}`
}

/** `N` where it can be a number of classes, else why not. */
export type DepthRule<N extends Dim> =
  Unknown<N> extends true
    ? N
    : `${N}` extends `-${number}`
      ? `oneHot: depth must be 0 or more, got ${ShowDim<N>}`
      : N

/** Why there cannot be so many classes. */
export function depthRule(depth: Dim): string | undefined {
  return typeof depth === 'number' && depth < 0
    ? `oneHot: depth must be 0 or more, got ${depth}`
    : undefined
}
