// How long each launch of a program takes: its launches one by one, several times, and the middle
// counts. Every run begins with the same state, so that all of them do the same, and what was there
// before is there again in the end.

import { clock } from '../../support/clock.ts'
import type { TypedArray } from '../../support/dtype.ts'
import type { Step } from './load.ts'

/** Runs go on for so long before any counts: until then the engine compiles what it runs. */
const WARM_MS = 200
/** What takes no time at all is compiled after so many runs. */
const WARM_RUNS = 10_000
/** Figures of so much time are enough, once there are a few. */
const ENOUGH_MS = 1_000
const FEWEST = 3

/** The milliseconds of each launch; `kept` is what must be as it was before every run. */
export function profile(
  launches: readonly Step[],
  args: Parameters<Step>,
  kept: readonly (TypedArray | Uint8Array)[],
  runs: number,
): readonly number[] {
  const copies = kept.map(array => array.slice())
  const restore = () => {
    kept.forEach((array, i) => {
      array.set(copies[i]!)
    })
  }
  const timed = () => {
    restore()
    return timesOf(launches, args)
  }
  try {
    const start = clock()
    for (let i = 0; i < WARM_RUNS && (i === 0 || clock() - start < WARM_MS); i++) timed()
    const begin = clock()
    const all: Float64Array[] = []
    while (all.length < runs && (all.length < FEWEST || clock() - begin < ENOUGH_MS)) {
      all.push(timed())
    }
    return launches.map((_, i) => middle(all.map(times => times[i]!)))
  } finally {
    restore()
  }
}

function timesOf(launches: readonly Step[], [arrays, workspaces]: Parameters<Step>): Float64Array {
  const times = new Float64Array(launches.length)
  for (let i = 0; i < launches.length; i++) {
    const start = clock()
    launches[i]!(arrays, workspaces)
    times[i] = clock() - start
  }
  return times
}

const middle = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? 0
