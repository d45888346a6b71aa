// The convolutional example on embedded digits: it learns, counts, draws, and says before anything
// else what it cannot do.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CnnResult, runCnn } from '../../examples/cnn.ts'
import type { ExampleEvent } from '../../examples/report.ts'
import { collecting } from './collect.ts'
import { start } from './start.ts'
import { parseXml } from './xml.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradc-cnn-'))
const at = (...names: string[]) => join(folder, ...names)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Counts {
  readonly confusion: readonly (readonly number[])[]
}

interface Epoch {
  readonly train: { readonly loss: number }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('a network of two convolutions', () => {
  const told = { events: [] as ExampleEvent[], lines: [] as string[] }
  let result: CnnResult
  beforeAll(async () => {
    const { report, events, lines } = collecting()
    const options = {
      epochs: 3,
      batch: 128,
      seed: 1,
      augment: true,
      out: at('new', 'out'),
    } as const
    result = await runCnn(options, report)
    told.events.push(...events)
    told.lines.push(...lines)
  })

  it('learns', () => {
    const names = told.events.map(({ event }) => event)
    expect(names).toEqual(['start', 'step', 'step', 'step', 'result'])
    const [first, , last] = told.events.slice(1, 4) as unknown as Epoch[]
    expect(last!.train.loss).toBeLessThan(first!.train.loss / 2)
    expect(result.devAccuracy).toBeGreaterThan(0.6)
  })

  it('counts every image that was held out', () => {
    const { confusion } = told.events.at(-1) as unknown as Counts
    expect(sum(confusion.flat())).toBe(400)
    expect(sum(confusion.map((row, i) => row[i]!)) / 400).toBe(result.devAccuracy)
    expect(told.lines.join('\n')).toContain('400 held out (written digits), shifted by up to 2')
  })

  it('writes three pictures and nothing else', () => {
    const names = ['filters.svg', 'mistakes.svg', 'confusion.svg']
    expect(result.files).toEqual(names.map(name => at('new', 'out', name)))
    expect(readdirSync(at('new', 'out')).sort()).toEqual([...names].sort())
    const titles = result.files.map(path => parseXml(readFileSync(path, 'utf8')).children[0]!.text)
    const right = Math.round(result.devAccuracy * 400)
    expect(titles).toEqual([
      '16 filters of 3 × 3',
      `${400 - right} of 400 images wrong`,
      `${(100 * result.devAccuracy).toFixed(1)} % of 400 right`,
    ])
  })
})

describe('a call that cannot be followed', () => {
  it.each([
    [['--epochs', '0'], 'It must be an integer from 1 on.'],
    [['--batch', '1.5'], 'It must be an integer from 1 on.'],
    [['--agument'], "error: unknown option '--agument'\n(Did you mean --augment?)\n"],
    [['--out'], "error: option '--out <dir>' argument missing"],
  ])('exits 2 with a sentence: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await start('cnn', args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })

  it('exits 1 where data cannot be read, and makes no folder', async () => {
    const { code, stdout, stderr } = await start('cnn', ['--data', at('no'), '--out', at('made')])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^E310 .*no: must be a folder/)
    expect(existsSync(at('made'))).toBe(false)
  })

  it('exits 1 before it learns where pictures cannot be written', async () => {
    writeFileSync(at('file'), '')
    const { code, stdout, stderr } = await start('cnn', ['--out', at('file', 'out')])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `${at('file', 'out')}: must be a folder that can be written, got not a directory\n`,
    )
  })
})
