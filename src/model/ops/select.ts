// Choice between two tensors, of which one may be a number; the nearest value of an interval;
// change of element type.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { clamp as coreClamp } from '../../ops/piecewise.ts'
import { cast as coreCast, where as coreWhere } from '../../ops/select.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { BROADCAST_HELP, type BroadcastRule } from '../shapes/broadcast.ts'
import { accepted } from '../shapes/checked.ts'
import type { NeedsRule, WantRule } from '../shapes/dtypes.ts'
import {
  type Joint,
  type Operand,
  type ShapeOf,
  type WhereRule,
  whereRule,
} from '../shapes/elementwise.ts'
import { calledFrom } from '../tracing.ts'
import { checkGroup, checkOperand, checkOperands, spread } from './elementwise.ts'

/** The type of `where`. */
interface WhereFunction extends Operator {
  <C extends Shape, F extends DTypeName, A extends Operand, B extends Operand>(
    condition: Checked<Tensor<C, F>, WantRule<'where', 'condition', F, 'bool'>>,
    x: Checked<A, BroadcastRule<'where', C, ShapeOf<A>>>,
    y: Checked<B, WhereRule<C, A, B>>,
  ): Tensor<Out<WhereRule<C, A, B>>, Joint<A, B>>
}

/**
 * `x` where the condition holds, else `y`; all three broadcast, and one of the two may be a number.
 * Throws E101 where the condition is no bool, or shapes or dtypes do not fit.
 */
export const where: WhereFunction = operator(
  coreWhere.op,
  (condition: Value, x: Value | number, y: Value | number): Value => {
    const operands = checkOperands(coreWhere, [condition, x, y], where)
    const shape = accepted(whereRule(condition, x, y), operands, where, BROADCAST_HELP)
    const like = operands[1]!
    const spreadOut = (operand: Value | number) => spread(operand, shape, like)
    return calledFrom(condition.builder, where, () =>
      coreWhere(spreadOut(condition), spreadOut(x), spreadOut(y)),
    )
  },
) as Operator as WhereFunction

/** The type of `clamp`. */
interface ClampFunction extends Operator {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, NeedsRule<'clamp', D, 'number'>>,
    low: number,
    high: number,
  ): Tensor<S, D>
}

/**
 * The nearest value of the closed interval from `low` to `high`; the cotangent passes within it.
 * Throws E101 for bools, where low is above high, and where an integer cannot be a bound.
 */
export const clamp: ClampFunction = operator(
  coreClamp.op,
  (x: Value, low: number, high: number): Value => {
    checkOperand(coreClamp, x, clamp)
    checkGroup('clamp', 'number', x, clamp)
    return calledFrom(x.builder, clamp, () => coreClamp(x, low, high))
  },
) as Operator as ClampFunction

/** The type of `cast`. */
interface CastFunction extends Operator {
  <S extends Shape, D extends DTypeName>(x: Tensor<S>, dtype: D): Tensor<S, D>
}

/**
 * The same tensor in another dtype: to integers by truncation, saturating; to bool as x ≠ 0.
 * Throws E111 where there is no such dtype.
 */
export const cast: CastFunction = operator(coreCast.op, (x: Value, dtype: DTypeName): Value => {
  checkOperand(coreCast, x, cast)
  return calledFrom(x.builder, cast, () => coreCast(x, dtype))
}) as Operator as CastFunction
