// The rules of pass stabilize, by topic. The special cases of a form stand before the general one.

import type { Rule } from '../../rewrite/rule.ts'
import { entropyRules } from './entropies.ts'
import { exponentialRules, lateExponentialRules } from './exponentials.ts'
import { logExponentialRules } from './log-exponentials.ts'
import { logarithmRules } from './logarithms.ts'
import { rootRules } from './roots.ts'
import { softmaxRules } from './softmax.ts'
import { tanhRules } from './tanh.ts'

/** All stabilizing rules. */
export const stabilizingRules: readonly Rule[] = [
  ...logarithmRules,
  ...softmaxRules,
  ...logExponentialRules,
  ...exponentialRules,
  ...tanhRules,
  ...lateExponentialRules,
  ...rootRules,
  ...entropyRules,
]
