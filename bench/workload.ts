// What a benchmark is, and how the usual kind of it, one thing run over and over, becomes rows: our
// timing beside the ideal, then each peer's on the same numbers.

import type { alternate, measure, Timing } from './harness.ts'
import { idealOf, type Work } from './ideal.ts'
import { type Cell, figures, handFigures, idealFigures, peerRatios, type Row } from './row.ts'
import { disagreement, HAND_TOLERANCE, type Task } from './task.ts'
import type { BackendName, Yardstick } from './yardstick.ts'

/** What a peer did. */
export interface Performance {
  readonly timing: Timing
  readonly threads: number
  /** What it computed; see `Task`. */
  readonly result: Float32Array
}

/** Another library, ready to do the same work. */
export interface Peer {
  /** The backend field of its rows. */
  readonly name: string
  /** Does the task once for its result, then over and over for its timing. */
  perform(task: Task): Promise<Performance>
}

/** What a benchmark runs in. */
export interface Context {
  readonly backend: BackendName
  readonly threads: number
  readonly peers: readonly Peer[]
  /** Measured once, when it is first asked for. */
  readonly yardstick: () => Yardstick
  readonly measure: typeof measure
  readonly alternate: typeof alternate
  /** Tells a waiting person what is going on. */
  readonly say: (progress: string) => void
  /** Reports in one line what did not work; the run goes on and ends with exit code 1. */
  readonly complain: (sentence: string) => void
}

/** A benchmark by name. */
export interface Bench {
  readonly name: string
  readonly summary: string
  readonly run: (context: Context) => Promise<readonly Row[]>
}

/** One thing that is run over and over. */
export interface Workload {
  readonly name: string
  readonly summary: string
  readonly prepare: (context: Context) => Promise<Prepared>
}

/** What a loop written by hand does, and what it has computed beside what we have. */
export interface HandWritten {
  /** Does the work once; makes new arrays for results where we make new ones. */
  readonly run: () => unknown
  readonly results: readonly (readonly [ours: Float32Array, byHand: Float32Array])[]
}

/** A workload that is ready to run. */
export interface Prepared {
  readonly run: () => unknown
  /** What a run has to do; absent where nothing says how long that should take. */
  readonly work?: Work
  /** The same work as a loop written by hand, in this process. */
  readonly hand?: HandWritten
  /** Figures of this workload alone, as fields of its row. */
  readonly extra?: Readonly<Record<string, Cell>>
  /** The same work for peers, and what it gives here. */
  readonly comparison?: { readonly task: Task; readonly result: Float32Array }
  readonly dispose?: () => void
}

/** The benchmark of a workload. */
export function timed(workload: Workload): Bench {
  const { name, summary, prepare } = workload
  return {
    name,
    summary,
    async run(context) {
      context.say(`${name}: preparing`)
      const prepared = await prepare(context)
      try {
        return await rowsOf(name, prepared, context)
      } finally {
        prepared.dispose?.()
      }
    },
  }
}

async function rowsOf(name: string, prepared: Prepared, context: Context): Promise<Row[]> {
  const { backend, threads, say } = context
  say(`${name}: measuring`)
  const { timing, byHand } = await timingsOf(name, prepared, context)
  const { work, extra } = prepared
  const compared = work && idealFigures(timing, idealOf(work, context.yardstick()))
  const hand = byHand && handFigures(timing, byHand)
  const others = await peerRows(name, prepared, context)
  const own = { name, backend, threads, ...figures(timing, work), ...compared, ...hand, ...extra }
  if (others.length === 0) return [own]
  return [{ ...own, peers: peerRatios(timing, others) }, ...others]
}

interface Timings {
  readonly timing: Timing
  readonly byHand?: Timing
}

/** Our timing, in turn with that of the loop written by hand where that gives the same results. */
async function timingsOf(
  name: string,
  { run, hand }: Prepared,
  { measure, alternate, complain }: Context,
): Promise<Timings> {
  if (hand === undefined) return { timing: await measure(run) }
  const differences = hand.results.map(pair => disagreement(...pair, HAND_TOLERANCE))
  const difference = differences.find(found => found !== undefined)
  if (difference !== undefined) {
    complain(`${name}: the loop written by hand is left out: its result differs: ${difference}`)
    return { timing: await measure(run) }
  }
  const [timing, byHand] = await alternate([run, hand.run])
  return { timing: timing!, byHand: byHand! }
}

/** One row per peer that does this work and gives the same result. */
async function peerRows(name: string, prepared: Prepared, context: Context): Promise<Row[]> {
  const { comparison, work } = prepared
  if (comparison === undefined) return []
  const rows: Row[] = []
  for (const peer of context.peers) {
    context.say(`${name}: measuring ${peer.name}`)
    try {
      const { timing, threads, result } = await peer.perform(comparison.task)
      const difference = disagreement(comparison.result, result)
      if (difference !== undefined) throw new Error(`its result differs: ${difference}`)
      rows.push({ name, backend: peer.name, threads, ...figures(timing, work) })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      context.complain(`${name}: ${peer.name} is left out: ${reason.split('\n')[0]}`)
    }
  }
  return rows
}
