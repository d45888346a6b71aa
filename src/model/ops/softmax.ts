// The public softmax and its logarithm: along one axis, the last by default.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as core from '../../ops/softmax.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { AXES_HELP, type AxisRule, axesRule, type RankRule, rankRule } from '../shapes/axes.ts'
import { accepted } from '../shapes/checked.ts'
import { type NeedsRule, needsRule } from '../shapes/dtypes.ts'
import { calledFrom } from '../tracing.ts'
import { checkOperand } from './elementwise.ts'

/**
 * A function of a float tensor along one axis, the last by default, that keeps shape and dtype.
 * Throws E101 where x is a scalar or no float, or the axis is out of range.
 */
export interface AxisFunction<Op extends string> extends Operator {
  <S extends Shape, D extends DTypeName, A extends number = -1>(
    x: Checked<Tensor<S, D>, NeedsRule<Op, D, 'float', RankRule<Op, S>>>,
    axis?: Checked<A, AxisRule<Op, S, A>>,
  ): Tensor<S, D>
}

function alongAxis<Op extends string>(name: Op, op: core.AxisOp): AxisFunction<Op> {
  const call = (x: Value, axis = -1): Value => {
    checkOperand(op, x, call)
    const answer =
      needsRule(name, x.dtype, 'float') ?? rankRule(name, x.shape) ?? axesRule(name, x.shape, axis)
    accepted(answer, [x], call, AXES_HELP)
    return calledFrom(x.builder, call, () => op(x, axis))
  }
  return operator(op.op, call) as Operator as AxisFunction<Op>
}

/** Positive numbers that sum to 1 along the axis: exp(x) / Σ exp(x). */
export const softmax: AxisFunction<'softmax'> = alongAxis('softmax', core.softmax)

/** The logarithm of the softmax, finite where the softmax underflows. */
export const logSoftmax: AxisFunction<'logSoftmax'> = alongAxis('logSoftmax', core.logSoftmax)
