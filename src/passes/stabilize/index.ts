// The rules of pass stabilize, by topic.

import type { Rule } from '../../rewrite/rule.ts'
import { logarithmRules } from './logarithms.ts'

/** All stabilizing rules. */
export const stabilizingRules: readonly Rule[] = [...logarithmRules]
