// Composites give way to their bodies: all of them, or those that a predicate names. A body's nodes
// have the origin of the composite and know its name; its random ops have the streams that its
// attributes name.

import type { Graph, Node } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import type { PassContext, PassResult } from '../rewrite/pass.ts'
import { Workspace } from '../rewrite/workspace.ts'

/** What taking a body for an op is, as checks of rewrites report it. */
const BODY = {
  name: 'body',
  why: 'the body of a composite is its definition',
  exactness: 'rounding',
} as const

/** The graph with the bodies of all ops for which `isExpanded` in their place. */
export function expanded(
  graph: Graph,
  isExpanded: (op: Op) => boolean,
  { witness }: PassContext = {},
): PassResult {
  const workspace = new Workspace(graph)
  const pending = [...graph.order].reverse()
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = workspace.node(id)
    if (node === undefined) continue
    const { body } = node.op
    if (body === undefined || !isExpanded(node.op)) continue
    const operands = node.operands.map(operand => workspace.value(operand))
    const build = () => {
      const values = body(operands, node.attributes, workspace)
      witness?.({ rule: BODY, node, values, workspace })
      return values
    }
    const replacement = workspace.replace(node, build, originIn(node))
    // A body may be made of composites itself.
    pending.push(...[...(replacement?.added ?? [])].reverse())
  }
  return { graph: workspace.commit().graph, firings: [] }
}

/** The origin of a body's nodes. An op that is looked into is no more than what it is made of. */
function originIn({ op, origin }: Node): Node['origin'] {
  if (op.transparent === true || origin.composite !== undefined) return origin
  return { ...origin, composite: op.name }
}
