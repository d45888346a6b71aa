// Mutation testing: plants one mistake at a time in a derivative rule or rewrite rule and runs that
// op's or rule's generic checks against it; or in lowering and the js backend, and runs programs
// against it. A mistake that no check notices survives and is listed.

import { readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BuildContext, context } from 'esbuild'
import pc from 'picocolors'
import { random } from '../src/support/random.ts'
import { codeMutantsOf } from './mutate/code-mutants.ts'
import { type Mutant, mutantsOf } from './mutate/mutants.ts'
import { runStoppably } from './mutate/stoppable.ts'
import { MutantSuite } from './mutate/suite.ts'
import { wholeNumber } from './whole-number.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const HELP = `Plants mistakes in derivative and rewrite rules, lowering and the js backend, and counts
those that the tests notice. Without --files, a sample stands for the code of the latter two.

  npm run -s mutate -- [--json] [--thorough] [--only SUBJECT] [--files PREFIX] [--seed N]

  --json           one JSON object per mutant, last {"event":"done",…}
  --thorough       what these checks miss is tried on the tests of what is mutated too
  --only SUBJECT   only mutants of this op, rule or function
  --files PREFIX   only mutants in files that begin so (src/ops, src/lower)
  --seed N         where the random operands start (17)
`

/** Bundles checks with one mutated file; unchanged files are parsed once. */
class MutantLoader {
  #mutant: Mutant | undefined
  readonly #context: Promise<BuildContext>

  constructor(checks: string) {
    this.#context = context({
      entryPoints: [resolve(root, checks)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
      plugins: [
        {
          name: 'mutant',
          setup: build => {
            build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) =>
              path === this.#mutant?.file ? { contents: this.#mutant.text, loader: 'ts' } : null,
            )
          },
        },
      ],
    })
  }

  async bundle(mutant: Mutant): Promise<string> {
    this.#mutant = mutant
    const { outputFiles } = await (await this.#context).rebuild()
    return outputFiles![0]!.text
  }

  async close(): Promise<void> {
    await (await this.#context).dispose()
  }
}

/** Where rules are. */
const RULES = ['src/ops', 'src/passes']

/** Where code is that every program goes through. */
const CODE = ['src/lower', 'src/backends/js']

/** Mistakes in code that a run without `--files` tries: with all of them it would take an hour. */
const SAMPLED = 30

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

/** Every mutant in rules, and those in code: all of what `prefix` names, or a sample. */
function allMutants(prefix: string | undefined, seed: number): Mutant[] {
  const rules = mutantsOf(sources(RULES, prefix ?? ''))
  const code = codeMutantsOf(sources(CODE, prefix ?? ''))
  if (prefix !== undefined) return [...rules, ...code]
  const draw = random(seed)
  const sample = Array.from({ length: SAMPLED }, () => draw.pick(code))
  return [...rules, ...new Set(sample)]
}

/** Far beyond what the checks of code take, for a mistake that makes a loop endless. */
const LIMIT_MS = 60_000

/** The checks of rules and those of code, each with what bundles them. */
interface Loaders {
  readonly rules: MutantLoader
  readonly code: MutantLoader
}

/** Why the mutant was noticed, or undefined where it survives. */
async function detected(
  loaders: Loaders,
  mutant: Mutant,
  seed: number,
): Promise<string | undefined> {
  const { rule, subject } = mutant
  try {
    if (rule === 'code') {
      const bundle = await loaders.code.bundle(mutant)
      return await runStoppably(bundle, `detectInCode(${seed})`, LIMIT_MS)
    }
    const checks = await loaded(await loaders.rules.bundle(mutant))
    return rule === 'build' ? checks.detectInRule(subject, seed) : checks.detectInOp(subject, seed)
  } catch (error) {
    return `does not load: ${error instanceof Error ? error.message : error}`
  }
}

async function loaded(bundle: string): Promise<typeof import('./mutate/detect.ts')> {
  const code = Buffer.from(bundle).toString('base64')
  return await import(`data:text/javascript;base64,${code}`)
}

interface Tally {
  readonly total: number
  readonly caught: number
}

async function main(): Promise<number> {
  const options = {
    json: { type: 'boolean' },
    thorough: { type: 'boolean' },
    only: { type: 'string' },
    files: { type: 'string' },
    seed: { type: 'string', default: '17' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seed = wholeNumber('seed', values.seed)
  const all = allMutants(values.files, seed)
  const chosen = values.only === undefined ? all : all.filter(m => m.subject === values.only)
  if (chosen.length === 0) throw new Error(`nothing of ${values.only ?? values.files} to mutate`)
  const loaders = {
    rules: new MutantLoader('tools/mutate/detect.ts'),
    code: new MutantLoader('tools/mutate/detect-code.ts'),
  }
  const suite = values.thorough === true ? new MutantSuite(root) : undefined
  const tallies = new Map<string, Tally>()
  for (const [i, mutant] of chosen.entries()) {
    const reason = (await detected(loaders, mutant, seed)) ?? suite?.failure(mutant)
    count(tallies, mutant, reason !== undefined)
    report(mutant, reason, values.json === true)
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1}/${chosen.length}`)
  }
  for (const loader of Object.values(loaders)) await loader.close()
  suite?.dispose()
  return summarize(tallies, values.json === true)
}

function count(tallies: Map<string, Tally>, mutant: Mutant, caught: boolean): void {
  for (const key of [`${mutant.rule} ${mutant.kind}`, 'all']) {
    const tally = tallies.get(key) ?? { total: 0, caught: 0 }
    tallies.set(key, { total: tally.total + 1, caught: tally.caught + (caught ? 1 : 0) })
  }
}

function report(mutant: Mutant, reason: string | undefined, json: boolean): void {
  const { text: _, file, ...facts } = mutant
  const place = `${relative(root, file)}:${mutant.line}`
  if (json) {
    const event = reason === undefined ? 'survived' : 'caught'
    console.log(JSON.stringify({ event, place, ...facts, ...(reason && { reason }) }))
  } else if (reason === undefined) {
    const change = `${mutant.before.replace(/\s+/g, ' ')} -> ${mutant.after.replace(/\s+/g, ' ')}`
    console.log(`${pc.yellow('survived')} ${place} ${mutant.subject} ${mutant.rule}: ${change}`)
  }
}

function summarize(tallies: ReadonlyMap<string, Tally>, json: boolean): number {
  const all = tallies.get('all') ?? { total: 0, caught: 0 }
  if (json) console.log(JSON.stringify({ event: 'done', ...all }))
  else {
    for (const [key, { total, caught }] of tallies) {
      console.log(`${key.padEnd(16)} ${caught} of ${total} caught`)
    }
  }
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`mutate: ${error instanceof Error ? error.message : error}\n\n${HELP}`)
  process.exitCode = 2
}
