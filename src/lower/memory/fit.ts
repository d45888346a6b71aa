// Where blocks lie that live at the same time: beside each other, everything else on top of each
// other. Two ways of finding room, each best fit: in the order of time, with a list of holes, which
// grows with the number of blocks alone; and the largest block first, among all that live at the
// same time. The first is optimal for most programs and says so itself, since no plan takes less
// than what lives at once.

import type { Block } from './blocks.ts'

/** What is fitted: the room that it needs, and its life. */
export type Fitted = Pick<Block, 'room' | 'first' | 'last'>

/** Above so many blocks, the way whose time grows with their square is not tried. */
const MOST_BY_SIZE = 1000

/** Offsets for blocks, by position; `least` is what lives at once where most does. */
export function fitBlocks(blocks: readonly Fitted[], least: number): readonly number[] {
  const byTime = fitByTime(blocks)
  if (endOf(blocks, byTime) <= least || blocks.length > MOST_BY_SIZE) return byTime
  const bySize = fitBySize(blocks)
  return endOf(blocks, bySize) < endOf(blocks, byTime) ? bySize : byTime
}

const endOf = (blocks: readonly Fitted[], offsets: readonly number[]) =>
  blocks.reduce((end, { room }, i) => Math.max(end, offsets[i]! + room), 0)

/** Every block in the smallest hole that takes it when it begins to live, larger ones first. */
export function fitByTime(blocks: readonly Fitted[]): readonly number[] {
  const ids = blocks.map((_, i) => i)
  const births = [...ids].sort((a, b) => {
    const [one, other] = [blocks[a]!, blocks[b]!]
    return one.first - other.first || other.room - one.room || a - b
  })
  const deaths = [...ids].sort((a, b) => blocks[a]!.last - blocks[b]!.last || a - b)
  const offsets = ids.map(() => 0)
  const holes = new Holes()
  let dead = 0
  for (const id of births) {
    for (; blocks[deaths[dead]!]!.last < blocks[id]!.first; dead++) {
      holes.give(offsets[deaths[dead]!]!, blocks[deaths[dead]!]!.room)
    }
    offsets[id] = holes.take(blocks[id]!.room)
  }
  return offsets
}

/** The free ranges below the top of what was ever taken. */
class Holes {
  /** By start; no two touch. */
  readonly #list: { start: number; end: number }[] = []
  #top = 0

  /** The start of a range that is now taken. */
  take(bytes: number): number {
    const best = smallest(this.#list, ({ start, end }) => end - start, bytes)
    if (best === undefined) return this.#grow(bytes)
    const { start } = best
    best.start += bytes
    if (best.start === best.end) this.#list.splice(this.#list.indexOf(best), 1)
    return start
  }

  /** Frees a range that was taken. */
  give(start: number, bytes: number): void {
    const end = start + bytes
    if (bytes === 0) return
    const next = this.#list.findIndex(hole => hole.start >= end)
    const at = next < 0 ? this.#list.length : next
    const [before, after] = [this.#list[at - 1], this.#list[at]]
    const joinsBefore = before?.end === start
    const joinsAfter = after?.start === end
    const hole = {
      start: joinsBefore ? before.start : start,
      end: joinsAfter ? after.end : end,
    }
    const from = joinsBefore ? at - 1 : at
    this.#list.splice(from, Number(joinsBefore) + Number(joinsAfter), hole)
  }

  /** A range at the top, the hole under it included. */
  #grow(bytes: number): number {
    const last = this.#list.at(-1)
    const start = last?.end === this.#top ? last.start : this.#top
    if (start < this.#top) this.#list.pop()
    this.#top = start + bytes
    return start
  }
}

/** Every block in the smallest gap between those that live with it, the largest block first. */
export function fitBySize(blocks: readonly Fitted[]): readonly number[] {
  const order = blocks.map((_, i) => i)
  order.sort((a, b) => blocks[b]!.room - blocks[a]!.room || a - b)
  const offsets = order.map(() => 0)
  /** The blocks that have their place, by offset. */
  const placed: number[] = []
  for (const id of order) {
    const { room, first, last } = blocks[id]!
    const beside = placed.filter(other => {
      return blocks[other]!.first <= last && first <= blocks[other]!.last
    })
    let end = 0
    const gaps = beside.map(other => {
      const gap = { start: end, end: offsets[other]! }
      end = Math.max(end, offsets[other]! + blocks[other]!.room)
      return gap
    })
    const best = smallest(gaps, gap => gap.end - gap.start, room)
    offsets[id] = best?.start ?? end
    const next = placed.findIndex(other => offsets[other]! > offsets[id]!)
    placed.splice(next < 0 ? placed.length : next, 0, id)
  }
  return offsets
}

/** The first of the smallest that are not below `least`. */
function smallest<T>(all: readonly T[], size: (one: T) => number, least: number): T | undefined {
  let best: T | undefined
  for (const one of all) {
    if (size(one) < least || (best !== undefined && size(one) >= size(best))) continue
    best = one
  }
  return best
}
