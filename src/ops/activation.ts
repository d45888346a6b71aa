// Activations of neural networks as core elementwise ops: one kernel expression each, stable at any
// finite operand, with the limit at infinities.

import { number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { operator } from '../ir/define.ts'
import type { Operator } from '../ir/op.ts'
import * as s from '../kernel/scalar.ts'
import { add, mul, neg, scale, shift, sub } from './arithmetic.ts'
import { greater } from './comparison.ts'
import { fullLike } from './creation.ts'
import { exp, expm1 } from './exponential.ts'
import { defineUnary, type UnaryOp, unary } from './families.ts'
import { clamp, minimum } from './piecewise.ts'
import { where } from './select.ts'

/** Whether each element is above 0. */
const isPositive = (x: Value) => greater(x, fullLike(x, 0))

/**
 * Logistic sigmoid, elementwise.
 *
 *   out = 1 / (1 + exp(−x))          x̄ = ct · out · (1 − out)
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  no overflow: −∞ gives 0, ∞ gives 1. Results below the normal range may be 0
 * Errors    E101 when C1 fails
 */
export const sigmoid: UnaryOp = unary({
  name: 'sigmoid',
  evaluate: x => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  // Where exp(−x) overflows, 1/∞ is the 0 that is meant; so one form serves both sides.
  scalar: x => s.div(s.one(x), s.add(s.one(x), s.exp(s.neg(x)))),
  vjp: ({ out, ct }) => ({ x: mul(ct, mul(out, sub(fullLike(out, 1), out))) }),
  jvp: ({ x, out, t }) => mul(mul(t, out), sigmoid(neg(x))),
})

/**
 * Softplus, elementwise: the integral of the sigmoid.
 *
 *   out = log(1 + exp(x))          x̄ = ct · sigmoid(x)
 *
 * Requires  C1 a float dtype.
 * Numerics  computed as max(x, 0) + log1p(exp(−|x|)), which neither overflows nor cancels; −∞ gives
 *           0
 * Errors    E101 when C1 fails
 */
export const softplus: UnaryOp = unary({
  name: 'softplus',
  evaluate: x => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))),
  scalar: x => s.add(s.max(x, s.zero(x)), s.log1p(s.exp(s.neg(s.abs(x))))),
  vjp: ({ x, ct }) => ({ x: mul(ct, sigmoid(x)) }),
  jvp: ({ out, t }) => mul(neg(expm1(neg(out))), t),
})

/**
 * Rectified linear unit, elementwise.
 *
 *   out = max(x, 0)          x̄ = out > 0 ? ct : 0
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  NaN stays NaN; the derivative at 0 is 0
 * Errors    E101 when C1 fails
 */
export const relu: UnaryOp = unary({
  name: 'relu',
  evaluate: x => (x <= 0 ? 0 : x),
  scalar: x => s.max(x, s.zero(x)),
  vjp: ({ out, ct }) => ({ x: where(isPositive(out), ct, fullLike(ct, 0)) }),
  jvp: ({ x, t }) => where(isPositive(x), t, fullLike(t, 0)),
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [0],
})

const leakyReluOp = defineUnary({
  name: 'leaky_relu',
  attributes: { slope: number },
  defaults: { slope: 0.01 },
  evaluate: (x, { slope }) => (x > 0 ? x : slope * x),
  scalar: (x, { slope }) => s.select(s.gt(x, s.zero(x)), x, s.mul(s.literal(x, slope), x)),
  vjp: ({ x, ct, attributes }) => ({ x: where(isPositive(x), ct, scale(ct, attributes.slope)) }),
  jvp: ({ x, t, attributes }) =>
    mul(t, where(isPositive(x), fullLike(x, 1), fullLike(x, attributes.slope))),
  sampleAttributes: [{ slope: 0.25 }],
  kinks: [0],
})

/**
 * Leaky rectified linear unit, elementwise.
 *
 *   out = x > 0 ? x : slope · x          x̄ = x > 0 ? ct : slope · ct
 *
 * Requires  C1 a float dtype.
 * Numerics  NaN stays NaN; the derivative at 0 is the slope
 * Errors    E101 when C1 fails
 */
export const leakyRelu: Operator & ((x: Value, slope?: number) => Value) = operator(
  leakyReluOp,
  (x: Value, slope = 0.01): Value => x.builder.append(leakyReluOp, [x], { slope }, leakyRelu)[0]!,
)

const eluOp = defineUnary({
  name: 'elu',
  attributes: { alpha: number },
  defaults: { alpha: 1 },
  evaluate: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  scalar: (x, { alpha }) => s.select(s.gt(x, s.zero(x)), x, s.mul(s.literal(x, alpha), s.expm1(x))),
  vjp: ({ x, out, ct, attributes: { alpha } }) => ({
    x: where(isPositive(x), ct, mul(ct, shift(out, alpha))),
  }),
  // min(x, 0) keeps exp finite on the side that `where` leaves out: ∞ there would return as 0 · ∞.
  jvp: ({ x, t, attributes: { alpha } }) => {
    const below = scale(exp(minimum(x, fullLike(x, 0))), alpha)
    return mul(t, where(isPositive(x), fullLike(x, 1), below))
  },
  sampleAttributes: [{ alpha: 0.75 }],
  kinks: [0],
})

/**
 * Exponential linear unit, elementwise.
 *
 *   out = x > 0 ? x : α · (eˣ − 1)          x̄ = x > 0 ? ct : ct · (out + α)
 *
 * Requires  C1 a float dtype.
 * Numerics  −∞ gives −α; NaN stays NaN; the derivative at 0 is α
 * Errors    E101 when C1 fails
 * Source    Clevert, Unterthiner, Hochreiter, Fast and accurate deep network learning by
 *           exponential linear units, 2016, equation 14
 */
export const elu: Operator & ((x: Value, alpha?: number) => Value) = operator(
  eluOp,
  (x: Value, alpha = 1): Value => x.builder.append(eluOp, [x], { alpha }, elu)[0]!,
)

/** Beyond ±1000 the sigmoid is 0 or 1 in every dtype, so the bound only tames infinities. */
const SILU_FLAT = 1000

/**
 * Sigmoid-weighted linear unit, elementwise; also called swish.
 *
 *   out = x · sigmoid(x)          x̄ = ct · σ · (1 + x · (1 − σ)), σ = sigmoid(x)
 *
 * Requires  C1 a float dtype.
 * Numerics  −∞ gives −0, its limit; the derivative at ±∞ is 1 or 0. Results within a factor 128 of
 *           the subnormal range may be 0
 * Errors    E101 when C1 fails
 * Source    Elfwing, Uchibe, Doya, Sigmoid-weighted linear units, 2018, equations 4 and 5
 */
export const silu: UnaryOp = unary({
  name: 'silu',
  evaluate: x => (x === Number.NEGATIVE_INFINITY ? -0 : x / (1 + Math.exp(-x))),
  scalar: x => {
    const sigmoidOfX = s.div(s.one(x), s.add(s.one(x), s.exp(s.neg(x))))
    return s.mul(s.max(x, s.literal(x, -SILU_FLAT)), sigmoidOfX)
  },
  vjp: ({ x, ct }) => {
    const near = clamp(x, -SILU_FLAT, SILU_FLAT)
    const weight = sigmoid(near)
    const rest = sub(fullLike(x, 1), weight)
    return { x: mul(ct, mul(weight, shift(mul(near, rest), 1))) }
  },
  jvp: ({ x, t }) => {
    const near = clamp(x, -SILU_FLAT, SILU_FLAT)
    return add(mul(t, sigmoid(near)), mul(mul(t, silu(near)), sigmoid(neg(near))))
  },
  facts: { zeroPreserving: true },
})
