// The error function against its power series in exact arithmetic: big integers with 400 binary
// digits.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { erf } from '../../src/support/erf.ts'
import { runs } from '../counts.ts'

const DIGITS = 400n
const ONE = 1n << DIGITS

function arctangentOfInverse(n: bigint): bigint {
  let power = ONE / n
  let sum = power
  for (let k = 3n; power !== 0n; k += 2n) {
    power = -power / (n * n)
    sum += power / k
  }
  return sum
}

function squareRoot(x: bigint): bigint {
  let root = 2n << DIGITS
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** Machin, 1706. */
const PI = 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n))
const ROOT_PI = squareRoot(PI << DIGITS)

/** A double as a fixed-point number; exact for the sizes used here. */
function fixed(x: number): bigint {
  let scale = 0n
  let whole = x
  for (; !Number.isInteger(whole); scale++) whole *= 2
  return (BigInt(whole) << DIGITS) >> scale
}

function exactErf(x: number): bigint {
  const at = fixed(x)
  const square = (at * at) >> DIGITS
  let power = at
  let sum = at
  for (let n = 1n; power > 1n || power < -1n; n++) {
    power = -((power * square) >> DIGITS) / n
    sum += power / (2n * n + 1n)
  }
  return ((2n * sum) << DIGITS) / ROOT_PI
}

/** The error in units of the last place of the result. */
function ulps(x: number): number {
  const got = erf(x)
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(got))) - 52)
  return Number(((fixed(got) - exactErf(x)) * 1000n) / fixed(unit)) / 1000
}

describe('erf', () => {
  test('is within 2 ulp of the exact value from 2^-30 to 6', () => {
    const magnitude = fc.double({ min: 2 ** -30, max: 6, noNaN: true })
    fc.assert(
      fc.property(magnitude, fc.boolean(), (x, isNegative) => {
        expect(Math.abs(ulps(isNegative ? -x : x))).toBeLessThanOrEqual(2)
      }),
      runs(),
    )
  })

  test.each([0.999999999, 1, 1.000000001, 3.999999999, 4, 4.000000001, 5.9, 5.9999])(
    'is accurate at the seam %d',
    x => {
      expect(Math.abs(ulps(x))).toBeLessThanOrEqual(2)
    },
  )

  test('keeps zeros, NaN and the limits', () => {
    expect([
      erf(0),
      erf(-0),
      erf(6),
      erf(-40),
      erf(Infinity),
      erf(-Infinity),
      erf(Number.NaN),
    ]).toEqual([0, -0, 1, -1, 1, -1, Number.NaN])
  })
})
