// Poison: what is dead, and what does not live yet, is overwritten, so that a plan under which two
// things meet shows as NaN in what the program gives, and as P4 in what its verifier says.

import { type Buffer, bytesOf, type Item, type Launch, type Program } from '../../kernel/program.ts'
import { DTYPES } from '../../support/dtype.ts'
import type { MemoryPlan, PlannedBlock, PlannedRange } from '../lowered.ts'
import { NameTable } from '../names.ts'

/**
 * The program with all scratch poisoned at its start, and every range of a block after the last
 * launch that touches it. Where others had bytes before they lived in the block, the end of those
 * others has poisoned them again.
 */
export function poisoned(program: Program<Launch>, { blocks }: MemoryPlan): Program {
  const ranges = new Ranges(program)
  const all: string[] = []
  const dying = program.items.map((): string[] => [])
  for (const block of blocks) {
    const nameOf = ranges.namesIn(block)
    if (block.bytes > 0) all.push(nameOf({ start: 0, bytes: block.bytes }))
    for (const range of block.ranges) dying[range.last]!.push(nameOf(range))
  }
  const items: readonly Item[] = [
    ...poison(all),
    ...program.items.flatMap((launch, at) => [launch, ...poison(dying[at]!)]),
  ]
  return { ...program, buffers: [...program.buffers, ...ranges.added], items }
}

const poison = (buffers: readonly string[]): readonly Item[] =>
  buffers.length === 0 ? [] : [{ kind: 'poison', buffers }]

/** Buffers for ranges: one of the block that has these very bytes, else a new one. */
class Ranges {
  readonly added: Buffer[] = []
  readonly #names = new NameTable()
  readonly #buffers: ReadonlyMap<string, Buffer>

  constructor({ buffers }: Program) {
    this.#buffers = new Map(buffers.map(buffer => [buffer.name, buffer]))
    for (const { name } of buffers) this.#names.take(name)
  }

  namesIn({ buffers, offset }: PlannedBlock) {
    const known = new Map<string, string>()
    for (const buffer of buffers.flatMap(name => this.#buffers.get(name) ?? [])) {
      const key = `${buffer.offset - offset} ${bytesOf(buffer)}`
      if (!known.has(key)) known.set(key, buffer.name)
    }
    return ({ start, bytes }: Pick<PlannedRange, 'start' | 'bytes'>): string => {
      const key = `${start} ${bytes}`
      const name = known.get(key) ?? this.#add(`${buffers[0]}_range`, offset + start, bytes)
      known.set(key, name)
      return name
    }
  }

  #add(label: string, offset: number, bytes: number): string {
    const name = this.#names.take(label)
    const shape = [bytes / DTYPES.f32.bytes]
    this.added.push({ name, region: 'scratch', type: 'f32', shape, offset })
    return name
  }
}
