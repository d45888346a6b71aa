// When known numbers may be combined, or used in another place than where they were written: never
// where that loses digits, overflows or underflows and the steps one by one do not.

import { roundTo } from '../../ir/literal.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'

const MODEST = 2 ** 24

/** Whether a factor is so near 1 that it matters little where in a product it stands. */
export function isModest(factor: number): boolean {
  const size = Math.abs(factor)
  return size >= 1 / MODEST && size <= MODEST
}

/**
 * Whether a + b stands for both terms of a sum: it is exact, so the smaller is not lost beside the
 * larger, as in (1 − p) + 1e-7; and nothing cancels: (x + 1e8) − 1e8 rounds x to what survives
 * beside 1e8, and may be written for just that. Integers wrap either way.
 */
export function addsUp(a: number, b: number, dtype: DTypeName): boolean {
  if (!isFloat(dtype)) return true
  const both = a + b
  const isExact = roundTo(dtype)(both) === both && both - a === b && both - b === a
  return isExact && Math.abs(both) >= Math.max(Math.abs(a), Math.abs(b))
}
