// The rules of pass recognize, by composite.

import type { Rule } from '../../rewrite/rule.ts'
import { affineRules } from './affine.ts'
import { biasRules } from './biases.ts'
import { meanRules } from './means.ts'
import { normalizationRules } from './normalization.ts'
import { sigmoidLossRules } from './sigmoid-cross-entropy.ts'
import { softmaxLossRules } from './softmax-cross-entropy.ts'
import { softplusRules } from './softplus.ts'
import { varianceRules } from './variances.ts'

/** All rules that recognize composites. */
export const recognitionRules: readonly Rule[] = [
  ...meanRules,
  ...varianceRules,
  ...normalizationRules,
  ...affineRules,
  ...biasRules,
  ...softmaxLossRules,
  ...softplusRules,
  ...sigmoidLossRules,
]
