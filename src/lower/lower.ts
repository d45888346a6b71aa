// From a bound core graph to a program: what to store, where it lies, one kernel per stored value,
// and the updates of state at the end. No op is known by name here; every kernel comes from the
// lowering class that the op declares.

import type { Graph, ValueId } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'
import { valueLabels } from '../ir/printer.ts'
import type { Target } from '../kernel/target.ts'
import { assertProgram } from '../kernel/verify.ts'
import { invariant, UnsupportedError } from '../support/diagnostic.ts'
import { claimsOf, rememberMovements } from './claims.ts'
import type { Needs } from './demand.ts'
import { fuse } from './fuse.ts'
import { writeGaps } from './joins.ts'
import { KernelTable, type Written } from './kernel-table.ts'
import type { Lowered, LowerOptions } from './lowered.ts'
import { planWithin } from './memory/within.ts'
import { Places } from './places.ts'
import { planOf } from './plan.ts'
import { scheduleOf } from './schedule.ts'
import type { Unit } from './steps.ts'
import type { Fused } from './storage.ts'
import { updateGroups } from './updates.ts'
import { isMadeBy, type Values, valuesOf } from './values.ts'
import { type Workshop, workshopOf } from './workshop.ts'
import { needsChunks, writeInChunks } from './write-chunks.ts'
import { writeContraction } from './write-contract.ts'
import { writeScatter, writeSerial } from './write-loops.ts'
import { writeRegion } from './write-region.ts'

/**
 * The program of a graph whose dims are integers and whose ops are core ops. Throws E501 where the
 * target lacks a dtype of the graph.
 */
export function lower(graph: Graph, options: LowerOptions): Lowered {
  const { program: unplanned, ...meaning } = lowerUnplanned(graph, options)
  const planned = planWithin(unplanned, options)
  if (options.verify === true) assertProgram(planned.program)
  return { ...planned, ...meaning }
}

/** What lowering gives before memory is planned. */
export type Unplanned = Omit<Lowered, 'memory' | 'recomputed' | 'keptBytes'>

/** The program in which every value has a range of scratch of its own, before memory is planned. */
export function lowerUnplanned(graph: Graph, options: LowerOptions): Unplanned {
  const values = valuesOf(graph)
  checkDTypes(graph, values, options.target)
  const { needs, fused } = settle(graph, values, options)
  const places = new Places(needs, fused.plan, options.state).placeAll()
  const workshop = workshopOf(values, places, options.target, fused)
  const table = new KernelTable(values, places)
  const { claims, stored } = fused.plan
  for (const written of writeGaps(workshop, claims, stored)) table.add(written)
  for (const unit of fused.units) {
    for (const written of writtenFor(workshop, unit)) table.add(written)
  }
  const outputs = outputsOf(graph, values, places, fused)
  const program = {
    name: graph.name,
    buffers: places.buffers(),
    kernels: table.kernels,
    items: table.launches,
  }
  return {
    program,
    inputs: inputsOf(graph, places),
    outputs,
    constants: constantsOf(needs, places),
  }
}

interface Settled {
  readonly needs: Needs
  readonly fused: Fused
}

/** Plans until all updates can be scheduled; every turn stores some of them that it did not. */
function settle(graph: Graph, values: Values, { state, target }: LowerOptions): Settled {
  const movements = rememberMovements()
  const claims = claimsOf(graph, values, movements)
  const groups = updateGroups(graph, values)
  const literals = literalsOf(values)
  const labels = valueLabels(graph)
  const forced = new Set<ValueId>()
  for (;;) {
    const needs: Needs = { graph, values, labels, literals, movements, claims, groups, forced }
    const plan = planOf(needs)
    const places = new Places(needs, plan, state)
    const schedule = scheduleOf(groups, values, places)
    if ('order' in schedule) return { needs, fused: fuse(needs, plan, places, target) }
    const before = forced.size
    for (const id of schedule.force) forced.add(id)
    invariant(forced.size > before, `graph @${graph.name}`, 'its updates have an order')
  }
}

/** The elements of constants; one that repeats a single value needs no memory. */
function literalsOf(values: Values): ReadonlyMap<ValueId, Literal> {
  const literals = new Map<ValueId, Literal>()
  for (const value of values.values()) {
    if (!isMadeBy(value, 'literal')) continue
    const { op, attributes } = value.node
    const [literal] = op.evaluate([], attributes, [])
    if (literal !== undefined && literal.size > 0 && literal.uniform === undefined) {
      literals.set(value.id, literal)
    }
  }
  return literals
}

/** The launches of a unit: one, or two for a reduction in chunks. */
function writtenFor(workshop: Workshop, unit: Unit): readonly Written[] {
  if (needsChunks(unit, workshop.target.minPoints)) return writeInChunks(workshop, unit)
  if (unit.kind === 'contract') return [writeContraction(workshop, unit)]
  const { value } = unit.steps[0]!
  if (unit.kind === 'alone' && isMadeBy(value, 'serial')) return [writeSerial(workshop, value)]
  if (unit.kind === 'alone' && isMadeBy(value, 'scatter')) return [writeScatter(workshop, value)]
  return [writeRegion(workshop, unit)]
}

/** The buffer of every output: its value's own, or a copy. */
function outputsOf(
  graph: Graph,
  values: Values,
  places: Places,
  { plan }: Fused,
): ReadonlyMap<string, string> {
  const claimed = new Map([...plan.claims.outputs].map(([id, name]) => [name, id]))
  const buffers = graph.outputs.map(({ name, value }) => {
    const own = claimed.get(name)
    const place = own === undefined ? places.output(name, values.get(value)!) : places.of(own)
    return [name, places.bufferOf(place)] as const
  })
  return new Map(buffers)
}

function inputsOf(graph: Graph, places: Places): ReadonlyMap<string, string> {
  const passed = graph.arguments.filter(({ role }) => role === 'input' || role === 'rng')
  return new Map(passed.map(({ id, name }) => [name, places.bufferOf(places.of(id))]))
}

/** The constants that some kernel loads, by buffer. */
function constantsOf({ literals }: Needs, places: Places): ReadonlyMap<string, Literal> {
  const used = [...literals].filter(([id]) => places.isUsed(id))
  return new Map(used.map(([id, literal]) => [places.bufferOf(places.of(id)), literal]))
}

function checkDTypes(graph: Graph, values: Values, { name, dtypes }: Target): void {
  for (const { dtype, node } of values.values()) {
    if (dtypes.includes(dtype)) continue
    throw new UnsupportedError({
      code: 'E501',
      subject: `graph @${graph.name}`,
      message: `target ${name} has ${dtypes.join(', ')}, got ${dtype}`,
      source: node?.origin.source,
      help: `compile for target 'js', which has every dtype, or cast to f32`,
    })
  }
}
