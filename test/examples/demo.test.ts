// The demo as a person or a script starts it: what goes to stdout and stderr, and the exit codes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start } from './start.ts'

interface Row {
  readonly name: string
}

interface Checked {
  readonly param: string
  readonly slope: number
  readonly forward: number
  readonly numeric: number
}

const parsed = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

describe('npm run demo', () => {
  it('prints one JSON object per event, the last one with the final numbers', async () => {
    const { code, stdout, stderr } = await start('demo', ['--json', '--epochs', '1'])
    expect([code, stderr]).toEqual([0, ''])
    const events = parsed(stdout)
    const names = new Set(events.map(({ event }) => event))
    expect([...names]).toEqual(['start', 'step', 'result', 'done'])
    const done = events.at(-1)!
    expect(Object.keys(done)).toEqual([
      'event',
      'trainAccuracy',
      'devAccuracy',
      'seconds',
      'msPerStep',
    ])
    expect(done.devAccuracy).toBeGreaterThan(0.5)
    const { confusion } = events.at(-2) as { confusion: number[][] }
    const total = confusion.flat().reduce((sum, count) => sum + count, 0)
    const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0)
    expect([confusion.length, total]).toEqual([10, 1200])
    expect(right / total).toBe(done.devAccuracy)
  })

  it('prints the summary, the gradient check, epochs, mistakes; progress on stderr', async () => {
    const { code, stdout, stderr } = await start('demo', ['--epochs', '1'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^l1 {2,}\[64, 128\] {2,}100,480 .* mnist\.ts:\d+$/m)
    expect(stdout).toMatch(/^mnist: 109,386 trainable, 0 frozen$/m)
    expect(stdout.match(/^ {2}l\d\.[wb] .* ok$/gm)).toHaveLength(6)
    expect(stdout).toMatch(/^ {6}1 +\d\.\d{4} +\d+\.\d % +\d\.\d{4} +\d+\.\d % +\d+\.\d$/m)
    expect(stdout).toMatch(/\ndone {6}\d+\.\d % of unseen digits right, .* ms\/step, \d+\.\d s\n$/)
    expect(stderr).toMatch(/^training: step \d+ of 75, epoch 1, loss \d\.\d{3}\n/)
    expect(stdout + stderr).not.toContain('\x1b')
  })

  it('trains the network with batch norm, whose first bias has no slope at all', async () => {
    const { code, stdout, stderr } = await start('demo', ['--bn', '--json', '--epochs', '1'])
    expect([code, stderr]).toEqual([0, ''])
    const events = parsed(stdout)
    const [begun, checked] = events as [{ rows: Row[] }, { params: Checked[] }]
    const row = begun.rows.find(({ name }) => name === 'bn1')
    expect(row).toMatchObject({ kind: 'layer', output: [64, 256], parameters: 512 })
    expect(checked.params).toHaveLength(10)
    for (const { param, forward, numeric } of checked.params) {
      expect(forward, param).toBeLessThan(1e-9)
      expect(numeric, param).toBeLessThan(1e-5)
    }
    const slopes = new Map(checked.params.map(({ param, slope }) => [param, slope]))
    expect(Math.abs(slopes.get('l1.b')!)).toBeLessThan(1e-12)
    expect(Math.abs(slopes.get('l3.b')!)).toBeGreaterThan(1e-3)
    expect(events.at(-2)).toMatchObject({ event: 'result', example: 'mnist_batch_norm' })
    expect(events.at(-1)!.devAccuracy).toBeGreaterThan(0.9)
  })

  it('colours where it is told to, unless NO_COLOR is set', async () => {
    const forced = await start('parabola', [], { FORCE_COLOR: '1' })
    expect(forced.stdout).toContain('\x1b[1mparabola\x1b[22m')
    const refused = await start('parabola', [], { FORCE_COLOR: '1', NO_COLOR: '1' })
    expect(refused.stdout).not.toContain('\x1b')
  })

  it('explains itself', async () => {
    const { code, stdout } = await start('demo', ['--help'])
    expect(code).toBe(0)
    for (const option of [
      '--data <dir>',
      '--bn',
      '--epochs <n>',
      '--target <name>',
      '--seed',
      '--json',
    ])
      expect(stdout).toContain(option)
  })

  it('gives the same losses for the same seed', async () => {
    const losses = async () => {
      const { stdout } = await start('demo', ['--json', '--epochs', '1', '--seed', '3'])
      return parsed(stdout).filter(({ event }) => event === 'step')
    }
    expect(await losses()).toEqual(await losses())
  })
})

describe('a call that cannot be followed', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradc-demo-'))
    writeFileSync(join(folder, 't10k-images-idx3-ubyte'), Uint8Array.of(0, 0, 8, 3, 0, 0))
    writeFileSync(join(folder, 't10k-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('exits 2 with the targets that there are', async () => {
    const { code, stdout, stderr } = await start('demo', ['--target', 'gpu'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain("argument 'gpu' is invalid. Allowed choices are js.")
  })

  it.each([
    [['--stpes', '5'], "error: unknown option '--stpes'\n(Did you mean --steps?)\n"],
    [['--steps', '0'], 'It must be an integer from 1 on.'],
    [['--digits', '3,3'], 'It must be two different digits, such as 3,8.'],
    [['--data'], "error: option '--data <dir>' argument missing"],
    [['mnist'], 'error: too many arguments'],
  ])('exits 2 with a sentence: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await start('logistic', args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })

  it('exits 1 and names the folder or file where data cannot be read', async () => {
    const absent = await start('demo', ['--data', join(folder, 'absent')])
    expect([absent.code, absent.stdout]).toEqual([1, ''])
    expect(absent.stderr).toMatch(/^E310 .*absent: must be a folder/)
    const cut = await start('logistic', ['--data', folder])
    expect(cut.code).toBe(1)
    expect(cut.stderr).toContain('a header of rank 3 needs 16 bytes, got 6')
    expect(cut.stderr).not.toContain('    at ')
  })
})
