// The pipelines, as data: which passes run between the derivative and lowering, in which order.

import type { Dims } from '../ir/dim.ts'
import type { Pipeline } from '../rewrite/pass.ts'
import { bind } from './bind.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { decompose } from './decompose.ts'
import { fold } from './fold.ts'
import { simplify } from './simplify.ts'

/** After the derivative, on the joint graph of forward and backward: from symbolic to core ops. */
export function afterDerivative(dims: Dims = {}): Pipeline {
  const bodies = 'the bodies that decompose put in have not been seen before'
  return [
    { pass: bind, options: dims },
    { pass: simplify },
    { pass: fold },
    { pass: cse },
    { pass: dce },
    { pass: decompose },
    { pass: fold, again: 'those bodies hold sizes and constants; simplify then sees their values' },
    { pass: simplify, again: bodies },
    { pass: cse, again: bodies },
    { pass: dce, again: 'cse and simplify leave nodes of those bodies without users' },
  ]
}
