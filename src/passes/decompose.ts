// Pass decompose: composites give way to their bodies, until only core ops are left. It runs after
// derivatives are taken, so a composite's own derivative rule has had its say. A body's nodes have
// the origin of the composite, and its random ops the streams that its attributes name.

import type { Pass } from '../rewrite/pass.ts'
import { Workspace } from '../rewrite/workspace.ts'

/** Replaces composites by their bodies in core ops. */
export const decompose: Pass = {
  name: 'decompose',
  summary: 'replaces composites by their bodies in core ops',
  expects: ['bound'],
  leaves: ['core'],
  run: graph => {
    const workspace = new Workspace(graph)
    const pending = [...graph.order].reverse()
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const node = workspace.node(id)
      if (node === undefined) continue
      const { body } = node.op
      if (body === undefined) continue
      const operands = node.operands.map(operand => workspace.value(operand))
      const replacement = workspace.replace(node, () => body(operands, node.attributes, workspace))
      // A body may be made of composites itself.
      pending.push(...[...(replacement?.added ?? [])].reverse())
    }
    return { ...workspace.commit(), firings: [] }
  },
}
