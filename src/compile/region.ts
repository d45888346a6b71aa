// What a firing of a rule is about: the nodes that it takes away and those that it puts in their
// place, down to the values that both are computed from.

import type { Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import type { Workspace } from '../rewrite/workspace.ts'

/** The two sides of a rewrite, each in definition order. */
export interface Region {
  /** The node that is replaced, and what leads to it from `leaves`. */
  readonly before: readonly Node[]
  /** The new nodes. */
  readonly after: readonly Node[]
  /** The values that either side is computed from. */
  readonly leaves: readonly ValueId[]
}

/** The new nodes of a replacement, and the values that were there before which they use. */
export interface Made {
  readonly nodes: ReadonlySet<Node>
  readonly reached: readonly ValueId[]
}

/** What was made for a replacement; `isNew` tells its nodes. */
export function madeFor(
  workspace: Workspace,
  values: readonly Value[],
  isNew: (node: Node) => boolean,
): Made {
  const isOld = (id: ValueId) => {
    const maker = workspace.definition(id)
    return maker === undefined || !isNew(maker)
  }
  const ids = values.map(({ id }) => id)
  return below(workspace, ids, isOld)
}

/** The region of a replacement. This looks at the whole graph. */
export function regionOf(workspace: Workspace, node: Node, made: Made): Region {
  const leaves = new Set(made.reached)
  const left = below(
    workspace,
    node.results.map(({ id }) => id),
    id => leaves.has(id) && !node.results.some(result => result.id === id),
  )
  const order = new Map(workspace.order().map((id, at) => [id, at]))
  const sorted = (nodes: Iterable<Node>) =>
    [...nodes].sort((a, b) => order.get(a.id)! - order.get(b.id)!)
  const before = leading(sorted(left.nodes), leaves, node)
  const own = new Set(before.flatMap(({ results }) => results.map(({ id }) => id)))
  const used = before.flatMap(({ operands }) => operands).filter(id => !own.has(id))
  return { before, after: sorted(made.nodes), leaves: [...new Set([...leaves, ...used])] }
}

/** The nodes that values are computed from, as far as values at which to stop. */
function below(
  workspace: Workspace,
  of: readonly ValueId[],
  stops: (id: ValueId) => boolean,
): Made {
  const nodes = new Set<Node>()
  const reached = new Set<ValueId>()
  const waiting = [...of]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const maker = workspace.definition(id)
    if (stops(id)) reached.add(id)
    else if (maker !== undefined && !nodes.has(maker)) {
      nodes.add(maker)
      waiting.push(...maker.operands)
    }
  }
  return { nodes, reached: [...reached] }
}

/** Those of the nodes that use a leaf, at once or through others; the root in any case. */
function leading(nodes: readonly Node[], leaves: ReadonlySet<ValueId>, root: Node): Node[] {
  const within = new Set(leaves)
  return nodes.filter(node => {
    const leads = node === root || node.operands.some(id => within.has(id))
    if (leads) for (const { id } of node.results) within.add(id)
    return leads
  })
}
