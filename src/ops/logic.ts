// Logic of bools, and of the bits of integers. Nothing here carries a derivative.

import { notDifferentiable } from '../ir/op.ts'
import * as s from '../kernel/scalar.ts'
import {
  type BinaryOp,
  type BinarySection,
  binary,
  DISCRETE,
  type UnaryOp,
  unary,
} from './families.ts'

type Logic = Pick<BinarySection, 'name' | 'evaluate' | 'scalar' | 'facts'>

function logic(section: Logic): BinaryOp {
  return binary({
    ...section,
    family: 'logic',
    dtypes: DISCRETE,
    vjp: () => ({ x: notDifferentiable, y: notDifferentiable }),
    jvp: { x: () => notDifferentiable, y: () => notDifferentiable },
  })
}

/**
 * Conjunction of bools, or of the bits of integers.
 *
 *   out = x ∧ y          no derivative
 *
 * Requires  C1 a dtype of i32, u32, bool. C2 equal shapes. C3 equal dtypes.
 * Errors    E101 when C1, C2 or C3 fails
 */
export const and: BinaryOp = logic({
  name: 'and',
  evaluate: (x, y) => x & y,
  scalar: s.and,
  facts: { commutative: true, associative: true, idempotent: true, absorbing: 0 },
})

/**
 * Disjunction of bools, or of the bits of integers.
 *
 *   out = x ∨ y          no derivative
 *
 * Requires  C1 a dtype of i32, u32, bool. C2 equal shapes. C3 equal dtypes.
 * Errors    E101 when C1, C2 or C3 fails
 */
export const or: BinaryOp = logic({
  name: 'or',
  evaluate: (x, y) => x | y,
  scalar: s.or,
  facts: { commutative: true, associative: true, idempotent: true, rightIdentity: 0 },
})

/**
 * Exclusive disjunction of bools, or of the bits of integers.
 *
 *   out = x ⊕ y          no derivative
 *
 * Requires  C1 a dtype of i32, u32, bool. C2 equal shapes. C3 equal dtypes.
 * Errors    E101 when C1, C2 or C3 fails
 */
export const xor: BinaryOp = logic({
  name: 'xor',
  evaluate: (x, y) => x ^ y,
  scalar: s.xor,
  facts: { commutative: true, associative: true, rightIdentity: 0 },
})

/**
 * Negation of a bool, or of the bits of an integer.
 *
 *   out = ¬x          no derivative
 *
 * Requires  C1 a dtype of i32, u32, bool.
 * Errors    E101 when C1 fails
 */
export const not: UnaryOp = unary({
  name: 'not',
  family: 'logic',
  dtypes: DISCRETE,
  evaluate: (x, _, dtype) => (dtype === 'bool' ? Number(x === 0) : ~x),
  scalar: s.not,
  vjp: () => ({ x: notDifferentiable }),
  jvp: () => notDifferentiable,
  facts: { involution: true },
})
