// The interpreter's expressions: scalars and indices turned into functions over a frame of numbered
// slots, in which axes, accumulators and values live. A shared value is computed once per group.
// Used by interpret.ts.

import { internalError } from '../support/diagnostic.ts'
import type { TypedArray } from '../support/dtype.ts'
import type { Atom, Index } from './index.ts'
import type { LoadScalar, Scalar } from './scalar.ts'
import { evaluateOp, type Rounding } from './scalar-ops.ts'
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

  /** A frame with all slots that have been given out. */
  frame(): Frame {
    return new Float64Array(this.#slots.size)
  }

  /** The slot of an axis or accumulator; a name is bound once on a path, so one slot serves. */
  named(kind: 'axis' | 'acc', name: string): number {
    return this.#slot(`${kind} ${name}`)
  }

  /** Computes `roots` and all that they share, in order, into their slots. */
  evaluate(roots: readonly Scalar[]): (frame: Frame) => void {
    const steps = reach(roots).order.map(node => ({
      slot: this.#slot(node),
      compute: this.#scalar(node),
    }))
    return frame => {
      for (const { slot, compute } of steps) frame[slot] = compute(frame)
    }
  }

  /** Reads a value that `evaluate` has computed. */
  valueOf(node: Scalar): Compute {
    const slot = this.#slot(node)
    return frame => frame[slot]!
  }

  /** The row-major position of an access, or -1 where it leaves its buffer or divides inexactly. */
  position(buffer: string, index: readonly Index[]): Compute {
    const dims = index.map((e, d) => ({ at: this.#index(e), size: this.#memory(buffer).shape[d]! }))
    return frame => {
      let position = 0
      for (const { at, size } of dims) {
        const i = at(frame)
        // An inexact quotient is NaN, which no comparison accepts.
        if (!(i >= 0 && i < size)) return -1
        position = position * size + i
      }
      return position
    }
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
    if (node.kind === 'const') return () => node.value
    if (node.kind === 'acc') return this.#read(this.named('acc', node.name))
    if (node.kind === 'index') return this.#index(node.index)
    if (node.kind === 'load') return this.#load(node)
    const { op, type } = node
    const from = node.args[0]!.type
    const args = node.args.map(arg => this.valueOf(arg))
    const rounding = this.#rounding
    return frame =>
      evaluateOp(
        op,
        args.map(arg => arg(frame)),
        from,
        type,
        rounding,
      )
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
    const terms = e.terms.map(({ scale, of }) => ({ scale, at: this.#atom(of) }))
    return frame => {
      let sum = constant
      for (const { scale, at } of terms) sum += scale * at(frame)
      return sum
    }
  }

  #atom(atom: Atom): Compute {
    if (atom.kind === 'axis') return this.#read(this.named('axis', atom.axis.name))
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
