// The error function in double precision: the reference that ops and kernels are measured against.
// Two textbook expansions meet at |x| = 1, so that nothing cancels on either side. Floor 0.

/** Terms of the power series; at |x| = 1 the first one left out is below 2^-64. */
const SERIES_TERMS = 20

/** Levels of the continued fraction; at |x| = 1 its truncation error is below 2^-60. */
const FRACTION_LEVELS = 160

/** erf(x) is 1 in double precision from here on. */
const SATURATED = 6

const ROOT_PI = Math.sqrt(Math.PI)

/** 2/sqrt(pi) - 1, so that the leading term can be added to x without losing its digits. */
const LEAD = 0.1283791670955126

/** Coefficients of erf(x)/x - 1 in powers of x²: 2/sqrt(pi) · (-1)^n / (n! (2n + 1)). */
const SERIES = seriesCoefficients()

function seriesCoefficients(): readonly number[] {
  const out = [LEAD]
  let factorial = 1
  for (let n = 1; n < SERIES_TERMS; n++) {
    factorial *= n
    out.push(((n % 2 === 0 ? 2 : -2) / ROOT_PI) * (1 / (factorial * (2 * n + 1))))
  }
  return out
}

/**
 * The error function.
 *
 *   erf(x) = 2/sqrt(pi) · ∫ from 0 to x of exp(-t²) dt
 *
 * Numerics  odd; within 2 ulp of the true value over the whole range, NaN gives NaN, ±∞ gives ±1
 * Source    Abramowitz and Stegun, 1964, 7.1.5 (series) and 7.1.14 (continued fraction)
 */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (!(a >= 1)) return x + x * seriesAt(x * x)
  if (a >= SATURATED) return Math.sign(x)
  return Math.sign(x) * (1 - erfcAt(a))
}

function seriesAt(square: number): number {
  let sum = 0
  for (let n = SERIES.length - 1; n >= 0; n--) sum = sum * square + SERIES[n]!
  return sum
}

/** 1 - erf(a) for 1 <= a < 6: exp(-a²)/sqrt(pi) / (a + (1/2)/(a + 1/(a + (3/2)/(a + …)))). */
function erfcAt(a: number): number {
  // What is left out behaves like the fraction whose every level is the first one left out.
  let fraction = (Math.sqrt(a * a + 2 * FRACTION_LEVELS + 2) - a) / 2
  for (let n = FRACTION_LEVELS; n > 0; n--) fraction = n / 2 / (a + fraction)
  return Math.exp(-a * a) / ROOT_PI / (a + fraction)
}
