// Which units become one launch. A unit joins the makers of what it reads, where it reads
// everything at the point at which it is made; and others that read the same large value at the
// same points. What only one launch needs is then not stored (storage.ts).

import type { ValueId } from '../ir/graph.ts'
import { isArena } from '../kernel/program.ts'
import type { Target } from '../kernel/target.ts'
import { Alignment, alignReads, alignShared } from './alignment.ts'
import type { Needs } from './demand.ts'
import type { Places } from './places.ts'
import type { Plan } from './plan.ts'
import { isMaking, isPerPoint, pointsIn, type Step, type Unit } from './steps.ts'
import { type Fused, storageOf } from './storage.ts'
import { type Entry, entryOf, UnitGraph } from './unit-graph.ts'

/** Steps of one launch; kernels that are larger take long to compile and gain little. */
const MOST_STEPS = 32

/** Units that read the same value and are tried; the nearest ones are the likeliest. */
const MOST_READERS = 8

/** The units of a plan, as few as they can be. */
export function fuse(needs: Needs, plan: Plan, places: Places, target: Target): Fused {
  const graph = new UnitGraph(needs, plan, places)
  const fusion = new Fusion({ needs, plan, places, target, graph })
  for (const entry of graph.entries()) fusion.join(entryOf(entry))
  return storageOf(graph, needs, plan, target)
}

/** What fusion works with. */
interface Given {
  readonly needs: Needs
  readonly plan: Plan
  readonly places: Places
  readonly target: Target
  readonly graph: UnitGraph
}

class Fusion {
  readonly #needs: Needs
  readonly #plan: Plan
  readonly #places: Places
  readonly #target: Target
  readonly #graph: UnitGraph
  /** Units that read a value, among those that have been looked at. */
  readonly #readers = new Map<ValueId, Entry[]>()

  constructor({ needs, plan, places, target, graph }: Given) {
    this.#needs = needs
    this.#plan = plan
    this.#places = places
    this.#target = target
    this.#graph = graph
  }

  /** Lets a unit join as many of those before it as it can. */
  join(start: Entry): void {
    let entry = start
    for (;;) {
      const joined = this.#joinMaker(entry) ?? this.#joinReader(entry) ?? this.#joinNeighbour(entry)
      if (joined === undefined) break
      entry = joined
    }
    for (const { value } of entry.unit.steps.flatMap(this.#graph.reads)) {
      const found = this.#readers.get(value.id) ?? []
      if (!found.some(other => entryOf(other) === entry)) found.push(entry)
      this.#readers.set(value.id, found)
    }
  }

  #joinMaker(entry: Entry): Entry | undefined {
    const { reads } = this.#graph
    const read = new Set(entry.unit.steps.flatMap(reads).map(({ value }) => value.id))
    const makers = new Set([...read].flatMap(id => this.#graph.makersOf(id)))
    makers.delete(entry)
    for (const maker of [...makers].sort((a, b) => b.last - a.last)) {
      if (!canShare(maker.unit, entry.unit)) continue
      const alignment = new Alignment()
      alignReads(alignment, maker.unit, entry.unit, reads)
      const joined = this.#merge(maker, entry, alignment)
      if (joined !== undefined) return joined
    }
    return undefined
  }

  /** Only units of one kind: points keep their freedom where they need nothing of the others. */
  #joinReader(entry: Entry): Entry | undefined {
    const { unit } = entry
    if (unit.kind !== 'points' && unit.kind !== 'rows') return undefined
    const { reads } = this.#graph
    const least = pointsIn(unit)
    for (const value of new Set(unit.steps.flatMap(reads).map(access => access.value))) {
      if (value.size < least || value.size === 1) continue
      const found = new Set((this.#readers.get(value.id) ?? []).slice(-MOST_READERS).map(entryOf))
      for (const other of found) {
        if (other === entry || other.unit.kind !== unit.kind) continue
        const alignment = new Alignment()
        if (!alignShared(alignment, value, [other.unit, unit], reads)) continue
        alignReads(alignment, other.unit, unit, reads)
        const joined = this.#merge(other, entry, alignment)
        if (joined !== undefined) return joined
      }
    }
    return undefined
  }

  /** A fill needs nothing, so it joins any launch that stores another part of a join. */
  #joinNeighbour(entry: Entry): Entry | undefined {
    const { unit } = entry
    if (unit.kind !== 'points' || unit.steps.some(step => this.#graph.reads(step).length > 0))
      return
    const wholes = new Set(unit.steps.flatMap(step => this.#wholeOf(step) ?? []))
    for (const maker of new Set([...wholes].flatMap(id => this.#graph.makersOf(id)))) {
      if (maker === entry || String(maker.unit.axes) !== String(unit.axes)) continue
      const alignment = new Alignment()
      for (const axis of unit.axes.keys()) alignment.tie(axis, axis)
      const joined = this.#merge(maker, entry, alignment)
      if (joined !== undefined) return joined
    }
    return undefined
  }

  /** The joined value that a step stores a part of. */
  #wholeOf({ value, to }: Step): ValueId | undefined {
    if (to?.kind === 'own') return this.#needs.claims.parts.get(value.id)?.whole
    return to?.kind === 'part' ? to.whole : undefined
  }

  #merge(first: Entry, second: Entry, alignment: Alignment): Entry | undefined {
    const [one, other] = [first.unit, second.unit]
    if (!canShare(one, other)) return undefined
    const unit = alignment.merged(one, other, one.kind !== 'points' || other.kind === 'points')
    if (unit === undefined || !this.#isAllowed(unit) || !this.#canMeet(first, second)) return
    return this.#graph.merge(first, second, unit)
  }

  #isAllowed(unit: Unit): boolean {
    if (unit.steps.length > MOST_STEPS) return false
    // Where points are few, a target wants the elements of what is not accumulated as its points.
    const isWalked = !unit.steps.every(isPerPoint)
    if (isWalked && pointsIn(unit) < this.#target.minPoints) return false
    const { maxBindings } = this.#target
    const most = unit.steps.reduce((sum, step) => sum + 1 + this.#graph.reads(step).length, 0)
    return most <= maxBindings || this.#bindings(unit) <= maxBindings
  }

  /** What a launch of the unit binds at most: each arena once, inputs and outputs one by one. */
  #bindings({ steps }: Unit): number {
    const memories = new Set<string>()
    for (const step of steps) {
      for (const { value } of this.#graph.reads(step)) memories.add(this.#memoryOf(value.id))
      const { value, to } = step
      if (to?.kind === 'state') memories.add('state')
      else if (to?.kind === 'output') memories.add(`output ${to.name}`)
      else if (to !== undefined)
        memories.add(this.#memoryOf(to.kind === 'part' ? to.whole : value.id))
    }
    return memories.size
  }

  #memoryOf(id: ValueId): string {
    if (!this.#places.has(id)) return 'none'
    const { region, memory } = this.#places.of(id)
    return isArena(region) ? region : memory
  }

  /** Whether nothing between the two, and nothing that one does, needs a launch to have ended. */
  #canMeet(first: Entry, second: Entry): boolean {
    const isDirect = (a: Entry, b: Entry) => {
      const made = new Set(a.unit.steps.filter(isMaking).map(({ value }) => value.id))
      return b.unit.steps.flatMap(this.#graph.reads).every(({ value }) => {
        if (made.has(value.id)) return !this.#plan.breaks.has(value.id)
        return !this.#graph.makersOf(value.id).includes(a)
      })
    }
    if (!isDirect(first, second) || !isDirect(second, first)) return false
    const { readsOld } = this.#graph
    if (readsOld(first, second) || readsOld(second, first)) return false
    return !this.#graph.areApart(first, second)
  }
}

/** Whether units of such kinds can be one launch: a product takes in what has no loops. */
function canShare({ kind: one }: Unit, { kind: other }: Unit): boolean {
  if (one === 'alone' || other === 'alone') return false
  return one === 'points' || other === 'points' || (one === 'rows' && other === 'rows')
}
