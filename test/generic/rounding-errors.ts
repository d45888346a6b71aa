// A graph evaluated together with a bound on its rounding errors: each node passes on the errors of
// its operands by its forward derivative, and adds its own. Two ways to compute one thing may
// differ by the sum of their bounds; where terms cancel, that is more than any share of the result.

import { Evaluator, evaluateOp } from '../../src/ir/evaluate.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { isRefusal } from '../../src/ir/op.ts'
import { expanded } from '../../src/passes/expand.ts'
import { isFloat } from '../../src/support/dtype.ts'
import type { Arguments } from '../lower/run.ts'

/** What an operation is off by, as a share of its result: functions of the engine by 2 ulp. */
const UNIT = 2 ** -51

/** A value, and how far it may be from the exact one, element by element. */
export interface Bounded {
  readonly value: Literal
  readonly error: Literal
}

/**
 * The outputs of a graph of elementwise ops, movements, sums and products of known sizes, in
 * double; to first order in the errors. Composites are expanded: their errors are those of their
 * bodies.
 */
export function bounded(graph: Graph, given: Arguments): Readonly<Record<string, Bounded>> {
  const core = expanded(graph, () => true).graph
  const known = new Map<ValueId, Bounded>()
  for (const { id, name } of core.arguments) known.set(id, exactly(given[name]!))
  for (const node of nodesOf(core)) {
    const operands = node.operands.map(id => known.get(id)!)
    resultsOf(node, operands).forEach((result, i) => {
      known.set(node.results[i]!.id, result)
    })
  }
  return Object.fromEntries(core.outputs.map(({ name, value }) => [name, known.get(value)!]))
}

const exactly = (value: Literal): Bounded => ({ value, error: value.map(() => 0) })

function resultsOf(node: Node, operands: readonly Bounded[]): Bounded[] {
  const values = operands.map(({ value }) => value)
  const results = evaluateOp(node.op, values, node.attributes, 'f64')
  const passed = operands.map(({ error }, i) => passedOn(node, values, results, i, error))
  return results.map((value, which) => {
    if (!isFloat(value.dtype)) return exactly(value)
    const shares = [ownErrors(node, values, value), ...passed.map(each => each[which])]
    const error = Float64Array.from({ length: value.size }, (_, k) =>
      shares.reduce((sum, share) => sum + Math.abs(share?.at(k) ?? 0), 0),
    )
    return { value, error: new Literal(value.dtype, value.shape, error) }
  })
}

/** What the node itself rounds off; a sum rounds every term at most as often as there are terms. */
function ownErrors({ op, attributes }: Node, values: readonly Literal[], result: Literal): Literal {
  const { kind } = op.lowering
  if (kind !== 'reduction' && kind !== 'contraction') {
    return result.map(value => UNIT * Math.abs(value))
  }
  const magnitudes = values.map(value => value.map(Math.abs))
  // Of a product, whatever its axes, no more terms than the first operand has elements.
  const terms =
    kind === 'contraction' ? values[0]!.size : values[0]!.size / Math.max(1, result.size)
  return evaluateOp(op, magnitudes, attributes, 'f64')[0]!.map(total => terms * UNIT * total)
}

/** What the error of one operand does to the results, to first order; undefined where nothing. */
function passedOn(
  { op, attributes }: Node,
  values: readonly Literal[],
  results: readonly Literal[],
  which: number,
  error: Literal,
): (Literal | undefined)[] {
  if (op.lowering.kind === 'contraction') {
    // The terms of a product may cancel; their errors need not.
    const factors = values.map((value, i) => (i === which ? error : value.map(Math.abs)))
    return evaluateOp(op, factors, attributes, 'f64')
  }
  if (op.jvp === undefined || !isFloat(error.dtype)) return []
  if (op.jvp === 'linear') {
    const alone = values.map((value, i) => {
      if (!isFloat(value.dtype)) return value
      return i === which ? error : value.map(() => 0)
    })
    return evaluateOp(op, alone, attributes, 'f64')
  }
  const into = new Evaluator('f64')
  const [operands, outs] = [values, results].map(list => list.map(value => into.value(value)))
  const context = { operands: operands!, outs: outs!, attributes, t: into.value(error) }
  const tangents = op.jvp[which]!(context)
  return tangents.map(t => (isRefusal(t) ? undefined : into.literal(t)))
}
