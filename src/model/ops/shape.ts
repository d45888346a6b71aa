// The public ops that change how elements are arranged: reshaping, exchanging axes, axes of size 1,
// repeating, reversing. Formulas and derivatives stand with the core ops in src/ops.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as repeating from '../../ops/broadcast.ts'
import * as movement from '../../ops/movement.ts'
import type { DTypeName } from '../../support/dtype.ts'
import {
  AXES_HELP,
  type AxesArgument,
  type AxesRule,
  axesRule,
  type InsertRule,
  insertRule,
} from '../shapes/axes.ts'
import { BROADCAST_HELP } from '../shapes/broadcast.ts'
import { accepted } from '../shapes/checked.ts'
import { permutationOf, type TransposeRule } from '../shapes/permute.ts'
import { type FlattenRule, flattenRule, type ReshapeRule, reshapeRule } from '../shapes/reshape.ts'
import {
  type BroadcastToRule,
  broadcastToRule,
  type SqueezeRule,
  squeezeRule,
} from '../shapes/unit-axes.ts'
import type { DTypeIn, ShapeIn, Step, Steps, Unless } from '../step.ts'
import { calledFrom } from '../tracing.ts'
import { type Boundary, checkOperand } from './elementwise.ts'

/** `x` under a shape that a rule answered. */
function reshaped(x: Value, shape: Shape, boundary: Boundary): Value {
  return calledFrom(x.builder, boundary, () => movement.reshape(x, shape))
}

/** The type of `reshape`. */
interface ReshapeFunction extends Operator {
  <S extends Shape, D extends DTypeName, const B extends Shape>(
    x: Tensor<S, D>,
    shape: Checked<B, ReshapeRule<S, B>>,
  ): Tensor<Out<ReshapeRule<S, B>>, D>
}

/**
 * The same elements, row by row, under another shape; one dim may be -1, and follows from the
 * others. Throws E101 where the numbers of elements differ.
 */
export const reshape: ReshapeFunction = operator(
  movement.reshape.op,
  (x: Value, shape: Shape): Value => {
    checkOperand(movement.reshape, x, reshape)
    const help = 'give as many elements, or -1 for the dim that follows from the others'
    return reshaped(x, accepted(reshapeRule(x.shape, shape), [x], reshape, help), reshape)
  },
) as Operator as ReshapeFunction

interface FlattenStep extends Step {
  readonly result: Unless<
    FlattenRule<ShapeIn<this>>,
    Tensor<Out<FlattenRule<ShapeIn<this>>>, DTypeIn<this>>
  >
}

/** The type of `flatten`. */
interface FlattenFunction extends Operator, Steps<FlattenStep> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, FlattenRule<S>>,
  ): Tensor<Out<FlattenRule<S>>, D>
}

/**
 * Every example as one row: the first axis stays, all others are joined, row by row. A tensor of
 * rank 1 has one element an example, and gets an axis of size 1. Throws E101 where x is a scalar.
 *
 * Shapes  x: [batch, 7, 7, 32] → [batch, 1568]; any dtype
 */
export const flatten: FlattenFunction = operator(movement.reshape.op, (x: Value): Value => {
  checkOperand(movement.reshape, x, flatten)
  return reshaped(x, accepted(flattenRule(x.shape), [x], flatten, FLATTEN_HELP), flatten)
}) as Operator as FlattenFunction

const FLATTEN_HELP = 'pass a tensor whose first axis counts examples'

/** The type of `transpose`. */
interface TransposeFunction extends Operator {
  <S extends Shape, D extends DTypeName, const P extends readonly number[] | undefined = undefined>(
    x: Tensor<S, D>,
    permutation?: Checked<P, TransposeRule<S, P>>,
  ): Tensor<Out<TransposeRule<S, P>>, D>
}

/**
 * The axes in another order, reversed by default. Throws E101 where an axis is missing, given twice
 * or out of range.
 */
export const transpose: TransposeFunction = operator(
  movement.transpose.op,
  (x: Value, permutation?: readonly number[]): Value => {
    checkOperand(movement.transpose, x, transpose)
    const order = accepted(permutationOf(x.shape, permutation), [x], transpose, AXES_HELP)
    return calledFrom(x.builder, transpose, () => movement.transpose(x, order))
  },
) as Operator as TransposeFunction

/** The type of `broadcastTo`. */
interface BroadcastToFunction extends Operator {
  <S extends Shape, D extends DTypeName, const T extends Shape>(
    x: Tensor<S, D>,
    shape: Checked<T, BroadcastToRule<S, T>>,
  ): Tensor<Out<BroadcastToRule<S, T>>, D>
}

/**
 * Repeated to a shape as NumPy does: aligned at the last axes, along those that are missing or of
 * size 1. Throws E101 where an axis is neither of size 1 nor the target's.
 */
export const broadcastTo: BroadcastToFunction = operator(
  repeating.broadcastTo.op,
  (x: Value, shape: Shape): Value => {
    checkOperand(repeating.broadcastTo, x, broadcastTo)
    const target = accepted(broadcastToRule(x.shape, shape), [x], broadcastTo, BROADCAST_HELP)
    return calledFrom(x.builder, broadcastTo, () => repeating.broadcastTo(x, target))
  },
) as Operator as BroadcastToFunction

/**
 * With a new axis of size 1 at position `axis` of the result; -1 puts it last. Throws E101 where
 * the position is out of range.
 */
export function expandDims<S extends Shape, D extends DTypeName, A extends number>(
  x: Tensor<S, D>,
  axis: Checked<A, InsertRule<'expandDims', S, A, 1>>,
): Tensor<Out<InsertRule<'expandDims', S, A, 1>>, D>
export function expandDims(x: Value, axis: number): Value {
  checkOperand(movement.reshape, x, expandDims)
  const answer = insertRule('expandDims', x.shape, axis, 1)
  return reshaped(x, accepted(answer, [x], expandDims, AXES_HELP), expandDims)
}

/**
 * Without axes of size 1: those given, or all of them. Throws E101 where one has another size, is
 * given twice or out of range.
 */
export function squeeze<
  S extends Shape,
  D extends DTypeName,
  const A extends AxesArgument = undefined,
>(x: Tensor<S, D>, axes?: Checked<A, SqueezeRule<S, A>>): Tensor<Out<SqueezeRule<S, A>>, D>
export function squeeze(x: Value, axes?: AxesArgument): Value {
  checkOperand(movement.reshape, x, squeeze)
  const answer = squeezeRule(x.shape, axes)
  return reshaped(x, accepted(answer, [x], squeeze, 'name axes of size 1, each once'), squeeze)
}

/** The type of `reverse`. */
interface ReverseFunction extends Operator {
  <S extends Shape, D extends DTypeName, const A extends AxesArgument = undefined>(
    x: Tensor<S, D>,
    axes?: Checked<A, AxesRule<'reverse', S, A>>,
  ): Tensor<S, D>
}

/**
 * The elements in opposite order along axes, all of them by default. Throws E101 where an axis is
 * given twice or out of range.
 */
export const reverse: ReverseFunction = operator(
  movement.reverse.op,
  (x: Value, axes?: AxesArgument): Value => {
    checkOperand(movement.reverse, x, reverse)
    accepted(axesRule('reverse', x.shape, axes), [x], reverse, AXES_HELP)
    return calledFrom(x.builder, reverse, () => movement.reverse(x, axes))
  },
) as Operator as ReverseFunction
