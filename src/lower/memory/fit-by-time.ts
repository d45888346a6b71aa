// Places for blocks in the order of time, each in the smallest room that is free for as long as it
// lives. Bytes of a block that do not live yet are free until they do, so every byte has a list of
// who will have it: the next one first, each gone again before the one below it comes.

import type { Fitted } from './ranges.ts'

/**
 * Every block when it begins to live, larger ones first, in the smallest room that takes it.
 * Before that, the blocks in `ahead` get their places in that order; their bytes are others' until
 * they live.
 */
export function fitByTime(
  blocks: readonly Fitted[],
  ahead: readonly number[] = [],
): readonly number[] {
  const ids = blocks.map((_, i) => i)
  const early = new Set(ahead)
  const births = ids.filter(id => !early.has(id))
  births.sort((a, b) => {
    const [one, other] = [blocks[a]!, blocks[b]!]
    return one.first - other.first || other.room - one.room || a - b
  })
  const deaths = ids.flatMap(id => blocks[id]!.ranges.map(range => ({ id, range })))
  deaths.sort((a, b) => a.range.last - b.range.last)
  const offsets = ids.map(() => 0)
  const calendar = new Calendar()
  for (const id of ahead) offsets[id] = calendar.take(blocks[id]!)
  let dead = 0
  for (const id of births) {
    for (; dead < deaths.length && deaths[dead]!.range.last < blocks[id]!.first; dead++) {
      const { id: of, range } = deaths[dead]!
      calendar.give(offsets[of]! + range.start, range.bytes)
    }
    offsets[id] = calendar.take(blocks[id]!)
  }
  return offsets
}

/** Who has bytes from a launch on, and who has them after that. */
interface Taken {
  readonly first: number
  readonly next: Taken | undefined
}

/** Neighbouring bytes that the same ones have, one after another. */
interface Cell {
  readonly start: number
  end: number
  taken: Taken | undefined
}

/** Who has which bytes, up to the top of what was ever taken. */
class Calendar {
  /** By start; they touch, and no two neighbours are taken by the same. */
  readonly #cells: Cell[] = []

  /** Takes bytes that are free for as long as the block lives, and gives their start. */
  take({ room, last, ranges }: Fitted): number {
    const offset = this.#find(room, last)
    this.#reach(offset + room)
    for (const { start, bytes, first } of ranges) this.#reserve(offset + start, bytes, first)
    return offset
  }

  /** Bytes that were taken are those of whom they were before. */
  give(start: number, bytes: number): void {
    const [from, to] = [this.#cut(start), this.#cut(start + bytes)]
    for (const cell of this.#cells.slice(from, to)) cell.taken = cell.taken!.next
    this.#join(from, to)
  }

  /** The smallest free room, else what is free at the top. */
  #find(room: number, last: number): number {
    let [from, best, least] = [0, -1, Number.POSITIVE_INFINITY]
    const offer = (end: number) => {
      if (end - from >= room && end - from < least) [best, least] = [from, end - from]
    }
    for (const { start, end, taken } of this.#cells) {
      if (taken === undefined || taken.first > last) continue
      offer(start)
      if (least === room) break
      from = end
    }
    offer(this.#top())
    return best < 0 ? from : best
  }

  #top(): number {
    return this.#cells.at(-1)?.end ?? 0
  }

  #reach(end: number): void {
    const top = this.#top()
    if (end > top) this.#cells.push({ start: top, end, taken: undefined })
  }

  #reserve(start: number, bytes: number, first: number): void {
    const [from, to] = [this.#cut(start), this.#cut(start + bytes)]
    for (const cell of this.#cells.slice(from, to)) cell.taken = { first, next: cell.taken }
  }

  /** The position of the cell that begins there; one that reaches across is cut in two. */
  #cut(at: number): number {
    let [low, high] = [0, this.#cells.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#cells[middle]!.end <= at) low = middle + 1
      else high = middle
    }
    const cell = this.#cells[low]
    if (cell === undefined || cell.start === at) return low
    this.#cells.splice(low + 1, 0, { start: at, end: cell.end, taken: cell.taken })
    cell.end = at
    return low + 1
  }

  /** Makes one cell of neighbours that the same ones have, from before `from` up to `to`. */
  #join(from: number, to: number): void {
    const begin = Math.max(0, from - 1)
    const joined: Cell[] = []
    for (const cell of this.#cells.slice(begin, to + 1)) {
      const before = joined.at(-1)
      if (before !== undefined && before.taken === cell.taken) before.end = cell.end
      else joined.push(cell)
    }
    this.#cells.splice(begin, to + 1 - begin, ...joined)
  }
}
