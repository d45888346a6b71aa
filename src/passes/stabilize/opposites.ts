// Whether one value is the negative of another in the forms that negation takes in normal form: a
// difference is turned around, and a known factor takes over the sign.

import type { Value } from '../../ir/builder.ts'
import { mul, neg, sub } from '../../ops/arithmetic.ts'
import type { Matched } from '../../rewrite/pattern.ts'
import type { RuleContext } from '../../rewrite/rule.ts'
import { fillOf } from '../known.ts'

/** Whether x = −y is certain. */
export function isOpposite(x: Value, y: Value, madeBy: RuleContext['madeBy']): boolean {
  const [first, second] = [madeBy(x), madeBy(y)]
  const isNegOf = (of: Matched | undefined, value: Value) =>
    of !== undefined && of.op === neg.op && of.operands[0]!.id === value.id
  if (isNegOf(first, y) || isNegOf(second, x)) return true
  if (first === undefined || second === undefined || first.op !== second.op) return false
  const [a, b] = first.operands
  const [c, d] = second.operands
  if (first.op === sub.op) return a!.id === d!.id && b!.id === c!.id
  if (first.op !== mul.op || a!.id !== c!.id) return false
  const [factor, other] = [madeBy(b!), madeBy(d!)]
  if (factor === undefined || other === undefined) return false
  const known = fillOf(factor)
  return known !== undefined && fillOf(other) === -known
}
