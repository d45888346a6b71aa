// One side of every `byMode`. A program either trains or evaluates: gradients keep `train`,
// `compile` of a model keeps `eval`, and what only the other side needed goes, random draws and
// updates included. An update that leaves an argument as it was is none.

import { commit } from '../ir/edit.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { byMode, type Mode } from '../ops/by-mode.ts'
import { trim } from './trim.ts'

/** The graph in which every `byMode` is its side for `mode`; the same graph where there is none. */
export function chooseMode(graph: Graph, mode: Mode): Graph {
  const chosen = withSides(graph, mode)
  return chosen === graph ? graph : trim(chosen)
}

function withSides(graph: Graph, mode: Mode): Graph {
  const bodies = new Map<Graph, Graph>()
  const sides = new Map<ValueId, ValueId>()
  const side = (id: ValueId) => sides.get(id) ?? id
  const nodes = new Map<ValueId, Node | undefined>()
  for (const node of nodesOf(graph)) {
    // Definitions come before uses, so a side is final when it is recorded.
    if (node.op === byMode.op) {
      sides.set(node.id, side(node.operands[mode === 'train' ? 0 : 1]!))
      nodes.set(node.id, undefined)
      continue
    }
    const attributes = attributesIn(node, mode, bodies)
    const isKept = attributes === node.attributes && !node.operands.some(id => sides.has(id))
    if (!isKept) nodes.set(node.id, { ...node, attributes, operands: node.operands.map(side) })
  }
  if (nodes.size === 0) return graph
  const own = new Map(graph.arguments.map(({ name, id }) => [name, id]))
  const updates = graph.updates.map(update => ({ ...update, value: side(update.value) }))
  return commit(graph, {
    nodes,
    order: graph.order.filter(id => !sides.has(id)),
    outputs: graph.outputs.map(output => ({ ...output, value: side(output.value) })),
    updates: updates.filter(({ target, value }) => own.get(target) !== value),
  }).graph
}

/** The attributes with the mode chosen in the graphs they hold. */
function attributesIn(node: Node, mode: Mode, bodies: Map<Graph, Graph>): Node['attributes'] {
  const changed: Record<string, Graph> = {}
  for (const [name, kind] of Object.entries(node.op.attributes)) {
    if (kind.graph === undefined) continue
    const body = kind.graph(node.attributes[name])
    // One body stays one body: graphs of one name are the same graph.
    const chosen = bodies.get(body) ?? chooseMode(body, mode)
    bodies.set(body, chosen)
    if (chosen !== body) changed[name] = chosen
  }
  return Object.keys(changed).length === 0 ? node.attributes : { ...node.attributes, ...changed }
}
