// What a user gets: packs the package, lints the tarball (publint, attw), installs it into an empty
// folder, type-checks there what users write first (a program that imports every entry, and the
// README's example) the way they are set up, and runs both. Writes to a temporary folder only,
// apart from the build in dist/.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'gradc-package-'))
const consumer = join(temporary, 'consumer')

/** Compilers of users; each is installed beside the package. The last one is a native program. */
const COMPILERS = ['5.9.3', '6.0.3', '7.0.2']

/** The two ways in which a TypeScript user resolves packages. */
const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | object>>
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** stdout is read, stderr passes through. */
const CAPTURED: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit']

/** Runs a program of node_modules, or npm; its words go to stderr, what it prints is returned. */
function run(program: string, args: readonly string[], cwd = root): string {
  const bin = program === 'npm' ? 'npm' : join(root, 'node_modules', '.bin', program)
  try {
    return execFileSync(bin, args, {
      cwd,
      stdio: CAPTURED,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
  } catch (error) {
    process.stderr.write((error as { stdout?: string }).stdout ?? '')
    throw new Error(`${program} ${args.join(' ')} failed`)
  }
}

function pack(): string {
  const printed = run('npm', [
    'pack',
    '--json',
    '--loglevel=error',
    '--pack-destination',
    temporary,
  ])
  const [packed] = JSON.parse(printed.slice(printed.indexOf('[\n'))) as {
    filename: string
    size: number
  }[]
  say(`packed ${packed!.filename}, ${(packed!.size / 1000).toFixed(0)} kB`)
  return join(temporary, packed!.filename)
}

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Entries as a user imports them: `gradc`, `gradc/data`, … */
function entryNames(): string[] {
  const code = Object.entries(manifest.exports).filter(([, target]) => typeof target !== 'string')
  return code.map(([path]) => manifest.name + path.slice(1))
}

/** What users have without DOM or Node types. */
const CONSOLE = 'declare const console: { log(...parts: unknown[]): void }\n'

/** The first example of the README, and what it says that it prints. */
function readmeExample(): { readonly text: string; readonly prints: string } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const text = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1]
  const prints = text === undefined ? undefined : /console\.log\(.*\) \/\/ (.*)$/m.exec(text)?.[1]
  if (text === undefined || prints === undefined)
    throw new Error('README.md must begin with an example that says what it prints')
  return { text, prints }
}

function writeConsumer(): void {
  const names = entryNames()
  const imports = names.map((name, i) => `import * as entry${i} from '${name}'\n`).join('')
  const prints = names.map((name, i) => `console.log('${name}', Object.keys(entry${i}).length)\n`)
  const program = `${imports}${CONSOLE}${prints.join('')}`
  const required = names.map(name => `console.log(Object.keys(require('${name}')).length)\n`)
  const files = {
    'package.json': '{ "private": true, "type": "module" }\n',
    'main.ts': program,
    'readme.ts': `${CONSOLE}${readmeExample().text}`,
    'require.cjs': required.join(''),
  }
  mkdirSync(consumer)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(consumer, file), text)
}

function typeCheck(version: string, options: (typeof RESOLUTIONS)[number]): void {
  const compilerOptions = {
    ...options,
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    strict: true,
    skipLibCheck: false,
    outDir: 'out',
  }
  const config = { compilerOptions, files: ['main.ts', 'readme.ts'] }
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(consumer, 'node_modules', alias(version), 'bin', 'tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', consumer], { stdio: CAPTURED, encoding: 'utf8' })
  } catch (error) {
    process.stderr.write((error as { stdout?: string }).stdout ?? '')
    throw new Error(`TypeScript ${version} refuses the package (${options.moduleResolution})`)
  }
}

const alias = (version: string) => `typescript-${version.replaceAll('.', '-')}`

function main(): void {
  const tarball = pack()
  run('publint', ['run', tarball, '--strict'])
  run('attw', [tarball, '--profile', 'esm-only', '--no-emoji'])
  say('publint and attw find nothing')
  writeConsumer()
  const compilers = COMPILERS.map(version => `${alias(version)}@npm:typescript@${version}`)
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  run('npm', ['install', ...quiet, tarball, ...compilers], consumer)
  for (const version of COMPILERS) for (const options of RESOLUTIONS) typeCheck(version, options)
  say(`types hold under TypeScript ${COMPILERS.join(', ')}, without DOM or Node types`)
  for (const file of ['out/main.js', 'require.cjs'])
    execFileSync(process.execPath, ['--no-warnings', file], { cwd: consumer, stdio: 'inherit' })
  runReadme()
  checkSourceMaps()
}

/** The README's example does what it says. */
function runReadme(): void {
  const { prints } = readmeExample()
  const args = ['--no-warnings', 'out/readme.js']
  const printed = execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' })
  // Progress may be written before; the last line is the example's own.
  const last = printed.trimEnd().split('\n').at(-1)
  if (last !== prints) throw new Error(`the README says that it prints ${prints}, got ${last}`)
  say(`the example of the README prints ${prints}`)
}

/** Declaration maps point at sources that the package ships. */
function checkSourceMaps(): void {
  const dist = join(consumer, 'node_modules', manifest.name, 'dist')
  const map = JSON.parse(readFileSync(join(dist, 'index.d.ts.map'), 'utf8')) as {
    sources: string[]
  }
  for (const source of map.sources)
    readFileSync(join(dirname(join(dist, 'index.d.ts.map')), source))
  say('go-to-definition lands in the sources')
}

try {
  main()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
