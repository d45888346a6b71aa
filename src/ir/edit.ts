// The one way from a graph to a changed graph. A pass gathers everything it changes and commits it
// once, through immer: the patches are the pass's diff, whatever did not change is shared, and a
// pass that changed nothing gets the very same graph back. Edits are never made one by one: a draft
// per edit costs time in proportion to the graph, a draft per pass does not.

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

/** A committed change: the new graph, and what is different as immer patches. */
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
  enablePatches()
  const [next, patches] = produceWithPatches(graph, draft => {
    // Op definitions and literals are opaque to immer; what is assigned here is never drafted
    // itself.
    const table = draft.nodes as Record<ValueId, Node>
    for (const part of lists) Object.assign(draft, { [part]: Object.freeze(change[part]) })
    for (const [id, node] of nodes) {
      if (node === undefined) delete table[id]
      else table[id] = frozen(node)
    }
  })
  return { graph: next, patches }
}

/**
 * Frozen in all its parts. What is frozen already, immer neither searches for drafts nor freezes
 * again.
 */
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
  const ids = [...before.order, ...after.order]
  const nodes = new Map(ids.map(id => [id, after.nodes[id]]))
  const { arguments: args, order, outputs, updates } = after
  return commit(before, { arguments: args, nodes, order, outputs, updates }).patches
}
