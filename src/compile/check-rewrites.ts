// Debug mode `checkRewrites`: every rule that fired while a program was compiled is held against
// the values of an actual run. The passes are run again on the graphs that the history kept, with
// a witness that computes what is replaced and what replaces it, in double. Passes that fire no
// rules must leave every output as it is, bit for bit.

import type { Dims } from '../ir/dim.ts'
import { type Graph, type Node, nodesOf, type ValueId } from '../ir/graph.ts'
import type { PassRecord } from '../ir/history.ts'
import { passes } from '../passes/by-name.ts'
import type { Witness } from '../rewrite/driver.ts'
import { type PassTable, parsePipeline, type Step } from '../rewrite/pass.ts'
import type { InternalError } from '../support/diagnostic.ts'
import { disagreement, firstDifference, type Sides } from './agreement.ts'
import { blameOfPass, blameOfRule } from './blame.ts'
import { type ArgumentValues, KnownValues, type Reader } from './known-values.ts'
import { madeFor, regionOf } from './region.ts'

/** A program as it was compiled. */
export interface Compiled {
  readonly dims: Dims
  readonly records: readonly PassRecord[]
}

/**
 * Throws E904 naming the first rule or pass that changes a value by more than it promises, on the
 * given arguments. What cannot be computed from them (an input that a later step left out) is not
 * judged. `table` has the passes by the names that records use.
 */
export function checkRewrites(
  { dims, records }: Compiled,
  argument: ArgumentValues,
  table: PassTable = passes,
): void {
  const known = new KnownValues(dims, remembered(argument))
  for (const record of records.filter(({ unchanged }) => !unchanged)) {
    known.age()
    const step = stepOf(record, table)
    const firings = step === undefined ? 0 : checkFirings(record, step, known)
    if (firings === 0 && !CHANGES_MEANING.test(record.pass)) checkOutputs(record, known)
  }
}

/** A graph means evaluation until a mode is chosen. */
const CHANGES_MEANING = /^choose_mode\{mode=train\}$/

/** Asks for every argument once. */
function remembered(argument: ArgumentValues): ArgumentValues {
  const values = new Map<string, ReturnType<ArgumentValues>>()
  return name => {
    if (!values.has(name)) values.set(name, argument(name))
    return values.get(name)
  }
}

/** The pass of a record; undefined for a transform such as `gradient{of=loss}`. */
function stepOf({ pass }: PassRecord, table: PassTable): Step | undefined {
  const [name] = pass.split('{')
  return Object.hasOwn(table, name!) ? parsePipeline(pass, table)[0] : undefined
}

/** Runs a pass again and looks at each firing; answers how many there were. */
function checkFirings(record: PassRecord, { pass, options = {} }: Step, known: KnownValues) {
  const { before } = record
  const lookAt = firingCheck(record, known)
  let blame: InternalError | undefined
  let count = 0
  const witness: Witness = firing => {
    count++
    // What the driver catches it takes for a mistake of building: the blame waits for the end.
    blame ??= lookAt(firing)
  }
  pass.run(before, options, { witness })
  if (blame !== undefined) throw blame
  return count
}

type Firing = Parameters<Witness>[0]

/** Looks at one firing after another; answers the error of one that breaks its promise. */
function firingCheck(record: PassRecord, known: KnownValues) {
  const { before } = record
  const ids = [...before.arguments.map(({ id }) => id), ...nodesOf(before).map(lastId)]
  let newest = ids.reduce((a, b) => Math.max(a, b), -1)
  let reader: Reader | undefined
  return (firing: Firing): InternalError | undefined => {
    const { node, values, workspace } = firing
    reader ??= known.reader({
      arguments: before.arguments,
      definition: id => workspace.definition(id),
    })
    const { read } = reader
    const made = madeFor(workspace, values, ({ id }) => id > newest)
    newest = Math.max(newest, ...[...made.nodes].map(lastId))
    const changed = node.results.flatMap(({ id }, i) => {
      const ids = { before: id, after: values[i]!.id }
      const [was, is] = [read(ids.before), read(ids.after)]
      const isJudged = was !== is && was !== undefined && is !== undefined
      return isJudged && !was.equals(is) ? [{ ids, before: was, after: is }] : []
    })
    if (changed.length === 0) return undefined
    const common = { region: regionOf(workspace, node, made), read, known }
    const blame = blameOf(
      firing,
      record,
      changed.map(one => ({ ...one, ...common })),
    )
    // Whatever is computed from the node has other elements from here on.
    reader.forget()
    return blame
  }
}

/** The error of the first side that is further off than the rule promises. */
function blameOf(
  { rule, node, workspace }: Firing,
  record: PassRecord,
  changed: readonly Omit<Sides, 'exactness'>[],
): InternalError | undefined {
  for (const one of changed) {
    const sides = { ...one, exactness: rule.exactness }
    const difference = disagreement(sides)
    if (difference === undefined) continue
    return blameOfRule({ rule, node, record, sides, difference, workspace })
  }
  return undefined
}

const lastId = ({ results }: Node): ValueId => results[results.length - 1]!.id

/** Holds the outputs and updates that both graphs of a record have against each other. */
function checkOutputs(record: PassRecord, known: KnownValues): void {
  const { before, graph } = record
  const [was, is] = [readerOf(before, known), readerOf(graph, known)]
  for (const { what, value } of rootsOf(before)) {
    const kept = rootsOf(graph).find(root => root.what === what)
    const [left, right] = [was.read(value), kept && is.read(kept.value)]
    if (left === undefined || right === undefined) continue
    const difference = left === right ? undefined : firstDifference(left, right)
    if (difference === undefined) continue
    const made = before.nodes[value]
    throw blameOfPass({ record, what, shape: left.shape, difference, origin: made?.origin })
  }
}

const rootsOf = ({ outputs, updates }: Graph) => [
  ...outputs.map(({ name, value }) => ({ what: `output ${name}`, value })),
  ...updates.map(({ target, value }) => ({ what: `new ${target}`, value })),
]

function readerOf(graph: Graph, known: KnownValues): Reader {
  const makers = new Map(nodesOf(graph).flatMap(node => node.results.map(({ id }) => [id, node])))
  return known.reader({ arguments: graph.arguments, definition: id => makers.get(id) })
}
