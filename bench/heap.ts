// What a step leaves on the heap, and what it makes there in passing. The collector is asked for by
// a flag of V8, so that no flag of Node is needed.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of the heap per step. */
export interface HeapFigures {
  /** What is more after a collection than before the steps. */
  readonly growth: number
  /** What was made, collected or not; the least of several rounds, compiling aside. */
  readonly allocated: number
}

/** Few enough steps that nothing is collected among them. */
const UNCOLLECTED_STEPS = 1_000
/** In the first rounds the engine compiles the step, and gives up code that is not used again. */
const ROUNDS = 6

/** Runs `step` many times, on a heap that is collected before and after. */
export function heapFigures(step: () => void, steps: number): HeapFigures {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const rounds = Array.from({ length: ROUNDS }, () => round(step, steps, collect))
  const allocated = Math.min(...rounds.map(one => one.allocated))
  return { growth: rounds.at(-1)!.growth, allocated }
}

function round(step: () => void, steps: number, collect: () => void): HeapFigures {
  const first = Math.min(steps, UNCOLLECTED_STEPS)
  collect()
  const before = used()
  repeat(step, first)
  const allocated = (used() - before) / first
  repeat(step, steps - first)
  collect()
  return { growth: (used() - before) / steps, allocated }
}

const used = () => getHeapStatistics().used_heap_size

function repeat(step: () => void, times: number): void {
  for (let i = 0; i < times; i++) step()
}
