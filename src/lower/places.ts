// Where every value lies, and the buffers that name those places in the program: one per range and
// number of elements. Scratch ranges follow one another; views and parts share their owner's.

import type { Role, ValueId } from '../ir/graph.ts'
import { sizeOf } from '../kernel/kernel.ts'
import { type Buffer, bytesOf, type Region } from '../kernel/program.ts'
import { invariant } from '../support/diagnostic.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'
import type { Needs } from './demand.ts'
import type { StateLayout } from './lowered.ts'
import { NameTable } from './names.ts'
import type { Plan } from './plan.ts'
import { aligned } from './state.ts'
import type { Value } from './values.ts'

/** A typed range of memory under a shape. */
export interface Place {
  readonly region: Region
  /** Which memory of the region: the arenas are one each, inputs and outputs one by name. */
  readonly memory: string
  /** Bytes from the start of that memory. */
  readonly offset: number
  readonly type: DTypeName
  readonly shape: readonly number[]
}

/** Whether two places share bytes. */
export function overlaps(a: Place, b: Place): boolean {
  const isBefore = (one: Place, other: Place) => one.offset + bytesOf(one) <= other.offset
  const isOne = a.region === b.region && a.memory === b.memory
  return isOne && !isBefore(a, b) && !isBefore(b, a)
}

/** The places of a program's values, and its buffers as they are asked for. */
export class Places {
  readonly #needs: Needs
  readonly #plan: Plan
  readonly #state: StateLayout
  readonly #places = new Map<ValueId, Place>()
  readonly #buffers = new Map<string, Buffer>()
  readonly #names = new NameTable()
  /** Names of slots by offset, dtype and size. */
  readonly #slots = new Map<string, string>()
  #scratchBytes = 0

  constructor(needs: Needs, plan: Plan, state: StateLayout) {
    this.#needs = needs
    this.#plan = plan
    this.#state = state
    for (const [name, { offset, type, shape }] of state.slots) {
      const key = `${offset} ${type} ${sizeOf(shape)}`
      if (!this.#slots.has(key)) this.#slots.set(key, name)
    }
  }

  /** Gives out the places of everything that is stored, in the order of the graph. */
  placeAll(): this {
    const { claims, stored } = this.#plan
    for (const { id } of this.#needs.graph.arguments) this.of(id)
    // What is part of something lies where that lies, so wholes come first.
    for (const id of [...stored].reverse()) if (claims.joined.has(id)) this.of(id)
    for (const id of stored) this.of(id)
    return this
  }

  /** Whether the value lies in memory. */
  has(id: ValueId): boolean {
    const { stored, views } = this.#plan
    const isGiven = this.#needs.values.get(id)!.node === undefined
    return isGiven || stored.has(id) || views.has(id) || this.#needs.literals.has(id)
  }

  /** Whether anything has asked for the value's place. */
  isUsed(id: ValueId): boolean {
    return this.#places.has(id)
  }

  /** Where the value lies. */
  of(id: ValueId): Place {
    return this.#places.get(id) ?? this.#place(this.#needs.values.get(id)!)
  }

  /** A range of a place, `start` elements from its beginning. */
  range({ region, memory, offset, type }: Place, start: number, shape: readonly number[]): Place {
    return { region, memory, offset: offset + start * DTYPES[type].bytes, type, shape }
  }

  /** A range of scratch for something that is no value of the graph. */
  temporary(type: DTypeName, shape: readonly number[], label: string): Place {
    const place: Place = { region: 'scratch', memory: '', offset: this.#scratchBytes, type, shape }
    this.#scratchBytes = aligned(place.offset + bytesOf(place))
    this.#buffer(place, label)
    return place
  }

  /** The name of the buffer for a place. */
  bufferOf(place: Place): string {
    return this.#buffer(place, place.memory === '' ? 'part' : place.memory).name
  }

  /** Every buffer that was asked for, inputs and outputs included. */
  buffers(): readonly Buffer[] {
    const order: readonly Region[] = ['input', 'state', 'scratch', 'output']
    const all = [...this.#buffers.values()]
    return order.flatMap(region =>
      all.filter(buffer => buffer.region === region).sort((a, b) => a.offset - b.offset),
    )
  }

  /** The value as text names it, without the sign. */
  origin(id: ValueId): string {
    return (this.#needs.labels.get(id) ?? `%${id}`).slice(1)
  }

  /** What a buffer of the value is called: h for `%h`, v7 for `%7`. */
  label(id: ValueId): string {
    const label = this.origin(id)
    return /^\d/.test(label) ? `v${label}` : label
  }

  #place(value: Value): Place {
    const place = this.#find(value)
    this.#places.set(value.id, place)
    return place
  }

  #find(value: Value): Place {
    const { id, dtype: type, shape } = value
    const { claims, views } = this.#plan
    if (value.argument !== undefined) return this.#argument(value.argument, type, shape)
    const view = views.get(id)
    if (view !== undefined) return this.range(this.of(view.of), view.start, shape)
    const part = claims.parts.get(id)
    if (part !== undefined)
      return this.#named(this.range(this.of(part.whole), part.start, shape), id)
    if (this.#needs.literals.has(id)) return this.#own('input', `constant_${this.label(id)}`, value)
    const output = claims.outputs.get(id)
    if (output !== undefined) return this.#own('output', output, value)
    return this.temporary(type, shape, this.label(id))
  }

  /** The place of an output that no value is stored in directly. */
  output(name: string, { dtype, shape }: Pick<Value, 'dtype' | 'shape'>): Place {
    return this.#own('output', name, { dtype, shape })
  }

  #argument(
    { name, role }: { readonly name: string; readonly role: Role },
    dtype: DTypeName,
    shape: readonly number[],
  ): Place {
    if (role === 'input' || role === 'rng') return this.#own('input', name, { dtype, shape })
    const slot = this.#state.slots.get(name)
    invariant(slot !== undefined, 'lowering', `the state has a slot for ${name}`)
    const isSame = slot.type === dtype && String(slot.shape) === String(shape)
    invariant(isSame, 'lowering', `the slot of ${name} is ${dtype}[${shape}]`)
    return { region: 'state', memory: '', offset: slot.offset, type: dtype, shape }
  }

  #own(region: Region, name: string, { dtype, shape }: Pick<Value, 'dtype' | 'shape'>): Place {
    const memory = `${region} ${name}`
    const place: Place = { region, memory, offset: 0, type: dtype, shape }
    this.#buffer(place, name)
    return place
  }

  #named(place: Place, id: ValueId): Place {
    this.#buffer(place, this.label(id))
    return place
  }

  #buffer({ region, memory, offset, type, shape }: Place, label: string): Buffer {
    const key = `${region} ${memory} ${offset} ${type} ${sizeOf(shape)}`
    const known = this.#buffers.get(key)
    if (known !== undefined) return known
    const wanted = region === 'state' ? this.#slotName(offset, type, sizeOf(shape)) : label
    const buffer: Buffer = { name: this.#names.take(wanted), region, type, shape, offset }
    this.#buffers.set(key, buffer)
    return buffer
  }

  /** The slot that lies there, else its place. */
  #slotName(offset: number, type: DTypeName, size: number): string {
    return this.#slots.get(`${offset} ${type} ${size}`) ?? `state_${offset}`
  }
}
