// Rounding to the nearest integer with ties to the even one, as IEEE 754 and every backend round.
// JavaScript's own Math.round sends ties upward, which is why this exists. Floor 0.

/** The integer nearest to `x`, ties to the even one; the sign of zero, NaN and infinities stay. */
export function roundHalfEven(x: number): number {
  if (!Number.isFinite(x)) return x
  const below = Math.floor(x)
  const above = x - below
  const up = above > 0.5 || (above === 0.5 && below % 2 !== 0)
  const rounded = up ? below + 1 : below
  if (rounded !== 0) return rounded
  return x < 0 || Object.is(x, -0) ? -0 : 0
}
