// The logistic example: it learns on embedded glyphs and on IDX files, one seed always gives one
// run, and data that cannot be used is refused by name.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitDigits } from '../../examples/digits.ts'
import { type LogisticOptions, runLogistic } from '../../examples/logistic.ts'
import { digits } from '../../src/data/index.ts'
import { collecting } from './collect.ts'

const SMOKE: LogisticOptions = { digits: [3, 8], steps: 60, seed: 1 }

async function run(options: Partial<LogisticOptions> = {}) {
  const { report, events, lines } = collecting()
  const result = await runLogistic({ ...SMOKE, ...options }, report)
  return { result, events, lines }
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

describe('logistic regression on written digits', () => {
  it('learns: from ln 2 to a small loss, on images that it has not seen too', async () => {
    const { result, lines } = await run()
    expect(result.firstLoss).toBeCloseTo(Math.LN2, 6)
    expect(result.trainLoss).toBeLessThan(0.2)
    expect(result.heldOutLoss).toBeLessThan(0.25)
    expect(result.heldOutAccuracy).toBeGreaterThan(0.9)
    expect(lines.join('\n')).toMatch(/held out {2}\d+\.\d % right, loss 0\.\d{3}/)
  })

  it('gives one run for one seed, and another for another', async () => {
    const [first, again, other] = [await run(), await run(), await run({ seed: 2 })]
    expect(again).toEqual(first)
    expect(other.result.trainLoss).not.toBe(first.result.trainLoss)
  })

  it('tells every step as an event', async () => {
    const { events, result } = await run({ steps: 5, digits: [0, 1] })
    expect(events.map(({ event }) => event)).toEqual(['start', ...Array(5).fill('step'), 'result'])
    expect(events[1]).toEqual({
      event: 'step',
      example: 'logistic',
      step: 1,
      loss: result.firstLoss,
    })
  })
})

describe('digits', () => {
  it('are split without loss or overlap, and normalized by the part to learn from', async () => {
    const { train, heldOut } = await splitDigits({ only: [3, 8], count: 40, seed: 5 })
    expect([train.x.shape, heldOut.x.shape]).toEqual([
      [32, 784],
      [8, 784],
    ])
    expect(mean(train.x.data)).toBeCloseTo(0, 4)
    expect(mean(train.x.data.map(pixel => pixel ** 2))).toBeCloseTo(1, 4)
    const shown = [...train.y.data, ...heldOut.y.data]
    expect(shown.filter(digit => digit === 3)).toHaveLength(20)
    expect(shown.filter(digit => digit === 8)).toHaveLength(20)
    const rows = [train, heldOut].flatMap(({ x, y }) =>
      Array.from(y.data, (_, i) => x.data.slice(i * 784, (i + 1) * 784).join()),
    )
    expect(new Set(rows).size).toBe(40)
  })

  it('are all ten where none are chosen', async () => {
    const { train, heldOut, source } = await splitDigits({ count: 50, seed: 5 })
    expect(source).toBe('written digits')
    const shown = new Set([...train.y.data, ...heldOut.y.data])
    expect([...shown].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('logistic regression on IDX files', () => {
  let folder = ''
  const at = (...names: string[]) => join(folder, ...names)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradc-digits-'))
    const written = digits({ count: 360, seed: 3, only: [0, 3, 8] })
    const bytes = Array.from(written.x.data, ink => Math.round(ink * 255))
    const extents = [0, 0, 1, 104, 0, 0, 0, 28, 0, 0, 0, 28]
    const imageFile = Uint8Array.from([0, 0, 8, 3, ...extents, ...bytes])
    const labelFile = Uint8Array.from([0, 0, 8, 1, 0, 0, 1, 104, ...written.y.data])
    const files: [string, string, Uint8Array, Uint8Array][] = [
      ['mnist', '', gzipSync(imageFile), gzipSync(labelFile)],
      ['cut', '', imageFile.subarray(0, 90_000), labelFile],
      ['unequal', '', imageFile, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 8)],
    ]
    for (const [name, , pixels, digits] of files) {
      mkdirSync(at(name, 'inner'), { recursive: true })
      const end = name === 'mnist' ? '.gz' : ''
      writeFileSync(at(name, 'inner', `t10k-images-idx3-ubyte${end}`), pixels)
      writeFileSync(at(name, 'inner', `t10k-labels-idx1-ubyte${end}`), digits)
    }
    mkdirSync(at('empty'))
    mkdirSync(at('half'))
    writeFileSync(at('half', 'train-images.idx3-ubyte'), imageFile)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('learns the two digits asked for, from the folder or one above it', async () => {
    const { result } = await run({ data: at('mnist', 'inner') })
    expect(result.source).toBe(at('mnist', 'inner', 't10k-images-idx3-ubyte.gz'))
    expect([result.trained, result.heldOut]).toEqual([192, 48])
    expect(result.trainLoss).toBeLessThan(0.15)
    const above = await run({ data: at('mnist') })
    expect(above.result).toEqual(result)
  })

  it.each([
    ['absent', 'must be a folder that can be listed, got no such file or directory'],
    ['empty', 'must hold …-images-idx3-ubyte, plain or .gz, got no file at all'],
    ['half', 'must hold train-labels.idx1-ubyte, plain or .gz, got train-images.idx3-ubyte'],
    ['cut', 'u8[360,28,28] needs 282256 bytes, got 90000'],
    [
      'unequal',
      'images must be u8[count,rows,columns] and labels u8[count], got u8[360,28,28] and u8[2]',
    ],
  ])('refuses the folder %s', async (name, sentence) => {
    await expect(run({ data: at(name) })).rejects.toThrow(sentence)
    await expect(run({ data: at(name) })).rejects.toMatchObject({ code: 'E310' })
  })

  it('refuses data without one of the digits', async () => {
    await expect(run({ data: at('mnist'), digits: [3, 7] })).rejects.toThrow(
      'must hold images of 3 and 7, got none of 7',
    )
  })
})
