// Penalties on parameters, to be added to a loss. Formulas and derivatives are those of the core
// ops of the same names.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import { add } from '../../ops/arithmetic.ts'
import * as core from '../../ops/penalties.ts'
import { refusal } from '../shapes/checked.ts'
import {
  type Penalized,
  type PenaltyDType,
  type PenaltyRule,
  penaltyRule,
  strengthRule,
} from '../shapes/penalties.ts'
import { calledFrom } from '../tracing.ts'
import { checkOperands } from './elementwise.ts'

/**
 * A penalty on one tensor or a list of them: a scalar. Throws E101 where one is no float, they
 * differ in dtype, there are none, or the strength is negative or not finite.
 */
export interface PenaltyFunction<Op extends string> extends Operator {
  <const T extends Penalized>(
    x: Checked<T, PenaltyRule<Op, T>>,
    strength: number,
  ): Tensor<[], PenaltyDType<T>>
}

function penalty<Op extends string>(
  name: Op,
  op: Operator & ((x: Value, strength: number) => Value),
): PenaltyFunction<Op> {
  const call = (x: Value | readonly Value[], strength: number): Value => {
    const tensors = checkOperands(op, [x].flat(), call)
    const refused = penaltyRule(name, tensors)
    if (refused !== undefined) throw refusal(refused, tensors, call, 'name the tensors to penalize')
    const wrong = strengthRule(name, strength)
    if (wrong !== undefined) throw refusal(wrong, tensors, call, 'give a number such as 1e-4')
    return calledFrom(tensors[0]!.builder, call, () =>
      tensors.map(one => op(one, strength)).reduce((sum, one) => add(sum, one)),
    )
  }
  return operator(op.op, call) as Operator as PenaltyFunction<Op>
}

/**
 * strength · Σ|x|, over all elements of all tensors: draws small weights to zero.
 *
 * @example
 * add(loss, l1Penalty(w, 1e-4))
 */
export const l1Penalty: PenaltyFunction<'l1Penalty'> = penalty('l1Penalty', core.l1Penalty)

/**
 * strength / 2 · Σx², over all elements of all tensors: draws large weights down, by strength · x.
 *
 * @example
 * add(loss, l2Penalty([l1.params.w, l2.params.w], 1e-4))
 */
export const l2Penalty: PenaltyFunction<'l2Penalty'> = penalty('l2Penalty', core.l2Penalty)
