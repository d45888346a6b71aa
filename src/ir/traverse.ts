// Questions about what a value is made from and what is made from it. Each answer is one walk over
// nodes in definition order.

import type { Graph, Node, ValueId } from './graph.ts'

/** The values that outputs and updates name: what a run is for. */
export function rootsOf(graph: Graph): ValueId[] {
  return [...graph.outputs, ...graph.updates].map(root => root.value)
}

/**
 * The given values, those they are computed from, and all other results of the nodes on the way.
 */
export function ancestors(nodes: readonly Node[], of: Iterable<ValueId>): ReadonlySet<ValueId> {
  const found = new Set(of)
  // Users come after definitions: walking backward, all users of a node are seen before the node.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!
    if (!node.results.some(result => found.has(result.id))) continue
    for (const { id } of node.results) found.add(id)
    for (const id of node.operands) found.add(id)
  }
  return found
}

/** The given values and all that depend on them. */
export function descendants(nodes: readonly Node[], of: Iterable<ValueId>): ReadonlySet<ValueId> {
  const found = new Set(of)
  for (const node of nodes) {
    if (!node.operands.some(id => found.has(id))) continue
    for (const { id } of node.results) found.add(id)
  }
  return found
}
