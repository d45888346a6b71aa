// Arithmetic of two tensors of equal type, and the unary ops that its derivatives need. The first
// file of ops after creation: every other one builds its rules from these.

import type { Value } from '../ir/builder.ts'
import * as s from '../kernel/scalar.ts'
import { isFloat } from '../support/dtype.ts'
import { fullLike } from './creation.ts'
import { type BinaryOp, binary, NUMBERS, SIGNED, type UnaryOp, unary } from './families.ts'

/**
 * Sum, elementwise.
 *
 *   out = x + y          x̄ = ct, ȳ = ct
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  integers wrap
 * Errors    E101 when C1, C2 or C3 fails
 */
export const add: BinaryOp = binary({
  name: 'add',
  evaluate: (x, y) => x + y,
  scalar: s.add,
  vjp: ({ ct }) => ({ x: ct, y: ct }),
  jvp: { x: ({ t }) => t, y: ({ t }) => t },
  facts: { commutative: true, associative: true, rightIdentity: -0, roundedIdentity: 0 },
})

/**
 * Difference, elementwise.
 *
 *   out = x − y          x̄ = ct, ȳ = −ct
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  integers wrap
 * Errors    E101 when C1, C2 or C3 fails
 */
export const sub: BinaryOp = binary({
  name: 'sub',
  evaluate: (x, y) => x - y,
  scalar: s.sub,
  vjp: ({ ct }) => ({ x: ct, y: neg(ct) }),
  jvp: { x: ({ t }) => t, y: ({ t }) => scale(t, -1) },
  facts: { rightIdentity: 0 },
})

/**
 * Negation, elementwise.
 *
 *   out = −x          x̄ = −ct
 *
 * Requires  C1 a dtype with a sign: f32, f64 or i32.
 * Numerics  the smallest i32 stays as it is
 * Errors    E101 when C1 fails
 */
export const neg: UnaryOp = unary({
  name: 'neg',
  dtypes: SIGNED,
  evaluate: x => -x,
  scalar: s.neg,
  vjp: ({ ct }) => ({ x: neg(ct) }),
  jvp: ({ t }) => scale(t, -1),
  facts: { involution: true },
})

/**
 * Product, elementwise.
 *
 *   out = x · y          x̄ = ct · y, ȳ = ct · x
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  integers wrap
 * Errors    E101 when C1, C2 or C3 fails
 */
export const mul: BinaryOp = binary({
  name: 'mul',
  evaluate: (x, y, dtype) => (isFloat(dtype) ? x * y : Math.imul(x, y)),
  scalar: s.mul,
  vjp: ({ x, y, ct }) => ({ x: mul(ct, y), y: mul(ct, x) }),
  jvp: { x: ({ y, t }) => mul(y, t), y: ({ x, t }) => mul(x, t) },
  facts: { commutative: true, associative: true, rightIdentity: 1, finiteAbsorbing: 0 },
})

/**
 * Quotient, elementwise.
 *
 *   out = x / y          x̄ = ct / y, ȳ = −ct · out / y
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  floats follow IEEE 754: 1/0 = ∞, 0/0 = NaN. Integers truncate toward zero; a zero
 *           divisor gives 0, and the smallest i32 divided by −1 wraps to itself
 * Errors    E101 when C1, C2 or C3 fails
 */
export const div: BinaryOp = binary({
  name: 'div',
  evaluate: (x, y, dtype) => {
    if (isFloat(dtype)) return x / y
    return y === 0 ? 0 : (x - (x % y)) / y
  },
  scalar: s.div,
  vjp: ({ y, out, ct }) => ({ x: div(ct, y), y: neg(div(mul(ct, out), y)) }),
  jvp: {
    x: ({ y, t }) => mul(t, reciprocal(y)),
    y: ({ x, y, t }) => mul(scale(t, -1), div(x, square(y))),
  },
  facts: { rightIdentity: 1 },
  samples: { y: [0.5, 2] },
})

/**
 * Reciprocal, elementwise.
 *
 *   out = 1 / x          x̄ = −ct · out²
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 *
 * Requires  C1 a float dtype.
 * Numerics  ±0 gives ±∞
 * Errors    E101 when C1 fails
 */
export const reciprocal: UnaryOp = unary({
  name: 'reciprocal',
  evaluate: x => 1 / x,
  scalar: x => s.div(s.one(x), x),
  vjp: ({ out, ct }) => ({ x: neg(mul(ct, square(out))) }),
  jvp: ({ x, out, t }) => mul(scale(t, -1), div(out, x)),
  samples: [0.5, 2],
  kinks: [0],
})

/**
 * Square, elementwise.
 *
 *   out = x²          x̄ = 2 · ct · x
 *
 * Requires  C1 a number dtype.
 * Numerics  integers wrap
 * Errors    E101 when C1 fails
 */
export const square: UnaryOp = unary({
  name: 'square',
  dtypes: NUMBERS,
  evaluate: (x, _, dtype) => (isFloat(dtype) ? x * x : Math.imul(x, x)),
  scalar: x => s.mul(x, x),
  vjp: ({ x, ct }) => ({ x: scale(mul(ct, x), 2) }),
  jvp: ({ x, t }) => add(mul(t, x), mul(x, t)),
  facts: { zeroPreserving: true },
})

/** x · factor for a number: how rules write the constant factor of a formula. */
export function scale(x: Value, factor: number): Value {
  return mul(x, fullLike(x, factor))
}

/** x + term for a number: how rules write the constant term of a formula. */
export function shift(x: Value, term: number): Value {
  return add(x, fullLike(x, term))
}
