// The draws themselves: published vectors, statistics on a fixed seed, and independence of streams.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { Evaluator } from '../../src/ir/evaluate.ts'
import { Literal } from '../../src/ir/literal.ts'
import { tensorType } from '../../src/ir/type.ts'
import { bernoulli, randomNormal, randomUniform } from '../../src/ops/distributions.ts'
import { randomBits } from '../../src/ops/random.ts'
import { threefry2x32 } from '../../src/support/threefry.ts'
import { elements, known } from './known.ts'

const [key, counter] = [known([17, 4], 'u32'), known(3, 'u32')]
const COUNT = 40_000

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const variance = (values: readonly number[]) => {
  const m = mean(values)
  return mean(values.map(value => (value - m) ** 2))
}
const correlation = (a: readonly number[], b: readonly number[]) => {
  const [ma, mb] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, i) => (value - ma) * (b[i]! - mb)))
  return covariance / Math.sqrt(variance(a) * variance(b))
}

/** Σ (seen − expected)² / expected over equal cells; its expectation is cells − 1. */
function chiSquare(cellOf: (value: number) => number, cells: number, values: readonly number[]) {
  const seen = new Array<number>(cells).fill(0)
  for (const value of values) seen[cellOf(value)]!++
  const expected = values.length / cells
  return seen.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

describe('randomBits', () => {
  // The two words of the published vectors for key and counter 0, all ones, and digits of pi.
  const published = [
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
  ]

  it.each(published)(
    'derives its key by the published function: key $key',
    ({ key, counter, words }) => {
      const [c0, stream] = counter as [number, number]
      const bits = (word: 0 | 1) =>
        elements(randomBits(known(key, 'u32'), known(c0, 'u32'), { stream, word, shape: [3] }))
      const [k0, k1] = words as [number, number]
      expect(bits(0)).toEqual([0, 1, 2].map(i => threefry2x32(k0, k1, i, 0)[0]))
      expect(bits(1)).toEqual([0, 1, 2].map(i => threefry2x32(k0, k1, i, 0)[1]))
    },
  )

  it('numbers elements in row-major order, whatever the shape', () => {
    const flat = elements(randomBits(key, counter, { stream: 1, shape: [6] }))
    expect(elements(randomBits(key, counter, { stream: 1, shape: [2, 3] }))).toEqual(flat)
    expect(elements(randomBits(key, counter, { stream: 1, shape: [4] }))).toEqual(flat.slice(0, 4))
  })

  it('differs with key, counter, stream and word, and repeats for equal ones', () => {
    const draw = (k: Value, c: Value, stream: number, word: 0 | 1) =>
      elements(randomBits(k, c, { stream, word, shape: [4] }))
    const base = draw(key, counter, 0, 0)
    expect(draw(known([17, 4], 'u32'), known(3, 'u32'), 0, 0)).toEqual(base)
    expect(draw(known([17, 5], 'u32'), counter, 0, 0)).not.toEqual(base)
    expect(draw(key, known(4, 'u32'), 0, 0)).not.toEqual(base)
    expect(draw(key, counter, 1, 0)).not.toEqual(base)
    expect(draw(key, counter, 0, 1)).not.toEqual(base)
  })

  it('fills 256 cells evenly, by its high and by its low byte', () => {
    const bits = elements(randomBits(key, counter, { stream: 0, shape: [COUNT] }))
    // 255 degrees of freedom: 99.9% of draws lie between 190 and 331.
    for (const shift of [24, 0]) {
      const statistic = chiSquare(value => (value >>> shift) & 255, 256, bits)
      expect(statistic).toBeGreaterThan(190)
      expect(statistic).toBeLessThan(331)
    }
  })

  it('has streams and words that are independent', () => {
    const draw = (stream: number, word: 0 | 1) =>
      elements(randomBits(key, counter, { stream, word, shape: [COUNT] }))
    const base = draw(0, 0)
    for (const other of [draw(1, 0), draw(2, 0), draw(0, 1)]) {
      // Five standard deviations of the correlation of independent draws.
      expect(Math.abs(correlation(base, other))).toBeLessThan(5 / Math.sqrt(COUNT))
    }
  })

  it('refuses operands and attributes that are not its own', () => {
    const options = { stream: 0, shape: [1] }
    expect(() => randomBits(known([1, 2], 'i32'), counter, options)).toThrow(
      'key must be u32[2], got i32[2]',
    )
    expect(() => randomBits(key, known([1], 'u32'), options)).toThrow(
      'counter must be u32[], got u32[1]',
    )
    expect(() => randomBits(key, counter, { stream: -1, shape: [1] })).toThrow(
      'stream must be from 0',
    )
    expect(() => randomBits(key, counter, { stream: 0, shape: [65536, 65537] })).toThrow(
      'at most 2^32',
    )
    const word = 2 as 0 | 1
    expect(() => randomBits(key, counter, { stream: 0, word, shape: [1] })).toThrow(
      'word must be 0 or 1',
    )
  })
})

describe('randomUniform', () => {
  it('stays in [0, 1), evenly', () => {
    const values = elements(randomUniform(key, counter, { stream: 0, shape: [COUNT] }))
    expect(values.every(value => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / COUNT))
    expect(Math.abs(variance(values) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / COUNT))
  })

  it('is made of the bits as documented, exactly', () => {
    const bits = (word: 0 | 1) =>
      elements(randomBits(key, counter, { stream: 2, word, shape: [64] }))
    const [high, low] = [bits(0), bits(1)]
    const single = elements(randomUniform(key, counter, { stream: 2, shape: [64] }))
    expect(single).toEqual(high.map(word => (word >>> 8) * 2 ** -24))
    const double = elements(randomUniform(key, counter, { stream: 2, shape: [64], dtype: 'f64' }))
    expect(double).toEqual(
      high.map((word, i) => ((word >>> 5) * 2 ** 26 + (low[i]! >>> 6)) * 2 ** -53),
    )
  })

  it('reaches its bounds and no further at the extreme bits', () => {
    const drawn = elements(
      randomUniform(key, counter, { stream: 0, shape: [COUNT], low: -3, high: 5, dtype: 'f64' }),
    )
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(-3)
    expect(Math.max(...drawn)).toBeLessThan(5)
    expect(Math.abs(mean(drawn) - 1)).toBeLessThan(5 * Math.sqrt(64 / 12 / COUNT))
  })

  it('gives the same numbers with and without rounding to f32', () => {
    const rounded = new Evaluator('dtype')
    const k = rounded.value(Literal.from([17, 4], 'u32'))
    const c = rounded.value(Literal.scalar('u32', 3))
    const draw = randomUniform(k, c, { stream: 0, shape: [100] })
    const exact = elements(randomUniform(key, counter, { stream: 0, shape: [100] }))
    expect(Array.from(rounded.literal(draw).values())).toEqual(exact)
  })

  it('refuses an integer dtype', () => {
    expect(() => randomUniform(key, counter, { stream: 0, shape: [1], dtype: 'i32' })).toThrow(
      'dtype must be f32 or f64, got i32 (C4)',
    )
  })
})

describe('bernoulli', () => {
  const draw = (probability: number) =>
    elements(bernoulli(key, counter, { stream: 5, shape: [COUNT], probability }))

  it('is true as often as asked', () => {
    for (const p of [0.1, 0.5, 0.9]) {
      expect(Math.abs(mean(draw(p)) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / COUNT))
    }
  })

  it('is certain at 0 and at 1', () => {
    expect(draw(0).every(value => value === 0)).toBe(true)
    expect(draw(1).every(value => value === 1)).toBe(true)
  })

  it('is where the uniform draw of the same stream is below the probability', () => {
    const uniform = elements(randomUniform(key, counter, { stream: 5, shape: [COUNT] }))
    expect(draw(0.3)).toEqual(uniform.map(value => Number(value < 0.3)))
  })

  it('refuses what is no probability', () => {
    expect(() => draw(1.5)).toThrow('probability must be from 0 to 1, got 1.5 (C4)')
    expect(() => draw(Number.NaN)).toThrow('got NaN')
  })
})

describe('randomNormal', () => {
  it.each(['f32', 'f64'] as const)('has the moments of a normal distribution in %s', dtype => {
    const values = elements(randomNormal(key, counter, { stream: 1, shape: [COUNT], dtype }))
    expect(values.every(Number.isFinite)).toBe(true)
    expect(Math.abs(mean(values))).toBeLessThan(5 / Math.sqrt(COUNT))
    expect(Math.abs(variance(values) - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT))
    const fourth = mean(values.map(value => value ** 4))
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / COUNT))
  })

  it('lies in the quartiles evenly', () => {
    const values = elements(randomNormal(key, counter, { stream: 1, shape: [COUNT] }))
    const quartile = 0.6744897501960817
    const cellOf = (value: number) =>
      Number(value > -quartile) + Number(value > 0) + Number(value > quartile)
    // 3 degrees of freedom: 99.9% of draws lie below 16.3.
    expect(chiSquare(cellOf, 4, values)).toBeLessThan(16.3)
  })

  it('has the mean and deviation asked for', () => {
    const plain = elements(randomNormal(key, counter, { stream: 1, shape: [8], dtype: 'f64' }))
    const shifted = randomNormal(key, counter, {
      stream: 1,
      shape: [8],
      dtype: 'f64',
      mean: 3,
      deviation: 2,
    })
    expect(elements(shifted)).toEqual(plain.map(value => 2 * value + 3))
    expect(shifted.type).toEqual(tensorType('f64', [8]))
  })

  it('is made of the bits as documented, one unit away from the logarithm of 0', () => {
    const bits = (word: 0 | 1) =>
      elements(randomBits(key, counter, { stream: 1, word, shape: [32] }))
    const normal = (u: number, v: number) => Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v)
    const [first, second] = [bits(0), bits(1)]
    const options = { stream: 1, shape: [32] }
    const double = elements(randomNormal(key, counter, { ...options, dtype: 'f64' }))
    expect(double).toEqual(first.map((w, i) => normal((w + 1) * 2 ** -32, second[i]! * 2 ** -32)))
    const single = elements(randomNormal(key, counter, options))
    const high = (word: number) => word >>> 8
    first.forEach((w, i) => {
      const exact = normal((high(w) + 1) * 2 ** -24, high(second[i]!) * 2 ** -24)
      expect(Math.abs(single[i]! - exact)).toBeLessThan(1e-5)
    })
  })
})
