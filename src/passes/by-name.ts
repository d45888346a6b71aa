// Passes and pipelines by the names that tools take on the command line.

import type { PassTable, Pipeline } from '../rewrite/pass.ts'
import { bind } from './bind.ts'
import { canonicalize } from './canonicalize.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { decompose } from './decompose.ts'
import { fold } from './fold.ts'
import { inline } from './inline.ts'
import { afterDerivative, beforeDerivative } from './pipeline.ts'
import { recognize } from './recognize.ts'
import { simplify } from './simplify.ts'
import { stabilize } from './stabilize.ts'

/** Every pass by its text name. */
export const passes: PassTable = {
  bind,
  canonicalize,
  cse,
  dce,
  decompose,
  fold,
  inline,
  recognize,
  simplify,
  stabilize,
}

/** Whole pipelines by name; dims are bound before, so `bind` has no options here. */
export const pipelines: Readonly<Record<string, Pipeline>> = {
  before: beforeDerivative(),
  after: afterDerivative(),
}
