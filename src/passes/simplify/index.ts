// The rules of the normal form, by topic, in the order in which they are tried.

import type { Rule } from '../../rewrite/rule.ts'
import { arithmeticRules } from './arithmetic.ts'
import { factorRules } from './factors.ts'
import { factRules } from './facts.ts'
import { fillRules } from './fills.ts'
import { maximumRules } from './maxima.ts'
import { movementRules } from './movement.ts'
import { oneRules } from './ones.ts'
import { outwardRules } from './outward.ts'
import { outwardSignRules } from './outward-signs.ts'
import { powerRules } from './powers.ts'
import { quotientRules } from './quotients.ts'
import { reductionRules } from './reduction.ts'
import { regionRules } from './regions.ts'
import { selectRules } from './select.ts'
import { signRules } from './signs.ts'
import { sumRules } from './sums.ts'

/** All rules toward the normal form. */
export const normalFormRules: readonly Rule[] = [
  ...factRules,
  ...fillRules,
  ...signRules,
  ...outwardSignRules,
  ...arithmeticRules,
  ...powerRules,
  ...sumRules,
  ...quotientRules,
  ...factorRules,
  ...selectRules,
  ...maximumRules,
  ...movementRules,
  ...oneRules,
  ...outwardRules,
  ...regionRules,
  ...reductionRules,
]
