// Mutation testing: plants one mistake at a time in a derivative rule or rewrite rule and runs that
// op's or rule's generic checks against it. A mistake that no check notices survives and is listed.

import { readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BuildContext, context } from 'esbuild'
import pc from 'picocolors'
import { type Mutant, mutantsOf } from './mutate/mutants.ts'
import { MutantSuite } from './mutate/suite.ts'
import { wholeNumber } from './whole-number.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const HELP = `Plants mistakes in derivative and rewrite rules and counts those that the tests notice.

  npm run -s mutate -- [--json] [--thorough] [--only SUBJECT] [--files PREFIX] [--seed N]

  --json           one JSON object per mutant, last {"event":"done",…}
  --thorough       what the generic checks miss is tried on the tests of ops, rules and passes too
  --only SUBJECT   only mutants of this op or rule
  --files PREFIX   only mutants in files that begin so (src/ops, src/passes)
  --seed N         where the random operands start (17)
`

/** Bundles the checks with one mutated file and loads them; unchanged files are parsed once. */
class MutantLoader {
  #mutant: Mutant | undefined
  readonly #context: Promise<BuildContext>

  constructor() {
    this.#context = context({
      entryPoints: [resolve(root, 'tools/mutate/detect.ts')],
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

  async load(mutant: Mutant | undefined): Promise<typeof import('./mutate/detect.ts')> {
    this.#mutant = mutant
    const { outputFiles } = await (await this.#context).rebuild()
    const code = Buffer.from(outputFiles![0]!.contents).toString('base64')
    return await import(`data:text/javascript;base64,${code}`)
  }

  async close(): Promise<void> {
    await (await this.#context).dispose()
  }
}

function sources(prefix: string): string[] {
  return ['src/ops', 'src/passes']
    .flatMap(folder =>
      readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map(name =>
        resolve(root, folder, name),
      ),
    )
    .filter(path => path.endsWith('.ts') && relative(root, path).startsWith(prefix))
    .sort()
}

/** Why the mutant was noticed, or undefined where it survives. */
async function detected(
  loader: MutantLoader,
  mutant: Mutant,
  seed: number,
): Promise<string | undefined> {
  try {
    const checks = await loader.load(mutant)
    return mutant.rule === 'build'
      ? checks.detectInRule(mutant.subject, seed)
      : checks.detectInOp(mutant.subject, seed)
  } catch (error) {
    return `does not load: ${error instanceof Error ? error.message : error}`
  }
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
    files: { type: 'string', default: 'src/' },
    seed: { type: 'string', default: '17' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seed = wholeNumber('seed', values.seed)
  const all = mutantsOf(sources(values.files))
  const chosen = values.only === undefined ? all : all.filter(m => m.subject === values.only)
  if (chosen.length === 0) throw new Error(`no rule of ${values.only ?? values.files} to mutate`)
  const loader = new MutantLoader()
  const suite = values.thorough === true ? new MutantSuite(root) : undefined
  const tallies = new Map<string, Tally>()
  for (const [i, mutant] of chosen.entries()) {
    const reason = (await detected(loader, mutant, seed)) ?? suite?.failure(mutant)
    count(tallies, mutant, reason !== undefined)
    report(mutant, reason, values.json === true)
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1}/${chosen.length}`)
  }
  await loader.close()
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
