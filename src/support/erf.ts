// The error function in double precision: the reference that ops and kernels are measured against,
// and what the js backend calls. A series up to |x| = 1 and rational approximations beyond, so that
// nothing cancels on either side. Floor 0.

/** Terms of the power series; at |x| = 1 the first one left out is below 2^-64. */
const SERIES_TERMS = 20

/** erf(x) is 1 in double precision from here on. */
const SATURATED = 6

const ROOT_PI = Math.sqrt(Math.PI)

/** Up to here erfc(x)·exp(x²) is approximated in x, beyond in 1/x². */
const MIDDLE = 4

// Coefficients from the highest power down, as doubles.
const MIDDLE_P = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
  298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
]
const MIDDLE_Q = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
  3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
]
const FAR_P = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926,
  0.016083785148742275, 0.0006587491615298378,
]
const FAR_Q = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132,
  0.0023352049762686918,
]

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
 * Source    Abramowitz and Stegun, 1964, 7.1.5 (series up to 1); Cody, "Rational Chebyshev
 *           approximations for the error function", 1969 (beyond)
 */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (!(a >= 1)) return x + x * seriesAt(x * x)
  if (a >= SATURATED) return Math.sign(x)
  return Math.sign(x) * (1 - Math.exp(-a * a) * scaledComplement(a))
}

function seriesAt(square: number): number {
  let sum = 0
  for (let n = SERIES.length - 1; n >= 0; n--) sum = sum * square + SERIES[n]!
  return sum
}

/** (1 - erf(a)) · exp(a²) for 1 <= a < 6. */
function scaledComplement(a: number): number {
  if (a <= MIDDLE) return polynomial(MIDDLE_P, a) / polynomial(MIDDLE_Q, a)
  const z = 1 / (a * a)
  return (1 / ROOT_PI - (z * polynomial(FAR_P, z)) / polynomial(FAR_Q, z)) / a
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i]!
  return sum
}
