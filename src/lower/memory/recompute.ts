// Rematerialization: a program that may take only so much scratch computes values again instead of
// keeping them. Where memory is over the budget, whatever lives there is tried: a value that is
// idle can be made again later, and one that is made point by point need not be stored at all. The
// change that frees most for the time that it costs is made; then the same again. A pass over
// launches and buffers that knows nothing of the graph; every change keeps all bits.

import { costOf } from '../../kernel/cost.ts'
import { estimateMs } from '../../kernel/estimate.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Launch, Program } from '../../kernel/program.ts'
import type { Target } from '../../kernel/target.ts'
import type { Recomputed } from '../lowered.ts'
import { again, type Change } from './again.ts'
import { alignmentOf, type Block, blocksOf } from './blocks.ts'
import { inlined } from './inlined.ts'
import { mergeInPlace } from './merge.ts'
import { liveBytes } from './ranges.ts'

/** What the search works with. */
type Given = Pick<Target, 'alignmentBytes' | 'rates'>

/** A program that computes some values again, and which. */
export interface Smaller {
  readonly program: Program<Launch>
  readonly recomputed: readonly Recomputed[]
}

/** Values that are tried for one change; the largest are the likeliest. */
const MOST_TRIED = 12

/** Changes to one program. */
const MOST_CHANGES = 200

/** The program with as little live scratch over `budget` bytes as recomputing can bring about. */
export function recompute(program: Program<Launch>, budget: number, target: Given): Smaller {
  let found: Smaller = { program, recomputed: [] }
  let over = overBudget(program, budget, target)
  while (over.bytes > 0 && found.recomputed.length < MOST_CHANGES) {
    const step = bestChange(found.program, over, budget, target)
    if (step === undefined) break
    found = { program: step.program, recomputed: [...found.recomputed, step.recomputed] }
    over = step.over
  }
  return found
}

/** What is over the budget, launch by launch. */
interface Over {
  /** The sum over all launches: what falls even where the highest launch is not the only one. */
  readonly bytes: number
  /** Launches over the budget, the highest first. */
  readonly launches: readonly number[]
}

function overBudget(program: Program<Launch>, budget: number, target: Given): Over {
  const alignment = alignmentOf(target)
  // As it would be planned: with results in the place of operands where that helps.
  const merged = mergeInPlace(program, alignment)
  const live = liveBytes(blocksOf(merged, alignment), merged.items.length)
  const above = live.map(bytes => Math.max(0, bytes - budget))
  const launches = above.flatMap((bytes, at) => (bytes > 0 ? [at] : []))
  launches.sort((a, b) => above[b]! - above[a]! || a - b)
  return { bytes: above.reduce((sum, bytes) => sum + bytes, 0), launches }
}

interface Step {
  readonly program: Program<Launch>
  readonly over: Over
  readonly recomputed: Recomputed
}

/** The best change at the highest launch where there is one. */
function bestChange(
  program: Program<Launch>,
  over: Over,
  budget: number,
  target: Given,
): Step | undefined {
  const blocks = blocksOf(program, alignmentOf(target))
  for (const at of over.launches) {
    let best: { readonly step: Step; readonly score: number } | undefined
    for (const block of livingAt(blocks, at)) {
      for (const change of changesOf(program, block, at)) {
        const step = stepOf(change, block, budget, target)
        const saved = over.bytes - step.over.bytes
        const score = saved / (step.recomputed.estimatedMs + LEAST_MS)
        if (saved > 0 && (best === undefined || score > best.score)) best = { step, score }
      }
    }
    if (best !== undefined) return best.step
  }
  return undefined
}

/** Below this, what a change costs is no reason to prefer another one. */
const LEAST_MS = 1e-3

function livingAt(blocks: readonly Block[], at: number): readonly Block[] {
  const living = blocks.filter(({ first, last }) => first <= at && at <= last)
  return living.sort((a, b) => b.room - a.room).slice(0, MOST_TRIED)
}

function changesOf(program: Program<Launch>, block: Block, at: number): readonly Change[] {
  const names = new Set(block.buffers.map(({ name }) => name))
  const isIdle = !program.items[at]!.args.some(arg => names.has(arg))
  const changes = [isIdle ? again(program, block, at) : undefined, inlined(program, block)]
  return changes.filter(change => change !== undefined)
}

function stepOf(change: Change, { buffers, bytes }: Block, budget: number, target: Given): Step {
  const { program, added, maker } = change
  const recomputed: Recomputed = {
    buffer: buffers[0]!.name,
    origin: maker.origin,
    bytes,
    flops: added.reduce((sum, { now, before }) => sum + flopsOf(now) - flopsOf(before), 0),
    estimatedMs: added.reduce((sum, { now, before }) => {
      return sum + msOf(now, target) - msOf(before, target)
    }, 0),
  }
  return { program, over: overBudget(program, budget, target), recomputed }
}

const flopsOf = (kernel: Kernel | undefined) => (kernel === undefined ? 0 : costOf(kernel).flops)

const msOf = (kernel: Kernel | undefined, { rates }: Given) =>
  kernel === undefined ? 0 : estimateMs(kernel, costOf(kernel), rates)
