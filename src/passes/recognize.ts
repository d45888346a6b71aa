// Pass recognize: what a user wrote out by hand becomes the composite that it is, whose derivative
// rule is better than that of the parts, and which fuses into one kernel. Rules of the passes
// before apply on: what is recognized may be part of more.

import { rulePass } from './rule-pass.ts'
import { normalFormRules, recognitionRules, stabilizingRules } from './rules.ts'

/** Replaces formulas written by hand by the composites that they are. */
export const recognize = rulePass(
  'recognize',
  'replaces formulas written by hand by the composites that they are',
  [...normalFormRules, ...stabilizingRules, ...recognitionRules],
  { sharing: true },
)
