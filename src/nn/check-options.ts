// Checks that layers share. An option that cannot be is refused where the layer is declared, which
// is before anything is traced.

import { type Boundary, declarationError } from '../model/declaration-error.ts'
import { epsilonRule } from '../model/shapes/normalization.ts'

/** Throws E126 with the sentence of a rule that refused, which begins with the layer's name. */
export function checkDeclared(
  name: string,
  refused: string | undefined,
  help: string,
  boundary: Boundary,
): void {
  if (refused === undefined) return
  throw declarationError(name, refused.slice(name.length + 2), help, boundary)
}

/** Throws E126 where a number cannot stand beside a variance. */
export function checkEpsilon(name: string, epsilon: number, boundary: Boundary): void {
  const help = 'leave it out, or give a small number such as 1e-5'
  checkDeclared(name, epsilonRule(name, epsilon), help, boundary)
}
