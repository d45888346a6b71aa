// Every rewrite rule, in the order in which they are tried. What a pipeline uses is chosen by
// exactness: rules that assume finite values are never on by default.

import type { Exactness, Rule } from '../rewrite/rule.ts'
import { arithmeticRules } from './simplify/arithmetic.ts'
import { factRules } from './simplify/facts.ts'
import { movementRules } from './simplify/movement.ts'
import { reductionRules } from './simplify/reduction.ts'
import { regionRules } from './simplify/regions.ts'
import { selectRules } from './simplify/select.ts'

/** All rules; `docs/rules.md` and the generic test of rules are made from this list. */
export const rules: readonly Rule[] = [
  ...factRules,
  ...arithmeticRules,
  ...selectRules,
  ...movementRules,
  ...regionRules,
  ...reductionRules,
]

/** What the default pipelines accept. */
export const DEFAULT_EXACTNESS: readonly Exactness[] = ['bitwise', 'rounding']

/** The rules of the default pipelines. */
export const defaultRules: readonly Rule[] = rules.filter(rule =>
  DEFAULT_EXACTNESS.includes(rule.exactness),
)
