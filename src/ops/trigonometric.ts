// Circular and hyperbolic functions of floats.

import * as s from '../kernel/scalar.ts'
import { add, mul, neg, scale, square, sub } from './arithmetic.ts'
import { fullLike } from './creation.ts'
import { type UnaryOp, unary } from './families.ts'

/**
 * Sine of an angle in radians, elementwise.
 *
 *   out = sin(x)          x̄ = ct · cos(x)
 *
 * Requires  C1 a float dtype.
 * Numerics  ±∞ gives NaN
 * Errors    E101 when C1 fails
 */
export const sin: UnaryOp = unary({
  name: 'sin',
  evaluate: Math.sin,
  scalar: s.sin,
  vjp: ({ x, ct }) => ({ x: mul(ct, cos(x)) }),
  jvp: ({ x, t }) => mul(cos(x), t),
  facts: { zeroPreserving: true },
})

/**
 * Cosine of an angle in radians, elementwise.
 *
 *   out = cos(x)          x̄ = −ct · sin(x)
 *
 * Requires  C1 a float dtype.
 * Numerics  ±∞ gives NaN
 * Errors    E101 when C1 fails
 */
export const cos: UnaryOp = unary({
  name: 'cos',
  evaluate: Math.cos,
  scalar: s.cos,
  vjp: ({ x, ct }) => ({ x: neg(mul(ct, sin(x))) }),
  jvp: ({ x, t }) => mul(scale(t, -1), sin(x)),
})

/**
 * Hyperbolic tangent, elementwise.
 *
 *   out = tanh(x)          x̄ = ct · (1 − out²)
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  ±∞ gives ±1
 * Errors    E101 when C1 fails
 */
export const tanh: UnaryOp = unary({
  name: 'tanh',
  evaluate: Math.tanh,
  scalar: s.tanh,
  vjp: ({ out, ct }) => ({ x: mul(ct, sub(fullLike(out, 1), square(out))) }),
  jvp: ({ out, t }) => add(t, neg(mul(mul(t, out), out))),
  facts: { zeroPreserving: true },
})
