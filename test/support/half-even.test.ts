// Rounding half to even, with the cases in which Math.round differs.

import { expect, test } from 'vitest'
import { roundHalfEven } from '../../src/support/half-even.ts'

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, -0],
  [-1.5, -2],
  [-2.5, -2],
  [0.49999999999999994, 0],
  [-0.2, -0],
  [-0, -0],
  [2.6, 3],
  [-2.6, -3],
  [2 ** 52 + 1, 2 ** 52 + 1],
  [1e300, 1e300],
  [Infinity, Infinity],
  [-Infinity, -Infinity],
  [Number.NaN, Number.NaN],
])('rounds %d to %d', (x, rounded) => {
  expect(roundHalfEven(x)).toBe(rounded)
})
