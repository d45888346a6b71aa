// Poison: what is dead, and what does not live yet, is overwritten, so that a plan under which two
// things meet shows as NaN in what the program gives, and as P4 in what its verifier says.

import {
  type Buffer,
  bytesOf,
  type Item,
  type Launch,
  type Poison,
  type Program,
} from '../../kernel/program.ts'
import type { MemoryPlan } from '../lowered.ts'

/** The program with all scratch poisoned at its start, and every block after its last launch. */
export function poisoned(program: Program<Launch>, { blocks }: MemoryPlan): Program {
  const buffers = new Map(program.buffers.map(buffer => [buffer.name, buffer]))
  const covers = blocks.map(block =>
    coverOf(block.buffers.flatMap(name => buffers.get(name) ?? [])),
  )
  const dying = program.items.map((): string[] => [])
  blocks.forEach(({ last }, i) => {
    dying[last]!.push(...covers[i]!)
  })
  const items: readonly Item[] = [
    ...poison(covers.flat()),
    ...program.items.flatMap((launch, at) => [launch, ...poison(dying[at]!)]),
  ]
  return { ...program, items }
}

const poison = (buffers: readonly string[]): readonly Poison[] =>
  buffers.length === 0 ? [] : [{ kind: 'poison', buffers }]

/** The fewest of a block's buffers, given the widest first, that hold all the others. */
function coverOf(buffers: readonly Buffer[]): readonly string[] {
  const chosen: Buffer[] = []
  for (const buffer of buffers) {
    if (!chosen.some(other => isInside(buffer, other))) chosen.push(buffer)
  }
  return chosen.map(({ name }) => name)
}

function isInside(buffer: Buffer, other: Buffer): boolean {
  const ends = buffer.offset + bytesOf(buffer) <= other.offset + bytesOf(other)
  return other.offset <= buffer.offset && ends
}
