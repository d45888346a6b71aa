// Operations that a node costs, counted from the lowering class of its op: a product of matrices is
// two per multiplication and sum, a reduction one per element it reads, anything else that computes
// one per element of its result; moving is free. A composite costs what its body does. Of a sum
// over elements that a skew has spread apart, as in the gradient of a strided convolution, only
// those count that are elements: lowering leaves out the zeros between them.

import { GraphBuilder } from '../ir/builder.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import type { Op } from '../ir/op.ts'
import { valueTypes } from '../ir/printer.ts'
import type { TensorType } from '../ir/type.ts'
import { skew } from '../ops/skew.ts'

/** The operations of every node of a graph whose dims are integers, by its id. */
export function nodeFlops(graph: Graph): ReadonlyMap<ValueId, number> {
  const types = valueTypes(graph)
  const nodes = nodesOf(graph)
  const byId = new Map(nodes.map(node => [node.id, node]))
  return new Map(
    nodes.map(node => [node.id, flopsOf(node, types) / Math.max(1, ...spacings(node, byId))]),
  )
}

/** For every operand of a sum the share of it that are elements, as one in so many. */
function spacings({ op, operands }: Node, nodes: ReadonlyMap<ValueId, Node>): readonly number[] {
  if (op.lowering.kind !== 'contraction' && op.lowering.kind !== 'reduction') return []
  const spacing = (id: ValueId): number => {
    const node = nodes.get(id)
    if (node?.op.lowering.kind !== 'movement' || node.operands.length !== 1) return 1
    const own = node.op === skew.op ? (node.attributes.spacing as number) : 1
    return own * spacing(node.operands[0]!)
  }
  return operands.map(spacing)
}

function flopsOf(node: Node, types: ReadonlyMap<ValueId, TensorType>): number {
  const operands = node.operands.map(id => types.get(id)!)
  const { op, attributes, results } = node
  if (op.body !== undefined) return bodyFlops(op, node, operands)
  const size = results.reduce((sum, { type }) => sum + sizeOf(type), 0)
  const { lowering } = op
  switch (lowering.kind) {
    case 'contraction': {
      const [axes] = lowering.axes(attributes).contract
      const shared = axes.map(axis => operands[0]!.shape[axis] as number)
      return 2 * size * elementCount(shared)
    }
    case 'elementwise':
      return op.operands.length === 0 ? 0 : size
    case 'reduction':
    case 'serial':
      return sizeOf(operands[0]!)
    case 'scatter':
      return sizeOf(operands.at(-1)!)
    default:
      return 0
  }
}

const sizeOf = ({ shape }: TensorType) => elementCount(shape as readonly number[])

function bodyFlops(op: Op, { attributes }: Node, types: readonly TensorType[]): number {
  const builder = new GraphBuilder(op.name)
  const operands = types.map((type, i) => builder.input(`x${i}`, type))
  op.body!(operands, attributes, builder)
  return [...nodeFlops(builder.finish()).values()].reduce((sum, flops) => sum + flops, 0)
}
