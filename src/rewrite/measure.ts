// What rewriting makes smaller. Every rule lowers the measure of the graph it is applied to, and
// the measure is a list of integers that cannot go below zero, compared from the left: so any set
// of rules comes to an end, in whatever order they fire.
//
// The cost counts a shared value once per use, as if the graph were written out as a tree. Then a
// rule that replaces a term by a cheaper one lowers it even where parts of the old term stay for
// others. What is left of a measure are ranks: at equal cost they say which of two ways to write a
// term is nearer to the normal form. An op multiplies the rank of what is below it, so that
// whatever moves outward past the op counts for less.

import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { rootsOf } from '../ir/traverse.ts'

/** The node that makes a value; undefined for an argument. */
export type Definition = (id: ValueId) => Node | undefined

/** What one application does to a rank: own + times · (the sum of the ranks of its operands). */
export interface Rank {
  /** An integer from 1. */
  readonly times: number
  /** An integer from 0. */
  readonly own: number
}

/** What rules are weighed by; the weights of ops belong to those who name ops. */
export interface Scale {
  /** Cost of one application; an integer from 0. */
  readonly weight: (node: Node) => number
  /** Distances from the normal form, the first of most weight. */
  readonly ranks: readonly ((node: Node, definition: Definition) => Rank)[]
}

/** Cost, then each of the ranks. */
export type Measure = readonly bigint[]

/** The measure of what a graph's outputs and updates are computed from. Arguments weigh one. */
export function measure(graph: Graph, scale: Scale): Measure {
  const measures = new Map<ValueId, Measure>()
  const makers = new Map<ValueId, Node>()
  const definition = (id: ValueId) => makers.get(id)
  const nothing: Measure = [0n, ...scale.ranks.map(() => 0n)]
  for (const { id } of graph.arguments) measures.set(id, [1n, ...nothing.slice(1)])
  const total = (ids: readonly ValueId[]) =>
    ids.reduce((sum, id) => plus(sum, measures.get(id)!), nothing)
  for (const node of nodesOf(graph)) {
    const [below, ...ranksBelow] = total(node.operands)
    const ranks = scale.ranks.map((rankOf, i) => {
      const { times, own } = rankOf(node, definition)
      return BigInt(own) + BigInt(times) * ranksBelow[i]!
    })
    for (const { id } of node.results) {
      measures.set(id, [below! + BigInt(scale.weight(node)), ...ranks])
      makers.set(id, node)
    }
  }
  return total(rootsOf(graph))
}

const plus = (a: Measure, b: Measure): Measure => a.map((part, i) => part + b[i]!)

/** Whether `after` is smaller than `before`. */
export function isSmaller(after: Measure, before: Measure): boolean {
  const at = after.findIndex((part, i) => part !== before[i])
  return at >= 0 && after[at]! < before[at]!
}
