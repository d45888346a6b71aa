// Pass cse: common subexpressions. Values are numbered by what computes them (the op itself, its
// operands, the text of its attributes), so equal computations share one node. All ops are pure;
// random ops that are meant to differ have different streams.

import { type AttributeKinds, type Attributes, printAttributes } from '../ir/attribute.ts'
import type { Node } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import type { Pass } from '../rewrite/pass.ts'
import { Workspace } from '../rewrite/workspace.ts'

/** Lets equal computations share one node: the first of them. */
export const cse: Pass = {
  name: 'cse',
  summary: 'lets equal computations share one node',
  expects: [],
  leaves: [],
  run: graph => {
    const workspace = new Workspace(graph)
    const numbers = new Map<Op, Map<string, Node>>()
    for (const id of graph.order) {
      const node = workspace.node(id)
      if (node === undefined) continue
      const first = firstEqual(numbers, node)
      if (first === node || !workspace.isUsed(node)) continue
      workspace.replace(node, () => first.results.map(result => workspace.value(result.id)))
    }
    return { ...workspace.commit(), firings: [] }
  },
}

/** The first node that computes the same; the node itself where there was none. */
function firstEqual(numbers: Map<Op, Map<string, Node>>, node: Node): Node {
  const { op, operands, attributes } = node
  const ordered = op.facts.commutative ? [...operands].sort((a, b) => a - b) : operands
  const key = `${ordered.join()} ${keyOf(op.attributes, attributes)}`
  const byKey = numbers.get(op) ?? new Map<string, Node>()
  numbers.set(op, byKey)
  const first = byKey.get(key)
  if (first === undefined) byKey.set(key, node)
  return first ?? node
}

/**
 * Texts of attributes, kept as long as those: a large constant is printed once, not once per pass.
 */
const keys = new WeakMap<Attributes, string>()

function keyOf(kinds: AttributeKinds, attributes: Attributes): string {
  const known = keys.get(attributes)
  if (known !== undefined) return known
  const key = printAttributes(kinds, attributes)
  keys.set(attributes, key)
  return key
}
