// A finished graph applied to values: its nodes are appended anew, in order. How a call gets its
// meaning, and how one graph is built into another.

import { internalError, invariant } from '../support/diagnostic.ts'
import type { Appender, Value } from './builder.ts'
import { type Graph, nodesOf, type ValueId } from './graph.ts'

/**
 * The outputs of `graph` on `operands`, one per argument in order, as values of `into`. The graph
 * must have no updates: an update belongs to the program that is run, not to a part of it.
 */
export function inlineGraph(graph: Graph, operands: readonly Value[], into: Appender): Value[] {
  const subject = `@${graph.name}`
  invariant(graph.updates.length === 0, subject, 'a graph that is inlined has no updates')
  invariant(
    graph.arguments.length === operands.length,
    subject,
    'a graph is inlined with one value per argument',
  )
  const values = new Map<ValueId, Value>()
  graph.arguments.forEach((argument, i) => {
    values.set(argument.id, operands[i]!)
  })
  const valueAt = (id: ValueId): Value => {
    const value = values.get(id)
    if (value === undefined)
      throw internalError(subject, `value ${id} is used before its definition`)
    return value
  }
  for (const node of nodesOf(graph)) {
    const results = into.append(node.op, node.operands.map(valueAt), node.attributes)
    node.results.forEach((result, i) => {
      values.set(result.id, results[i]!)
    })
  }
  return graph.outputs.map(output => valueAt(output.value))
}
