// Integers.

/** The greatest integer that divides both; that of 0 and a number is its magnitude. */
export const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b)
