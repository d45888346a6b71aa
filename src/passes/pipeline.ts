// The pipelines, as data: which passes run before a derivative is taken, and which between it and
// lowering, in which order.

import type { Dims } from '../ir/dim.ts'
import type { Pipeline } from '../rewrite/pass.ts'
import { bind } from './bind.ts'
import { canonicalize } from './canonicalize.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { decompose } from './decompose.ts'
import { fold } from './fold.ts'
import { inline } from './inline.ts'
import { recognize } from './recognize.ts'
import { simplify } from './simplify.ts'
import { stabilize } from './stabilize.ts'

/**
 * Before the derivative, on the forward graph as the user wrote it: symbolic dims, composites
 * whole. Running it again changes nothing.
 */
export function beforeDerivative(): Pipeline {
  return [
    { pass: inline },
    { pass: fold },
    { pass: cse },
    // What nobody needs must not count as a use: some rules fire only where a value has one.
    { pass: dce },
    { pass: canonicalize },
    { pass: stabilize },
    { pass: recognize },
  ]
}

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
    { pass: simplify, again: bodies },
    { pass: cse, again: bodies },
    { pass: dce, again: 'cse and simplify leave nodes of those bodies without users' },
  ]
}
