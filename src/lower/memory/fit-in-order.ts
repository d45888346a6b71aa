// Places for blocks in any order, each in the smallest gap between those that have theirs and live
// with it. A block of several lives meets others range by range, so every pair of ranges that live
// at the same time rules out offsets.

import type { Fitted, LiveRange } from './ranges.ts'

/** Every block in the smallest gap between those that come before it and live with it. */
export function fitInOrder(blocks: readonly Fitted[], order: readonly number[]): readonly number[] {
  const offsets = blocks.map(() => 0)
  /** Ranges that have their place, counted from the start of scratch, in order. */
  let placed: LiveRange[] = []
  for (const id of order) {
    const { ranges } = blocks[id]!
    const offset = ranges.length === 1 ? besideOne(ranges[0]!, placed) : besideAll(ranges, placed)
    offsets[id] = offset
    const own = ranges.map(range => ({ ...range, start: range.start + offset }))
    if (own.length === 1) insert(placed, own[0]!)
    else placed = [...placed, ...own].sort((a, b) => a.start - b.start)
  }
  return offsets
}

/** The offset of a block that is one range: what it meets rules out offsets in order. */
function besideOne(range: LiveRange, placed: readonly LiveRange[]): number {
  const gaps = new Gaps()
  for (const other of placed) {
    if (meet(range, other)) gaps.ruleOut(other.start - range.bytes, other.start + other.bytes)
  }
  return gaps.smallest()
}

/** The offset of a block of several ranges, each of which rules out offsets for all of them. */
function besideAll(ranges: readonly LiveRange[], placed: readonly LiveRange[]): number {
  const ruled: { readonly start: number; readonly end: number }[] = []
  for (const { start, bytes, ...range } of ranges) {
    const beside = placed.filter(other => meet(range, other))
    for (const other of beside) {
      const from = other.start - start
      ruled.push({ start: from - bytes, end: from + other.bytes })
    }
  }
  const gaps = new Gaps()
  for (const { start, end } of ruled.sort((a, b) => a.start - b.start)) gaps.ruleOut(start, end)
  return gaps.smallest()
}

type Life = Pick<LiveRange, 'first' | 'last'>

const meet = (a: Life, b: Life) => a.first <= b.last && b.first <= a.last

/** Gaps between offsets that are ruled out. */
class Gaps {
  #end = 0
  #best: number | undefined
  #least = Number.POSITIVE_INFINITY

  /** Rules out the offsets between two ends, these excluded; they come by `start`. */
  ruleOut(start: number, end: number): void {
    const slack = start - this.#end
    if (slack >= 0 && slack < this.#least) {
      this.#least = slack
      this.#best = this.#end
    }
    if (end > this.#end) this.#end = end
  }

  /** The first offset of the smallest gap, else after all that is ruled out. */
  smallest(): number {
    return this.#best ?? this.#end
  }
}

/** Puts a range where it belongs in a list in order, behind those that begin where it does. */
function insert(placed: LiveRange[], range: LiveRange): void {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (placed[middle]!.start <= range.start) low = middle + 1
    else high = middle
  }
  placed.splice(low, 0, range)
}
