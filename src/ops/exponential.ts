// Exponentials, logarithms, roots and powers of floats, and the error function.

import type { Value } from '../ir/builder.ts'
import * as s from '../kernel/scalar.ts'
import { erf as erfOf } from '../support/erf.ts'
import { div, mul, neg, reciprocal, scale, shift, square, sub } from './arithmetic.ts'
import { equal, greaterEqual, less, notEqual } from './comparison.ts'
import { fullLike } from './creation.ts'
import { type BinaryOp, binary, FLOATS, type UnaryOp, unary } from './families.ts'
import { and, or } from './logic.ts'
import { where } from './select.ts'

/**
 * e to the power x, elementwise.
 *
 *   out = eˣ          x̄ = ct · out
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  overflows to ∞ above 88.7 (f32) and 709.8 (f64); −∞ gives 0
 * Errors    E101 when C1 fails
 */
export const exp: UnaryOp = unary({
  name: 'exp',
  evaluate: Math.exp,
  scalar: s.exp,
  vjp: ({ out, ct }) => ({ x: mul(ct, out) }),
  jvp: ({ x, t }) => mul(exp(x), t),
})

/**
 * e to the power x, less 1, elementwise.
 *
 *   out = eˣ − 1          x̄ = ct · eˣ
 *
 * Requires  C1 a float dtype.
 * Numerics  accurate near 0, where eˣ − 1 computed as written cancels
 * Errors    E101 when C1 fails
 */
export const expm1: UnaryOp = unary({
  name: 'expm1',
  evaluate: Math.expm1,
  scalar: s.expm1,
  // Not out + 1, which loses the small derivatives of very negative x.
  vjp: ({ x, ct }) => ({ x: mul(ct, exp(x)) }),
  jvp: ({ out, t }) => mul(shift(out, 1), t),
  facts: { zeroPreserving: true },
})

/**
 * Natural logarithm, elementwise.
 *
 *   out = log(x)          x̄ = ct / x
 *
 * Requires  C1 a float dtype.
 * Numerics  ±0 gives −∞, and ct / 0 in the derivative; negative x gives NaN
 * Errors    E101 when C1 fails
 */
export const log: UnaryOp = unary({
  name: 'log',
  evaluate: Math.log,
  scalar: s.log,
  vjp: ({ x, ct }) => ({ x: div(ct, x) }),
  jvp: ({ x, t }) => mul(reciprocal(x), t),
  samples: [0.5, 3],
  kinks: [0],
})

/**
 * Natural logarithm of 1 + x, elementwise.
 *
 *   out = log(1 + x)          x̄ = ct / (1 + x)
 *
 * Requires  C1 a float dtype.
 * Numerics  accurate near 0; −1 gives −∞, and below it NaN
 * Errors    E101 when C1 fails
 */
export const log1p: UnaryOp = unary({
  name: 'log1p',
  evaluate: Math.log1p,
  scalar: s.log1p,
  vjp: ({ x, ct }) => ({ x: div(ct, shift(x, 1)) }),
  jvp: ({ out, t }) => mul(exp(neg(out)), t),
  facts: { zeroPreserving: true },
  samples: [-0.5, 2],
  kinks: [-1],
})

/**
 * Square root, elementwise.
 *
 *   out = √x          x̄ = ct / (2 · out)
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  negative x gives NaN; at 0 the derivative is infinite, so a cotangent of 0 gives NaN
 *           there
 * Errors    E101 when C1 fails
 */
export const sqrt: UnaryOp = unary({
  name: 'sqrt',
  evaluate: Math.sqrt,
  scalar: s.sqrt,
  vjp: ({ out, ct }) => ({ x: div(ct, scale(out, 2)) }),
  jvp: ({ x, t }) => mul(scale(rsqrt(x), 0.5), t),
  facts: { zeroPreserving: true },
  samples: [0.5, 3],
  kinks: [0],
})

/**
 * Reciprocal of the square root, elementwise.
 *
 *   out = 1 / √x          x̄ = −½ · ct · out³
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  0 gives ∞ and −0 gives −∞; negative x gives NaN
 * Errors    E101 when C1 fails
 */
export const rsqrt: UnaryOp = unary({
  name: 'rsqrt',
  evaluate: x => 1 / Math.sqrt(x),
  scalar: s.rsqrt,
  vjp: ({ out, ct }) => ({ x: mul(scale(ct, -0.5), mul(out, square(out))) }),
  jvp: ({ x, out, t }) => neg(div(mul(t, out), scale(x, 2))),
  samples: [0.5, 3],
  kinks: [0],
})

/** x^(y − 1), and 1 at x = y = 0, where 0⁻¹ would turn the factor y = 0 into NaN. */
function powerBelow(x: Value, y: Value): Value {
  const nought = fullLike(x, 0)
  const atOrigin = and(equal(x, nought), equal(y, nought))
  return pow(x, where(atOrigin, nought, shift(y, -1)))
}

/**
 * x to the power y, elementwise.
 *
 *   out = xʸ          x̄ = ct · y · xʸ⁻¹, ȳ = ct · out · log(x), and 0 where x = 0 and y ≥ 0
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  anything to the power 0 is 1, NaN too; negative x gives NaN unless y is an integer, and
 *           its ȳ is always NaN: nearby exponents have no real power. (±1) to ±∞ is NaN
 * Errors    E101 when C1, C2 or C3 fails
 */
export const pow: BinaryOp = binary({
  name: 'pow',
  dtypes: FLOATS,
  evaluate: (x, y) => x ** y,
  scalar: s.pow,
  vjp: ({ x, y, out, ct }) => {
    const isFlat = and(equal(x, fullLike(x, 0)), greaterEqual(y, fullLike(y, 0)))
    const base = where(isFlat, fullLike(x, 1), x)
    return { x: mul(ct, mul(y, powerBelow(x, y))), y: mul(mul(ct, out), log(base)) }
  },
  jvp: {
    x: ({ x, y, t }) => {
      const nought = fullLike(x, 0)
      const offOrigin = or(notEqual(x, nought), notEqual(y, nought))
      return mul(pow(x, where(offOrigin, sub(y, fullLike(y, 1)), y)), mul(t, y))
    },
    y: ({ x, y, out, t }) => {
      const moves = or(notEqual(x, fullLike(x, 0)), less(y, fullLike(y, 0)))
      return mul(log(where(moves, x, fullLike(x, 1))), mul(t, out))
    },
  },
  facts: { rightIdentity: 1 },
  samples: { x: [0.5, 2], y: [-2, 2] },
  kinks: [0],
})

/** 2 / √π: the slope of the error function at 0. */
const ERF_SLOPE = 2 / Math.sqrt(Math.PI)

/**
 * The error function, elementwise.
 *
 *   out = 2/√π · ∫ from 0 to x of exp(−s²) ds          x̄ = ct · 2/√π · exp(−x²)
 *
 * Requires  C1 a float dtype.
 * Numerics  odd; the reference is within 1.1 ulp in double precision; ±∞ gives ±1
 * Errors    E101 when C1 fails
 * Source    Abramowitz and Stegun, 1964, 7.1.1
 */
export const erf: UnaryOp = unary({
  name: 'erf',
  evaluate: erfOf,
  scalar: s.erf,
  vjp: ({ x, ct }) => ({ x: mul(scale(ct, ERF_SLOPE), exp(neg(square(x)))) }),
  jvp: ({ x, t }) => mul(exp(mul(x, scale(x, -1))), scale(t, ERF_SLOPE)),
  facts: { zeroPreserving: true },
})
