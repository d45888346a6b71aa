// The same part several times, each with parameters of its own.

import { declarationError } from './declaration-error.ts'
import type { Part } from './part.ts'

/** A tuple of `N` times `T`. */
export type Repeat<N extends number, T, R extends readonly T[] = []> = number extends N
  ? readonly T[]
  : R['length'] extends N
    ? R
    : Repeat<N, T, [...R, T]>

/**
 * A list of `count` parts declared alike: `repeat(3, residual(256))` has the paths 0, 1 and 2.
 *
 * Throws E126 where `count` is no whole number from 0.
 */
export function repeat<const N extends number, const L extends Part>(
  count: N,
  part: L,
): Repeat<N, L> {
  if (!Number.isSafeInteger(count) || count < 0) {
    const message = `must have a count that is a whole number from 0, got ${String(count)}`
    throw declarationError('repeat', message, 'write repeat(3, residual(256))', repeat)
  }
  // tsc cannot follow the recursion of the tuple type.
  return Array.from({ length: count }, () => part) as unknown as Repeat<N, L>
}
