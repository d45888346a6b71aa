// Logarithms of sums, differences and powers of what is itself an exponential or may be 0: core
// elementwise ops that never form the number whose logarithm they give, which may round to 0 or
// overflow where the logarithm is ordinary.

import type { Value } from '../ir/builder.ts'
import * as s from '../kernel/scalar.ts'
import { sigmoid, softplus } from './activation.ts'
import { div, mul, neg, shift, sub } from './arithmetic.ts'
import { equal, notEqual } from './comparison.ts'
import { fullLike } from './creation.ts'
import { exp, expm1, log, log1p } from './exponential.ts'
import { type BinaryOp, binary, FLOATS, type UnaryOp, unary } from './families.ts'
import { abs } from './piecewise.ts'
import { where } from './select.ts'

/** x − y, and 0 for equal infinities, whose difference is NaN. */
const difference = (x: Value, y: Value) => where(equal(x, y), fullLike(x, 0), sub(x, y))

/**
 * Logarithm of the sum of two exponentials, elementwise: a smooth maximum.
 *
 *   out = log(exp(x) + exp(y))          x̄ = ct · sigmoid(x − y), ȳ = ct · sigmoid(y − x)
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  computed as max(x, y) + log1p(exp(−|x − y|)), which neither overflows nor underflows;
 *           near a result of 0 the error is that of max(x, y). An operand of −∞ adds nothing, ∞
 *           gives ∞; equal infinities share the cotangent as equal numbers do
 * Errors    E101 when C1, C2 or C3 fails
 */
export const logAddExp: BinaryOp = binary({
  name: 'log_add_exp',
  dtypes: FLOATS,
  evaluate: (x, y) => {
    const high = Math.max(x, y)
    return Number.isFinite(high) ? high + Math.log1p(Math.exp(Math.min(x, y) - high)) : high
  },
  scalar: (x, y) => {
    const apart = s.select(s.eq(x, y), s.zero(x), s.abs(s.sub(x, y)))
    return s.add(s.max(x, y), s.log1p(s.exp(s.neg(apart))))
  },
  vjp: ({ x, y, ct }) => ({
    x: mul(ct, sigmoid(difference(x, y))),
    y: mul(ct, sigmoid(difference(y, x))),
  }),
  jvp: {
    x: ({ x, y, t }) => mul(exp(neg(softplus(difference(y, x)))), t),
    y: ({ x, y, t }) => mul(exp(neg(softplus(difference(x, y)))), t),
  },
  facts: { commutative: true, roundedIdentity: Number.NEGATIVE_INFINITY },
})

/**
 * Logarithm of 1 less an exponential, elementwise: of the probability that a logarithm of a
 * probability leaves.
 *
 *   out = log(1 − exp(x))          x̄ = −ct / (exp(−x) − 1)
 *
 * Requires  C1 a float dtype.
 * Numerics  log(−expm1(x)) above −log 2, where 1 − exp(x) cancels, and log1p(−exp(x)) below, where
 *           it rounds to 1; ±0 gives −∞, and its derivative is −∞; positive x gives NaN
 * Errors    E101 when C1 fails
 * Source    Mächler, Accurately computing log(1 − exp(−|a|)), 2012, equation 7
 */
export const log1mexp: UnaryOp = unary({
  name: 'log1mexp',
  evaluate: x => (x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x))),
  scalar: x =>
    s.select(s.gt(x, s.literal(x, -Math.LN2)), s.log(s.neg(s.expm1(x))), s.log1p(s.neg(s.exp(x)))),
  // |x| is −x wherever there is a result, and at 0 it has the sign that makes the limit −∞.
  vjp: ({ x, ct }) => ({ x: neg(div(ct, expm1(abs(x)))) }),
  jvp: ({ out, t }) => mul(neg(expm1(neg(out))), t),
  samples: [-2, -0.25],
  kinks: [0],
})

/** `y`, and 1 where x = 0: what stands beside a factor of 0 must not be infinite. */
const unlessZero = (x: Value, y: Value) => where(equal(x, fullLike(x, 0)), fullLike(y, 1), y)

/**
 * x times the logarithm of y, elementwise, with 0 · log(0) = 0, its limit: the term of entropies.
 *
 *   out = x · log(y), and 0 where x = 0
 *   x̄ = ct · log(y), ȳ = ct · x / y, and 0 where x = 0
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  0 where x = 0 and y is 0, negative or infinite; NaN where y is NaN, whatever x. At
 *           y = 0 the derivative to x is infinite, unless the cotangent is 0
 * Errors    E101 when C1, C2 or C3 fails
 */
export const xlogy: BinaryOp = binary({
  name: 'xlogy',
  dtypes: FLOATS,
  evaluate: (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
  scalar: (x, y) => s.select(s.and(s.eq(x, s.zero(x)), s.eq(y, y)), s.zero(x), s.mul(x, s.log(y))),
  vjp: ({ x, y, ct }) => ({ x: xlogy(ct, y), y: div(mul(ct, x), unlessZero(x, y)) }),
  jvp: {
    x: ({ y, t }) => mul(log(unlessZero(t, y)), t),
    y: ({ x, y, t }) => mul(t, div(x, where(notEqual(x, fullLike(x, 0)), y, fullLike(y, 1)))),
  },
  samples: { y: [0.5, 2] },
  kinks: [0],
})

/**
 * x times the logarithm of 1 + y, elementwise, with 0 · log(0) = 0, its limit.
 *
 *   out = x · log(1 + y), and 0 where x = 0
 *   x̄ = ct · log(1 + y), ȳ = ct · x / (1 + y), and 0 where x = 0
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  accurate near y = 0; 0 where x = 0 and y is −1, below it or infinite; NaN where y is
 *           NaN, whatever x. At y = −1 the derivative to x is infinite, unless the cotangent is 0
 * Errors    E101 when C1, C2 or C3 fails
 */
export const xlog1py: BinaryOp = binary({
  name: 'xlog1py',
  dtypes: FLOATS,
  evaluate: (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log1p(y)),
  scalar: (x, y) =>
    s.select(s.and(s.eq(x, s.zero(x)), s.eq(y, y)), s.zero(x), s.mul(x, s.log1p(y))),
  vjp: ({ x, y, ct }) => ({ x: xlog1py(ct, y), y: div(mul(ct, x), unlessZero(x, shift(y, 1))) }),
  jvp: {
    x: ({ y, t }) => mul(log1p(where(equal(t, fullLike(t, 0)), fullLike(y, 0), y)), t),
    y: ({ x, y, t }) => {
      const moves = notEqual(x, fullLike(x, 0))
      return mul(t, div(x, shift(where(moves, y, fullLike(y, 0)), 1)))
    },
  },
  samples: { y: [-0.5, 1] },
  kinks: [0],
})
