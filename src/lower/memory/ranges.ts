// When the bytes of a block live. Ranges are as wide as what a buffer may begin at, since nothing
// else could use less: where the last bytes of one part and the first of the next share a vector,
// that vector lives as soon as either does.

/** Bytes of a block, and the launches between which their contents matter, counted from 0. */
export interface LiveRange {
  /** Bytes from the start of the block. */
  readonly start: number
  readonly bytes: number
  /** The first launch that touches any of them. */
  readonly first: number
  /** The last launch that touches any of them. */
  readonly last: number
}

/** What is given a place in scratch: its bytes keep their distances. */
export interface Fitted {
  /** Its bytes up to where the next block may begin. */
  readonly room: number
  /** The first launch that touches it. */
  readonly first: number
  /** The last launch that touches it. */
  readonly last: number
  /** All of it, in order; neighbours live between different launches. */
  readonly ranges: readonly LiveRange[]
}

/** The lives of all bytes that are touched, in whole units of `alignment`. */
export function rangesOf(touched: readonly LiveRange[], alignment: number): readonly LiveRange[] {
  const distinct = distinctOf(touched, alignment)
  if (distinct.length <= 1) return distinct
  const bounds = distinct.flatMap(({ start, bytes }) => [start, start + bytes])
  const cuts = [...new Set(bounds)].sort((a, b) => a - b)
  const ranges: LiveRange[] = []
  let [next, covering]: [number, readonly LiveRange[]] = [0, []]
  cuts.slice(0, -1).forEach((start, i) => {
    const begun: LiveRange[] = []
    for (; distinct[next]?.start === start; next++) begun.push(distinct[next]!)
    covering = [...covering.filter(one => endOf(one) > start), ...begun]
    append(ranges, { start, bytes: cuts[i + 1]! - start, ...lifeOf(covering) })
  })
  return ranges
}

const endOf = ({ start, bytes }: LiveRange) => start + bytes

/** Every range once, in order and in whole units, with the life of all that is touched there. */
function distinctOf(touched: readonly LiveRange[], alignment: number): readonly LiveRange[] {
  const found = new Map<string, LiveRange>()
  for (const one of touched) {
    if (one.bytes === 0) continue
    const start = Math.floor(one.start / alignment) * alignment
    const bytes = Math.ceil(endOf(one) / alignment) * alignment - start
    const key = `${start} ${bytes}`
    const known = found.get(key)
    found.set(key, { start, bytes, ...lifeOf(known === undefined ? [one] : [known, one]) })
  }
  return [...found.values()].sort((a, b) => a.start - b.start)
}

function lifeOf(ranges: readonly LiveRange[]): Pick<LiveRange, 'first' | 'last'> {
  let [first, last] = [Number.POSITIVE_INFINITY, -1]
  for (const range of ranges) {
    first = Math.min(first, range.first)
    last = Math.max(last, range.last)
  }
  return { first, last }
}

/** Adds a range, which makes the one before it longer if they live alike. */
function append(ranges: LiveRange[], range: LiveRange): void {
  const before = ranges.at(-1)
  if (before?.first !== range.first || before.last !== range.last) ranges.push(range)
  else ranges[ranges.length - 1] = { ...before, bytes: before.bytes + range.bytes }
}

/** The bytes that live while each of `launches` runs: no plan can take fewer than the most. */
export function liveBytes(
  blocks: readonly { readonly ranges: readonly LiveRange[] }[],
  launches: number,
): number[] {
  const changes = new Array<number>(launches + 1).fill(0)
  for (const { bytes, first, last } of blocks.flatMap(({ ranges }) => ranges)) {
    changes[first]! += bytes
    changes[last + 1]! -= bytes
  }
  let live = 0
  return changes.slice(0, launches).map(change => {
    live += change
    return live
  })
}
