// The numeric oracle: central differences with Richardson extrapolation (Ridders, "Accurate
// computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4, 1982), which says how
// far it trusts itself.

/** A numeric derivative and its own estimate of its absolute error. */
export interface Estimate {
  readonly value: number
  readonly error: number
}

const LEVELS = 8
const SHRINK = 1.6

/** f'(0), from values of f on both sides of 0 at most `step` away. */
export function richardson(f: (h: number) => number, step = 0.02): Estimate {
  let best: Estimate = { value: Number.NaN, error: Number.POSITIVE_INFINITY }
  let previous: number[] = []
  for (let level = 0, h = step; level < LEVELS; level++, h /= SHRINK) {
    const row = [(f(h) - f(-h)) / (2 * h)]
    let factor = SHRINK ** 2
    for (let k = 1; k <= level; k++, factor *= SHRINK ** 2) {
      row.push((row[k - 1]! * factor - previous[k - 1]!) / (factor - 1))
      const error = Math.max(Math.abs(row[k]! - row[k - 1]!), Math.abs(row[k]! - previous[k - 1]!))
      if (error < best.error) best = { value: row[k]!, error }
    }
    previous = row
  }
  return best
}
