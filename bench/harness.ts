// How a workload is timed: warm, many times, and the median counts. Nothing here judges a figure.
// The clock is passed in, so that the tests of this file run on one that they wind themselves.

/** What one workload took. */
export interface Timing {
  readonly medianMs: number
  readonly minMs: number
  readonly maxMs: number
  /** How often the workload ran while it was timed. */
  readonly runs: number
}

/** How long to measure. */
export interface Effort {
  /** The time that samples take together at least. */
  readonly measureMs: number
  /** The time after which a noisy workload is measured no longer, or no further warmed up. */
  readonly patienceMs: number
  /** The fewest samples, however slow the workload is. */
  readonly samples: number
  /** Fast workloads run so often per sample that the clock's step and cost do not show. */
  readonly sampleMs: number
  /** Milliseconds since some moment. */
  readonly now: () => number
}

/** Half a second at least, more where figures vary, three samples of what takes seconds. */
export const EFFORT: Effort = {
  measureMs: 500,
  patienceMs: 3_000,
  samples: 3,
  sampleMs: 1,
  now: () => performance.now(),
}

/** Windows of the warm-up agree when their medians differ by no more than this. */
const STABLE = 0.03
/** Samples are calm when the middle half of them spans no more than this. */
const CALM = 0.06
const WARM_UP_WINDOWS = 3
const WINDOW_SAMPLES = 8

/** The middle of some figures, the upper one of two. */
export function median(figures: readonly number[]): number {
  return quantile(figures, 1 / 2)
}

function quantile(figures: readonly number[], share: number): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length * share)]!
}

/** Times `run`, which may answer a promise: warms up until it is stable, then measures. */
export async function measure(run: () => unknown, effort: Partial<Effort> = {}): Promise<Timing> {
  const [timing] = await alternate([run], effort)
  return timing!
}

/**
 * Times several ways of doing the same work, a sample of each in turn: what else the machine does
 * falls on all of them alike. Ends when all of them are calm, or for each as patience is over.
 */
export async function alternate(
  runs: readonly (() => unknown)[],
  effort: Partial<Effort> = {},
): Promise<readonly Timing[]> {
  const full = { ...EFFORT, ...effort }
  const ways: Way[] = []
  for (const run of runs) ways.push({ run, count: await warmUp(run, full), samples: [] })
  const start = full.now()
  do {
    for (const { run, count, samples } of ways) samples.push(await sample(run, count, full.now))
  } while (!isEnough(ways, full.now() - start, full))
  return ways.map(timingOf)
}

/** Something that is timed. */
interface Way {
  readonly run: () => unknown
  /** Runs in a sample. */
  readonly count: number
  /** Milliseconds per run. */
  readonly samples: number[]
}

function isEnough(ways: readonly Way[], spent: number, effort: Effort): boolean {
  if (ways[0]!.samples.length < effort.samples) return false
  const each = spent / ways.length
  if (each >= effort.patienceMs) return true
  return each >= effort.measureMs && ways.every(({ samples }) => isCalm(samples))
}

function timingOf({ count, samples }: Way): Timing {
  return {
    medianMs: median(samples),
    minMs: Math.min(...samples),
    maxMs: Math.max(...samples),
    runs: samples.length * count,
  }
}

/** Milliseconds per run over `count` runs in a row. */
async function sample(run: () => unknown, count: number, now: () => number): Promise<number> {
  const start = now()
  for (let i = 0; i < count; i++) {
    const answer = run()
    // Awaiting what is there already would cost more than a small workload does.
    if (answer instanceof Promise) await answer
  }
  return (now() - start) / count
}

/** Runs until the engine has settled; answers how many runs make a sample. */
async function warmUp(run: () => unknown, effort: Effort): Promise<number> {
  const { now, patienceMs, sampleMs } = effort
  const start = now()
  let before = await sample(run, 1, now)
  for (let window = 1; ; window++) {
    const count = runsPerSample(before, sampleMs)
    const figures: number[] = []
    while (figures.length < WINDOW_SAMPLES && now() - start < patienceMs) {
      figures.push(await sample(run, count, now))
    }
    const after = figures.length === 0 ? before : median(figures)
    const stable = window >= WARM_UP_WINDOWS && Math.abs(after / before - 1) <= STABLE
    if (stable || now() - start >= patienceMs) return runsPerSample(after, sampleMs)
    before = after
  }
}

function runsPerSample(runMs: number, sampleMs: number): number {
  // A clock that did not move says nothing; the next window, of a thousand runs, does.
  if (runMs <= 0) return 1_000
  return Math.max(1, Math.ceil(sampleMs / runMs))
}

function isCalm(samples: readonly number[]): boolean {
  const spread = quantile(samples, 3 / 4) - quantile(samples, 1 / 4)
  return spread <= CALM * median(samples)
}
