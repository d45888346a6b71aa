// Mutation testing: plants one mistake at a time in a derivative rule and runs that op's generic
// checks against it; in a rewrite rule, and compares values and texts; or in lowering and the js
// backend, and runs programs. A mistake that nothing notices survives and is listed.

import { readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { random } from '../src/support/random.ts'
import { codeMutantsOf } from './mutate/code-mutants.ts'
import type { Detection } from './mutate/detect-rule.ts'
import { MutantLoader } from './mutate/loader.ts'
import { type Mutant, mutantsOf } from './mutate/mutants.ts'
import { type ProgramsOf, programsOfRules } from './mutate/programs-of-rules.ts'
import { isRuleFile, ruleMutantsOf } from './mutate/rule-mutants.ts'
import { runStoppably } from './mutate/stoppable.ts'
import { MutantSuite } from './mutate/suite.ts'
import { type Noticed, Tally } from './mutate/tally.ts'
import { wholeNumber } from './whole-number.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const HELP = `Plants mistakes in derivative and rewrite rules, lowering and the js backend, and counts
those that the tests notice: by meaning (a value is wrong), by an error, by text alone. Without
--files or --thorough, a sample stands for the mistakes in rewrite rules and in code.

  npm run -s mutate -- [--json] [--thorough] [--only SUBJECT] [--files PREFIX] [--seed N]

  --json           one JSON object per mutant, last {"event":"done",…}
  --thorough       all of them; what these checks miss is tried on the tests of what is mutated
  --only SUBJECT   only mutants of this op, rule or function
  --files PREFIX   only mutants in files that begin so (src/ops, src/lower)
  --seed N         where the random operands start (17)
`

/** Where rules are, and where code is that every program goes through. */
const [RULES, CODE] = [
  ['src/ops', 'src/passes'],
  ['src/lower', 'src/backends/js'],
]

/** Mistakes that a short run tries in rewrite rules and in code: with all it would take an hour. */
const SAMPLED = { rules: 120, code: 30 }

function sources(folders: readonly string[], prefix: string): string[] {
  return folders
    .flatMap(folder =>
      readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map(name =>
        resolve(root, folder, name),
      ),
    )
    .filter(path => path.endsWith('.ts') && relative(root, path).startsWith(prefix))
    .sort()
}

interface Request {
  readonly json: boolean
  readonly thorough: boolean
  readonly only: string | undefined
  readonly files: string | undefined
  readonly seed: number
}

/** Every mutant that is asked for: all of what is named, or a sample. */
function chosenMutants({ files, only, thorough, seed }: Request): Mutant[] {
  const paths = sources(RULES, files ?? '')
  const answers = mutantsOf(paths)
  const ops = answers.filter(({ concerns }) => concerns === undefined)
  const rules = [
    ...answers.filter(({ concerns }) => concerns !== undefined),
    ...ruleMutantsOf(paths.filter(isRuleFile)),
  ]
  const code = codeMutantsOf(sources(CODE, files ?? ''))
  if (only !== undefined) return [...ops, ...rules, ...code].filter(m => m.subject === only)
  if (thorough || files !== undefined) return [...ops, ...rules, ...code]
  return [...ops, ...sample(rules, SAMPLED.rules, seed), ...sample(code, SAMPLED.code, seed)]
}

function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  const draw = random(seed)
  return [...new Set(Array.from({ length: count }, () => draw.pick(all)))]
}

/** Far beyond what the checks take, for a mistake that makes a loop endless. */
const LIMIT_MS = 60_000

/** The checks of each kind of mistake, with what bundles them. */
interface Loaders {
  readonly ops: MutantLoader
  readonly rules: MutantLoader
  readonly code: MutantLoader
}

interface Found {
  readonly by: Noticed
  readonly reason: string
}

/** How the mutant was noticed, or undefined where it survives. */
async function detected(
  loaders: Loaders,
  mutant: Mutant,
  seed: number,
  programsOf: ProgramsOf,
): Promise<Found | undefined> {
  const { rule, subject, concerns } = mutant
  if (concerns !== undefined) {
    const words = [concerns, programsOf(concerns), seed].map(word => JSON.stringify(word))
    return run<Detection>(loaders.rules, mutant, `detectInRules(${words.join(', ')})`)
  }
  const isCode = rule === 'code'
  const call = isCode ? `detectInCode(${seed})` : `detectInOp(${JSON.stringify(subject)}, ${seed})`
  const found = await run<string>(isCode ? loaders.code : loaders.ops, mutant, call)
  return typeof found === 'string' ? { by: 'meaning', reason: found } : found
}

async function run<T>(loader: MutantLoader, mutant: Mutant, call: string) {
  try {
    const result = await runStoppably<T>(await loader.bundle(mutant), call, LIMIT_MS)
    return result.ended ? result.answer : { by: 'error' as const, reason: result.reason }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { by: 'error' as const, reason: `does not load: ${reason}` }
  }
}

function parseRequest(): Request | undefined {
  const options = {
    json: { type: 'boolean', default: false },
    thorough: { type: 'boolean', default: false },
    only: { type: 'string' },
    files: { type: 'string' },
    seed: { type: 'string', default: '17' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  const { json, thorough, only, files } = values
  return { json, thorough, only, files, seed: wholeNumber('seed', values.seed) }
}

async function main(): Promise<number> {
  const request = parseRequest()
  if (request === undefined) {
    console.log(HELP)
    return 0
  }
  const { json, thorough, only, files, seed } = request
  const chosen = chosenMutants(request)
  if (chosen.length === 0) throw new Error(`nothing of ${only ?? files} to mutate`)
  const loaders = {
    ops: new MutantLoader(root, 'tools/mutate/detect.ts'),
    rules: new MutantLoader(root, 'tools/mutate/detect-rule.ts'),
    code: new MutantLoader(root, 'tools/mutate/detect-code.ts'),
  }
  const needsPrograms = chosen.some(({ concerns }) => concerns !== undefined)
  const programsOf: ProgramsOf = needsPrograms ? programsOfRules() : () => []
  const suite = thorough ? new MutantSuite(root) : undefined
  const tally = new Tally()
  for (const [i, mutant] of chosen.entries()) {
    const found = (await detected(loaders, mutant, seed, programsOf)) ?? bySuite(suite, mutant)
    tally.add(mutant, found?.by)
    report(mutant, found, json)
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1}/${chosen.length}`)
  }
  for (const loader of Object.values(loaders)) await loader.close()
  suite?.dispose()
  console.log(json ? JSON.stringify({ event: 'done', counts: tally }) : tally.lines().join('\n'))
  return 0
}

function bySuite(suite: MutantSuite | undefined, mutant: Mutant): Found | undefined {
  const reason = suite?.failure(mutant)
  return reason === undefined ? undefined : { by: 'suite', reason }
}

function report(mutant: Mutant, found: Found | undefined, json: boolean): void {
  const { text: _, file, concerns: __, ...facts } = mutant
  const place = `${relative(root, file)}:${mutant.line}`
  if (json) {
    const event = found === undefined ? 'survived' : 'caught'
    console.log(JSON.stringify({ event, place, ...facts, ...found }))
  } else if (found === undefined) {
    const change = `${mutant.before.replace(/\s+/g, ' ')} -> ${mutant.after.replace(/\s+/g, ' ')}`
    console.log(`${pc.yellow('survived')} ${place} ${mutant.subject} ${mutant.rule}: ${change}`)
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`mutate: ${error instanceof Error ? error.message : error}\n\n${HELP}`)
  process.exitCode = 2
}
