// The body of `.ci/run`: every step of tier "ci" and then its vitest files, each on its own, a failure
// followed by the end of its log and the one command that repeats it. The last line of stdout is
// `N passed, N failed`, where N counts vitest tests and steps. Writes to a temporary folder only.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
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

/** Runs a command line in a shell at the root, in a process group that ends at the tier's budget. */
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
  const shown = lines.slice(-SHOWN_LINES).map(line => `    ${line}`)
  return [...(left > 0 ? [`    … ${left} lines before`] : []), ...shown].join('\n')
}

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`

function reportFailure(name: string, why: string, log: string, command: string): void {
  say(`FAIL  ${name}: ${why}`)
  say(tail(log))
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
  reportFailure(step.name, why, log, command)
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: unknown[] }[]
}

/** Counts a vitest run. A file that did not load and a test that was skipped are failures too. */
function countTests(report: VitestReport): Tally & { readonly skipped: number } {
  const broken = report.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const skipped = report.numPendingTests + report.numTodoTests
  const failed = report.numFailedTests + broken + skipped
  return { passed: report.numPassedTests, failed, skipped }
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
    reportFailure('tests', 'vitest wrote no report', log, again)
    return
  }
  const counted = countTests(JSON.parse(readFileSync(file, 'utf8')) as VitestReport)
  // An error outside of any test, such as an unhandled rejection, shows in the exit code only.
  const failed = counted.failed === 0 && code !== 0 ? 1 : counted.failed
  tally.passed += counted.passed
  tally.failed += failed
  const line = `tests: ${counted.passed} passed, ${failed} failed, ${counted.skipped} skipped`
  if (failed === 0) say(`ok    ${line}, seed ${seed}  ${seconds(since)}`)
  else reportFailure('tests', line, log, again)
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
