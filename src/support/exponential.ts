// exp, expm1 and tanh of doubles at half the price or less of what engines have, for values that
// end as f32. Nothing but sums, products, one quotient and square roots, all of which are rounded
// exactly, in one order: unlike those of `Math`, results are the same bits on every engine.
// Floor 0.
//
// With n the integer nearest to x · 256/ln 2, n = 256 e + i and r = x - n · ln 2/256,
//
//   exp(x) = 2^e · 2^(i/256) · exp(r)   where |r| <= ln 2/512, so that four terms of a series do.
//
// Tables are plain arrays: once any array buffer of a process was detached, V8 checks typed ones at
// every access. A power of two made from its bits costs more than all the rest.

/** Steps of the table to a factor of two. */
const STEPS = 256

/** 256/ln 2: steps to a unit of x. */
const PER_UNIT = 369.3299304675746

// ln 2/256 in two parts. The first has 33 digits: its products with numbers of steps are exact.
const STEP_HIGH = 0.0027076061737716373
const STEP_LOW = 2.9064910585985925e-13

/** Added and taken away again, it leaves the integer nearest to a small number. */
const TO_INTEGER = 3 * 2 ** 51

/** exp is 0 in double from here down. */
const LOWEST = -746

/** exp is infinite in double from here up. */
const HIGHEST = 710

/** The exponent of the first of `POWERS`; exp(LOWEST) is 2^-1076.3. */
const FIRST_POWER = -1077

/** expm1 is -1 in double from here down. */
const LOWEST_DIFFERENCE = -40

/** exp is infinite as f32 long before, and expm1 finite in double up to here. */
const HIGHEST_DIFFERENCE = 709

/** tanh is 1 in double from here up. */
const SATURATED = 20

// 1/2!, 1/3!, 1/4!
const SECOND = 0.5
const THIRD = 0.16666666666666666
const FOURTH = 0.041666666666666664

const ROOTS = roots()
const POWERS = powers()

/** 2^(i/256): every second entry is the root of one with half as many steps; within 1 ulp. */
function roots(): readonly number[] {
  let table = [1]
  while (table.length < STEPS) {
    const squares = [...table, ...table.map(root => 2 * root)]
    table = squares.map((square, i) => (i % 2 === 0 ? table[i / 2]! : Math.sqrt(square)))
  }
  return table
}

/** 2^e from `FIRST_POWER` to 1024, as doubles: the first three are 0, the last is infinite. */
function powers(): readonly number[] {
  const table = [0, 0, 0]
  for (let power = Number.MIN_VALUE; power < Number.POSITIVE_INFINITY; power *= 2) {
    table.push(power)
  }
  return [...table, Number.POSITIVE_INFINITY]
}

/**
 * The exponential.
 *
 * Numerics  within 2^-50 of the true value, as a share of it, where that is a normal double; 0 and
 *           ∞ beyond the range of doubles; exp(±0) is 1, NaN gives NaN; at most 1 up to x = 0
 * Source    Tang, "Table-driven implementation of the exponential function in IEEE floating-point
 *           arithmetic", 1989, with a larger table and the series itself
 */
export function shortExp(x: number): number {
  // NaN passes; a limit costs half as much as a branch that returns.
  const limited = Math.min(Math.max(x, LOWEST), HIGHEST)
  const n = limited * PER_UNIT + TO_INTEGER - TO_INTEGER
  const k = n | 0
  const r = limited - n * STEP_HIGH - n * STEP_LOW
  const power = ROOTS[k & (STEPS - 1)]! * POWERS[(k >> 8) - FIRST_POWER]!
  const square = r * r
  return power * (1 + (r + square * (SECOND + r * THIRD + square * FOURTH)))
}

/**
 * exp(x) - 1 without loss of digits near 0.
 *
 * Numerics  within 2^-43 of the true value, as a share of it; worst near ±0.0014, where the roots'
 *           last bit counts; the sign of zero stays, NaN gives NaN; ∞ beyond 709
 * Source    as `shortExp`
 */
export function shortExpm1(x: number): number {
  if (x > HIGHEST_DIFFERENCE) return Number.POSITIVE_INFINITY
  return difference(Math.max(x, LOWEST_DIFFERENCE))
}

/**
 * The hyperbolic tangent, from (exp(2x) - 1) / (exp(2x) + 1).
 *
 * Numerics  within 2^-43 of the true value, as a share of it; never beyond ±1; the sign of zero
 *           stays, NaN gives NaN
 */
export function shortTanh(x: number): number {
  const limited = Math.min(Math.max(x, -SATURATED), SATURATED)
  const less = difference(limited + limited)
  return less / (less + 2)
}

/** exp(x) - 1 where exp(x) is finite. */
function difference(x: number): number {
  const n = x * PER_UNIT + TO_INTEGER - TO_INTEGER
  const k = n | 0
  const r = x - n * STEP_HIGH - n * STEP_LOW
  const power = ROOTS[k & (STEPS - 1)]! * POWERS[(k >> 8) - FIRST_POWER]!
  // A product with r, so that the sign of zero stays; so does the order of the last difference.
  const series = r * (1 + r * SECOND + r * r * (THIRD + r * FOURTH))
  return power * series - (1 - power)
}
