// What rewriting makes smaller. Every rule lowers the measure of the graph it is applied to, and
// the measure is a list of integers that cannot go below zero, compared from the left: so any set
// of rules comes to an end, in whatever order they fire.
//
// The cost counts a shared value once per use, as if the graph were written out as a tree. Then a
// rule that replaces a term by a cheaper one lowers it even where parts of the old term stay for
// others.

import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { rootsOf } from '../ir/traverse.ts'

/** What rules are weighed by; the weights of ops belong to those who name ops. */
export interface Scale {
  /** Cost of one application; a positive integer. */
  readonly weight: (node: Node) => number
  /** How far one application is from the normal form at equal cost; an integer from zero. */
  readonly disorder: (node: Node, definition: (id: ValueId) => Node | undefined) => number
}

/** Cost, then distance from the normal form. */
export type Measure = readonly [cost: bigint, disorder: bigint]

/** The measure of what a graph's outputs and updates are computed from. Arguments weigh one. */
export function measure(graph: Graph, scale: Scale): Measure {
  const costs = new Map<ValueId, Measure>()
  const makers = new Map<ValueId, Node>()
  for (const { id } of graph.arguments) costs.set(id, [1n, 0n])
  for (const node of nodesOf(graph)) {
    let cost = BigInt(scale.weight(node))
    let disorder = BigInt(scale.disorder(node, id => makers.get(id)))
    for (const id of node.operands) {
      const [below, unsorted] = costs.get(id)!
      cost += below
      disorder += unsorted
    }
    for (const { id } of node.results) {
      costs.set(id, [cost, disorder])
      makers.set(id, node)
    }
  }
  return rootsOf(graph).reduce<Measure>(
    ([cost, disorder], id) => {
      const [more, unsorted] = costs.get(id)!
      return [cost + more, disorder + unsorted]
    },
    [0n, 0n],
  )
}

/** Whether `after` is smaller than `before`. */
export function isSmaller(after: Measure, before: Measure): boolean {
  return after[0] < before[0] || (after[0] === before[0] && after[1] < before[1])
}
