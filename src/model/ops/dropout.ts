// The public dropout: what is left out is drawn from the seed and the step of a run, as all that
// is drawn. A layer that leaves nothing out in evaluation stands in gradc/nn.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { dropout as core } from '../../ops/dropout.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { refusal } from '../shapes/checked.ts'
import type { NeedsRule } from '../shapes/dtypes.ts'
import { calledFrom, drawFor } from '../tracing.ts'
import { checkGroup, checkOperand } from './elementwise.ts'

/** What to do about a rate that is no share of elements. */
export const RATE_HELP = 'give the share of elements to leave out, such as 0.5'

/** Why a number cannot be the share of elements that are left out. */
export function rateProblem(rate: number): string | undefined {
  if (rate >= 0 && rate < 1) return undefined
  return `rate must be from 0 to below 1, got ${rate}`
}

/** The type of `dropout`. */
interface DropoutFunction extends Operator {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, NeedsRule<'dropout', D, 'float'>>,
    rate: number,
  ): Tensor<S, D>
}

/**
 * Leaves a share `rate` of the elements out at random, and scales the others by 1 / (1 − rate), so
 * that the mean stays. Throws E101 where x is no float or the rate is not in [0, 1); E121 in the
 * body of an op.
 *
 * @example
 * byMode({ train: dropout(h, 0.5), eval: h })
 */
export const dropout: DropoutFunction = operator(core.op, (x: Value, rate: number): Value => {
  checkOperand(core, x, dropout)
  checkGroup('dropout', 'float', x, dropout)
  const problem = rateProblem(rate)
  if (problem !== undefined) throw refusal(`dropout: ${problem}`, [x], dropout, RATE_HELP)
  const { key, counter, stream } = drawFor('dropout', dropout)
  return calledFrom(x.builder, dropout, () => core(x, key, counter, { rate, stream }))
}) as Operator as DropoutFunction
