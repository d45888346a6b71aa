// Deviations from a mean, as they stand in formulas of variances and normalizations.

import { integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sub } from '../../ops/arithmetic.ts'
import { broadcastTo } from '../../ops/broadcast.ts'
import { mean } from '../../ops/statistics.ts'
import { attribute, type RuleContext } from '../../rewrite/rule.ts'

/** x less its mean over the axes, or the mean less x. */
export interface Centred {
  readonly x: Value
  readonly axes: readonly number[]
  readonly sign: 1 | -1
}

/** Whether two attributes name the same axes: both are ascending. */
export const sameAxes = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((axis, i) => axis === b[i])

/** The axes that `value` repeats the mean of x over; undefined where it is another value. */
function meanAxes(value: Value, x: Value, madeBy: RuleContext['madeBy']) {
  const spread = madeBy(value)
  const of = spread?.op === broadcastTo.op ? madeBy(spread.operands[0]!) : undefined
  if (of?.op !== mean.op || of.operands[0]!.id !== x.id) return undefined
  const axes = attribute(of, 'axes', integers)
  return sameAxes(axes, attribute(spread!, 'axes', integers)) ? axes : undefined
}

/** What a value is the deviation of; undefined where it is none. Looks four nodes deep. */
export function centredOf(value: Value, madeBy: RuleContext['madeBy']): Centred | undefined {
  const of = madeBy(value)
  if (of?.op !== sub.op) return undefined
  const [left, right] = of.operands as readonly [Value, Value]
  const after = meanAxes(right, left, madeBy)
  if (after !== undefined) return { x: left, axes: after, sign: 1 }
  const before = meanAxes(left, right, madeBy)
  return before && { x: right, axes: before, sign: -1 }
}
