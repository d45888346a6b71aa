// The plan of scratch, made from a finished program: lowering gives every value a range of its own,
// and here bytes whose lives do not meet are shared. A pass over buffers and launches alone. It
// knows nothing of the graph, and the verifier checks its result like any other program.

import { arenaBytes, type Launch, type Program } from '../../kernel/program.ts'
import type { Target } from '../../kernel/target.ts'
import type { MemoryPlan, PlannedBlock } from '../lowered.ts'
import { alignmentOf, type Block, blocksOf } from './blocks.ts'
import { fitBlocks } from './fit.ts'
import { type MergeWhere, mergeInPlace } from './merge.ts'
import { liveBytes } from './ranges.ts'

/** A program whose scratch is planned, and the plan. */
export interface Planned {
  readonly program: Program<Launch>
  readonly memory: MemoryPlan
}

/** Plans the scratch of a program in which every range of it holds one thing only. */
export function planMemory(
  program: Program<Launch>,
  target: Pick<Target, 'alignmentBytes'>,
  where: MergeWhere = 'peak',
): Planned {
  const alignment = alignmentOf(target)
  const merged = mergeInPlace(program, alignment, where)
  const blocks = blocksOf(merged, alignment)
  const live = liveBytes(blocks, merged.items.length)
  const least = live.reduce((most, bytes) => Math.max(most, bytes), 0)
  const offsets = fitBlocks(blocks, least)
  const placed = withOffsets(merged, blocks, offsets)
  const memory: MemoryPlan = {
    bytes: arenaBytes(placed, 'scratch'),
    unsharedBytes: arenaBytes(program, 'scratch'),
    launches: live.length,
    peakLaunch: Math.max(0, live.indexOf(least)),
    blocks: blocks.map((block, i) => plannedBlock(block, offsets[i]!)),
  }
  return { program: placed, memory }
}

/** A block as others see it: the room after its last byte is nothing of it. */
function plannedBlock(
  { buffers, bytes, first, last, ranges }: Block,
  offset: number,
): PlannedBlock {
  const own = ranges.map(range => ({ ...range, bytes: Math.min(range.bytes, bytes - range.start) }))
  return { buffers: buffers.map(({ name }) => name), bytes, offset, first, last, ranges: own }
}

/** Buffers that no launch touches take no memory, so they are left out. */
function withOffsets(
  program: Program<Launch>,
  blocks: readonly Block[],
  offsets: readonly number[],
): Program<Launch> {
  const moved = new Map<string, number>()
  blocks.forEach(({ buffers, start }, i) => {
    for (const { name, offset } of buffers) moved.set(name, offset - start + offsets[i]!)
  })
  const buffers = program.buffers.flatMap(buffer => {
    if (buffer.region !== 'scratch') return [buffer]
    const offset = moved.get(buffer.name)
    return offset === undefined ? [] : [{ ...buffer, offset }]
  })
  return { ...program, buffers }
}
