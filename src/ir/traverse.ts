// Questions about who makes, uses and reaches a value. Each answer is computed in one walk over the
// graph; whoever asks often keeps the answer, since graphs never change.

import { type Argument, type Graph, type Node, nodesOf, type ValueId } from './graph.ts'

/** What makes a value: an argument, or the result of that number of a node. */
export type Definition =
  | { readonly argument: Argument; readonly node?: undefined }
  | { readonly argument?: undefined; readonly node: Node; readonly result: number }

/** What makes each value of a graph. */
export function definitions(graph: Graph): ReadonlyMap<ValueId, Definition> {
  const found = new Map<ValueId, Definition>()
  for (const argument of graph.arguments) found.set(argument.id, { argument })
  for (const node of nodesOf(graph)) {
    node.results.forEach(({ id }, result) => {
      found.set(id, { node, result })
    })
  }
  return found
}

/** The nodes that use each value, in definition order, each once; no entry for unused values. */
export function users(graph: Graph): ReadonlyMap<ValueId, readonly Node[]> {
  const found = new Map<ValueId, Node[]>()
  for (const node of nodesOf(graph)) {
    for (const id of new Set(node.operands)) {
      const known = found.get(id)
      if (known === undefined) found.set(id, [node])
      else known.push(node)
    }
  }
  return found
}

/** The values that outputs and updates name: what a run is for. */
export function rootsOf(graph: Graph): ValueId[] {
  return [...graph.outputs, ...graph.updates].map(root => root.value)
}

/** Ids of the nodes that `values` are computed from, through any number of steps. */
export function ancestors(graph: Graph, values: Iterable<ValueId>): ReadonlySet<ValueId> {
  const wanted = new Set(values)
  const found = new Set<ValueId>()
  // Users come after definitions, so one backward walk has seen all users of a node before the node.
  for (let i = graph.order.length - 1; i >= 0; i--) {
    const node = graph.nodes[graph.order[i]!]!
    if (!node.results.some(result => wanted.has(result.id))) continue
    found.add(node.id)
    for (const id of node.operands) wanted.add(id)
  }
  return found
}

/** Ids of all values that depend on `values`, those included. */
export function descendants(graph: Graph, values: Iterable<ValueId>): ReadonlySet<ValueId> {
  const found = new Set(values)
  for (const node of nodesOf(graph)) {
    if (!node.operands.some(id => found.has(id))) continue
    for (const { id } of node.results) found.add(id)
  }
  return found
}
