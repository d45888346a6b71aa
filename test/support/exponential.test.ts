// The short exponentials against those of `Math`, which are within 1 ulp of double: at f32 numbers
// of all magnitudes, beyond every limit, in order, and to the bit.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shortExp, shortExpm1, shortTanh } from '../../src/support/exponential.ts'
import { random } from '../../src/support/random.ts'
import { cases, runs, seed } from '../counts.ts'

/** A function, what it stands for, its error as a share, and where both are normal doubles. */
const FUNCTIONS = [
  { name: 'exp', short: shortExp, exact: Math.exp, share: 2 ** -50, from: -708, to: 709.78 },
  { name: 'expm1', short: shortExpm1, exact: Math.expm1, share: 2 ** -43, from: -1e38, to: 709 },
  { name: 'tanh', short: shortTanh, exact: Math.tanh, share: 2 ** -43, from: -1e38, to: 1e38 },
] as const

const NEXT = 2 ** -23

/** f32 numbers of every exponent and sign, `count` of each. */
function* singles(count: number): Iterable<number> {
  const draw = random(seed)
  for (let exponent = -149; exponent < 128; exponent++) {
    for (let i = 0; i < count; i++) {
      const x = Math.fround(2 ** exponent * draw.uniform(1, 2))
      yield x
      yield -x
    }
  }
}

/** The worst error as a share of the exact value, of those numbers that are in the range. */
function worstOf({ short, exact, from, to }: (typeof FUNCTIONS)[number], xs: Iterable<number>) {
  let worst = { share: 0, x: 0 }
  for (const x of xs) {
    if (x < from || x > to) continue
    const [got, want] = [short(x), exact(x)]
    const share = got === want ? 0 : Math.abs(got / want - 1)
    if (!(share <= worst.share)) worst = { share, x }
  }
  return worst
}

function* grid(from: number, to: number, count: number): Iterable<number> {
  for (let i = 0; i <= count; i++) yield from + ((to - from) * i) / count
}

describe.each(FUNCTIONS)('the short $name', row => {
  const { short, exact, share } = row

  test('is accurate at f32 numbers of every exponent', () => {
    const count = cases({ test: 200, ci: 400, deep: 20_000 })
    expect(worstOf(row, singles(count)).share).toBeLessThanOrEqual(share)
  })

  test.each([
    [-750, 750],
    [-104, 90],
    [-10, 10],
    [-1, 1],
    [-0.02, 0.02],
  ])('is accurate from %d to %d', (from, to) => {
    const count = cases({ test: 20_000, ci: 100_000, deep: 2_000_000 })
    expect(worstOf(row, grid(from, to, count)).share).toBeLessThanOrEqual(share)
  })

  test('is accurate on both sides of where its table goes on', () => {
    const step = Math.LN2 / 512
    const seams = Array.from({ length: 50_000 }, (_, i) => (2 * i - 50_001) * step)
    const beside = seams.flatMap(x => [x * (1 - 2 ** -50), x, x * (1 + 2 ** -50)])
    expect(worstOf(row, beside).share).toBeLessThanOrEqual(share)
  })

  test('keeps the sign of zero, NaN and the limits, and fails at no number', () => {
    for (const x of [0, -0, Number.NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, -5e-324]) {
      expect(short(x), String(x)).toBe(exact(x))
    }
    fc.assert(
      fc.property(fc.double({ noNaN: true }), x => {
        const [got, want] = [Math.fround(short(x)), Math.fround(exact(x))]
        expect(got === want || Math.abs(got / want - 1) <= NEXT, `${got}, not ${want}`).toBe(true)
      }),
      runs(),
    )
  })

  test('rises from one f32 to the next', () => {
    let falls = 0
    for (const x of singles(cases({ test: 100, ci: 200, deep: 5_000 }))) {
      const above = Math.fround(x + Math.max(Math.abs(x) * NEXT, 2 ** -149))
      if (Math.fround(short(above)) < Math.fround(short(x))) falls++
    }
    expect(falls).toBe(0)
  })
})

describe('the short exponential', () => {
  test('gives subnormal f32 numbers with their last bit', () => {
    let worst = 0
    for (const x of grid(-104, -87, cases({ test: 20_000, ci: 20_000, deep: 1_000_000 }))) {
      worst = Math.max(worst, Math.abs(Math.fround(shortExp(x)) - Math.fround(Math.exp(x))))
    }
    expect(worst).toBeLessThanOrEqual(2 ** -149)
  })

  test('is infinite where the f32 is, 0 where the double is, and never NaN between', () => {
    const far = [88.73, 709, 709.5, 709.78, 709.7827, 709.783, 709.9, 710, 711, 1e5, 1e300]
    expect(far.map(x => Math.fround(shortExp(x)))).toEqual(far.map(() => Infinity))
    expect([-746, -747, -1e5, -1e300].map(shortExp)).toEqual([0, 0, 0, 0])
    for (const x of grid(-750, -708, 10_000)) {
      expect(Math.abs(shortExp(x) - Math.exp(x))).toBeLessThanOrEqual(2 ** -1070)
    }
  })

  test('is at most 1 up to 0, and at least 1 from there', () => {
    for (const x of singles(cases({ test: 100, ci: 200, deep: 5_000 }))) {
      const value = shortExp(x)
      if (x < 0 ? !(value <= 1) : !(value >= 1)) expect.fail(`exp(${x}) is ${value}`)
    }
  })
})

test('the short hyperbolic tangent is never beyond ±1', () => {
  for (const x of singles(cases({ test: 100, ci: 200, deep: 5_000 }))) {
    if (!(Math.abs(shortTanh(x)) <= 1)) expect.fail(`tanh(${x}) is ${shortTanh(x)}`)
  }
})

/** FNV-1a over the bits of what `f` gives. */
function digest(f: (x: number) => number): string {
  const value = new Float64Array(1)
  const words = new Uint32Array(value.buffer)
  let hash = 0x811c9dc5
  for (const x of grid(-100, 100, 2 ** 14)) {
    value[0] = f(x)
    for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
  }
  return (hash >>> 0).toString(16)
}

test.each([
  ['exp', shortExp, 'ecfc3ea3'],
  ['expm1', shortExpm1, '36d93611'],
  ['tanh', shortTanh, '243c8d89'],
])('the short %s has the same bits on every engine', (_, f, bits) => {
  expect(digest(f)).toBe(bits)
})
