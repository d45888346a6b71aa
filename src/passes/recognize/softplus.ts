// Softplus as its stable formula. Normal form: the op, which is computed that way.

import type { Value } from '../../ir/builder.ts'
import { relu, softplus } from '../../ops/activation.ts'
import { add, neg, sub } from '../../ops/arithmetic.ts'
import { abs, maximum } from '../../ops/piecewise.ts'
import { reaches } from '../../rewrite/glance.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { NESTED, type Part, type Whole } from '../flatten.ts'
import { fillOf } from '../known.ts'
import { exchanged, sumOf } from '../sums.ts'

type MadeBy = RuleContext['madeBy']

/** The z of max(z, 0). */
function rectified(value: Value, madeBy: MadeBy): Value | undefined {
  const of = madeBy(value)
  if (of?.op === relu.op) return of.operands[0]
  const bound = of?.op === maximum.op ? madeBy(of.operands[1]!) : undefined
  return bound !== undefined && fillOf(bound) === 0 ? of!.operands[0] : undefined
}

/** The z of softplus(−|z|) = log(1 + exp(−|z|)). */
function folded(value: Value, madeBy: MadeBy): Value | undefined {
  const of = madeBy(value)
  const negated = of?.op === softplus.op ? madeBy(of.operands[0]!) : undefined
  const size = negated?.op === neg.op ? madeBy(negated.operands[0]!) : undefined
  return size?.op === abs.op ? size.operands[0] : undefined
}

interface Found {
  readonly sum: Whole
  readonly taken: readonly [Part, Part]
  readonly z: Value
}

/** Two terms of a sum, of one sign, that are the two parts of a softplus. */
function partsOf(root: Matched, madeBy: MadeBy): Found | undefined {
  const whole = sumOf(root.out, madeBy)
  for (const a of whole.parts) {
    const z = folded(a.value, madeBy)
    if (z === undefined) continue
    const b = whole.parts.find(
      part => part.power === a.power && rectified(part.value, madeBy)?.id === z.id,
    )
    if (b !== undefined) return { sum: whole, taken: [a, b], z }
  }
  return undefined
}

const softplusByParts = rule({
  name: 'softplus-by-parts',
  why: 'max(z, 0) + log(1 + exp(−|z|)) is softplus(z), which is computed that way',
  exactness: 'rounding',
  match: pattern([add, sub], any('x'), any('y')).near(reaches(softplus, 6)),
  when: ({ root, madeBy }) => partsOf(root, madeBy) !== undefined,
  depth: NESTED + 3,
  build: ({ root, madeBy }) => {
    const { sum: whole, taken, z } = partsOf(root, madeBy)!
    return exchanged(whole, taken, taken[0].power, softplus(z))
  },
  example: {
    given: '%z: f32[4], %t: f32[4]',
    before: `
      %0 = relu %z : f32[4]
      %1 = sub %0, %t : f32[4]
      %2 = abs %z : f32[4]
      %3 = neg %2 : f32[4]
      %4 = softplus %3 : f32[4]
      %5 = add %1, %4 : f32[4]`,
    after: `
      %0 = softplus %z : f32[4]
      %1 = neg %t : f32[4]
      %2 = add %1, %0 : f32[4]`,
  },
  also: [
    {
      given: '%z: f32[4], %t: f32[4]',
      before: `
        %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
        %1 = maximum %z, %0 : f32[4]
        %2 = abs %z : f32[4]
        %3 = neg %2 : f32[4]
        %4 = softplus %3 : f32[4]
        %5 = sub %t, %1 : f32[4]
        %6 = sub %5, %4 : f32[4]`,
      after: `
        %0 = softplus %z : f32[4]
        %1 = sub %t, %0 : f32[4]`,
    },
  ],
})

/** Rules of softplus; see the head of this file. */
export const softplusRules: readonly Rule[] = [softplusByParts]
