// Pass dce: dead code. What no output and no update is computed from goes; arguments stay, since
// they are the interface of the graph.

import { commit } from '../ir/edit.ts'
import { nodesOf } from '../ir/graph.ts'
import { ancestors, rootsOf } from '../ir/traverse.ts'
import type { Pass } from '../rewrite/pass.ts'

/** Removes nodes that no output and no update needs. */
export const dce: Pass = {
  name: 'dce',
  summary: 'removes what no output and no update needs',
  expects: [],
  leaves: [],
  run: graph => {
    const alive = ancestors(nodesOf(graph), rootsOf(graph))
    const dead = graph.order.filter(id => !alive.has(id))
    if (dead.length === 0) return { graph, firings: [] }
    const change = {
      nodes: new Map(dead.map(id => [id, undefined])),
      order: graph.order.filter(id => alive.has(id)),
    }
    return { graph: commit(graph, change).graph, firings: [] }
  },
}
