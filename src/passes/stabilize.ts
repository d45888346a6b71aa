// Pass stabilize: formulas that lose digits, overflow or meet 0/0 give way to ones that do not,
// before the derivative is taken: the derivative of a naive formula would hold the same trap again.
// What they become is brought into normal form on the way.

import { rulePass } from './rule-pass.ts'
import { normalFormRules, stabilizingRules } from './rules.ts'

/** Replaces numerically naive formulas by stable ones. */
export const stabilize = rulePass(
  'stabilize',
  'replaces formulas that lose digits or overflow by stable ones',
  [...normalFormRules, ...stabilizingRules],
)
