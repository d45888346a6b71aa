// Which values can carry a derivative: those that depend on the perturbed ones.

import type { Node, ValueId } from '../ir/graph.ts'

/** The given values and all that depend on them through `nodes`, which are in definition order. */
export function activeValues(nodes: readonly Node[], from: readonly ValueId[]): Set<ValueId> {
  const active = new Set(from)
  for (const node of nodes) {
    if (!node.operands.some(id => active.has(id))) continue
    for (const result of node.results) active.add(result.id)
  }
  return active
}
