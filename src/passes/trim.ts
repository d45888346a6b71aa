// What a program is left with when some of what it returned is gone: dead nodes go, and so do the
// key and counter of draws that nobody draws from. Other arguments are the program's interface.

import { commit } from '../ir/edit.ts'
import { type Graph, nodesOf } from '../ir/graph.ts'
import { rootsOf } from '../ir/traverse.ts'
import { dce } from './dce.ts'

/** The graph without dead nodes and without random keys that nothing draws from. */
export function trim(graph: Graph): Graph {
  const alive = dce.run(graph, {}).graph
  const used = new Set([...nodesOf(alive).flatMap(node => node.operands), ...rootsOf(alive)])
  const kept = alive.arguments.filter(({ role, id }) => role !== 'rng' || used.has(id))
  return commit(alive, { arguments: kept }).graph
}
