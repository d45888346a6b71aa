// What is stored once it is known who shares a launch. A value that one launch alone needs is not:
// a total stays in its accumulator, what is cheap is computed again, and what is dear and has
// several elements a point is kept in a row of the point.

import type { ValueId } from '../ir/graph.ts'
import type { Target } from '../kernel/target.ts'
import { DTYPES } from '../support/dtype.ts'
import { DEAREST } from './cost.ts'
import { isClaimed, type Needs } from './demand.ts'
import type { Plan } from './plan.ts'
import { isPerPoint, pointsIn, type Step, type Unit } from './steps.ts'
import type { UnitGraph } from './unit-graph.ts'

/** The launches of a program in order, and where values are that only one of them needs. */
export interface Fused {
  readonly units: readonly Unit[]
  /** The plan without the values that are not stored after all. */
  readonly plan: Plan
  /** Values that a launch keeps for each of its points while it works on it. */
  readonly rows: ReadonlySet<ValueId>
}

/** The units of a graph in order, without the stores that nothing needs. */
export function storageOf(graph: UnitGraph, needs: Needs, plan: Plan, target: Target): Fused {
  const units = graph.inOrder()
  const readers = readersIn(graph, units)
  const inOrder = orderOf(needs)
  const rows = new Set<ValueId>()
  const stored = new Set(plan.stored)
  const kept = units.map(unit => {
    const isReadOutside = (id: ValueId) =>
      [...(readers.get(id) ?? [])].some(other => other !== unit)
    const isNeeded = ({ value: { id }, to }: Step) =>
      to?.kind !== 'own' || isClaimed(needs, id) || isReadOutside(id)
    const steps = [...unit.steps].sort(inOrder).filter(step => {
      if (isNeeded(step)) return true
      const kind = withoutMemory(step, unit, plan, target)
      if (kind === 'memory') return true
      stored.delete(step.value.id)
      if (kind === 'row') rows.add(step.value.id)
      return kind === 'row'
    })
    return { ...unit, steps }
  })
  const isThere = (of: ValueId) => stored.has(of) || !plan.stored.has(of)
  const views = new Map([...plan.views].filter(([, view]) => isThere(view.of)))
  return { units: kept, plan: { ...plan, stored, views }, rows }
}

/** The order of the graph; what is accumulated comes before what is stored of it. */
function orderOf({ values }: Needs): (a: Step, b: Step) => number {
  const positions = new Map([...values.keys()].map((id, at) => [id, at]))
  const rank = ({ value, to }: Step) =>
    3 * positions.get(value.id)! + (to === undefined ? 0 : to.kind === 'own' ? 1 : 2)
  return (a, b) => rank(a) - rank(b)
}

function readersIn(
  { reads }: UnitGraph,
  units: readonly Unit[],
): ReadonlyMap<ValueId, ReadonlySet<Unit>> {
  const readers = new Map<ValueId, Set<Unit>>()
  for (const unit of units) {
    for (const { value } of unit.steps.flatMap(reads)) {
      readers.set(value.id, (readers.get(value.id) ?? new Set()).add(unit))
    }
  }
  return readers
}

/** What becomes of a value that its own launch alone needs; too large a row lies in memory. */
function withoutMemory(
  step: Step,
  unit: Unit,
  { flopsOf }: Plan,
  { rowBytes }: Target,
): 'again' | 'row' | 'memory' {
  const { id, size, dtype } = step.value
  if (isPerPoint(step) || flopsOf(id) < DEAREST) return 'again'
  const bytes = (size / pointsIn(unit)) * DTYPES[dtype].bytes
  return bytes <= rowBytes ? 'row' : 'memory'
}
