// What runs against each mutant: the generic checks of one op, or the generic checks of one rewrite
// rule. Bundled together with the mutated file, so it must not import anything outside the bundle.

import type { OpTable } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { rules } from '../../src/passes/rules.ts'
import { CHECKS } from '../../test/generic/checks.ts'
import { checkExample, checkMeaning, examplesOf } from '../../test/rules/checks.ts'

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

/**
 * The first failure of a rewrite rule's checks, or undefined where none notices anything. Meaning
 * is asked before the text of the example: both notice, and a wrong value is the better reason.
 */
export function detectInRule(name: string, seed: number): string | undefined {
  const rule = rules.find(candidate => candidate.name === name)
  if (rule === undefined) return undefined
  try {
    for (const sides of examplesOf(rule)) {
      checkMeaning(rule, sides, seed, 40)
      checkExample(rule, sides)
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return undefined
}
