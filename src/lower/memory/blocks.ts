// What the plan of scratch moves about: blocks, each with the launches between which it lives.
// Buffers that share bytes are views and parts of one another, so they keep their distances and
// live as long as the longest of them. What an earlier launch left in a part counts as live until
// the last launch that touches any of the block.

import { type Buffer, bytesOf, type Launch, type Program } from '../../kernel/program.ts'

/** Buffers of scratch that share bytes, and the launches between which their contents matter. */
export interface Block {
  /** The widest first. */
  readonly buffers: readonly Buffer[]
  /** Where the block begins in the program that it is of. */
  readonly start: number
  readonly bytes: number
  /** Its bytes up to where the next block may begin. */
  readonly room: number
  /** The first launch that touches it, counted from 0. */
  readonly first: number
  /** The last launch that touches it. */
  readonly last: number
}

/** The blocks of a program in which every range of scratch holds one thing only, by `start`. */
export function blocksOf({ buffers, items }: Program<Launch>, alignment: number): readonly Block[] {
  const lives = livesOf(items)
  const scratch = buffers.filter(({ region, name }) => region === 'scratch' && lives.has(name))
  scratch.sort((a, b) => a.offset - b.offset || bytesOf(b) - bytesOf(a))
  const groups: Buffer[][] = []
  let end = -1
  for (const buffer of scratch) {
    if (buffer.offset < end) groups.at(-1)!.push(buffer)
    else groups.push([buffer])
    end = Math.max(end, buffer.offset + bytesOf(buffer))
  }
  return groups.map(group => blockOf(group, lives, alignment))
}

/** The first and the last launch that touch a buffer. */
interface Life {
  first: number
  last: number
}

function livesOf(launches: readonly Launch[]): ReadonlyMap<string, Life> {
  const lives = new Map<string, Life>()
  launches.forEach(({ args }, at) => {
    for (const name of args) {
      const life = lives.get(name)
      if (life === undefined) lives.set(name, { first: at, last: at })
      else life.last = at
    }
  })
  return lives
}

function blockOf(
  group: readonly Buffer[],
  lives: ReadonlyMap<string, Life>,
  alignment: number,
): Block {
  const start = group[0]!.offset
  let [end, first, last] = [start, Number.POSITIVE_INFINITY, -1]
  for (const buffer of group) {
    const life = lives.get(buffer.name)!
    end = Math.max(end, buffer.offset + bytesOf(buffer))
    first = Math.min(first, life.first)
    last = Math.max(last, life.last)
  }
  const buffers = [...group].sort((a, b) => bytesOf(b) - bytesOf(a))
  const bytes = end - start
  return { buffers, start, bytes, room: Math.ceil(bytes / alignment) * alignment, first, last }
}

/** The bytes that live while each of `launches` runs: no plan can take fewer than the most. */
export function liveBytes(
  blocks: readonly Pick<Block, 'room' | 'first' | 'last'>[],
  launches: number,
): number[] {
  const changes = new Array<number>(launches + 1).fill(0)
  for (const { room, first, last } of blocks) {
    changes[first]! += room
    changes[last + 1]! -= room
  }
  let live = 0
  return changes.slice(0, launches).map(change => {
    live += change
    return live
  })
}
