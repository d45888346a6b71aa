// The rules of pass recognize, by composite.

import type { Rule } from '../../rewrite/rule.ts'
import { softmaxRules } from './softmax.ts'

/** All rules that recognize composites. */
export const recognitionRules: readonly Rule[] = [...softmaxRules]
