// From a bound core graph to a program: what to store, where it lies, one kernel per stored value,
// and the updates of state at the end. No op is known by name here; every kernel comes from the
// lowering class that the op declares.

import type { Graph, ValueId } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'
import type { Target } from '../kernel/target.ts'
import { assertProgram } from '../kernel/verify.ts'
import { invariant, UnsupportedError } from '../support/diagnostic.ts'
import { canBegin, claimsOf, rememberMovements } from './claims.ts'
import type { Needs } from './demand.ts'
import { KernelTable, type Written } from './kernel-table.ts'
import type { Lowered, LowerOptions } from './lowered.ts'
import { planMemory } from './memory/plan.ts'
import { Places } from './places.ts'
import { type Plan, planOf } from './plan.ts'
import { scheduleOf } from './schedule.ts'
import { type UpdateGroup, updateGroups } from './updates.ts'
import { type Computed, isMadeBy, type Value, type Values, valuesOf } from './values.ts'
import { type Workshop, workshopOf } from './workshop.ts'
import { writeCopy, writePoints, writeScatter, writeSerial, writeStores } from './write-loops.ts'
import { writeContraction, writeReduction } from './write-reduction.ts'

/**
 * The program of a graph whose dims are integers and whose ops are core ops. Throws E501 where the
 * target lacks a dtype of the graph.
 */
export function lower(graph: Graph, options: LowerOptions): Lowered {
  const { program: unplanned, ...meaning } = lowerUnplanned(graph, options)
  const { program, memory } = planMemory(unplanned, options.target)
  if (options.verify === true) assertProgram(program)
  return { program, memory, ...meaning }
}

/** The program in which every value has a range of scratch of its own, before memory is planned. */
export function lowerUnplanned(graph: Graph, options: LowerOptions): Omit<Lowered, 'memory'> {
  const values = valuesOf(graph)
  checkDTypes(graph, values, options.target)
  const { needs, plan, places, order } = settle(graph, values, options)
  const workshop = workshopOf(values, places, options.target)
  const table = new KernelTable(values, places)
  for (const written of writeGaps(workshop, plan)) table.add(written)
  for (const id of plan.stored) {
    for (const written of writtenFor(workshop, plan, id)) table.add(written)
  }
  const outputs = storeOutputs(workshop, table, graph, plan)
  for (const group of order) table.add(writeUpdates(workshop, group))
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
  readonly plan: Plan
  readonly places: Places
  readonly order: readonly UpdateGroup[]
}

/** Plans until all updates can be scheduled; every turn stores some of them that it did not. */
function settle(graph: Graph, values: Values, { state }: LowerOptions): Settled {
  const movements = rememberMovements()
  const claims = claimsOf(graph, values, movements)
  const groups = updateGroups(graph, values)
  const literals = literalsOf(values)
  const forced = new Set<ValueId>()
  for (;;) {
    const needs: Needs = { graph, values, literals, movements, claims, groups, forced }
    const plan = planOf(needs)
    const places = new Places(needs, plan, state)
    const schedule = scheduleOf(groups, values, places)
    if ('order' in schedule) return { needs, plan, places, order: schedule.order }
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

/** The kernels that store a value. */
function writtenFor(workshop: Workshop, plan: Plan, id: ValueId): readonly Written[] {
  const value = workshop.values.get(id) as Computed
  if (value.size === 0) return []
  const starts = plan.claims.joined.get(id)
  if (starts !== undefined) return writeParts(workshop, plan, value, starts)
  const core = plan.cores.get(id)
  return writtenAs(
    workshop,
    core === undefined ? value : (workshop.values.get(core) as Computed),
    value,
  )
}

/** The kernels of `value`, which end in `root`. */
function writtenAs(workshop: Workshop, value: Computed, root: Computed): readonly Written[] {
  if (isMadeBy(value, 'reduction')) return writeReduction(workshop, value, root)
  if (isMadeBy(value, 'contraction')) return [writeContraction(workshop, value, root)]
  if (isMadeBy(value, 'serial')) return [writeSerial(workshop, value)]
  if (isMadeBy(value, 'scatter')) return [writeScatter(workshop, value)]
  return [writePoints(workshop, value)]
}

/**
 * Fills that begin where no buffer can, from the last place before on. They come before everything
 * else, the last one first, so that whatever stands before them in the end is stored after them.
 */
function writeGaps(workshop: Workshop, { claims, stored }: Plan): readonly Written[] {
  const { values, places } = workshop
  const joined = [...claims.joined].filter(([id]) => stored.has(id))
  return joined.flatMap(([id, starts]) => {
    const whole = values.get(id) as Computed
    const written = whole.operands.flatMap((operand, i) => {
      const fill = values.get(operand) as Computed
      if (canBegin(whole, starts[i]!) || fill.size === 0) return []
      let start = starts[i]!
      while (!canBegin(whole, start)) start--
      const place = places.range(places.of(id), start, [starts[i]! + fill.size - start])
      return [writePoints(workshop, fill, place)]
    })
    return written.reverse()
  })
}

/** The parts of a join that nobody stores there. */
function writeParts(
  workshop: Workshop,
  { claims }: Plan,
  whole: Computed,
  starts: readonly number[],
): readonly Written[] {
  const place = workshop.places.of(whole.id)
  return whole.operands.flatMap((id, i) => {
    const { shape, size } = workshop.values.get(id)!
    const isThere = [...viewedFrom(workshop, id)].some(base => {
      const part = claims.parts.get(base)
      return part?.whole === whole.id && part.start === starts[i]
    })
    if (isThere || size === 0 || !canBegin(whole, starts[i]!)) return []
    return [writeCopy(workshop, id, workshop.places.range(place, starts[i]!, shape))]
  })
}

/** The value, and those that it is a view of. */
function* viewedFrom({ values }: Workshop, id: ValueId): Iterable<ValueId> {
  for (let at: ValueId | undefined = id; at !== undefined; ) {
    yield at
    const value: Value = values.get(at)!
    at = isMadeBy(value, 'movement') ? value.operands[0] : undefined
  }
}

/** Outputs that no value is stored in directly are copied. */
function storeOutputs(
  workshop: Workshop,
  table: KernelTable,
  graph: Graph,
  { claims }: Plan,
): ReadonlyMap<string, string> {
  const claimed = new Map([...claims.outputs].map(([id, name]) => [name, id]))
  const buffers = new Map<string, string>()
  for (const { name, value } of graph.outputs) {
    const own = claimed.get(name)
    const place = own === undefined ? undefined : workshop.places.of(own)
    const target = place ?? workshop.places.output(name, workshop.values.get(value)!)
    const { size } = workshop.values.get(value)!
    if (own === undefined && size > 0) table.add(writeCopy(workshop, value, target))
    buffers.set(name, workshop.places.bufferOf(target))
  }
  return buffers
}

function writeUpdates(workshop: Workshop, group: UpdateGroup): Written {
  const stores = group.map(({ target, value }) => ({
    value,
    place: workshop.places.of(target.id),
  }))
  return writeStores(workshop, group[0]!.target.shape, stores)
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
