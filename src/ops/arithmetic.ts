// Arithmetic of two tensors of equal type, and the unary ops that its derivatives need.

import * as s from '../kernel/scalar.ts'
import { fullLike } from './creation.ts'
import { type BinaryOp, binary, SIGNED, type UnaryOp, unary } from './families.ts'

/**
 * Sum, elementwise.
 *
 *   out = x + y          x̄ = ct, ȳ = ct
 *
 * Numerics  integers wrap
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
 * Negation, elementwise.
 *
 *   out = −x          x̄ = −ct
 */
export const neg: UnaryOp = unary({
  name: 'neg',
  dtypes: SIGNED,
  evaluate: x => -x,
  scalar: s.neg,
  vjp: ({ ct }) => ({ x: neg(ct) }),
  jvp: ({ t }) => mul(t, fullLike(t, -1)),
  facts: { involution: true },
})

/**
 * Product, elementwise.
 *
 *   out = x · y          x̄ = ct · y, ȳ = ct · x
 *
 * Numerics  integers wrap
 */
export const mul: BinaryOp = binary({
  name: 'mul',
  evaluate: (x, y, dtype) => (dtype === 'i32' || dtype === 'u32' ? Math.imul(x, y) : x * y),
  scalar: s.mul,
  vjp: ({ x, y, ct }) => ({ x: mul(ct, y), y: mul(ct, x) }),
  jvp: { x: ({ y, t }) => mul(y, t), y: ({ x, t }) => mul(x, t) },
  facts: { commutative: true, associative: true, rightIdentity: 1, finiteAbsorbing: 0 },
})

/**
 * Hyperbolic tangent, elementwise.
 *
 *   out = tanh(x)          x̄ = ct · (1 − out²)
 *
 * Reads only the result, so `x` need not stay alive for the backward pass.
 */
export const tanh: UnaryOp = unary({
  name: 'tanh',
  evaluate: Math.tanh,
  scalar: s.tanh,
  vjp: ({ out, ct }) => ({ x: mul(ct, add(fullLike(out, 1), neg(mul(out, out)))) }),
  jvp: ({ out, t }) => add(t, neg(mul(mul(t, out), out))),
})
