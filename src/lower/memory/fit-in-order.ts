// Places for blocks in any order, each in the smallest gap between those that have theirs and live
// with it. A block of several lives meets others range by range, so every pair of ranges that live
// at the same time rules out offsets.

import type { Fitted, LiveRange } from './ranges.ts'

/** Offsets between two ends, both excluded. */
interface Ruled {
  readonly start: number
  readonly end: number
}

/** Every block in the smallest gap between those that come before it and live with it. */
export function fitInOrder(blocks: readonly Fitted[], order: readonly number[]): readonly number[] {
  const offsets = blocks.map(() => 0)
  /** Ranges that have their place, counted from the start of scratch, in order. */
  let placed: readonly LiveRange[] = []
  for (const id of order) {
    const { ranges } = blocks[id]!
    const ruled = ranges.flatMap(range => ruledOut(range, placed))
    if (ranges.length > 1) ruled.sort((a, b) => a.start - b.start)
    const offset = smallestGap(ruled)
    offsets[id] = offset
    placed = merged(
      placed,
      ranges.map(range => ({ ...range, start: range.start + offset })),
    )
  }
  return offsets
}

/** The offsets at which a range of a block would meet what lives with it. */
function ruledOut(range: LiveRange, placed: readonly LiveRange[]): readonly Ruled[] {
  const beside = placed.filter(({ first, last }) => first <= range.last && range.first <= last)
  return beside.map(({ start, bytes }) => ({
    start: start - range.start - range.bytes,
    end: start - range.start + bytes,
  }))
}

/** The first offset of the smallest gap between offsets that are ruled out, else after them all. */
function smallestGap(ruled: readonly Ruled[]): number {
  let [best, least, end] = [-1, Number.POSITIVE_INFINITY, 0]
  for (const next of ruled) {
    const slack = next.start - end
    if (slack >= 0 && slack < least) [best, least] = [end, slack]
    end = Math.max(end, next.end)
  }
  return best < 0 ? end : best
}

/** Two lists in order as one. */
function merged(a: readonly LiveRange[], b: readonly LiveRange[]): readonly LiveRange[] {
  return [...a, ...b].sort((one, other) => one.start - other.start)
}
