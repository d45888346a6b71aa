// What expressions cost on V8, as far as the shape of the code depends on it.

import type { Scalar } from '../../kernel/scalar.ts'
import type { ScalarOp } from '../../kernel/scalar-ops.ts'
import { reach } from '../../kernel/uses.ts'

/** What takes longer than all the bookkeeping around it, or than a branch taken wrongly. */
const SLOW: ReadonlySet<ScalarOp> = new Set([
  'div',
  'round',
  'sqrt',
  'rsqrt',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tanh',
  'erf',
  'pow',
])

/**
 * Instructions that `roots` take in all where only what `changes` is computed; infinite where one
 * of them is slow.
 */
export function costOf(
  roots: readonly Scalar[],
  changes: (node: Scalar) => boolean = () => true,
): number {
  const costs = reach(roots, node => !changes(node)).order.map(node => {
    if (node.kind === 'load') return 1
    if (node.kind !== 'op' || !changes(node)) return 0
    return SLOW.has(node.op) ? Number.POSITIVE_INFINITY : 1
  })
  return costs.reduce((sum, cost) => sum + cost, 0)
}
