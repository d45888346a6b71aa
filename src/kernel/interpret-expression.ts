// The interpreter's expressions: scalars and indices turned into functions over a frame of numbered
// slots, in which axes, accumulators and values live. A shared value is computed once per group.
// Used by interpret.ts.

import { internalError } from '../support/diagnostic.ts'
import type { TypedArray } from '../support/dtype.ts'
import type { Atom, AxisAtom, Index } from './index.ts'
import type { LoadScalar, Scalar } from './scalar.ts'
import { evaluator, type Rounding } from './scalar-ops.ts'
import { reach } from './uses.ts'

/** A parameter or row as bound to memory. */
export interface Memory {
  readonly data: TypedArray
  readonly shape: readonly number[]
}

/** The slots of one running kernel. */
type Frame = Float64Array

/** Computes something from the frame. */
export type Compute = (frame: Frame) => number

/** Makes functions for the expressions of one kernel, and knows which slot is whose. */
export class Expressions {
  readonly #kernel: string
  readonly #memories: ReadonlyMap<string, Memory>
  readonly #rounding: Rounding
  readonly #slots = new Map<string | Scalar, number>()

  constructor(kernel: string, memories: ReadonlyMap<string, Memory>, rounding: Rounding) {
    this.#kernel = kernel
    this.#memories = memories
    this.#rounding = rounding
  }

  /** A frame with all slots that have been given out, the literals in theirs. */
  frame(): Frame {
    const frame = new Float64Array(this.#slots.size)
    for (const [key, slot] of this.#slots) {
      if (typeof key !== 'string' && key.kind === 'const') frame[slot] = key.value
    }
    return frame
  }

  /** The slot of an axis or accumulator; a name is bound once on a path, so one slot serves. */
  named(kind: 'axis' | 'acc', name: string): number {
    return this.#slot(`${kind} ${name}`)
  }

  /** Computes `roots` and all that they share, in order, into their slots. */
  evaluate(roots: readonly Scalar[]): (frame: Frame) => void {
    // Literals are in the frame from the start, and an accumulator is its own slot.
    const isComputed = (node: Scalar) => node.kind !== 'const' && node.kind !== 'acc'
    const nodes = reach(roots).order.filter(isComputed)
    const slots = nodes.map(node => this.#slotOf(node))
    const computes = nodes.map(node => this.#scalar(node))
    return frame => {
      for (let i = 0; i < slots.length; i++) frame[slots[i]!] = computes[i]!(frame)
    }
  }

  /** Reads a value that `evaluate` has computed. */
  valueOf(node: Scalar): Compute {
    return this.#read(this.#slotOf(node))
  }

  /** The row-major position of an access, or -1 where it leaves its buffer or divides inexactly. */
  position(buffer: string, index: readonly Index[]): Compute {
    const { shape } = this.#memory(buffer)
    const at = index.map(e => this.#index(e))
    return frame => {
      let position = 0
      for (let d = 0; d < at.length; d++) {
        const i = at[d]!(frame)
        // An inexact quotient is NaN, which no comparison accepts.
        if (!(i >= 0 && i < shape[d]!)) return -1
        position = position * shape[d]! + i
      }
      return position
    }
  }

  #slotOf(node: Scalar): number {
    return node.kind === 'acc' ? this.named('acc', node.name) : this.#slot(node)
  }

  #slot(key: string | Scalar): number {
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    const slot = this.#slots.size
    this.#slots.set(key, slot)
    return slot
  }

  #memory(buffer: string): Memory {
    const memory = this.#memories.get(buffer)
    if (memory !== undefined) return memory
    throw internalError(`@${this.#kernel}`, `there is no buffer ${buffer}`)
  }

  #scalar(node: Scalar): Compute {
    if (node.kind === 'const' || node.kind === 'acc') return this.valueOf(node)
    if (node.kind === 'index') return this.#index(node.index)
    if (node.kind === 'load') return this.#load(node)
    const evaluate = evaluator(node.op, node.args[0]!.type, node.type, this.#rounding)
    const slots = node.args.map(arg => this.#slotOf(arg))
    const values = slots.map(() => 0)
    return frame => {
      for (let i = 0; i < slots.length; i++) values[i] = frame[slots[i]!]!
      return evaluate(values)
    }
  }

  #load({ buffer, index, fill }: LoadScalar): Compute {
    const { data } = this.#memory(buffer)
    const position = this.position(buffer, index)
    const otherwise = fill === undefined ? undefined : this.valueOf(fill)
    return frame => {
      const at = position(frame)
      if (at >= 0) return data[at]!
      if (otherwise !== undefined) return otherwise(frame)
      throw internalError(`@${this.#kernel}`, `a load of ${buffer} without else leaves its buffer`)
    }
  }

  #index(e: Index): Compute {
    const { constant } = e
    const scales = e.terms.map(term => term.scale)
    const slots = e.terms.map(({ of }) =>
      of.kind === 'axis' ? this.named('axis', of.axis.name) : -1,
    )
    const others = e.terms.map(({ of }) => (of.kind === 'axis' ? zero : this.#atom(of)))
    return frame => {
      let sum = constant
      for (let i = 0; i < slots.length; i++) {
        const value = slots[i]! >= 0 ? frame[slots[i]!]! : others[i]!(frame)
        sum += scales[i]! * value
      }
      return sum
    }
  }

  #atom(atom: Exclude<Atom, AxisAtom>): Compute {
    if (atom.kind === 'value') return this.valueOf(atom.value)
    const { by } = atom
    const of = this.#index(atom.of)
    if (atom.kind === 'div') return frame => Math.floor(of(frame) / by)
    if (atom.kind === 'exact') {
      return frame => (of(frame) % by === 0 ? of(frame) / by : Number.NaN)
    }
    return frame => {
      const value = of(frame)
      return value - by * Math.floor(value / by)
    }
  }

  #read(slot: number): Compute {
    return frame => frame[slot]!
  }
}

const zero: Compute = () => 0
