// Passes and pipelines by the names that tools take on the command line.

import type { PassTable, Pipeline } from '../rewrite/pass.ts'
import { bind } from './bind.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { decompose } from './decompose.ts'
import { fold } from './fold.ts'
import { afterDerivative } from './pipeline.ts'
import { simplify } from './simplify.ts'

/** Every pass by its text name. */
export const passes: PassTable = { bind, cse, dce, decompose, fold, simplify }

/** Whole pipelines by name; dims are bound before, so `bind` has no options here. */
export const pipelines: Readonly<Record<string, Pipeline>> = { after: afterDerivative() }
