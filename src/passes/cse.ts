// Pass cse: common subexpressions. Values are numbered by what computes them (the op itself, its
// operands, its attributes), so equal computations share one node. All ops are pure; random ops
// that are meant to differ have different streams.

import { type Attributes, printAttributes } from '../ir/attribute.ts'
import type { Node, ValueId } from '../ir/graph.ts'
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
    shareEqual(workspace)
    return { graph: workspace.commit().graph, firings: [] }
  },
}

/** Lets equal computations of a workspace share one node; answers whether there were any. */
export function shareEqual(workspace: Workspace): boolean {
  const seen = new Map<Op, Map<number | string, Node[]>>()
  let isShared = false
  for (const id of workspace.order()) {
    const node = workspace.node(id)
    if (node === undefined) continue
    const first = firstEqual(seen, node)
    if (first === node || !workspace.isUsed(node)) continue
    workspace.replace(node, () => first.results.map(result => workspace.value(result.id)))
    isShared = true
  }
  return isShared
}

/** The first node that computes the same; the node itself where there was none. */
function firstEqual(seen: Map<Op, Map<number | string, Node[]>>, node: Node): Node {
  const ofOp = seen.get(node.op) ?? new Map<number | string, Node[]>()
  seen.set(node.op, ofOp)
  const text = textOf(node)
  const hash = hashOf(node)
  const key = text === '' ? hash : `${hash} ${text}`
  const alike = ofOp.get(key)
  if (alike === undefined) {
    ofOp.set(key, [node])
    return node
  }
  const first = alike.find(other => operandsEqual(other, node))
  if (first === undefined) alike.push(node)
  return first ?? node
}

/** A number that equal operands have in common, and others hardly ever. */
function hashOf({ op, operands }: Node): number {
  const mix = op.facts.commutative
    ? (hash: number, id: number) => hash + Math.imul(id, id + 7)
    : (hash: number, id: number) => Math.imul(hash, 31) + id
  return operands.reduce(mix, 0)
}

function operandsEqual({ op, operands: a }: Node, { operands: b }: Node): boolean {
  const inOrder = (ids: readonly ValueId[]) => ids.every((id, i) => id === b[i])
  if (a.length !== b.length) return false
  return inOrder(a) || (op.facts.commutative === true && inOrder([...a].reverse()))
}

/** Texts of attributes that are long, kept as long as those: a large constant is printed once. */
const longTexts = new WeakMap<Attributes, string>()
const LONG = 200

/** Attributes are compared as text; most nodes have none. */
function textOf({ op, attributes }: Node): string {
  if (Object.keys(op.attributes).length === 0) return ''
  const known = longTexts.get(attributes)
  if (known !== undefined) return known
  const text = printAttributes(op.attributes, attributes)
  if (text.length > LONG) longTexts.set(attributes, text)
  return text
}
