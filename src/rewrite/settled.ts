// What is in normal form already. Nodes are never written once a graph holds them, so a node that
// one pass found nothing to do about, and that is there in a later graph, has to be looked at again
// only where something around it has changed: below it, or in how often it is used.

import type { Node, ValueId } from '../ir/graph.ts'
import type { Rule } from './rule.ts'
import type { Workspace } from './workspace.ts'

/** What a node was found to be in normal form under. */
interface Mark {
  readonly rules: ReadonlySet<Rule>
  readonly uses: number
}

const marks = new WeakMap<Node, Mark>()

/** A node that is to be looked at. */
export interface Due {
  readonly id: ValueId
  /** How far below it the nearest change is; 0 where it is new itself. */
  readonly distance: number
  /** Rules that it is in normal form under, but for what changed around it. */
  readonly settled: ReadonlySet<Rule> | undefined
}

/** The live nodes that are to be looked at under rules that look `depth` deep, in order. */
export function dueNodes(
  workspace: Workspace,
  live: readonly ValueId[],
  rules: ReadonlySet<Rule>,
  depth: number,
): readonly Due[] {
  const distances: number[] = []
  const due: Due[] = []
  for (const id of live) {
    const node = workspace.node(id)!
    const mark = marks.get(node)
    const isNew = mark === undefined || mark.uses !== usesOf(node, workspace)
    const distance = isNew ? 0 : 1 + nearest(node, distances)
    for (const result of node.results) distances[result.id] = distance
    const settled = isNew ? undefined : mark.rules
    if (distance < depth || settled !== rules) due.push({ id, distance, settled })
  }
  return due
}

/** Arguments do not change. */
function nearest(node: Node, distances: readonly number[]): number {
  return node.operands.reduce((least, id) => Math.min(least, distances[id] ?? least), Infinity)
}

const usesOf = (node: Node, workspace: Workspace): number =>
  node.results.reduce((count, result) => count + workspace.useCount(result.id), 0)

/** Remembers that all live nodes are in normal form under the rules. */
export function settle(workspace: Workspace, rules: ReadonlySet<Rule>): void {
  for (const id of workspace.live()) {
    const node = workspace.node(id)!
    marks.set(node, { rules, uses: usesOf(node, workspace) })
  }
}
