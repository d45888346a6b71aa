// The values of a bound core graph as lowering sees them: integer extents, and what the op that
// makes each one says of its kernel. Everything after this works from these records.

import type { Argument, Graph, Node, ValueId } from '../ir/graph.ts'
import { nodesOf } from '../ir/graph.ts'
import { elementCount } from '../ir/literal.ts'
import type { Lowering, LoweringContext } from '../ir/op.ts'
import type { TensorType } from '../ir/type.ts'
import { invariant } from '../support/diagnostic.ts'
import type { DTypeName } from '../support/dtype.ts'

/** What every value has. */
interface Extents {
  readonly id: ValueId
  readonly dtype: DTypeName
  readonly shape: readonly number[]
  readonly size: number
}

/** A value that the caller provides. */
export interface Given extends Extents {
  readonly argument: Argument
  readonly node?: undefined
}

/** A value that a node computes. */
export interface Computed<L extends Lowering = Lowering> extends Extents {
  readonly argument?: undefined
  readonly node: Node
  readonly operands: readonly ValueId[]
  readonly lowering: L
  readonly context: LoweringContext
}

/** A value of the graph. */
export type Value = Given | Computed

/** The lowerings of one kind. */
export type LoweringOf<K extends Lowering['kind']> = Extract<Lowering, { kind: K }>

/** Values by id, in definition order. */
export type Values = ReadonlyMap<ValueId, Value>

/** All values of a graph whose dims are integers and whose ops are core ops. */
export function valuesOf(graph: Graph): Values {
  const values = new Map<ValueId, Value>()
  for (const argument of graph.arguments) {
    values.set(argument.id, { ...extentsOf(argument.id, argument.type), argument })
  }
  const types = new Map(graph.arguments.map(({ id, type }) => [id, type]))
  for (const node of nodesOf(graph)) {
    const { op, operands, attributes, results } = node
    const [result] = results
    invariant(op.lowering.kind !== 'composite', op.name, 'only core ops are lowered')
    invariant(result !== undefined && results.length === 1, op.name, 'core ops have one result')
    types.set(result.id, result.type)
    const operandTypes = operands.map(id => types.get(id)!)
    const context = { attributes, types: operandTypes, result: result.type }
    const extents = extentsOf(result.id, result.type)
    values.set(result.id, { ...extents, node, operands, lowering: op.lowering, context })
  }
  return values
}

function extentsOf(id: ValueId, { dtype, shape }: TensorType): Extents {
  const isBound = shape.every(extent => typeof extent === 'number')
  invariant(isBound, 'lowering', `dims are integers, got [${shape}]`)
  const extents = shape as readonly number[]
  return { id, dtype, shape: extents, size: elementCount(extents) }
}

/** Whether the value is made by a lowering of one of `kinds`. */
export function isMadeBy<K extends Lowering['kind']>(
  value: Value,
  ...kinds: readonly K[]
): value is Computed<LoweringOf<K>> {
  return value.node !== undefined && (kinds as readonly string[]).includes(value.lowering.kind)
}
