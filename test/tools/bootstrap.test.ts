// The bootstrap in a folder of its own, with a stand-in for npm: when it installs, what it passes
// on, what it says, and that stdout stays the command's.

import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Stands for npm: puts tsx and a record of what is installed into node_modules, or fails. */
const NPM = `
  const { mkdirSync, copyFileSync, symlinkSync, existsSync } = require('node:fs')
  console.log('npm ' + process.argv.slice(2, 4).join(' '))
  if (process.env.NPM_FAILS) { console.error('npm error EFAKE'); process.exit(7) }
  mkdirSync('node_modules', { recursive: true })
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
  if (!existsSync('node_modules/tsx')) symlinkSync(${JSON.stringify(join(root, 'node_modules/tsx'))}, 'node_modules/tsx', 'junction')
`

const DEMO = `
const answer: Record<string, (text: string) => void> = {
  print: text => console.log(text),
  exit: text => process.exit(Number(text)),
  wait: () => { console.log('ready'); setInterval(() => {}, 1000) },
}
answer[process.argv[2]!]!(process.argv[3] ?? '')
`

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradc bootstrap '))
  for (const name of ['tools', 'examples']) mkdirSync(join(folder, name))
  copyFileSync(join(root, 'tools/bootstrap.mjs'), join(folder, 'tools/bootstrap.mjs'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  mkdirSync(join(folder, 'npm'))
  writeFileSync(join(folder, 'npm/package.json'), '{"type":"commonjs"}')
  writeFileSync(join(folder, 'npm/npm-cli.js'), NPM)
  writeFileSync(join(folder, 'examples/demo.ts'), DEMO)
  lock({ tsx: { version: '1.0.0' } })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Packages = Record<string, { version: string; optional?: boolean }>

function lock(packages: Packages, path = 'package-lock.json'): void {
  const entries = Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry])
  const text = JSON.stringify({ packages: { '': {}, ...Object.fromEntries(entries) } })
  writeFileSync(join(folder, path), text)
}

function environment(more: Record<string, string> = {}) {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return { ...rest, npm_execpath: join(folder, 'npm/npm-cli.js'), ...more }
}

function bootstrap(
  args: readonly string[],
  more?: Record<string, string>,
): SpawnSyncReturns<string> {
  const command = [join(folder, 'tools/bootstrap.mjs'), ...args]
  return spawnSync(process.execPath, command, {
    cwd: folder,
    env: environment(more),
    encoding: 'utf8',
  })
}

describe('the bootstrap', () => {
  it('installs before the first command and keeps stdout clean', () => {
    const first = bootstrap(['demo', 'print', '{"event":"done"}'])
    expect(first.stdout).toBe('{"event":"done"}\n')
    expect(first.stderr).toContain('Installing the pinned packages')
    expect(first.stderr).toContain('npm ci --include=dev')
    const second = bootstrap(['demo', 'print', 'again'])
    expect([second.stdout, second.stderr]).toEqual(['again\n', ''])
  })

  it('installs again when package-lock.json names another version', () => {
    bootstrap(['install'])
    lock({ tsx: { version: '2.0.0' } })
    expect(bootstrap(['install']).stderr).toContain('npm ci')
    expect(bootstrap(['install']).stderr).toBe('')
  })

  it('does not miss an optional package of another platform, but does miss any other', () => {
    bootstrap(['install'])
    lock({ tsx: { version: '1.0.0' }, native: { version: '1.0.0', optional: true } })
    expect(bootstrap(['install']).stderr).toBe('')
    lock({ tsx: { version: '1.0.0' }, native: { version: '1.0.0' } })
    expect(bootstrap(['install']).stderr).toContain('npm ci')
  })

  it('installs again after an install that was cut short', () => {
    mkdirSync(join(folder, 'node_modules'))
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{"packages":')
    symlinkSync(join(root, 'node_modules/tsx'), join(folder, 'node_modules/tsx'), 'junction')
    expect(bootstrap(['demo', 'print', 'x']).stdout).toBe('x\n')
  })

  it('ends with the exit code of a failed install, after npm’s own words', () => {
    const failed = bootstrap(['demo', 'print', 'x'], { NPM_FAILS: '1' })
    expect([failed.status, failed.stdout]).toEqual([7, ''])
    expect(failed.stderr).toContain('npm error EFAKE\nnpm ci failed (exit 7)')
  })

  it('ends with the exit code of the command', () => {
    bootstrap(['install'])
    expect(bootstrap(['demo', 'exit', '5']).status).toBe(5)
  })

  it('passes a signal on and ends by it', async () => {
    bootstrap(['install'])
    const args = [join(folder, 'tools/bootstrap.mjs'), 'demo', 'wait']
    const child = spawn(process.execPath, args, { cwd: folder, env: environment() })
    await new Promise(resolve => child.stdout.once('data', resolve))
    const ended = new Promise(resolve => child.once('close', (_code, signal) => resolve(signal)))
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
  })

  it('names the commands when it gets another', () => {
    const wrong = bootstrap(['dmeo'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/^expected a command \(.*demo.*\), got dmeo\.\n$/)
  })

  it('refuses an older Node in one sentence before anything else', () => {
    const older = "Object.defineProperty(process,'versions',{value:{node:'18.20.1'}})"
    const args = ['--import', `data:text/javascript,${older}`, join(folder, 'tools/bootstrap.mjs')]
    const refused = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toBe('gradc needs Node 20.19 or newer, got 18.20.1.\n')
  })
})

describe('npm test', () => {
  const test = (...args: string[]) =>
    spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), 'tools/test.ts', ...args],
      {
        cwd: root,
        encoding: 'utf8',
      },
    )

  it.each([
    [['--seed', 'x'], '--seed takes an integer from 0 to 2147483647, got x\n'],
    [['--seed'], '--seed takes an integer from 0 to 2147483647, got nothing\n'],
    [['--tier=night'], '--tier takes test, ci or deep, got night\n'],
  ])('refuses %j', (args, sentence) => {
    const refused = test(...args)
    expect([refused.status, refused.stderr]).toEqual([2, sentence])
  })
})
