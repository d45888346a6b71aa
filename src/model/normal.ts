// Random numbers from random words by +, −, ·, / and √ alone, which IEEE 754 rounds exactly: the
// same bits on every engine, where Math.log and Math.cos may differ in the last one.

/** Evenly distributed in [0, 1), with 53 random bits. */
export function unit(first: number, second: number): number {
  return ((first >>> 5) * 2 ** 26 + (second >>> 6)) * 2 ** -53
}

/** Normally distributed, mean 0 and deviation 1: Box and Muller, 1958; within ±6.7. */
export function standardNormal(first: number, second: number): number {
  const u = ((first >>> 0) + 1) * 2 ** -32
  return Math.sqrt(-2 * log(u)) * cosOfTurn((second >>> 0) * 2 ** -32)
}

/** The natural logarithm of a number in (0, 1]: 2 · artanh((m − 1) / (m + 1)) + e · ln 2. */
export function log(of: number): number {
  let mantissa = of
  let exponent = 0
  // Into [√½, √2), where the series needs few terms; every step is exact.
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2
  const s = (mantissa - 1) / (mantissa + 1)
  const square = s * s
  let sum = 0
  // s² < 0.03: the first term left out is below 2⁻⁵³ of the sum.
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k
  return 2 * s * sum + exponent * Math.LN2
}

/** cos(2π · turn) for a turn in [0, 1). */
export function cosOfTurn(turn: number): number {
  // To the nearest quarter, an exact step, which leaves at most an eighth of a turn.
  const quarter = Math.round(turn * 4)
  const angle = (turn - quarter / 4) * (2 * Math.PI)
  // cos, −sin, −cos, sin, and the fifth is the first again.
  const value = taylor(angle, quarter % 2 === 0 ? 0 : 1)
  return quarter === 1 || quarter === 2 ? -value : value
}

/** The Taylor series of cos (from power 0) or sin (from power 1), for |x| ≤ π/4. */
function taylor(x: number, first: 0 | 1): number {
  const square = x * x
  let sum = 1
  for (let k = first + 18; k >= first + 2; k -= 2) sum = 1 - (square / (k * (k - 1))) * sum
  return first === 0 ? sum : x * sum
}
