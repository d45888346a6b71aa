// The tiers of checking, in one list: how long each may take, which tests and how many random cases
// it runs, which further steps. vitest.config.ts, tools/test.ts and tools/ci.ts all read it.

/** How much is checked: on every change, before a merge, or when there is time. */
export type TierName = 'test' | 'ci' | 'deep'

/** A check that is a command of its own rather than a vitest file. */
export interface Step {
  readonly name: string
  /** The command as a person would type it in the repository; also what a failure says to run. */
  readonly command: string
  /** Looks at the command's stdout; answers what is wrong with it. */
  readonly check?: ((stdout: string) => string | undefined) | undefined
}

/** One tier. */
export interface Tier {
  /** The time it may take on two cores. */
  readonly minutes: number
  /** Where its vitest files are. */
  readonly tests: readonly string[]
  /** Random cases of a property test that names no count of its own. */
  readonly cases: number
  /** Steps before the vitest files, in order. */
  readonly steps: readonly Step[]
}

const DEMO = 'npm run -s demo -- --json'
const BENCH = 'npm run -s bench -- --json'
const EXAMPLE = 'npx --no-install tsx examples'

const STEPS: readonly Step[] = [
  { name: 'types', command: 'npm run -s typecheck' },
  { name: 'lint and format', command: 'npm run -s lint' },
  { name: 'unused code and packages', command: 'npm run -s knip' },
  { name: 'build', command: 'npm run -s build' },
  { name: 'package', command: 'npm run -s check-package' },
  { name: 'docs are current', command: 'npm run -s docs -- --check' },
  { name: 'op table', command: 'npm run -s ops -- --json', check: everyOpPasses },
  { name: 'demo', command: DEMO, check: endsDone },
  {
    name: 'demo on MNIST',
    command: `${DEMO} --data DATA --epochs 5 --seed 1`,
    check: learnsDigits(0.925),
  },
  {
    name: 'demo with batch norm on MNIST',
    command: `${DEMO} --bn --data DATA --epochs 10 --seed 1`,
    check: learnsDigits(0.95),
  },
  {
    name: 'convolutions on MNIST',
    command: `${EXAMPLE}/cnn.ts --json --data DATA --epochs 5 --seed 1`,
    check: learnsDigits(0.96),
  },
  { name: 'parabola', command: `${EXAMPLE}/parabola.ts --json`, check: endsDone },
  { name: 'logistic', command: `${EXAMPLE}/logistic.ts --json --steps 20`, check: endsDone },
  { name: 'planar', command: `${EXAMPLE}/planar.ts --json --steps 50`, check: endsDone },
  { name: 'cnn', command: `${EXAMPLE}/cnn.ts --json --epochs 1`, check: endsDone },
  { name: 'stability', command: `${EXAMPLE}/stability.ts --json`, check: endsDone },
  { name: 'bench', command: `${BENCH} --only "passes|dispatch-tiny"`, check: measures },
]

/** Every tier by name. */
export const TIERS: Readonly<Record<TierName, Tier>> = {
  test: { minutes: 4, tests: ['test/**/*.test.ts'], cases: 100, steps: [] },
  ci: { minutes: 15, tests: ['test/**/*.test.ts'], cases: 200, steps: STEPS },
  deep: { minutes: 90, tests: ['test/**/*.test.ts'], cases: 2000, steps: [] },
}

/** Whether `name` names a tier. */
export function isTierName(name: string): name is TierName {
  return Object.hasOwn(TIERS, name)
}

function parseLines(stdout: string): Record<string, unknown>[] | string {
  const lines = stdout.split('\n').filter(line => line !== '')
  if (lines.length === 0) return 'expected JSON lines on stdout, got none'
  const parsed: Record<string, unknown>[] = []
  for (const line of lines) {
    try {
      parsed.push(JSON.parse(line) as Record<string, unknown>)
    } catch {
      return `expected only JSON lines on stdout, got: ${line.slice(0, 80)}`
    }
  }
  return parsed
}

/** Every line is a figure, and there is one at least. */
function measures(stdout: string): string | undefined {
  const rows = parseLines(stdout)
  if (typeof rows === 'string') return rows
  const wrong = rows.find(row => !(Number(row.medianMs) > 0))
  return wrong === undefined ? undefined : `expected medianMs, got ${JSON.stringify(wrong)}`
}

function endsDone(stdout: string): string | undefined {
  const last = lastDone(stdout)
  return typeof last === 'string' ? last : undefined
}

/** The accuracy on held-out digits must be `least`. */
function learnsDigits(least: number): (stdout: string) => string | undefined {
  return stdout => {
    const last = lastDone(stdout)
    if (typeof last === 'string') return last
    const { devAccuracy } = last
    if (Number(devAccuracy) >= least) return undefined
    return `expected devAccuracy of at least ${least}, got ${devAccuracy}`
  }
}

/** The last event if it is "done", else what is wrong. */
function lastDone(stdout: string): Record<string, unknown> | string {
  const events = parseLines(stdout)
  if (typeof events === 'string') return events
  const last = events.at(-1)!
  return last.event === 'done' ? last : `expected a last event "done", got ${JSON.stringify(last)}`
}

/** Columns that every op must pass; in the others it may have nothing to pass. */
const WHOLE_COLUMNS = ['interpreter', 'js']

function everyOpPasses(stdout: string): string | undefined {
  const rows = parseLines(stdout)
  if (typeof rows === 'string') return rows
  const isWhole = (row: Record<string, unknown>) =>
    WHOLE_COLUMNS.every(column => row[column] === 'pass')
  const failed = rows.filter(row => Object.values(row).includes('fail') || !isWhole(row))
  const names = failed.map(row => row.name).join(', ')
  return failed.length === 0 ? undefined : `these ops fail: ${names}`
}
