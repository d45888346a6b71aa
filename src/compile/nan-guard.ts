// Debug mode `nanGuard`: where NaN and infinities of a run come from. Outputs and new state are
// looked at first, which costs little; only when one of them is not finite is the run made again by
// the interpreter, rounded as the target rounds, on the graph as it was before composites were
// opened, and followed back to the first node that makes such a value of values that are none.

import { evaluateOp } from '../ir/evaluate.ts'
import { type Argument, type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import type { PassRecord } from '../ir/history.ts'
import type { Literal } from '../ir/literal.ts'
import { printNode, valueLabels, valueTypes } from '../ir/printer.ts'
import { printType } from '../ir/type.ts'
import { GraphError, UnsupportedError } from '../support/diagnostic.ts'
import { helpFor } from './nan-help.ts'
import {
  countNonFinite,
  describeRange,
  firstNonFinite,
  nameOfNonFinite,
  placeIn,
} from './value-range.ts'

/** An output, or a new value of a param or state, that is not finite. */
export interface Damaged {
  /** The output of that name, or the argument that is updated. */
  readonly kind: 'output' | 'update'
  readonly name: string
  /** In words, with the place of the first such element: `the new param l1.w at [0, 3]`. */
  readonly what: string
  readonly value: Literal
}

/** A run that gave something that is not finite. */
export interface DamagedRun {
  /** How errors call the run: `run`, `step 12`. */
  readonly as: string
  /** With sizes for all dims. */
  readonly graph: Graph
  /** The elements of an argument as they were before the run. */
  readonly argument: (name: string) => Literal
  /** What people call a part of an argument, such as the param that lies there in a block. */
  readonly describe: (argument: Argument, position: number) => string
  readonly damaged: readonly Damaged[]
}

/** The graph to search: integer dims, composites whole. */
export function guardedGraph(graph: Graph, records: readonly PassRecord[]): Graph {
  return records.filter(({ pass }) => pass === 'decompose').at(-1)?.before ?? graph
}

/** The error E402 of a run, naming where its NaN or infinity begins. */
export function blameOfRun(run: DamagedRun): GraphError {
  const { graph } = run
  const values = new Map<ValueId, Literal>()
  for (const { id, name } of graph.arguments) values.set(id, run.argument(name))
  try {
    for (const node of nodesOf(graph)) settle(node, values)
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error
    return unexplained(run, `the search ended early: ${error.diagnostics[0]!.message}`)
  }
  const isBad = (id: ValueId) => firstNonFinite(values.get(id)!) !== undefined
  const spoilt = spoiltBy(graph, rootsOf(run), isBad)
  for (const node of nodesOf(graph)) {
    const birth = birthIn(node, spoilt, values)
    if (birth !== undefined) return blameOfNode(run, birth, values)
  }
  const argument = graph.arguments.find(({ id }) => spoilt.has(id))
  if (argument !== undefined) return blameOfArgument(run, argument, values.get(argument.id)!)
  return unexplained(
    run,
    'the interpreter, which rounds every value to its dtype, finds all of them finite:',
    'the target computes in another order or precision, near the limits of the dtype',
  )
}

function settle({ op, operands, attributes, results }: Node, values: Map<ValueId, Literal>): void {
  const known = operands.map(id => values.get(id)!)
  evaluateOp(op, known, attributes, 'dtype').forEach((value, i) => {
    values.set(results[i]!.id, value)
  })
}

/** The values that the damage was found in. */
function rootsOf({ graph, damaged }: DamagedRun): ValueId[] {
  return damaged.flatMap(({ kind, name }) => {
    const root =
      kind === 'output'
        ? graph.outputs.find(output => output.name === name)
        : graph.updates.find(update => update.target === name)
    return root === undefined ? [] : [root.value]
  })
}

/** The bad ones of the roots, and all that lead to them through bad values alone. */
function spoiltBy(graph: Graph, roots: readonly ValueId[], isBad: (id: ValueId) => boolean) {
  const spoilt = new Set(roots.filter(isBad))
  for (const { results, operands } of nodesOf(graph).reverse()) {
    if (!results.some(({ id }) => spoilt.has(id))) continue
    for (const id of operands) if (isBad(id)) spoilt.add(id)
  }
  return spoilt
}

/** Elements that a node makes of others that are not like that. */
interface Birth {
  readonly node: Node
  readonly result: Literal
  readonly isBorn: (element: number) => boolean
}

/** NaN of operands without NaN, or an infinity of finite operands. What is known is data. */
function birthIn(
  node: Node,
  spoilt: ReadonlySet<ValueId>,
  values: ReadonlyMap<ValueId, Literal>,
): Birth | undefined {
  if (node.operands.length === 0) return undefined
  const operands = node.operands.flatMap(id => [...values.get(id)!.values()])
  const isBorn = operands.every(Number.isFinite)
    ? (element: number) => !Number.isFinite(element)
    : (element: number) => Number.isNaN(element) && !operands.some(Number.isNaN)
  const results = node.results.filter(({ id }) => spoilt.has(id)).map(({ id }) => values.get(id)!)
  const result = results.find(value => value.values().some(isBorn))
  return result && { node, result, isBorn }
}

function blameOfNode(
  run: DamagedRun,
  { node, result, isBorn }: Birth,
  values: ReadonlyMap<ValueId, Literal>,
): GraphError {
  const labels = valueLabels(run.graph)
  const types = valueTypes(run.graph)
  const operands = node.operands.map(id => values.get(id)!)
  const elements = result.values()
  const position = elements.findIndex(isBorn)
  const { forward, path, source } = node.origin
  const where = forward === undefined ? '' : `, in the backward of ${forward.op}`
  const layer = path === undefined ? '' : `, layer ${path}`
  const got = `${nameOfNonFinite(result.at(position))}${placeIn(result.shape, position)}`
  return new GraphError({
    code: 'E402',
    subject: run.as,
    message: `every value must be finite, got ${got} from ${node.op.name}${where}`,
    node: printNode(node, labels, id => types.get(id)),
    operands: node.operands.map((id, i) => ({
      label: labels.get(id)!,
      type: `${printType(types.get(id)!)}, ${describeRange(operands[i]!)}`,
    })),
    notes: [
      `${elements.filter(isBorn).length} of ${result.size} elements${layer}`,
      ...badArguments(run, values),
      reached(run),
    ],
    source,
    help: helpFor(node, operands),
  })
}

function blameOfArgument(run: DamagedRun, argument: Argument, value: Literal): GraphError {
  return new GraphError({
    code: 'E402',
    subject: run.as,
    message: `every value must be finite, got ${holds(run, argument, value)}`,
    notes: [`${countNonFinite(value)} of ${value.size} elements of ${argument.name}`, reached(run)],
    help:
      argument.role === 'input'
        ? 'look for gaps in the data, and for a division by a deviation of 0 where it is scaled'
        : 'look at the run that gave this value: it was not finite before this one',
  })
}

/** Arguments that are not finite beside what is blamed, which may be the cause all the same. */
function badArguments(run: DamagedRun, values: ReadonlyMap<ValueId, Literal>): string[] {
  return run.graph.arguments
    .filter(({ id }) => firstNonFinite(values.get(id)!) !== undefined)
    .map(argument => `beside it, ${holds(run, argument, values.get(argument.id)!)}`)
}

function holds({ describe }: DamagedRun, argument: Argument, value: Literal): string {
  const position = firstNonFinite(value)!
  return `${nameOfNonFinite(value.at(position))} in ${describe(argument, position)}`
}

const reached = ({ damaged }: DamagedRun) =>
  `it reaches ${damaged.map(({ what }) => what).join(', ')}`

function unexplained(run: DamagedRun, ...notes: readonly string[]): GraphError {
  const [first] = run.damaged
  const { what, value } = first!
  const got = nameOfNonFinite(value.at(firstNonFinite(value)!))
  return new GraphError({
    code: 'E402',
    subject: run.as,
    message: `every value must be finite, got ${got} in ${what}`,
    notes: [...notes, reached(run)],
    help: 'keep values away from the limits of their dtype: scale the inputs, lower the learning rate',
  })
}
