// The one way from a graph to a changed graph. A pass gathers everything it changes and commits it
// once: whatever did not change is shared, and a pass that changed nothing gets the very same graph
// back. Edits are never made one by one: a copy of the table of nodes per edit costs time in
// proportion to the graph, one per pass does not. What is different, immer says when it is asked.

import { enablePatches, freeze, type Patch, produceWithPatches } from 'immer'
import type { Argument, Graph, Node, Output, Update, ValueId } from './graph.ts'

/** What a pass changes. Parts that are absent stay as they are. */
export interface GraphChange {
  readonly arguments?: readonly Argument[] | undefined
  /** Nodes by id: new or changed ones, and undefined for those that go. */
  readonly nodes?: ReadonlyMap<ValueId, Node | undefined> | undefined
  readonly order?: readonly ValueId[] | undefined
  readonly outputs?: readonly Output[] | undefined
  readonly updates?: readonly Update[] | undefined
}

/** A committed change: the new graph, and what is different as immer patches, made when read. */
export interface Commit {
  readonly graph: Graph
  readonly patches: readonly Patch[]
}

type ListPart = 'arguments' | 'order' | 'outputs' | 'updates'
const LIST_PARTS: readonly ListPart[] = ['arguments', 'order', 'outputs', 'updates']

/**
 * Applies a change in one step. Gives back the same graph, and no patches, where nothing differs.
 */
export function commit(graph: Graph, change: GraphChange): Commit {
  const nodes = [...(change.nodes ?? [])].filter(([id, node]) => graph.nodes[id] !== node)
  const lists = LIST_PARTS.filter(part => differs(graph[part], change[part]))
  if (nodes.length === 0 && lists.length === 0) return { graph, patches: [] }
  const table: Record<ValueId, Node> = { ...graph.nodes }
  for (const [id, node] of nodes) {
    if (node === undefined) delete table[id]
    else table[id] = frozen(node)
  }
  const parts = Object.fromEntries(lists.map(part => [part, Object.freeze(change[part])]))
  const next: Graph = Object.freeze({ ...graph, nodes: Object.freeze(table), ...parts })
  return {
    graph: next,
    get patches() {
      return diffGraphs(graph, next)
    },
  }
}

/** Frozen in all its parts. */
function frozen(node: Node): Node {
  if (Object.isFrozen(node)) return node
  for (const result of node.results) {
    Object.freeze(result.type.shape)
    Object.freeze(result.type)
    Object.freeze(result)
  }
  Object.freeze(node.results)
  Object.freeze(node.operands)
  freeze(node.attributes, true)
  freeze(node.origin, true)
  return Object.freeze(node)
}

/** Whether a list was given whose items are not the same objects in the same places. */
function differs(before: readonly unknown[], after: readonly unknown[] | undefined): boolean {
  if (after === undefined || after === before) return false
  return after.length !== before.length || after.some((item, i) => item !== before[i])
}

/** The patches from one graph to another that keeps the ids of what both have. */
export function diffGraphs(before: Graph, after: Graph): readonly Patch[] {
  enablePatches()
  const [, patches] = produceWithPatches(before, draft => {
    // Op definitions and literals are opaque to immer; what is assigned here is never drafted
    // itself.
    const table = draft.nodes as Record<ValueId, Node>
    for (const id of new Set([...before.order, ...after.order])) {
      const node = after.nodes[id]
      if (node === before.nodes[id]) continue
      if (node === undefined) delete table[id]
      else table[id] = node
    }
    const lists = LIST_PARTS.filter(part => differs(before[part], after[part]))
    for (const part of lists) Object.assign(draft, { [part]: after[part] })
  })
  return patches
}
