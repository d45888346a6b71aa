// Units and what must come before what: values are made before they are read, and old state is read
// before it is updated. Merging two units changes names only; whether they may merge is a question
// about the paths between them, and about what else the caller wants of a launch.

import type { Graph, ValueId } from '../ir/graph.ts'
import { invariant } from '../support/diagnostic.ts'
import { type Access, accessesOf } from './accesses.ts'
import type { Needs } from './demand.ts'
import { partsOf } from './joins.ts'
import { overlaps, type Places } from './places.ts'
import type { Plan } from './plan.ts'
import { pointsUnit, type Step, storeStep, type Unit, unitOf } from './steps.ts'
import type { Computed } from './values.ts'

/** A unit among others. */
export interface Entry {
  unit: Unit
  /** Units that must run earlier; some may have become parts of others since. */
  readonly before: Set<Entry>
  /** Units that must run later. */
  readonly after: Set<Entry>
  /** Where in the graph its first step is. */
  first: number
  /** Where the last step is of all that it is and all that must run earlier. */
  last: number
  /** The entry that this one has become a part of. */
  into: Entry | undefined
}

/** The entry that an entry has become a part of, or itself. */
export function entryOf(entry: Entry): Entry {
  if (entry.into === undefined) return entry
  const found = entryOf(entry.into)
  entry.into = found
  return found
}

/** All units of a program. */
export class UnitGraph {
  readonly #needs: Needs
  readonly #plan: Plan
  readonly #all: Entry[] = []
  readonly #makers = new Map<ValueId, Entry>()
  readonly #copies = new Map<string, Entry>()
  readonly #places: Places
  readonly #reads = new Map<string, readonly Access[]>()
  /** The same by step: merging makes new steps of old ones. */
  readonly #readsOf = new Map<Step, readonly Access[]>()

  constructor(needs: Needs, plan: Plan, places: Places) {
    this.#needs = needs
    this.#plan = plan
    this.#places = places
    this.#addStored()
    this.#addOutputs(needs.graph)
    for (const group of needs.groups) {
      const steps = group.map(({ target, value }) =>
        storeStep(this.#value(value), { kind: 'state', target }),
      )
      this.#add(pointsUnit(steps))
    }
    for (const entry of this.#all) this.#orderReads(entry)
    this.#orderUpdates()
  }

  /** Units that are still their own, in the order in which they were added. */
  entries(): readonly Entry[] {
    return this.#all.filter(entry => entry.into === undefined)
  }

  /** What a step reads; indices are along the dims of its own value. */
  readonly reads = (step: Step): readonly Access[] => {
    const seen = this.#readsOf.get(step)
    if (seen !== undefined) return seen
    const key = keyOf(step)
    const found = this.#reads.get(key) ?? this.#read(step)
    this.#reads.set(key, found)
    this.#readsOf.set(step, found)
    return found
  }

  #read(step: Step): readonly Access[] {
    const { stored, views } = this.#plan
    const { values, literals } = this.#needs
    return accessesOf(step, values, id => {
      const base = views.get(id)?.of
      if (base !== undefined && values.get(base)!.node === undefined) return base
      return stored.has(id) || literals.has(id)
    })
  }

  /** The units that make a value: one, or those of all its parts. */
  makersOf(id: ValueId): readonly Entry[] {
    const { claims } = this.#plan
    const own = this.#makers.get(id)
    if (own !== undefined) return [entryOf(own)]
    if (!claims.joined.has(id)) return []
    const whole = this.#value(id) as Computed
    return partsOf(this.#needs.values, claims, whole).flatMap(({ base, start }) =>
      base === undefined ? [entryOf(this.#copies.get(`${id} ${start}`)!)] : this.makersOf(base),
    )
  }

  /** Whether one of the two must run before a third unit that must run before the other. */
  areApart(a: Entry, b: Entry): boolean {
    return this.#isBefore(a, b) || this.#isBefore(b, a)
  }

  /** Whether `a` reads old state that `b` updates. */
  readonly readsOld = (a: Entry, b: Entry): boolean =>
    b.unit.steps.some(({ to }) => {
      if (to?.kind !== 'state') return false
      const target = this.#places.of(to.target.id)
      const read = a.unit.steps.flatMap(this.reads).filter(({ value }) => value.argument)
      return read.some(({ value }) => overlaps(this.#places.of(value.id), target))
    })

  /** Puts both into one entry, which has the unit. */
  merge(a: Entry, b: Entry, unit: Unit): Entry {
    const [kept, gone] = a.first <= b.first ? [a, b] : [b, a]
    gone.into = kept
    for (const entry of gone.before) kept.before.add(entry)
    for (const entry of gone.after) kept.after.add(entry)
    kept.unit = unit
    kept.first = Math.min(a.first, b.first)
    kept.last = Math.max(a.last, b.last)
    // Merging moves steps: what comes after one of the two now comes after the last step of both.
    for (const entry of kept.after) raise(entryOf(entry), kept.last)
    return kept
  }

  /** All units, each after those that must come before it. */
  inOrder(): readonly Unit[] {
    const [begun, done] = [new Set<Entry>(), new Set<Entry>()]
    const order: Unit[] = []
    const visit = (entry: Entry): void => {
      if (done.has(entry)) return
      invariant(!begun.has(entry), 'lowering', 'no unit must run before itself')
      begun.add(entry)
      const before = [...new Set([...entry.before].map(entryOf))].filter(one => one !== entry)
      for (const one of before.sort((a, b) => a.first - b.first)) visit(one)
      done.add(entry)
      order.push(entry.unit)
    }
    for (const entry of [...this.entries()].sort((a, b) => a.first - b.first)) visit(entry)
    return order
  }

  /** Whether some third unit comes after `a` and before `b`. */
  #isBefore(a: Entry, b: Entry): boolean {
    const seen = new Set<Entry>([a, b])
    const pending = [...b.before].map(entryOf).filter(entry => entry !== a)
    for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
      // What has nothing in and before it that is as late as `a` does not depend on it.
      if (seen.has(entry) || entry.last < a.first) continue
      seen.add(entry)
      for (const one of entry.before) {
        const next = entryOf(one)
        if (next === a) return true
        pending.push(next)
      }
    }
    return false
  }

  #value(id: ValueId) {
    return this.#needs.values.get(id)!
  }

  #add(unit: Unit, at = this.#needs.values.size + this.#all.length): Entry {
    const [before, after] = [new Set<Entry>(), new Set<Entry>()]
    const entry: Entry = { unit, before, after, first: at, last: at, into: undefined }
    this.#all.push(entry)
    return entry
  }

  #addStored(): void {
    const { claims, stored } = this.#plan
    const { values } = this.#needs
    let position = 0
    for (const value of values.values()) {
      position++
      if (!stored.has(value.id) || value.size === 0) continue
      const computed = value as Computed
      if (!claims.joined.has(value.id)) {
        const entry = this.#add(unitOf(computed, values, this.#plan), position)
        for (const step of entry.unit.steps) this.#makers.set(step.value.id, entry)
        continue
      }
      for (const { operand, start, base } of partsOf(values, claims, computed)) {
        if (base !== undefined) continue
        const step = storeStep(this.#value(operand), { kind: 'part', whole: value.id, start })
        this.#copies.set(`${value.id} ${start}`, this.#add(pointsUnit([step]), position))
      }
    }
  }

  /** Outputs that no value is stored in directly are copied. */
  #addOutputs({ outputs }: Graph): void {
    const direct = new Set(this.#plan.claims.outputs.values())
    for (const { name, value } of outputs) {
      if (direct.has(name) || this.#value(value).size === 0) continue
      this.#add(pointsUnit([storeStep(this.#value(value), { kind: 'output', name })]))
    }
  }

  #orderReads(entry: Entry): void {
    for (const step of entry.unit.steps) {
      for (const { value } of this.reads(step)) {
        for (const maker of this.makersOf(value.id)) order(maker, entry)
      }
    }
  }

  /** An update comes after everything else that reads the old value. */
  #orderUpdates(): void {
    const readers = new Map<ValueId, Set<Entry>>()
    for (const entry of this.#all) {
      for (const { value } of entry.unit.steps.flatMap(this.reads)) {
        if (value.argument === undefined) continue
        readers.set(value.id, (readers.get(value.id) ?? new Set()).add(entry))
      }
    }
    for (const entry of this.#all) {
      for (const { to } of entry.unit.steps) {
        if (to?.kind !== 'state') continue
        const target = this.#places.of(to.target.id)
        for (const [id, found] of readers) {
          if (!overlaps(this.#places.of(id), target)) continue
          for (const reader of found) order(reader, entry)
        }
      }
    }
  }
}

/** Notes that one unit must run before another. */
function order(earlier: Entry, later: Entry): void {
  if (earlier === later) return
  later.before.add(earlier)
  earlier.after.add(later)
  raise(later, earlier.last)
}

/** Whatever must run after something late is late itself. */
function raise(start: Entry, last: number): void {
  const pending = [start]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (entry.last >= last) continue
    entry.last = last
    for (const later of entry.after) pending.push(entryOf(later))
  }
}

/** Equal for a step whatever unit it has become a part of. */
function keyOf({ value, to }: Step): string {
  const where = to?.kind === 'part' ? `${to.whole} ${to.start}` : ''
  return `${value.id} ${to?.kind} ${where}`
}
