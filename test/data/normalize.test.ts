// Moments and what they are for: numbers with mean 0 and deviation 1, and others on the same scale.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moments, normalize } from '../../src/data/index.ts'
import type { HostTensor } from '../../src/ir/literal.ts'
import { runs } from '../counts.ts'

const f64 = (shape: readonly number[], values: readonly number[]): HostTensor => ({
  shape,
  dtype: 'f64',
  data: Float64Array.from(values),
})

describe('moments', () => {
  const table = f64([2, 3], [1, 10, 5, 3, 30, 5])

  it('are those of each feature, with the biased variance and 1 where nothing varies', () => {
    expect(moments(table)).toEqual({ mean: [2, 20, 5], deviation: [1, 10, 1] })
  })

  it('are those of all elements where asked', () => {
    const { mean, deviation } = moments(table, { per: 'all' })
    expect(mean[0]).toBeCloseTo(9, 12)
    expect(deviation[0]).toBeCloseTo(Math.sqrt((64 + 1 + 16 + 36 + 441 + 16) / 6), 12)
    expect([mean.length, deviation.length]).toEqual([1, 1])
  })

  it('do not cancel where the mean is large beside the deviation', () => {
    const [deviation] = moments(f64([3, 1], [1e9 - 1, 1e9, 1e9 + 1])).deviation
    expect(deviation).toBeCloseTo(Math.sqrt(2 / 3), 6)
  })

  it('find that nothing varies among equal values, whatever their bits', () => {
    const { mean, deviation } = moments(f64([7, 1], new Array(7).fill(0.1)))
    expect([mean, deviation]).toEqual([[0.1], [1]])
  })

  it('need an element', () => {
    const empty = {
      code: 'E110',
      message: expect.stringContaining('at least one element, got [0,3]'),
    }
    expect(() => moments(f64([0, 3], []))).toThrow(expect.objectContaining(empty))
  })
})

describe('normalize', () => {
  it('brings every feature to mean 0 and deviation 1, or 0 where it is constant', () => {
    const rows = fc.integer({ min: 1, max: 20 }).chain(count => {
      const value = fc.integer({ min: -10_000, max: 10_000 }).map(tenths => tenths / 10)
      return fc.array(value, { minLength: 3 * count, maxLength: 3 * count })
    })
    const isStandard = fc.property(rows, values => {
      const array = f64([values.length / 3, 3], values)
      const again = moments(normalize(array, moments(array)))
      again.mean.forEach((mean, i) => {
        expect(mean).toBeCloseTo(0, 6)
        expect(again.deviation[i]).toBeCloseTo(1, 6)
      })
    })
    fc.assert(isStandard, runs())
  })

  it('applies the moments of one array to another, in a copy', () => {
    const seen = f64([2, 1], [0, 10])
    const later = f64([1, 1], [20])
    expect(Array.from(normalize(later, moments(seen)).data)).toEqual([3])
    expect(Array.from(later.data)).toEqual([20])
  })

  it('keeps f64 and makes f32 of everything else', () => {
    const bytes: HostTensor = { shape: [2], dtype: 'u32', data: Uint32Array.of(0, 2) }
    const scaled = normalize(bytes, moments(bytes))
    expect([scaled.dtype, ...scaled.data]).toEqual(['f32', -1, 1])
    expect(normalize(f64([1], [2]), { mean: [2], deviation: [1] }).dtype).toBe('f64')
  })

  it('refuses the moments of other features', () => {
    const run = () =>
      normalize(f64([2, 3], [1, 2, 3, 4, 5, 6]), { mean: [1, 2], deviation: [1, 1] })
    expect(run).toThrow('normalize: the moments must be those of 1 or 3 features, got 2')
  })
})
