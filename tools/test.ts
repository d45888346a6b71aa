// `npm test` and `npm run test:deep`: vitest on one tier, with its seed. Arguments go to vitest;
// `--seed N` goes to the property tests and samplers. Runs after tools/bootstrap.mjs.

import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isTierName, type TierName } from '../test/tiers.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** The largest seed that fast-check takes. */
const MOST = 2 ** 31 - 1

interface Request {
  readonly tier: TierName
  readonly seed: number | undefined
  readonly rest: readonly string[]
}

function usage(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

function parseArguments(given: readonly string[]): Request {
  const rest: string[] = []
  let tier: TierName = 'test'
  let seed: number | undefined
  for (let i = 0; i < given.length; i++) {
    const [flag = '', inline] = given[i]!.split('=', 2)
    if (flag !== '--seed' && flag !== '--tier') {
      rest.push(given[i]!)
      continue
    }
    const value = inline ?? given[++i] ?? ''
    if (flag === '--seed') seed = parseSeed(value)
    else if (isTierName(value)) tier = value
    else usage(`--tier takes test, ci or deep, got ${value || 'nothing'}`)
  }
  return { tier, seed, rest }
}

function parseSeed(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= MOST) return value
  return usage(`--seed takes an integer from 0 to ${MOST}, got ${text || 'nothing'}`)
}

/** Above tier "test" the cases change with every commit, so the property tests keep exploring. */
function rotatingSeed(): number | undefined {
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  if (git.status !== 0) return undefined
  return Number.parseInt(git.stdout.slice(0, 8), 16) % (MOST + 1)
}

const { tier, seed: given, rest } = parseArguments(process.argv.slice(2))
const seed = given ?? (tier === 'test' ? undefined : rotatingSeed())
const env = {
  ...process.env,
  GRADC_TIER: tier,
  ...(seed === undefined ? {} : { GRADC_SEED: `${seed}` }),
}
if (seed !== undefined)
  process.stderr.write(`tier ${tier}, seed ${seed}; repeat with --seed ${seed}\n`)

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const child = spawn(process.execPath, [vitest, 'run', '--root', root, ...rest], {
  env,
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => child.kill(signal))
child.on('exit', code => process.exit(code ?? 1))
