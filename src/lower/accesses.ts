// Which values a step reads, and where: one walk from the value through everything that is computed
// on the way, at symbolic indices. It follows what the ops say of one element, as the writing of
// kernels does later, and stops at what lies in memory or is accumulated.

import type { ValueId } from '../ir/graph.ts'
import { type Axis, axisIndex, type Index, index } from '../kernel/index.ts'
import { load } from '../kernel/scalar.ts'
import { factorAxes, factorIndices } from './contraction-roles.ts'
import type { Moved } from './movement.ts'
import type { Step } from './steps.ts'
import { type Computed, isMadeBy, type Value, type Values } from './values.ts'

/** One read of a value. */
export interface Access {
  readonly value: Value
  /** Empty where it does not matter: no launch of the program makes what the caller provides. */
  readonly index: readonly Index[]
}

/** Whether reads end at a value, or at the argument that it is a view of. */
export type End = (id: ValueId) => boolean | ValueId

/** Dim `d` of a step's value, as reads mention it. */
export const dimAxis = (d: number, extent: number): Axis => ({ name: `d${d}`, extent })

/** The dim that an index runs along alone, from 0 to the end of an extent. */
export function dimOf(e: Index | undefined, extent: number): number | undefined {
  const term = e?.terms[0]
  if (term === undefined || e!.terms.length > 1 || e!.constant !== 0 || term.scale !== 1) return
  const { of } = term
  if (of.kind !== 'axis' || of.axis.extent !== extent || !of.axis.name.startsWith('d')) return
  return Number(of.axis.name.slice(1))
}

/**
 * All reads of a step, each once. `isEnd` says where the walk stops; what is accumulated stops it
 * anyway, but for the step's own value.
 */
export function accessesOf(step: Step, values: Values, isEnd: End): readonly Access[] {
  const walk = new AccessWalk(values, isEnd)
  const { value, to } = step
  const at = pointsAt(value.shape)
  const isMade = to === undefined || (to.kind === 'own' && !isAccumulated(value))
  if (value.node === undefined || !isMade) walk.visit(value.id, at)
  else if (isMadeBy(value, 'serial', 'scatter')) walk.everything(value)
  else walk.inside(value, at)
  return [...walk.found.values()]
}

const pointsAt = (shape: readonly number[]): readonly Index[] =>
  shape.map((extent, d) => (extent === 1 ? index(0) : axisIndex(dimAxis(d, extent))))

/** Whether a value is a total of a kernel, which other steps of it may read. */
export const isAccumulated = (value: Value) => isMadeBy(value, 'reduction', 'contraction')

/** Whether a value is more than a function of single elements. */
const isHeavy = (value: Value) => isAccumulated(value) || isMadeBy(value, 'serial', 'scatter')

class AccessWalk {
  readonly found = new Map<string, Access>()
  readonly #values: Values
  readonly #isEnd: End
  readonly #seen = new Set<string>()
  #axes = 0

  constructor(values: Values, isEnd: End) {
    this.#values = values
    this.#isEnd = isEnd
  }

  visit(id: ValueId, at: readonly Index[]): void {
    const key = `${id} ${at.map(e => e.id).join(' ')}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    const value = this.#values.get(id)!
    const end = this.#isEnd(id)
    if (typeof end === 'number') {
      this.found.set(`${end}`, { value: this.#values.get(end)!, index: [] })
    } else if (value.node === undefined || end || isHeavy(value)) {
      this.found.set(key, { value, index: at })
    } else this.inside(value, at)
  }

  /** What one element of the value is computed from. */
  inside(value: Computed, at: readonly Index[]): void {
    if (isMadeBy(value, 'elementwise')) for (const id of value.operands) this.visit(id, at)
    else if (isMadeBy(value, 'movement', 'gather')) this.#moved(value, at)
    else if (isMadeBy(value, 'reduction')) this.#reduced(value, at)
    else if (isMadeBy(value, 'contraction')) this.#factors(value, at)
  }

  /** Operands that are read in an order of their own. */
  everything({ operands }: Computed): void {
    for (const id of operands) this.visit(id, this.#anywhere(this.#values.get(id)!.shape))
  }

  #anywhere(shape: readonly number[]): readonly Index[] {
    return shape.map(extent => this.#along(extent))
  }

  /** The index along an axis that is no dim of the step's value. */
  #along(extent: number): Index {
    return extent === 1 ? index(0) : axisIndex({ name: `r${this.#axes++}`, extent })
  }

  #moved({ lowering, operands, context, shape }: Moved, at: readonly Index[]): void {
    if (shape.includes(0)) return
    const read = (i: number, where: readonly Index[]) => {
      this.visit(operands[i]!, where)
      return load(context.types[i]!.dtype, `v${operands[i]}`, where)
    }
    lowering.element(at, read, context)
  }

  #reduced(value: Computed, at: readonly Index[]): void {
    if (!isMadeBy(value, 'reduction')) return
    const reduced = new Set(value.lowering.axes(value.context.attributes))
    const shape = value.context.types[0]!.shape as readonly number[]
    let next = 0
    const from = shape.map((extent, d) => (reduced.has(d) ? this.#along(extent) : at[next++]!))
    this.visit(value.operands[0]!, from)
  }

  #factors(value: Computed, at: readonly Index[]): void {
    if (!isMadeBy(value, 'contraction')) return
    const [left] = factorAxes(value)
    const extents = value.context.types[0]!.shape as readonly number[]
    const over = left.over.map(axis => this.#along(extents[axis]!))
    factorIndices(value, at, over).forEach((from, side) => {
      this.visit(value.operands[side]!, from)
    })
  }
}
