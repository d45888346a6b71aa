// Softmax, its logarithm, and cross-entropies of it.

import type { Rule } from '../../rewrite/rule.ts'

/** Rules of softmax and its losses; see the head of this file. */
export const softmaxRules: readonly Rule[] = []
