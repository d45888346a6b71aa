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
  const types = new Map<ValueId, TensorType>()
  for (const argument of graph.arguments) {
    const { id, type } = argument
    const shape = extentsOf(type)
    types.set(id, type)
    values.set(id, { id, dtype: type.dtype, shape, size: elementCount(shape), argument })
  }
  for (const node of nodesOf(graph)) {
    const { op, operands, attributes } = node
    const { lowering } = op
    const [result] = node.results
    invariant(lowering.kind !== 'composite', op.name, 'only core ops are lowered')
    invariant(result !== undefined, op.name, 'a core op has a result')
    const { id, type } = result
    const shape = extentsOf(type)
    types.set(id, type)
    const context = { attributes, types: operands.map(of => types.get(of)!), result: type }
    const size = elementCount(shape)
    values.set(id, { id, dtype: type.dtype, shape, size, node, operands, lowering, context })
  }
  return values
}

function extentsOf({ shape }: TensorType): readonly number[] {
  for (const extent of shape) {
    invariant(typeof extent === 'number', 'lowering', `dims are integers, got [${shape}]`)
  }
  return shape as readonly number[]
}

/** Whether the value is made by a lowering of one of `kinds`. */
export function isMadeBy<K extends Lowering['kind']>(
  value: Value,
  ...kinds: readonly K[]
): value is Computed<LoweringOf<K>> {
  return value.node !== undefined && (kinds as readonly string[]).includes(value.lowering.kind)
}
