// Comparisons of two tensors of equal type. The result is a bool, which carries no derivative: what
// the comparison decides may jump, but never moves.

import { notDifferentiable } from '../ir/op.ts'
import * as s from '../kernel/scalar.ts'
import { ALL, type BinaryOp, type BinarySection, binary, NUMBERS } from './families.ts'

type Comparison = Pick<BinarySection, 'name' | 'dtypes' | 'evaluate' | 'scalar' | 'facts'>

function comparison(section: Comparison): BinaryOp {
  return binary({
    ...section,
    family: 'comparison',
    result: 'bool',
    vjp: () => ({ x: notDifferentiable, y: notDifferentiable }),
    jvp: { x: () => notDifferentiable, y: () => notDifferentiable },
  })
}

/**
 * Whether x = y, elementwise.
 *
 *   out = [x = y]          no derivative
 *
 * Requires  C1 any dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  −0 equals 0; NaN equals nothing, itself included
 * Errors    E101 when C2 or C3 fails
 */
export const equal: BinaryOp = comparison({
  name: 'equal',
  dtypes: ALL,
  evaluate: (x, y) => Number(x === y),
  scalar: s.eq,
  facts: { commutative: true },
})

/**
 * Whether x ≠ y, elementwise: the negation of `equal`.
 *
 *   out = [x ≠ y]          no derivative
 *
 * Requires  C1 any dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  NaN differs from everything, itself included
 * Errors    E101 when C2 or C3 fails
 */
export const notEqual: BinaryOp = comparison({
  name: 'not_equal',
  dtypes: ALL,
  evaluate: (x, y) => Number(x !== y),
  scalar: s.ne,
  facts: { commutative: true },
})

/**
 * Whether x < y, elementwise.
 *
 *   out = [x < y]          no derivative
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  false where an operand is NaN
 * Errors    E101 when C1, C2 or C3 fails
 */
export const less: BinaryOp = comparison({
  name: 'less',
  dtypes: NUMBERS,
  evaluate: (x, y) => Number(x < y),
  scalar: s.lt,
})

/**
 * Whether x ≤ y, elementwise.
 *
 *   out = [x ≤ y]          no derivative
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  false where an operand is NaN
 * Errors    E101 when C1, C2 or C3 fails
 */
export const lessEqual: BinaryOp = comparison({
  name: 'less_equal',
  dtypes: NUMBERS,
  evaluate: (x, y) => Number(x <= y),
  scalar: s.le,
})

/**
 * Whether x > y, elementwise.
 *
 *   out = [x > y]          no derivative
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  false where an operand is NaN
 * Errors    E101 when C1, C2 or C3 fails
 */
export const greater: BinaryOp = comparison({
  name: 'greater',
  dtypes: NUMBERS,
  evaluate: (x, y) => Number(x > y),
  scalar: s.gt,
})

/**
 * Whether x ≥ y, elementwise.
 *
 *   out = [x ≥ y]          no derivative
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  false where an operand is NaN
 * Errors    E101 when C1, C2 or C3 fails
 */
export const greaterEqual: BinaryOp = comparison({
  name: 'greater_equal',
  dtypes: NUMBERS,
  evaluate: (x, y) => Number(x >= y),
  scalar: s.ge,
})
