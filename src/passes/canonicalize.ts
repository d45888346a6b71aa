// Pass canonicalize: the normal form of the forward graph, before anything is looked for in it. Its
// rules are those of simplify: there is one normal form.

import { rulePass } from './rule-pass.ts'
import { normalFormRules } from './rules.ts'

/** Brings a forward graph into normal form: one shape for what can be written in many. */
export const canonicalize = rulePass(
  'canonicalize',
  'brings the forward graph into normal form, so that formulas are found however they are written',
  normalFormRules,
)
