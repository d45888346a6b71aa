// The rule of a claimed shape: every dim that is known must be the one that is claimed.

import { type Fits, type Show, show } from '../../ir/shape-sentence.ts'
import { type Shape, shapesEqual } from '../../ir/type.ts'
import type { Answer } from './checked.ts'

/** Whether a tensor of shape `S` can have the claimed shape `C`, else why not. */
export type AssertShapeRule<S extends Shape, C extends Shape> =
  Fits<S, C> extends true ? true : `assertShape: expected ${Show<C>}, got ${Show<S>}`

/** The claimed shape, or why a tensor of shape `shape` does not have it. */
export function assertShapeRule(shape: Shape, claimed: Shape): Answer {
  if (shapesEqual(shape, claimed)) return shape
  return `assertShape: expected ${show(claimed)}, got ${show(shape)}`
}
