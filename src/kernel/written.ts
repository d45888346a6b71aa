// Which bytes of scratch and outputs hold values, as the launches of a program run. A range that is
// written with one dtype does not vouch for another, and a partial write of a reused range ends
// what was there. Used by the program verifier (P4).

import type { DTypeName } from '../support/dtype.ts'
import { coversAll, type Piece } from './coverage.ts'
import { type Buffer, bytesOf } from './program.ts'

/** Bytes from `start` up to but without `end` of one memory. */
interface Interval {
  readonly start: number
  readonly end: number
}

interface Filled extends Interval {
  readonly type: DTypeName
}

/** A view that launches are filling part by part. */
interface Partial extends Interval {
  readonly key: string
  readonly pieces: readonly Piece[]
}

/** What one memory (an arena, or an output of its own) holds. */
interface Memory {
  filled: readonly Filled[]
  partial: readonly Partial[]
}

/** The state of scratch and outputs between two launches. */
export class Written {
  readonly #memories = new Map<string, Memory>()

  /** Records stores to a view of `buffer` with `shape`. */
  store(buffer: Buffer, shape: readonly number[], pieces: readonly Piece[]): void {
    const memory = this.#memory(buffer)
    const { type } = buffer
    const range = rangeOf(buffer)
    const key = `${range.start} ${range.end} ${type} ${shape}`
    const begun = memory.partial.find(partial => partial.key === key)
    const all = [...(begun?.pieces ?? []), ...pieces]
    const isWhole = coversAll(all, shape)
    // Parts of one view join up; any other content of the range ends here.
    this.forget(buffer)
    if (isWhole) memory.filled = [...memory.filled, { ...range, type }]
    else memory.partial = [...memory.partial, { ...range, key, pieces: all }]
  }

  /** Forgets what the range of `buffer` holds, and views that reach into it. */
  forget(buffer: Buffer): void {
    const memory = this.#memory(buffer)
    const range = rangeOf(buffer)
    memory.partial = memory.partial.filter(other => !meet(other, range))
    memory.filled = memory.filled.flatMap(other => without(other, range))
  }

  /** Whether every byte of `buffer` has been written as its dtype. */
  holds(buffer: Buffer): boolean {
    const wanted = rangeOf(buffer)
    const { filled } = this.#memory(buffer)
    const holes = filled
      .filter(({ type }) => type === buffer.type)
      .reduce<readonly Interval[]>(
        (left, one) => left.flatMap(hole => without(hole, one)),
        [wanted],
      )
    return holes.every(hole => hole.start >= hole.end)
  }

  #memory({ region, name }: Buffer): Memory {
    const key = region === 'scratch' ? 'scratch' : `${region} ${name}`
    const known = this.#memories.get(key)
    if (known !== undefined) return known
    const made: Memory = { filled: [], partial: [] }
    this.#memories.set(key, made)
    return made
  }
}

const rangeOf = (buffer: Buffer): Interval => ({
  start: buffer.offset,
  end: buffer.offset + bytesOf(buffer),
})

const meet = (a: Interval, b: Interval): boolean => a.start < b.end && b.start < a.end

/** What is left of `a` outside `b`. */
function without<T extends Interval>(a: T, b: Interval): readonly T[] {
  if (!meet(a, b)) return [a]
  const before = { ...a, end: b.start }
  const after = { ...a, start: b.end }
  return [before, after].filter(part => part.start < part.end)
}
