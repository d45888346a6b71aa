// A program within a budget: planned as it is where that is enough, else with the least that has to
// be computed again.

import { bytesOf, type Launch, type Program } from '../../kernel/program.ts'
import type { Lowered, LowerOptions } from '../lowered.ts'
import { planMemory } from './plan.ts'
import { recompute } from './recompute.ts'

/** A planned program, and what it computes again. */
type Planned = Pick<Lowered, 'program' | 'memory' | 'recomputed' | 'keptBytes'>

/** How often it is tried again with less, where blocks leave gaps between them. */
const MOST_ATTEMPTS = 8

/** The program with its memory planned; beyond the budget where nothing helps. */
export function planWithin(program: Program<Launch>, options: LowerOptions): Planned {
  const { target, maxBytes = Number.POSITIVE_INFINITY, state } = options
  const passed = program.buffers.filter(({ region }) => region === 'input' || region === 'output')
  const scratch = maxBytes - state.bytes - passed.reduce((sum, one) => sum + bytesOf(one), 0)
  const kept = planMemory(program, target)
  const keptBytes = kept.memory.bytes
  let found: Planned = { ...kept, recomputed: [], keptBytes }
  let budget = scratch
  for (let attempt = 0; attempt < MOST_ATTEMPTS && found.memory.bytes > scratch; attempt++) {
    const { program: smaller, recomputed } = recompute(program, budget, target)
    for (const where of ['peak', 'everywhere'] as const) {
      const planned = { ...planMemory(smaller, target, where), recomputed, keptBytes }
      if (planned.memory.bytes < found.memory.bytes) found = planned
      if (found.memory.bytes <= scratch) return found
    }
    // What lives at once may fit and leave gaps: then less must live at once.
    const gap = found.memory.bytes - scratch
    if (recomputed.length === 0) break
    budget -= gap
  }
  return found
}
