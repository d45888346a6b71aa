// Operations that a node costs, counted from the lowering class of its op: a product of matrices is
// two per multiplication and sum, a reduction one per element it reads, anything else that computes
// one per element of its result; moving is free. A composite costs what its body does, or what it
// says where kernels skip a part of that.

import { GraphBuilder } from '../ir/builder.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import type { Op } from '../ir/op.ts'
import { valueTypes } from '../ir/printer.ts'
import type { TensorType } from '../ir/type.ts'

/** The operations of every node of a graph whose dims are integers, by its id. */
export function nodeFlops(graph: Graph): ReadonlyMap<ValueId, number> {
  const types = valueTypes(graph)
  return new Map(nodesOf(graph).map(node => [node.id, flopsOf(node, types)]))
}

function flopsOf(node: Node, types: ReadonlyMap<ValueId, TensorType>): number {
  const operands = node.operands.map(id => types.get(id)!)
  const { op, attributes, results } = node
  if (op.flops !== undefined) return op.flops(operands)
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
