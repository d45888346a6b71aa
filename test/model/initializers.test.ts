// Initial values: their statistics against the formulas, their bits, and that a value depends on
// the seed and its own path only.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash32 } from '../../src/model/hash.ts'
import {
  constantOf,
  heNormal,
  heUniform,
  type Initializer,
  initialValue,
  normal,
  ones,
  uniform,
  xavier,
  xavierNormal,
  zeros,
} from '../../src/model/initializers.ts'
import { model } from '../../src/model/model.ts'
import { cosOfTurn, log, standardNormal, unit } from '../../src/model/normal.ts'
import { param } from '../../src/model/param.ts'
import { f32 } from '../../src/model/slot.ts'
import { dense } from '../../src/nn/dense.ts'
import { threefry2x32 } from '../../src/support/threefry.ts'
import { runs } from '../counts.ts'

function statistics(initializer: Initializer, shape: readonly number[]) {
  const data = Array.from(initialValue(initializer, shape, 'f64', 'w', 7))
  const mean = data.reduce((a, b) => a + b, 0) / data.length
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length
  return { mean, deviation: Math.sqrt(variance), low: Math.min(...data), high: Math.max(...data) }
}

describe('an initializer', () => {
  const matrix = [300, 200]
  const window = [3, 3, 40, 60]

  it.each([
    ['heNormal', heNormal(), matrix, Math.sqrt(2 / 300)],
    ['heNormal of a convolution', heNormal(), window, Math.sqrt(2 / (9 * 40))],
    ['heUniform', heUniform(), matrix, Math.sqrt(2 / 300)],
    ['xavier', xavier(), matrix, Math.sqrt(2 / 500)],
    ['xavier of a convolution', xavier(), window, Math.sqrt(2 / (9 * 100))],
    ['xavierNormal', xavierNormal(), matrix, Math.sqrt(2 / 500)],
    ['heNormal of a vector', heNormal(), [50000], Math.sqrt(2 / 50000)],
    ['normal', normal(), matrix, 1],
    ['uniform', uniform(), matrix, 1 / Math.sqrt(3)],
  ] as const)(
    '%s has mean zero and the deviation of its formula',
    (_, initializer, shape, want) => {
      const { mean, deviation } = statistics(initializer, shape)
      const count = shape.reduce((a, b) => a * b, 1)
      // Five standard errors of a mean, and of a deviation.
      expect(Math.abs(mean)).toBeLessThan((5 * want) / Math.sqrt(count))
      expect(Math.abs(deviation / want - 1)).toBeLessThan(5 / Math.sqrt(2 * count))
    },
  )

  it('that is even stays within its bounds, and comes near them', () => {
    const bound = Math.sqrt(6 / 500)
    const { low, high } = statistics(xavier(), matrix)
    expect(low).toBeGreaterThanOrEqual(-bound)
    expect(high).toBeLessThan(bound)
    expect(high - low).toBeGreaterThan(1.99 * bound)
    expect(statistics(uniform(2, 3), matrix).low).toBeGreaterThanOrEqual(2)
  })

  it('takes a mean and a deviation', () => {
    const { mean, deviation } = statistics(normal({ mean: 3, deviation: 0.5 }), matrix)
    expect(mean).toBeCloseTo(3, 1)
    expect(deviation).toBeCloseTo(0.5, 1)
  })

  it('may be constant', () => {
    const value = (initializer: Initializer) => initialValue(initializer, [2], 'f32', 'w', 1)
    expect(value(zeros())).toEqual(Float32Array.of(0, 0))
    expect(value(ones())).toEqual(Float32Array.of(1, 1))
    expect(value(constantOf(0.5))).toEqual(Float32Array.of(0.5, 0.5))
  })

  it('rounds to the dtype', () => {
    const wide = initialValue(heNormal(), [4, 4], 'f64', 'w', 3)
    const narrow = initialValue(heNormal(), [4, 4], 'f32', 'w', 3)
    expect(narrow).toEqual(Float32Array.from(wide))
  })

  it('is normal in its tails: as many beyond two deviations as there should be', () => {
    const data = Array.from(initialValue(normal(), [100_000], 'f64', 'w', 11))
    const beyond = data.reduce((count, x) => count + (Math.abs(x) > 2 ? 1 : 0), 0)
    // P(|x| > 2) = 0.0455; five standard errors.
    expect(Math.abs(beyond / 100_000 - 0.0455)).toBeLessThan(0.0034)
  })
})

describe('initial values', () => {
  const inputs = { x: f32('n', 4) }
  const body = ({ x }: { x: unknown }) => ({ x }) as never
  const small = model({ inputs, params: { l1: dense(4, 3) }, body })
  const large = model({ inputs, params: { l0: dense(4, 3), l1: dense(4, 3) }, body })

  it('depend on seed and path only: another layer changes none', () => {
    expect(large.init(5).params.l1).toEqual(small.init(5).params.l1)
    expect(large.init(5).params.l0.w).not.toEqual(small.init(5).params.l1.w)
  })

  it('differ between seeds, also beyond 32 bits, and are the same for one', () => {
    const at = (seed?: number) => small.init(seed).params.l1.w.data
    expect(at(1)).toEqual(at(1))
    expect(at()).toEqual(at(0))
    expect(at(1)).not.toEqual(at(2))
    expect(at(2 ** 32 + 1)).not.toEqual(at(1))
  })

  it('are fresh arrays', () => {
    const first = small.init(1).params.l1.w.data
    first.fill(0)
    expect(small.init(1).params.l1.w.data).not.toEqual(first)
  })

  it('are these bits for ever, on every engine', () => {
    const data = initialValue(heNormal(), [2, 2], 'f32', 'l1.w', 1)
    expect([...new Uint32Array(data.buffer)]).toEqual([
      3202539005, 1058763798, 3179773847, 1074346612,
    ])
  })

  it('of a scalar are numbers', () => {
    const m = model({ inputs, params: { s: param([], constantOf(2.5)) }, body })
    expect(m.init().params.s).toBe(2.5)
  })
})

describe('the functions behind them', () => {
  it('agree with the engine up to its last bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), k => {
        const u = (k + 1) * 2 ** -32
        expect(Math.abs(log(u) - Math.log(u))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(u)))
        const turn = k * 2 ** -32
        expect(Math.abs(cosOfTurn(turn) - Math.cos(2 * Math.PI * turn))).toBeLessThan(1e-15)
      }),
      runs(),
    )
  })

  it('are exact where that can be seen', () => {
    expect(log(1)).toBe(0)
    expect([0, 0.25, 0.5, 0.75].map(cosOfTurn)).toEqual([1, -0, -1, 0])
    expect(unit(0, 0)).toBe(0)
    expect(unit(2 ** 32 - 1, 2 ** 32 - 1)).toBe(1 - 2 ** -53)
    expect(standardNormal(2 ** 32 - 1, 5)).toBe(-0)
    expect(standardNormal(0, 0)).toBeCloseTo(Math.sqrt(64 * Math.LN2), 12)
  })

  it('take words as threefry gives them, signed or not', () => {
    const [a, b] = threefry2x32(1, 2, 3, 4)
    expect(standardNormal(a | 0, b | 0)).toBe(standardNormal(a, b))
  })

  it('hash names to numbers that are fixed for ever and spread', () => {
    expect([hash32(''), hash32('l1.w'), hash32('ü')]).toEqual([2872998923, 1870373255, 3393014048])
    const hashes = new Set(Array.from({ length: 20_000 }, (_, i) => hash32(`blocks.${i}.w`)))
    // With 2³² places, 20,000 names collide 0.05 times on average.
    expect(hashes.size).toBeGreaterThanOrEqual(19_998)
  })
})
