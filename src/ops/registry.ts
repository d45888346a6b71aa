// Every op by its text name. It serves the parser, the generated docs and the generic suites, which
// receive it as a value; nothing else imports it, so a bundle holds only the ops a program uses.

import type { OpTable } from '../ir/op.ts'
import { add, mul, neg, tanh } from './arithmetic.ts'
import { constant, full, size } from './creation.ts'

/** The op table: text name to public function, grouped by family. */
export const ops = {
  // creation
  constant,
  full,
  size,
  // elementwise
  add,
  mul,
  neg,
  tanh,
} as const satisfies OpTable
