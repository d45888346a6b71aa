// One training step as a graph: forward, backward, update. It is the gradient graph with its
// trained params replaced by views of one block per dtype, the gradients gathered into a block of
// the same layout, and the optimizer's update of the whole block at the end. Copying those views
// and that gathering is the lowering's to avoid.

import { GraphBuilder, type Value } from '../ir/builder.ts'
import type { Argument, Graph, ValueId } from '../ir/graph.ts'
import { nodesOf } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import { type TensorType, tensorType } from '../ir/type.ts'
import { full } from '../ops/creation.ts'
import { concat } from '../ops/joining.ts'
import { reshape } from '../ops/movement.ts'
import { sliceAlong } from '../ops/slicing.ts'
import { invariant } from '../support/diagnostic.ts'
import type { DTypeName } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'
import { type Optimizer, perElement } from './optimizer.ts'

/** Where a trained parameter lies in its block. */
export interface BlockMember {
  readonly name: string
  readonly type: TensorType
  /** Elements from the start of the block. */
  readonly start: number
}

/** Parameters of one dtype, end to end; between members there may be gaps. */
export interface ParamBlock {
  readonly dtype: DTypeName
  readonly members: readonly BlockMember[]
  /** Elements of the whole block, gaps included. */
  readonly size: number
}

/** The state argument that holds a block of params. */
export const blockName = (dtype: DTypeName) => `params:${dtype}`

/** The state argument that holds a slot of an optimizer. */
export const slotName = (slot: string, dtype: DTypeName) => `${slot}:${dtype}`

/** The input that a scalar of an optimizer comes in by, in the dtype of the block. */
export const scalarName = (scalar: string, dtype: DTypeName) => `step:${scalar}:${dtype}`

/**
 * The training step of a gradient graph, which has an output `grads.NAME` for each member, with
 * `gradients` in the place of `grads`. It returns what the graph returned but for those, and
 * updates the blocks and all slots.
 */
export function trainingStep(
  graph: Graph,
  blocks: readonly ParamBlock[],
  optimizer: Optimizer,
  gradients = 'grads',
): Graph {
  const builder = new GraphBuilder(graph.name)
  const members = new Set(blocks.flatMap(block => block.members.map(({ name }) => name)))
  const values = new Map<ValueId, Value>()
  for (const argument of graph.arguments) {
    if (!members.has(argument.name)) values.set(argument.id, declared(builder, argument))
  }
  const held = blocks.map(block => builder.state(blockName(block.dtype), typeOfBlock(block)))
  blocks.forEach((block, i) => {
    for (const member of block.members) {
      values.set(argumentOf(graph, member.name).id, viewOf(held[i]!, member))
    }
  })
  copyNodes(graph, builder, values)
  const isGradient = (name: string) => name.startsWith(`${gradients}.`)
  for (const { name, value } of graph.outputs) {
    if (!isGradient(name)) builder.output(name, values.get(value)!)
  }
  for (const { target, value } of graph.updates) builder.update(target, values.get(value)!)
  const gradientOf = (name: string) => {
    const output = graph.outputs.find(candidate => candidate.name === `${gradients}.${name}`)
    invariant(output !== undefined, 'training step', `there is a gradient of ${name}`)
    return values.get(output.value)!
  }
  const origin = { source: captureSource(trainingStep), isUpdate: true }
  builder.withOrigin(origin, () => {
    blocks.forEach((block, i) => {
      const gradient = gathered(builder, block, gradientOf)
      appendUpdate(builder, optimizer, block, held[i]!, gradient)
    })
  })
  return builder.finish()
}

const typeOfBlock = ({ dtype, size }: ParamBlock) => tensorType(dtype, [size])

const declared = (builder: GraphBuilder, { role, name, type }: Argument) =>
  builder.argument(role, name, type)

function argumentOf(graph: Graph, name: string): Argument {
  const found = graph.arguments.find(argument => argument.name === name)
  invariant(found !== undefined, 'training step', `there is a param ${name}`)
  return found
}

const sizeOfMember = ({ type }: BlockMember) => elementCount(type.shape as readonly number[])

function viewOf(block: Value, member: BlockMember): Value {
  const { start, type } = member
  return reshape(sliceAlong(block, 0, start, start + sizeOfMember(member)), type.shape)
}

function copyNodes(graph: Graph, builder: GraphBuilder, values: Map<ValueId, Value>): void {
  for (const { op, operands, attributes, origin, results } of nodesOf(graph)) {
    const made = builder.withOrigin(origin, () =>
      builder.append(
        op,
        operands.map(id => values.get(id)!),
        attributes,
      ),
    )
    results.forEach((result, i) => {
      values.set(result.id, made[i]!)
    })
  }
}

/** The gradients of a block in its layout, gaps filled with zeros. */
function gathered(
  builder: GraphBuilder,
  { members, dtype, size }: ParamBlock,
  gradientOf: (name: string) => Value,
): Value {
  const parts: Value[] = []
  let end = 0
  const fillTo = (start: number) => {
    if (start > end) parts.push(full(builder, 0, tensorType(dtype, [start - end])))
  }
  for (const member of members) {
    fillTo(member.start)
    parts.push(reshape(gradientOf(member.name), [sizeOfMember(member)]))
    end = member.start + sizeOfMember(member)
  }
  fillTo(size)
  return parts.length === 1 ? parts[0]! : concat(parts, 0)
}

function appendUpdate(
  builder: GraphBuilder,
  optimizer: Optimizer,
  { dtype, size }: ParamBlock,
  param: Value,
  gradient: Value,
): void {
  const type = tensorType(dtype, [size])
  const names = Object.keys(optimizer.scalars)
  const scalars = Object.fromEntries(
    names.map(name => [name, perElement(scalarInput(builder, name, dtype), param)]),
  )
  const slots = Object.fromEntries(
    optimizer.slots.map(slot => [slot, builder.state(slotName(slot, dtype), type)]),
  )
  const updated = optimizer.update({ param, gradient, slots, scalars })
  builder.update(blockName(dtype), updated.param)
  for (const slot of optimizer.slots) builder.update(slotName(slot, dtype), updated.slots[slot]!)
}

/** The scalar in the block's dtype; blocks of another dtype have an input of their own. */
function scalarInput(builder: GraphBuilder, name: string, dtype: DTypeName): Value {
  return builder.input(scalarName(name, dtype), tensorType(dtype, []))
}
