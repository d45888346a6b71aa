// The public ops whose positions are values: reading slices, adding to them, and indices as rows
// with a single one. An index out of range reads 0 and adds nothing.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Dim } from '../../ir/dim.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as indexing from '../../ops/indexing.ts'
import { oneHot as coreOneHot } from '../../ops/one-hot.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { AXES_HELP, type AxisRule, type RankRule } from '../shapes/axes.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import { type NeedsRule, needsRule } from '../shapes/dtypes.ts'
import {
  type DepthRule,
  depthRule,
  type Gathered,
  gatherRule,
  type IndicesRule,
  indicesRule,
  type UpdatesRule,
  updatesRule,
} from '../shapes/indexing.ts'
import { calledFrom } from '../tracing.ts'
import { checkOperand } from './elementwise.ts'

/** The type of `gather`. */
interface GatherFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    I extends Shape,
    E extends DTypeName,
    A extends number = 0,
  >(
    x: Checked<Tensor<S, D>, RankRule<'gather', S>>,
    indices: Checked<Tensor<I, E>, IndicesRule<'gather', E>>,
    axis?: Checked<A, AxisRule<'gather', S, A>>,
  ): Tensor<Gathered<S, I, A>, D>
}

/**
 * Slices of `x` along an axis, the first by default: one per index, in the shape of the indices.
 * Throws E101 where the indices are neither i32 nor u32, or the axis is out of range.
 */
export const gather: GatherFunction = operator(
  indexing.gather.op,
  (x: Value, indices: Value, axis = 0): Value => {
    for (const operand of [x, indices]) checkOperand(indexing.gather, operand, gather)
    accepted(gatherRule('gather', x.shape, indices, axis), [x, indices], gather, AXES_HELP)
    return calledFrom(x.builder, gather, () => indexing.gather(x, indices, axis))
  },
) as Operator as GatherFunction

/** The type of `scatterAdd`. */
interface ScatterAddFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    I extends Shape,
    E extends DTypeName,
    U extends Shape,
    F extends DTypeName,
    A extends number = 0,
  >(
    x: Checked<Tensor<S, D>, NeedsRule<'scatterAdd', D, 'number', RankRule<'scatterAdd', S>>>,
    indices: Checked<Tensor<I, E>, IndicesRule<'scatterAdd', E>>,
    updates: Checked<Tensor<U, F>, UpdatesRule<Gathered<S, I, A>, D, U, F>>,
    axis?: Checked<A, AxisRule<'scatterAdd', S, A>>,
  ): Tensor<S, D>
}

/**
 * `x` plus slices along an axis, the first by default, each at the place that its index names;
 * those of equal indices add up. Throws E101 where the updates have not the shape of
 * `gather(x, indices, axis)` and the dtype of `x`, and as `gather`.
 */
export const scatterAdd: ScatterAddFunction = operator(
  indexing.scatterAdd.op,
  (x: Value, indices: Value, updates: Value, axis = 0): Value => {
    const operands = [x, indices, updates]
    for (const operand of operands) checkOperand(indexing.scatterAdd, operand, scatterAdd)
    const answer =
      needsRule('scatterAdd', x.dtype, 'number') ?? gatherRule('scatterAdd', x.shape, indices, axis)
    const slices = accepted(answer, operands, scatterAdd, AXES_HELP)
    const problem = updatesRule(slices, x.dtype, updates)
    const help = 'give one slice of x per index: the shape that gather(x, indices, axis) has'
    if (problem !== undefined) throw refusal(problem, operands, scatterAdd, help)
    return calledFrom(x.builder, scatterAdd, () => indexing.scatterAdd(x, indices, updates, axis))
  },
) as Operator as ScatterAddFunction

/** The type of `oneHot`. */
interface OneHotFunction extends Operator {
  <I extends Shape, E extends DTypeName, N extends Dim, D extends DTypeName = 'f32'>(
    indices: Checked<Tensor<I, E>, IndicesRule<'oneHot', E>>,
    depth: Checked<N, DepthRule<N>>,
    dtype?: D,
  ): Tensor<[...I, N], NoInfer<D>>
}

/**
 * Indices as rows of 0 with a 1 where the index points, f32 by default; an index out of range gives
 * a row of zeros. Throws E101 where the indices are neither i32 nor u32, or the depth is negative.
 */
export const oneHot: OneHotFunction = operator(
  coreOneHot.op,
  (indices: Value, depth: Dim, dtype: DTypeName = 'f32'): Value => {
    checkOperand(coreOneHot, indices, oneHot)
    const problem = indicesRule('oneHot', indices.dtype) ?? depthRule(depth)
    const help = 'give the number of classes'
    if (problem !== undefined) throw refusal(problem, [indices], oneHot, help)
    return calledFrom(indices.builder, oneHot, () => coreOneHot(indices, depth, dtype))
  },
) as Operator as OneHotFunction
