// The Gaussian error linear unit, in its exact form and in the approximation by tanh that published
// models were trained with.

import { boolean } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { operator } from '../ir/define.ts'
import type { Operator } from '../ir/op.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { erf as erfOf } from '../support/erf.ts'
import { sigmoid } from './activation.ts'
import { add, mul, neg, scale, shift, square, sub } from './arithmetic.ts'
import { fullLike } from './creation.ts'
import { erf, exp } from './exponential.ts'
import { defineUnary } from './families.ts'
import { clamp } from './piecewise.ts'
import { tanh } from './trigonometric.ts'

/** Beyond ±40 the normal distribution function is 0 or 1 in every dtype, and its density 0. */
const FLAT = 40

/** The coefficients of the approximation: Φ(x) ≈ ½ (1 + tanh(SLOPE · (x + CUBIC · x³))). */
const SLOPE = Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715

/** 1/√2 and 1/√(2π). */
const ROOT_HALF = Math.SQRT1_2
const DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI)

function meaning(x: number, approximate: boolean): number {
  if (x < -FLAT) return -0
  if (!approximate) return (x / 2) * (1 + erfOf(x * ROOT_HALF))
  return (x / 2) * (1 + Math.tanh(SLOPE * (x + CUBIC * x ** 3)))
}

function scalarForm(x: Scalar, approximate: boolean): Scalar {
  const factor = (value: number, of: Scalar) => s.mul(s.literal(of, value), of)
  const near = s.max(x, s.literal(x, -FLAT))
  const cubic = s.add(near, factor(CUBIC, s.mul(near, s.mul(near, near))))
  const odd = approximate ? s.tanh(factor(SLOPE, cubic)) : s.erf(factor(ROOT_HALF, near))
  return s.mul(factor(0.5, near), s.add(s.one(x), odd))
}

/** Φ(x) + x · φ(x), with φ the normal density. */
function exactSlope(x: Value): Value {
  const share = scale(shift(erf(scale(x, ROOT_HALF)), 1), 0.5)
  const density = scale(exp(scale(square(x), -0.5)), DENSITY_AT_0)
  return add(share, mul(x, density))
}

/** The derivative of ½ x (1 + tanh u), u = SLOPE · (x + CUBIC · x³). */
function approximateSlope(x: Value): Value {
  const squared = square(x)
  const odd = tanh(scale(mul(x, shift(scale(squared, CUBIC), 1)), SLOPE))
  const slope = scale(shift(scale(squared, 3 * CUBIC), 1), SLOPE)
  const bend = mul(mul(x, sub(fullLike(x, 1), square(odd))), slope)
  return scale(add(shift(odd, 1), bend), 0.5)
}

/** Forward mode of the exact form: from Φ(x) = ½ − ½ erf(−x/√2), term by term. */
function exactTangent(x: Value, t: Value): Value {
  const opposite = erf(scale(x, -ROOT_HALF))
  const share = mul(sub(t, mul(t, opposite)), fullLike(t, 0.5))
  return add(share, mul(mul(t, scale(x, DENSITY_AT_0)), exp(neg(square(scale(x, ROOT_HALF))))))
}

/** Forward mode of the approximation: from ½ (1 + tanh u) = sigmoid(2u), by the product rule. */
function approximateTangent(x: Value, t: Value): Value {
  const twice = scale(add(x, scale(mul(x, mul(x, x)), CUBIC)), 2 * SLOPE)
  const tangent = scale(add(t, scale(mul(mul(x, x), t), 3 * CUBIC)), 2 * SLOPE)
  const weight = sigmoid(twice)
  return add(mul(weight, t), mul(mul(mul(weight, sigmoid(neg(twice))), x), tangent))
}

const geluOp = defineUnary({
  name: 'gelu',
  attributes: { approximate: boolean },
  defaults: { approximate: false },
  evaluate: (x, { approximate }) => meaning(x, approximate),
  scalar: (x, { approximate }) => scalarForm(x, approximate),
  vjp: ({ x, ct, attributes }) => {
    const near = clamp(x, -FLAT, FLAT)
    const slope = attributes.approximate ? approximateSlope(near) : exactSlope(near)
    return { x: mul(ct, slope) }
  },
  jvp: ({ x, t, attributes }) => {
    const near = clamp(x, -FLAT, FLAT)
    return attributes.approximate ? approximateTangent(near, t) : exactTangent(near, t)
  },
  facts: { zeroPreserving: true },
  sampleAttributes: [{ approximate: false }, { approximate: true }],
})

/**
 * Gaussian error linear unit, elementwise.
 *
 *   out = x · Φ(x), Φ(x) = ½ (1 + erf(x/√2))          x̄ = ct · (Φ(x) + x · exp(−x²/2)/√(2π))
 *
 * With `approximate`, Φ(x) is ½ (1 + tanh(√(2/π) · (x + 0.044715 x³))), within 5e-4 of the exact
 * one, and the derivative is that of this formula.
 *
 * Requires  C1 a float dtype.
 * Numerics  absolute accuracy: for x below −3, 1 + erf cancels. −∞ gives −0, its limit; the
 *           derivative at ±∞ is 1 or 0
 * Errors    E101 when C1 fails
 * Source    Hendrycks and Gimpel, Gaussian error linear units, 2016, section 2
 */
export const gelu: Operator &
  ((x: Value, options?: { readonly approximate?: boolean | undefined }) => Value) = operator(
  geluOp,
  (x: Value, { approximate = false }: { readonly approximate?: boolean | undefined } = {}): Value =>
    x.builder.append(geluOp, [x], { approximate }, gelu)[0]!,
)
