// Pass simplify: toward the normal form, on whatever graph: before sizes are bound and after,
// with composites and without.

import { rulePass } from './rule-pass.ts'
import { normalFormRules } from './rules.ts'

/** Applies the rules of the normal form until none applies. */
export const simplify = rulePass(
  'simplify',
  'applies rewrite rules until none applies',
  normalFormRules,
)
