// What the plan of scratch moves about: blocks, each with the launches between which it lives.
// Buffers that share bytes are views and parts of one another, so they keep their distances. But
// a byte lives only from the first launch that touches a buffer with it to the last one: while a
// concatenation is filled, the parts that are still to come are room for others.

import {
  ALIGNMENT_BYTES,
  type Buffer,
  bytesOf,
  type Launch,
  type Program,
} from '../../kernel/program.ts'
import type { Target } from '../../kernel/target.ts'
import { type Fitted, type LiveRange, rangesOf } from './ranges.ts'

/** Buffers of scratch that share bytes, and the launches between which their contents matter. */
export interface Block extends Fitted {
  /** The widest first. */
  readonly buffers: readonly Buffer[]
  /** Where the block begins in the program that it is of. */
  readonly start: number
  readonly bytes: number
}

/** Bytes of which every block begins at a multiple. */
export const alignmentOf = ({ alignmentBytes }: Pick<Target, 'alignmentBytes'>) =>
  Math.max(ALIGNMENT_BYTES, alignmentBytes)

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
  const touched = group.map((buffer): LiveRange => {
    const life = lives.get(buffer.name)!
    end = Math.max(end, buffer.offset + bytesOf(buffer))
    first = Math.min(first, life.first)
    last = Math.max(last, life.last)
    return { start: buffer.offset - start, bytes: bytesOf(buffer), ...life }
  })
  const buffers = [...group].sort((a, b) => bytesOf(b) - bytesOf(a))
  const bytes = end - start
  const room = Math.ceil(bytes / alignment) * alignment
  return { buffers, start, bytes, room, first, last, ranges: rangesOf(touched, alignment) }
}
