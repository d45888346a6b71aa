// The corpus: programs as users write them, through the public functions alone. Every rule has to
// fire in one of them, every rewrite of one is checked by value, and properties of passes are tried
// on them.

import { classifiers } from './classifiers.ts'
import { formulas } from './formulas.ts'
import { images } from './images.ts'
import { imported } from './imported.ts'
import { integers } from './integers.ts'
import { losses } from './losses.ts'
import { normalizations } from './normalizations.ts'
import type { Program } from './program.ts'
import { science } from './science.ts'
import { sequences } from './sequences.ts'
import { shapes } from './shapes.ts'
import { stability } from './stability.ts'

export { type Program, program } from './program.ts'

/** All programs. */
export const programs: readonly Program[] = [
  ...classifiers,
  ...losses,
  ...normalizations,
  ...sequences,
  ...science,
  ...shapes,
  ...stability,
  ...formulas,
  ...integers,
  ...images,
  ...imported,
]
