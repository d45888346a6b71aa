// Every rewrite rule, in the order in which they are tried, by what it works toward. What a
// pipeline uses is chosen by exactness: rules that assume finite values are never on by default.

import type { Rule } from '../rewrite/rule.ts'
import { recognitionRules } from './recognize/index.ts'
import { byDefault } from './rule-pass.ts'
import { normalFormRules } from './simplify/index.ts'
import { stabilizingRules } from './stabilize/index.ts'

export { normalFormRules, recognitionRules, stabilizingRules }

/** All rules; `docs/rules.md` and the generic test of rules are made from this list. */
export const rules: readonly Rule[] = [...normalFormRules, ...stabilizingRules, ...recognitionRules]

/** The rules of the default pipelines. */
export const defaultRules: readonly Rule[] = byDefault(rules)
