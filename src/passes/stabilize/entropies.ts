// Terms of entropies: a weight times a logarithm. Normal form: the product that is 0 where the
// weight is, as its limit is; but not where the logarithm has become one that is never infinite.

import type { Value } from '../../ir/builder.ts'
import { Literal } from '../../ir/literal.ts'
import { mul } from '../../ops/arithmetic.ts'
import { log, log1p } from '../../ops/exponential.ts'
import { xlog1py, xlogy } from '../../ops/logarithms.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { fillOf } from '../known.ts'

/** Whether some element of a value may be 0. A logarithm is no weight, but the other one is. */
function mayBeZero(value: Value, madeBy: RuleContext['madeBy']): boolean {
  const of = madeBy(value)
  if (of === undefined) return true
  if (of.op === log.op || of.op === log1p.op) return false
  const { value: known } = of.attributes
  if (known instanceof Literal) return known.values().includes(0)
  const fill = fillOf(of)
  return fill === undefined || fill === 0
}

const weightedLogarithm = rule({
  name: 'weighted-logarithm',
  why: 'y · log(p) = xlogy(y, p), which is 0 at y = 0: where p is 0 too the product is 0 · ∞',
  exactness: 'stabilizing',
  match: pattern(mul, any('y'), pattern([log, log1p], any('p')).as('logarithm')),
  when: ({ y, madeBy }) => mayBeZero(y, madeBy),
  depth: 3,
  build: ({ y, p, logarithm }) => (logarithm.op === log.op ? xlogy(y, p) : xlog1py(y, p)),
  example: {
    given: '%y: f32[4], %p: f32[4]',
    before: `
      %0 = log %p : f32[4]
      %1 = mul %y, %0 : f32[4]`,
    after: '%0 = xlogy %y, %p : f32[4]',
  },
  also: [
    {
      given: '%y: f32[4], %p: f32[4]',
      before: `
        %0 = log1p %p : f32[4]
        %1 = mul %y, %0 : f32[4]`,
      after: '%0 = xlog1py %y, %p : f32[4]',
    },
  ],
})

/** Rules of entropies; see the head of this file. */
export const entropyRules: readonly Rule[] = [weightedLogarithm]
