// The terms of a cross-entropy of a sigmoid, as they stand in a formula: weighted softpluses of a
// number and of its negative, and multiples of the number itself.

import type { Value } from '../../ir/builder.ts'
import { roundTo } from '../../ir/literal.ts'
import { softplus } from '../../ops/activation.ts'
import { add, mul, sub } from '../../ops/arithmetic.ts'
import { sigmoidCrossEntropy } from '../../ops/losses.ts'
import type { RuleContext } from '../../rewrite/rule.ts'
import type { Part, Whole } from '../flatten.ts'
import { fillOf } from '../known.ts'
import { isPlain, productOf } from '../products.ts'
import { isOpposite } from '../stabilize/opposites.ts'
import { asWritten } from './written.ts'

type MadeBy = RuleContext['madeBy']

/** A signed term as the product that it is; `isFactor` says of which values not to look inside. */
export interface Term {
  readonly sign: number
  /** A value of the shape of the term, before it is summed. */
  readonly like: Value
  readonly factors: (isFactor?: (value: Value) => boolean) => Whole
}

/** Makes what two terms come to: ± a loss. */
export type Loss = () => { readonly sign: number; readonly loss: Value }

/** A value as a term. */
export const termOf = (value: Value, sign: number, madeBy: MadeBy): Term => ({
  sign,
  like: value,
  factors: isFactor => productOf(value, madeBy, isFactor),
})

const fillAt = (value: Value, madeBy: MadeBy) => {
  const of = madeBy(value)
  return of === undefined ? undefined : fillOf(of)
}

/** A softplus among factors: its part, and what it is taken of. */
function softplusIn({ parts }: Whole, like: Value, madeBy: MadeBy) {
  for (const part of parts) {
    const of = isPlain(part, like) ? madeBy(part.value) : undefined
    if (of?.op === softplus.op) return { part, argument: of.operands[0]! }
  }
  return undefined
}

/** Whether a term has a softplus among its factors. */
export const hasSoftplus = (term: Term, madeBy: MadeBy) =>
  softplusIn(term.factors(), term.like, madeBy) !== undefined

/** The y of a factor 1 − y or y − 1, and the sign of 1 − y in it. */
function complemented({ value }: Part, madeBy: MadeBy) {
  const of = madeBy(value)
  const [a, b] = of?.operands ?? []
  if (of?.op === sub.op && fillAt(a!, madeBy) === 1) return { y: b!, sign: 1 }
  if (of?.op === add.op && fillAt(b!, madeBy) === -1) return { y: a!, sign: -1 }
  return undefined
}

/** The product of factors that are all known; undefined where one is not. */
function knownProduct(parts: readonly Part[], madeBy: MadeBy): number | undefined {
  return parts.reduce<number | undefined>((product, { value, power }) => {
    const fill = fillAt(value, madeBy)
    return product === undefined || fill === undefined ? undefined : product * fill ** power
  }, 1)
}

const isPositive = (weight: number) => weight > 0 && weight < Number.POSITIVE_INFINITY

/** w · y · softplus(−z) + (1 − y) · softplus(z), times a known factor. */
export function twoSided(first: Term, second: Term, madeBy: MadeBy): Loss | undefined {
  const negative = second.factors()
  const softplusOf = softplusIn(negative, second.like, madeBy)
  if (softplusOf === undefined) return undefined
  const { argument: logits, part: below } = softplusOf
  for (const part of negative.parts) {
    const found = isPlain(part, second.like) ? complemented(part, madeBy) : undefined
    if (found === undefined) continue
    const positive = knownWeight(first, found.y, logits, madeBy)
    const others = negative.parts.filter(other => other !== part && other !== below)
    const weight = (positive ?? Number.NaN) / (knownProduct(others, madeBy) ?? Number.NaN)
    // y − 1 is minus the weight of a negative example, so the terms have different signs.
    const sign = second.sign * found.sign
    if (!isPositive(weight * first.sign * sign)) continue
    const { dtype } = logits.type
    const options = { positiveWeight: asWritten(roundTo(dtype)(Math.abs(weight)), dtype) }
    return () => {
      const loss = sigmoidCrossEntropy(logits, found.y, options)
      const factor = negative.without([part, below])
      return { sign, loss: factor === undefined ? loss : mul(loss, factor) }
    }
  }
  return undefined
}

/** The known w of w · y · softplus(−z); undefined where a term is another. */
function knownWeight(term: Term, y: Value, logits: Value, madeBy: MadeBy): number | undefined {
  const whole = term.factors(value => value.id === y.id)
  const above = softplusIn(whole, term.like, madeBy)
  const targets = whole.parts.find(part => part.value.id === y.id && isPlain(part, term.like))
  if (above === undefined || targets === undefined) return undefined
  if (!isOpposite(above.argument, logits, madeBy)) return undefined
  const others = whole.parts.filter(part => part !== above.part && part !== targets)
  return knownProduct(others, madeBy)
}

/** softplus(z) − z · y, and softplus(−z) + z · y, which is the same of −z. */
export function oneSided(side: Term, other: Term, madeBy: MadeBy): Loss | undefined {
  const whole = side.factors()
  const found = whole.parts.length === 1 ? softplusIn(whole, side.like, madeBy) : undefined
  if (found === undefined) return undefined
  const { argument } = found
  const isLogit = (value: Value) =>
    side.sign === other.sign ? isOpposite(value, argument, madeBy) : value.id === argument.id
  const product = other.factors(isLogit)
  const logit = product.parts.find(part => isLogit(part.value) && isPlain(part, other.like))
  const weights = product.parts.filter(part => part !== logit)
  if (logit === undefined || knownProduct(weights, madeBy) !== undefined) return undefined
  return () => ({ sign: side.sign, loss: sigmoidCrossEntropy(argument, product.without([logit])!) })
}
