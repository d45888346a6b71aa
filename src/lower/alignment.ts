// How the parallel points of two units belong together. One that reads what the other makes at a
// point must read it at that very point; whatever it reads elsewhere would need a launch between.
// Two that read the same value at the same points may share the trip through memory.

import { type Access, dimOf } from './accesses.ts'
import { isMaking, isPerPoint, type Step, type Unit } from './steps.ts'
import type { Value } from './values.ts'

/** What a step reads; the indices are along the dims of the step's own value. */
export type Reads = (step: Step) => readonly Access[]

/** Axes of one unit that are axes of the other; none where a loop must walk them. */
type Partners = Map<number, number | undefined>

/** What is known of the axes of two units. */
export class Alignment {
  readonly #ofFirst: Partners = new Map()
  readonly #ofSecond: Partners = new Map()
  #agrees = true

  /** One axis of each, or none of one of them. */
  tie(first: number | undefined, second: number | undefined): void {
    this.#agrees &&= put(this.#ofFirst, first, second) && put(this.#ofSecond, second, first)
  }

  /** Takes in what reading `made` by a step of the other unit says. */
  read(made: Step, { index }: Access, reader: Step, isFirst: boolean): void {
    made.value.shape.forEach((extent, d) => {
      const own = made.dims[d]
      if (own === undefined) return
      const at = dimOf(index[d], extent)
      const theirs = at === undefined ? undefined : reader.dims[at]
      if (isFirst) this.tie(own, theirs)
      else this.tie(theirs, own)
    })
  }

  /** The unit of both, in the axes of the first if `intoFirst`; undefined where there is none. */
  merged(first: Unit, second: Unit, intoFirst: boolean): Unit | undefined {
    if (!this.#agrees) return undefined
    const [host, guest] = intoFirst ? [first, second] : [second, first]
    const partners = intoFirst ? this.#ofSecond : this.#ofFirst
    const found = new Set(guest.axes.map((_, axis) => partners.get(axis)))
    if (!host.axes.every((_, axis) => found.has(axis))) return undefined
    const isWhole = guest.kind !== 'points' || host.kind !== 'rows'
    if (isWhole && host.axes.length !== guest.axes.length) return undefined
    const steps = guest.steps.map(step => ({
      ...step,
      dims: step.dims.map(axis => (axis === undefined ? undefined : partners.get(axis))),
    }))
    return { ...host, steps: intoFirst ? [...host.steps, ...steps] : [...steps, ...host.steps] }
  }
}

function put(partners: Partners, axis: number | undefined, other: number | undefined): boolean {
  if (axis === undefined) return true
  if (partners.has(axis)) return partners.get(axis) === other
  partners.set(axis, other)
  return true
}

/** Takes in all reads of values that one of the units makes and the other uses. */
export function alignReads(alignment: Alignment, first: Unit, second: Unit, reads: Reads): void {
  const visit = (makers: Unit, readers: Unit, isFirst: boolean) => {
    const made = new Map(makers.steps.filter(isMaking).map(step => [step.value.id, step]))
    for (const reader of readers.steps) {
      for (const access of reads(reader)) {
        const maker = made.get(access.value.id)
        if (maker !== undefined) alignment.read(maker, access, reader, isFirst)
      }
    }
  }
  visit(first, second, true)
  visit(second, first, false)
}

/** Takes in one value that both read at the points of all their axes; answers whether they do. */
export function alignShared(
  alignment: Alignment,
  shared: Value,
  [first, second]: readonly [Unit, Unit],
  reads: Reads,
): boolean {
  if (readAlike(shared, [first, second], reads)) {
    for (const axis of first.axes.keys()) alignment.tie(axis, axis)
    return true
  }
  for (const one of axesReadAt(shared, first, reads)) {
    const axes = new Set(one.filter(axis => axis !== undefined))
    if (axes.size !== first.axes.length) continue
    for (const other of axesReadAt(shared, second, reads)) {
      const isAlike = one.every((axis, d) => (axis === undefined) === (other[d] === undefined))
      if (!isAlike) continue
      one.forEach((axis, d) => {
        if (axis !== undefined) alignment.tie(axis, other[d])
      })
      return true
    }
  }
  return false
}

/**
 * Whether two units with the same axes read a value at the same positions of loops: at equal
 * indices, in steps whose dims are the same axes.
 */
function readAlike({ id }: Value, units: readonly [Unit, Unit], reads: Reads): boolean {
  const [first, second] = units
  if (String(first.axes) !== String(second.axes)) return false
  const keys = ({ steps }: Unit) =>
    steps.filter(isPerPoint).flatMap(step =>
      reads(step)
        .filter(({ value, index }) => value.id === id && index.length > 0)
        .map(({ index }) => `${step.dims} ${index.map(e => e.id)}`),
    )
  const others = new Set(keys(second))
  return keys(first).some(key => others.has(key))
}

/** For every read of a value: the unit's axis that each of its dims is read along. */
function axesReadAt({ id, shape }: Value, { steps }: Unit, reads: Reads) {
  return steps.flatMap(step =>
    reads(step)
      .filter(access => access.value.id === id)
      .map(({ index }) =>
        shape.map((extent, d) => {
          const at = dimOf(index[d], extent)
          return at === undefined ? undefined : step.dims[at]
        }),
      ),
  )
}
