// What can be told of a neighbourhood at a glance, before a rule takes it apart: most nodes that
// have the structure of a rule have nothing of its subject near them.

import type { ValueId } from '../ir/graph.ts'
import type { Op, Operator } from '../ir/op.ts'
import type { Glance, PatternView } from './pattern.ts'

/** So deep below a contraction is looked: a sum of products may be written as one. */
const BELOW_CONTRACTION = 3

/**
 * Whether a node of `target` stands at most `depth` nodes below. Composites of several operands end
 * the way: no formula is written through them.
 */
export const reaches =
  ({ op }: Operator, depth: number): Glance =>
  (node, view) =>
    isBelow(op, node.operands, depth, view)

function isBelow(
  target: Op,
  operands: readonly ValueId[],
  depth: number,
  view: PatternView,
): boolean {
  if (depth === 0) return false
  return operands.some(id => {
    const maker = view.definition(id)
    if (maker === undefined) return false
    if (maker.op === target) return true
    return isBelow(target, maker.operands, Math.min(depth - 1, furtherBelow(maker.op)), view)
  })
}

const LET_THROUGH: readonly string[] = ['elementwise', 'movement', 'reduction']

function furtherBelow({ lowering: { kind }, operands }: Op): number {
  if (kind === 'contraction') return BELOW_CONTRACTION
  const isOpen = LET_THROUGH.includes(kind) || (kind === 'composite' && operands.length === 1)
  return isOpen ? Number.POSITIVE_INFINITY : 0
}
