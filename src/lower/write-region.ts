// The kernel of a unit: its parallel axes, a loop for every group of steps that can share one, and
// at the end what has one element a point. What a step reads of another one is the total, the row
// or the stored element of it; everything else is loaded, or computed on the way.

import type { ValueId } from '../ir/graph.ts'
import { type Axis, axisIndex, type Index, index } from '../kernel/index.ts'
import {
  pointsOf as countPoints,
  identityOf,
  type Row,
  type Stmt,
  type Store,
} from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { loadsOf, scalarsOf } from '../kernel/uses.ts'
import { type Accumulation, accumulate } from './accumulate.ts'
import { DEAREST } from './cost.ts'
import type { Draft } from './draft.ts'
import { guarded } from './guard.ts'
import type { Written } from './kernel-table.ts'
import { type LoopGroup, loopsOf } from './levels.ts'
import { axesOf } from './names.ts'
import type { Place } from './places.ts'
import { overResidues } from './residue-sums.ts'
import { isPerPoint, isTotal, type Step, type Unit } from './steps.ts'
import { type Terms, termsOf } from './terms.ts'
import type { Computed, Value } from './values.ts'
import type { Workshop } from './workshop.ts'

/** Other terms for the one total of a unit: its parts, which a launch before has summed up. */
export interface Parts {
  readonly extents: readonly number[]
  readonly terms: (draft: Draft, at: readonly Index[]) => Terms
}

/** The kernel that does all steps of the unit at its points. */
export function writeRegion(workshop: Workshop, unit: Unit, parts?: Parts): Written {
  return new RegionWriter(workshop, unit, parts).write()
}

/** An element that an earlier loop has accumulated, kept or stored. */
type Ready = (at: readonly Index[], fill: Scalar | undefined) => Scalar

/** A store into memory or into a row, by the index of the value. */
type Put = (at: readonly Index[], value: Scalar) => Store

class RegionWriter {
  readonly #workshop: Workshop
  readonly #steps: readonly Step[]
  readonly #parts: Parts | undefined
  readonly #parallel: readonly Axis[]
  readonly #draft: Draft
  readonly #rows = new Map<ValueId, Row>()
  readonly #puts = new Map<Step, Put>()
  /** Totals of loops that have been written. */
  readonly #gathered = new Map<Step, Scalar>()
  readonly #ready = new Map<ValueId, Ready>()
  readonly #own: ReadonlySet<ValueId>
  #totals = 0

  constructor(workshop: Workshop, { axes, steps }: Unit, parts: Parts | undefined) {
    this.#workshop = workshop
    this.#parts = parts
    this.#steps = steps
    this.#parallel = axesOf(axes, 'i')
    this.#draft = workshop.draft()
    this.#own = new Set(steps.flatMap(({ value, to }) => (to?.kind === 'own' ? [value.id] : [])))
    this.#draft.resolve = (id, at, fill) => this.#ready.get(id)?.(at, fill) ?? this.#computed(id)
  }

  write(): Written {
    // Declared before anything is read, so that what is both loaded and stored is one parameter.
    for (const step of this.#steps)
      if (step.to !== undefined) this.#puts.set(step, this.#putOf(step))
    const { values } = this.#workshop
    const groups = loopsOf(this.#steps, { values, isEnd: id => this.#isEnd(id) })
    const body: Stmt[] = []
    for (const [i, group] of groups.entries()) {
      body.push(...this.#loop(group))
      const isLast = groups[i + 1]?.level !== group.level
      if (isLast) this.#finish(groups.filter(({ level }) => level === group.level))
    }
    this.#draft.forget()
    const ends = this.#steps.filter(step => !isTotal(step) && isPerPoint(step))
    body.push(...ends.map(step => this.#store(step, [])))
    const kept = withoutUnread([...this.#rows.values()], body)
    const roots = this.#steps.flatMap(step =>
      step.to === undefined || this.#isRow(step) ? [] : [step.value.id],
    )
    const kernel = { kind: 'kernel', parallel: this.#parallel, ...kept } as const
    return { draft: this.#draft, kernel, roots }
  }

  /** Where the reads of steps end; what one of them stores but is cheap is computed again. */
  #isEnd(id: ValueId): boolean {
    const own = this.#steps.find(({ value, to }) => value.id === id && to?.kind === 'own')
    if (own !== undefined) return this.#isKept(own)
    return this.#workshop.places.has(id) && this.#computed(id) === undefined
  }

  #isRow({ value, to }: Step): boolean {
    return to?.kind === 'own' && this.#workshop.rows.has(value.id)
  }

  /** Whether later loops read what the step has stored, rather than compute it again. */
  #isKept(step: Step): boolean {
    if (isPerPoint(step)) return false
    return this.#isRow(step) || this.#workshop.flopsOf(step.value.id) >= DEAREST
  }

  /** What the unit stores itself is not loaded from memory, views of it neither. */
  #computed(id: ValueId): 'compute' | undefined {
    return this.#own.has(this.#workshop.baseOf(id)) ? 'compute' : undefined
  }

  // ---- loops

  #loop({ extents, steps }: LoopGroup): readonly Stmt[] {
    this.#draft.forget()
    const loop = axesOf(long(this.#parts?.extents ?? extents), 'r')
    const totals = steps.filter(isTotal)
    const stores = steps.filter(step => !isTotal(step))
    const sums = totals.map(step => this.#accumulation(step))
    if (countPoints(loop) === 0) {
      totals.forEach((step, i) => {
        this.#gathered.set(step, nothingOf(sums[i]!, step))
      })
      return []
    }
    const made = this.#accumulated(loop, sums, stores)
    totals.forEach((step, i) => {
      this.#gathered.set(step, made.totals[i]!)
    })
    return made.body
  }

  /** The loop; where it stores nothing, only over the positions that add something. */
  #accumulated(loop: readonly Axis[], sums: readonly Accumulation[], stores: readonly Step[]) {
    if (stores.length > 0) {
      return accumulate(loop, sums, where => stores.map(step => this.#store(step, where)))
    }
    const { axes, accumulations } = overResidues({ axes: loop, accumulations: sums })
    return accumulate(axes, accumulations)
  }

  #accumulation(step: Step): Accumulation {
    const value = step.value as Computed
    this.#draft.computes(value.id)
    const here = this.#at(step, [])
    const terms = this.#parts?.terms(this.#draft, here) ?? termsOf(this.#draft, value, here)
    const { combine, value: term, at } = terms
    const count = this.#totals++
    return { combine, name: count === 0 ? 's' : `s${count}_`, value: term, at }
  }

  /** From now on what the loops have made is there to be read. */
  #finish(groups: readonly LoopGroup[]): void {
    for (const step of groups.flatMap(group => group.steps)) {
      const total = this.#gathered.get(step)
      if (total !== undefined) this.#ready.set(step.value.id, totalOf(step.value, total))
      else if (this.#isKept(step)) this.#ready.set(step.value.id, this.#kept(step))
    }
  }

  #kept(step: Step): Ready {
    const { value } = step
    const row = this.#rowOf(step)
    if (row === undefined) {
      const place = placeOf(this.#workshop, step)
      return (at, fill) => this.#draft.reload(place, at, fill)
    }
    return (at, fill) => s.load(value.dtype, row.name, ofRow(step, at), fill)
  }

  // ---- stores

  #store(step: Step, where: readonly Index[]): Store {
    const { value, to } = step
    const at = this.#at(step, where)
    const isMade = to?.kind === 'own' && !this.#ready.has(value.id)
    const scalar = isMade
      ? this.#draft.compute(value as Computed, at)
      : this.#draft.read(value.id, at)
    return this.#puts.get(step)!(at, scalar)
  }

  #putOf(step: Step): Put {
    const row = this.#rowOf(step)
    if (row === undefined) return this.#draft.target(placeOf(this.#workshop, step))
    return (at, value) => ({ kind: 'store', buffer: row.name, index: ofRow(step, at), value })
  }

  /** The memory of one point for the value of a step, if it is kept there. */
  #rowOf(step: Step): Row | undefined {
    const { value } = step
    if (!this.#isRow(step)) return undefined
    const known = this.#rows.get(value.id)
    if (known !== undefined) return known
    const name = `e${this.#rows.size}`
    const row: Row = { name, type: value.dtype, shape: ofRow(step, value.shape) }
    this.#rows.set(value.id, row)
    return row
  }

  /** The index of the step's value at a point and a position of the loop. */
  #at({ value, dims }: Step, where: readonly Index[]): readonly Index[] {
    let next = 0
    return value.shape.map((extent, d) => {
      const axis = dims[d]
      if (axis !== undefined) return axisIndex(this.#parallel[axis]!)
      return extent === 1 ? index(0) : where[next++]!
    })
  }
}

const long = (extents: readonly number[]) => extents.filter(extent => extent !== 1)

/** Without the rows that no later loop reads after all: the loop that fills one has its values. */
function withoutUnread(rows: readonly Row[], body: readonly Stmt[]) {
  const read = new Set(loadsOf(body.flatMap(scalarsOf)).map(({ buffer }) => buffer))
  const unread = new Set(rows.filter(({ name }) => !read.has(name)).map(({ name }) => name))
  if (unread.size === 0) return { rows, body }
  const without = (stmts: readonly Stmt[]): readonly Stmt[] =>
    stmts.flatMap((stmt): readonly Stmt[] => {
      if (stmt.kind === 'store') return unread.has(stmt.buffer) ? [] : [stmt]
      const inner = without(stmt.body)
      return inner.length === 0 && stmt.accs.length === 0 ? [] : [{ ...stmt, body: inner }]
    })
  return { rows: rows.filter(({ name }) => read.has(name)), body: without(body) }
}

/** A total as it is read: where a dim of one element is left, the fill stands for it. */
export const totalOf =
  ({ shape }: Value, total: Scalar): Ready =>
  (at, fill) =>
    fill === undefined ? total : guarded(at, shape, fill, () => total)

/** The total over nothing. */
function nothingOf({ combine, at }: Accumulation, { value }: Step): Scalar {
  return s.constant(value.dtype, at === undefined ? identityOf(combine, value.dtype) : -1)
}

/** Of what belongs to the dims of a value, that of the dims which are no axis of the unit. */
const ofRow = <T>({ dims }: Step, all: readonly T[]): readonly T[] =>
  all.filter((_, d) => dims[d] === undefined)

/** Where a step stores. */
export function placeOf({ places }: Workshop, { value, to }: Step): Place {
  if (to?.kind === 'part') return places.range(places.of(to.whole), to.start, value.shape)
  if (to?.kind === 'output') return places.output(to.name, value)
  return places.of(to?.kind === 'state' ? to.target.id : value.id)
}
