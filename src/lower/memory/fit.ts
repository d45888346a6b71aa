// Where blocks lie that live at the same time: beside each other, everything else on top of each
// other. Two ways of finding room, each best fit: in the order of time, which sets room aside for
// what is filled part by part and grows with the number of blocks; and the largest block first,
// which begins again with what reached too high. The first is optimal for most programs and says so
// itself, since no plan takes less than what lives at once.

import { fitByTime } from './fit-by-time.ts'
import { fitInOrder } from './fit-in-order.ts'
import type { Fitted } from './ranges.ts'

/** Above so many ranges, the way whose time grows with their square is not tried. */
const MOST_BY_SIZE = 1000

/** Pairs of ranges that are looked at before it is not begun again: a millisecond or two. */
const MOST_PAIRS = 300_000

/** How often it is begun again at most. */
const MOST_ROUNDS = 30

/** Offsets for blocks, by position; `least` is what lives at once where most does. */
export function fitBlocks(blocks: readonly Fitted[], least: number): readonly number[] {
  const byTime = fitByTime(blocks, filledAtOnce(blocks))
  const ranges = blocks.reduce((sum, block) => sum + block.ranges.length, 0)
  if (endOf(blocks, byTime) <= least || ranges > MOST_BY_SIZE) return byTime
  const rounds = Math.min(MOST_ROUNDS, Math.ceil(MOST_PAIRS / ranges ** 2))
  return lower(blocks, byTime, fitBySize(blocks, least, rounds))
}

/**
 * The largest block first, of equal ones the one that lives longest; then again, up to `rounds`
 * times in all, with what reached above `least` before all else.
 */
export function fitBySize(
  blocks: readonly Fitted[],
  least: number,
  rounds: number,
): readonly number[] {
  const lengthOf = ({ first, last }: Fitted) => last - first
  let order: readonly number[] = blocks
    .map((_, i) => i)
    .sort((a, b) => {
      const [one, other] = [blocks[a]!, blocks[b]!]
      return other.room - one.room || lengthOf(other) - lengthOf(one) || a - b
    })
  let offsets = fitInOrder(blocks, order)
  let best = offsets
  for (let round = 1; round < rounds && endOf(blocks, best) > least; round++) {
    const isHigh = (id: number) => offsets[id]! + blocks[id]!.room > least
    order = [...order.filter(isHigh), ...order.filter(id => !isHigh(id))]
    offsets = fitInOrder(blocks, order)
    best = lower(blocks, best, offsets)
  }
  return best
}

const lower = (blocks: readonly Fitted[], one: readonly number[], other: readonly number[]) =>
  endOf(blocks, other) < endOf(blocks, one) ? other : one

const endOf = (blocks: readonly Fitted[], offsets: readonly number[]) =>
  blocks.reduce((end, { room }, i) => Math.max(end, offsets[i]! + room), 0)

/**
 * The blocks of several lives that are there when most of their bytes are, the largest first: they
 * lie beside each other in any plan, so nothing is lost when they get their places before all else.
 */
function filledAtOnce(blocks: readonly Fitted[]): readonly number[] {
  const filled = blocks.flatMap(({ ranges }, i) => (ranges.length > 1 ? i : []))
  const births = filled.map(i => blocks[i]!.first)
  const isThere = (launch: number) => (i: number) =>
    blocks[i]!.first <= launch && launch <= blocks[i]!.last
  let [most, found]: [number, readonly number[]] = [0, []]
  for (const launch of new Set(births)) {
    const there = filled.filter(isThere(launch))
    const bytes = there.reduce((sum, i) => sum + blocks[i]!.room, 0)
    if (bytes > most) [most, found] = [bytes, there]
  }
  return [...found].sort((a, b) => blocks[b]!.room - blocks[a]!.room || a - b)
}
