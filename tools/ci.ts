// The body of `.ci/run`: every step of tier "ci" and then its vitest files, each on its own, a
// failure followed by the end of its log and the one command that repeats it. The last line of
// stdout is `N passed, N failed`, where N counts vitest tests and steps. Writes to a temporary
// folder only.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Step, TIERS } from '../test/tiers.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** Where the real data lies in a workspace that has it; another place by GRADC_DATA. */
const DATA = process.env.GRADC_DATA ?? '../shared/data/mnist10k'

/** Lines of a failed step's log that are shown. */
const SHOWN_LINES = 60

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  /** stdout and stderr in the order in which they came. */
  readonly log: string
}

interface Tally {
  passed: number
  failed: number
}

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * Runs a command line in a shell at the root, in a process group that ends at the tier's budget.
 */
function execute(command: string, temporary: string): Promise<Outcome> {
  return new Promise(settle => {
    const env = { ...process.env, CI: 'true', TMPDIR: temporary, NO_COLOR: '1' }
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
    const child = spawn(command, { cwd: root, env, shell: true, detached: true, stdio })
    let stdout = ''
    let log = ''
    const stop = () => process.kill(-child.pid!, 'SIGKILL')
    const timer = setTimeout(stop, TIERS.ci.minutes * 60_000)
    process.once('exit', stop)
    child.stdout.on('data', chunk => {
      stdout += chunk
      log += chunk
    })
    child.stderr.on('data', chunk => {
      log += chunk
    })
    child.on('close', code => {
      clearTimeout(timer)
      process.off('exit', stop)
      settle({ code, stdout, log })
    })
  })
}

function tail(log: string): string {
  const lines = log.trimEnd().split('\n')
  const left = lines.length - SHOWN_LINES
  return [...(left > 0 ? [`… ${left} lines before`] : []), ...lines.slice(-SHOWN_LINES)].join('\n')
}

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`

function reportFailure(name: string, why: string, details: string, command: string): void {
  say(`FAIL  ${name}: ${why}`)
  for (const line of details.split('\n')) say(`    ${line}`)
  say(`  rerun: ${command}`)
}

async function runStep(step: Step, temporary: string, tally: Tally): Promise<void> {
  const command = step.command.replace('DATA', DATA)
  const since = Date.now()
  const { code, stdout, log } = await execute(command, temporary)
  const why = code === 0 ? step.check?.(stdout) : `exit ${code ?? 'by a signal'}`
  if (why === undefined) {
    tally.passed++
    say(`ok    ${step.name}  ${seconds(since)}`)
    return
  }
  tally.failed++
  reportFailure(step.name, why, tail(log), command)
}

interface TestResult {
  readonly status: string
  readonly fullName: string
  readonly failureMessages: readonly string[]
}

interface TestFile {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly assertionResults: readonly TestResult[]
}

interface VitestReport {
  readonly numPassedTests: number
  readonly testResults: readonly TestFile[]
}

/** A failed test as it is shown: where, which, the first lines of why. */
interface Failure {
  readonly file: string
  readonly test: string
  readonly why: string
}

/** What failed. A file that did not load and a test that was skipped are failures too. */
function failuresOf(report: VitestReport): Failure[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    if (assertionResults.length === 0 && status === 'failed')
      return [{ file, test: 'the file', why: message }]
    return assertionResults
      .filter(result => result.status !== 'passed')
      .map(result => {
        const why = result.failureMessages[0] ?? `the test is ${result.status}`
        return { file, test: result.fullName, why }
      })
  })
}

/** Failures shown, and lines of each. */
const SHOWN_FAILURES = 25
const LINES_EACH = 12

function describeFailures(failures: readonly Failure[]): string {
  const shown = failures.slice(0, SHOWN_FAILURES).flatMap(({ file, test, why }) => {
    const lines = why
      .split('\n')
      .filter(line => !/^\s+at /.test(line) || line.includes(`${root}test`))
    return [`${file} > ${test}`, ...lines.slice(0, LINES_EACH).map(line => `  ${line}`), '']
  })
  const left = failures.length - SHOWN_FAILURES
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n')
}

async function runTests(temporary: string, tally: Tally): Promise<void> {
  const file = join(temporary, 'vitest.json')
  const command = 'npm run -s test -- --tier ci'
  const since = Date.now()
  const reporters = `--reporter=default --reporter=json --outputFile.json=${file}`
  const { code, log } = await execute(`${command} ${reporters}`, temporary)
  const seed = /seed (\d+)/.exec(log)?.[1]
  const again = seed === undefined ? command : `${command} --seed ${seed}`
  if (!existsSync(file)) {
    tally.failed++
    reportFailure('tests', 'vitest wrote no report', tail(log), again)
    return
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  const failures = failuresOf(report)
  // An error outside of any test, such as an unhandled rejection, shows in the exit code only.
  const failed = failures.length === 0 && code !== 0 ? 1 : failures.length
  tally.passed += report.numPassedTests
  tally.failed += failed
  const line = `${report.numPassedTests} passed, ${failed} failed`
  if (failed === 0) say(`ok    tests: ${line}, seed ${seed}  ${seconds(since)}`)
  else if (failures.length === 0) reportFailure('tests', line, tail(log), again)
  else reportFailure('tests', line, describeFailures(failures), again)
}

async function main(): Promise<void> {
  const temporary = mkdtempSync(join(tmpdir(), 'gradc-ci-'))
  process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(1))
  const tally: Tally = { passed: 0, failed: 0 }
  for (const step of TIERS.ci.steps) {
    const lacksData = step.command.includes('DATA') && !existsSync(resolve(root, DATA))
    if (lacksData)
      say(`      ${step.name}: ${DATA} is not here, so only the embedded data was used`)
    else await runStep(step, temporary, tally)
  }
  await runTests(temporary, tally)
  say(`${tally.passed} passed, ${tally.failed} failed`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}

await main()
