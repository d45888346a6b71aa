// What is in normal form already. Nodes are never written once a graph holds them, so a node that
// one pass found nothing to do about, and that is there for a later pass, has to be looked at again
// only where something around it has changed: below it, or in how often it is used.

import type { Node, ValueId } from '../ir/graph.ts'
import type { Rule } from './rule.ts'
import type { Workspace } from './workspace.ts'

/** What passes of one run hand on: the last state that one of them left in normal form. */
export interface Memory {
  settled?: Settled
}

/** Nodes in normal form under rules, by id, and how often each was used. */
export interface Settled {
  readonly rules: ReadonlySet<Rule>
  readonly nodes: readonly (Node | undefined)[]
  readonly uses: readonly number[]
}

/** What is known before any rule has run. */
export const NOTHING: Settled = { rules: new Set(), nodes: [], uses: [] }

/** A node that is to be looked at. */
export interface Due {
  readonly id: ValueId
  /** How far below it the nearest change is; 0 where it is new itself. */
  readonly distance: number
}

/** The live nodes that are to be looked at under rules that look `depth` deep, in order. */
export function dueNodes(
  workspace: Workspace,
  live: readonly ValueId[],
  known: Settled,
  index: { readonly asSet: ReadonlySet<Rule>; readonly depth: number },
): readonly Due[] {
  const distances: number[] = []
  const due: Due[] = []
  for (const id of live) {
    const node = workspace.node(id)!
    const isNew = known.nodes[id] !== node || known.uses[id] !== usesOf(node, workspace)
    const distance = isNew ? 0 : 1 + nearest(node, distances)
    for (const result of node.results) distances[result.id] = distance
    if (distance < index.depth || known.rules !== index.asSet) due.push({ id, distance })
  }
  return due
}

/** Arguments do not change. */
function nearest({ operands }: Node, distances: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const id of operands) least = Math.min(least, distances[id] ?? least)
  return least
}

function usesOf({ results }: Node, workspace: Workspace): number {
  let uses = 0
  for (const { id } of results) uses += workspace.useCount(id)
  return uses
}

/** The state of a workspace all of whose nodes, but those that are dead, are in normal form. */
export function settledIn(
  workspace: Workspace,
  rules: ReadonlySet<Rule>,
  dead: ReadonlySet<ValueId>,
): Settled {
  const nodes: Node[] = []
  const uses: number[] = []
  for (const id of workspace.order()) {
    if (dead.has(id)) continue
    const node = workspace.node(id)!
    nodes[id] = node
    uses[id] = usesOf(node, workspace)
  }
  return { rules, nodes, uses }
}
