// What runs against a mistake in a derivative rule: the generic checks of its op. Bundled together
// with the mutated file, so it must not import anything outside the bundle.

import type { OpTable } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { CHECKS } from '../../test/generic/checks.ts'

const table: OpTable = ops

/** Trials per shape kind, as many as `npm test` makes. */
const REPEATS = 3

/** The first failure of an op's checks, or undefined where none notices anything. */
export function detectInOp(name: string, seed: number): string | undefined {
  const entry = table[name]
  if (entry === undefined) return undefined
  for (const check of [
    CHECKS.vjp,
    CHECKS.jvp,
    CHECKS.secondOrder,
    CHECKS.kinks,
    CHECKS.modesAtKinks,
  ]) {
    try {
      check(entry.op, seed, REPEATS, table)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return undefined
}
