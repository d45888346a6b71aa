// Threefry against the vectors its authors publish, and the seeded stream built on it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, random } from '../../src/support/random.ts'
import { threefry2x32 } from '../../src/support/threefry.ts'
import { runs } from '../counts.ts'

describe('threefry2x32', () => {
  // The three lines for threefry2x32 with 20 rounds in kat_vectors of Random123 1.14.
  it.each([
    { key: [0, 0], counter: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    {
      key: [0xffffffff, 0xffffffff],
      counter: [0xffffffff, 0xffffffff],
      words: [0x1cb996fc, 0xbb002be7],
    },
    {
      key: [0x13198a2e, 0x03707344],
      counter: [0x243f6a88, 0x85a308d3],
      words: [0xc4923a9c, 0x483df7a0],
    },
  ])('gives the published words $words', ({ key, counter, words }) => {
    expect(threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!)).toEqual(words)
  })

  it('reads each word modulo 2^32, so signed and unsigned spellings agree', () => {
    expect(threefry2x32(-1, -1, -1, -1)).toEqual([0x1cb996fc, 0xbb002be7])
  })
})

const SAMPLES = 20_000

function moments(draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: SAMPLES }, draw)
  const mean = values.reduce((sum, value) => sum + value, 0) / SAMPLES
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SAMPLES
  return { mean, variance }
}

/** Five standard errors: a fixed seed either passes for ever or shows a wrong distribution. */
const within = (actual: number, expected: number, deviation: number) =>
  expect(Math.abs(actual - expected)).toBeLessThan((5 * deviation) / Math.sqrt(SAMPLES))

describe('random', () => {
  it('keeps its first values for ever', () => {
    const stream = random(17)
    const seen = [stream.bits(), stream.bits(), stream.uniform(), stream.integer(1, 6)]
    expect([...seen, stream.normal()]).toMatchInlineSnapshot(`
      [
        2459140910,
        86216594,
        0.2906005072351333,
        6,
        -1.034281806550685,
      ]
    `)
  })

  it('begins with the published words at seed 0', () => {
    const stream = random(0)
    expect([stream.bits(), stream.bits()]).toEqual([0x6b200159, 0x99ba4efe])
  })

  it('tells seeds apart beyond 32 bits', () => {
    expect(random(1).bits()).not.toBe(random(1 + 2 ** 32).bits())
  })

  it('has the moments of the uniform and of the normal distribution', () => {
    const stream = random(3)
    const uniform = moments(() => stream.uniform(-1, 3))
    within(uniform.mean, 1, Math.sqrt(16 / 12))
    within(uniform.variance, 16 / 12, 16 * Math.sqrt(1 / 180))
    const normal = moments(stream.normal)
    within(normal.mean, 0, 1)
    within(normal.variance, 1, Math.SQRT2)
  })

  it('draws every integer of a range, both ends included, equally often', () => {
    const stream = random(5)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < SAMPLES; i++) counts[stream.integer(-1, 2) + 1]!++
    for (const count of counts) within(count / SAMPLES, 1 / 4, Math.sqrt(3) / 4)
  })

  it('stays within its bounds and shuffles without loss', () => {
    const property = fc.property(fc.nat(), fc.array(fc.nat(), { minLength: 1 }), (seed, items) => {
      const stream: Random = random(seed)
      const unit = stream.uniform()
      expect(unit >= 0 && unit < 1).toBe(true)
      expect(items).toContain(stream.pick(items))
      const shuffled = stream.shuffle(items)
      expect([...shuffled].sort()).toEqual([...items].sort())
    })
    fc.assert(property, runs())
  })

  it('shuffles three items into their six orders equally often', () => {
    const stream = random(11)
    const counts = new Map<string, number>()
    for (let i = 0; i < SAMPLES; i++) {
      const order = stream.shuffle(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) within(count / SAMPLES, 1 / 6, Math.sqrt(5) / 6)
  })
})
