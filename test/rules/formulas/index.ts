// All formulas that f32 gets wrong as they are written.

import { exponentials } from './exponentials.ts'
import type { Formula } from './formula.ts'
import { logarithms } from './logarithms.ts'
import { moments } from './moments.ts'
import { quotients } from './quotients.ts'
import { roots } from './roots.ts'
import { softmaxes } from './softmax.ts'

/** Every formula, by topic. */
export const formulas: readonly Formula[] = [
  ...logarithms,
  ...exponentials,
  ...softmaxes,
  ...roots,
  ...moments,
  ...quotients,
]
