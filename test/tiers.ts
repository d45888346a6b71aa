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

const STEPS: readonly Step[] = [
  { name: 'types', command: 'npm run -s typecheck' },
  { name: 'lint and format', command: 'npm run -s lint' },
  { name: 'unused code and packages', command: 'npm run -s knip' },
  { name: 'build', command: 'npm run -s build' },
  { name: 'package', command: 'npm run -s check-package' },
  { name: 'docs are current', command: 'npm run -s docs -- --check' },
  { name: 'op table', command: 'npm run -s ops -- --json', check: everyOpPasses },
  { name: 'demo', command: 'npm run -s demo -- --json', check: endsDone },
  { name: 'demo on MNIST', command: 'npm run -s demo -- --json --data DATA', check: endsDone },
  { name: 'compile time', command: 'npm run -s bench -- --json --only passes', check: jsonLines },
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

function jsonLines(stdout: string): string | undefined {
  const events = parseLines(stdout)
  return typeof events === 'string' ? events : undefined
}

function endsDone(stdout: string): string | undefined {
  const events = parseLines(stdout)
  if (typeof events === 'string') return events
  const last = events.at(-1)
  return last?.event === 'done'
    ? undefined
    : `expected a last event "done", got ${JSON.stringify(last)}`
}

function everyOpPasses(stdout: string): string | undefined {
  const rows = parseLines(stdout)
  if (typeof rows === 'string') return rows
  const failed = rows.filter(row => Object.values(row).includes('fail')).map(row => row.name)
  return failed.length === 0 ? undefined : `these ops fail: ${failed.join(', ')}`
}
