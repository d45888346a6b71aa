// Choice between two tensors, and change of element type.

import { dtype as dtypeAttribute } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { Literal } from '../ir/literal.ts'
import { notDifferentiable, type Operator, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, shapesEqual, withDtype } from '../ir/type.ts'
import * as s from '../kernel/scalar.ts'
import { type DTypeName, isFloat } from '../support/dtype.ts'
import { fullLike } from './creation.ts'
import { ALL, dtypeViolation, equalTypes } from './families.ts'

const whereOp = defineOp({
  name: 'where',
  family: 'select',
  operands: ['condition', 'x', 'y'],
  constraints: {
    C1: 'condition is bool',
    C2: 'x and y have equal shape',
    C3: 'x and y have equal dtype',
    C4: 'condition has the shape of x',
  },
  type: ({ condition, x, y }) => {
    const problem = dtypeViolation(condition, 'condition', ['bool']) ?? equalTypes(x, y)
    if (problem !== undefined) return problem
    if (shapesEqual(condition.shape, x.shape)) return x
    return violation(
      'C4',
      `condition must have the shape of x, ${printShape(x.shape)}, got ${printShape(condition.shape)}`,
      { condition: 'whole', x: 'whole' },
      'broadcast the condition with broadcastTo(condition, shape)',
    )
  },
  evaluate: ({ condition, x, y }) => {
    const choose = (_: unknown, i: number) => (condition.at(i) === 0 ? y.at(i) : x.at(i))
    return new Literal(x.dtype, x.shape, Float64Array.from({ length: x.size }, choose))
  },
  vjp: ({ condition, ct }) => ({
    condition: notDifferentiable,
    x: where(condition, ct, fullLike(ct, 0)),
    y: where(condition, fullLike(ct, 0), ct),
  }),
  jvp: 'linear',
  lowering: { kind: 'elementwise', scalar: ([condition, x, y]) => s.select(condition!, x!, y!) },
  samples: draw => {
    const shape = draw.shape()
    const dtype = draw.pick(ALL)
    return {
      operands: [operand('bool', shape), operand(dtype, shape), operand(dtype, shape)],
      attributes: {},
    }
  },
})

/**
 * One of two tensors, element by element.
 *
 *   out = condition ? x : y          x̄ = condition ? ct : 0, ȳ = condition ? 0 : ct
 *
 * Requires  C1 condition is bool. C2 x and y of equal shape. C3 x and y of equal dtype. C4
 *           condition has their shape.
 * Numerics  only the chosen element counts: a NaN in the other stays out of the result. Its
 *           cotangent is 0, which the rule of whatever made it may still turn into 0 · ∞; so guard
 *           the operand of a partial function, not its result: `log(where(c, x, 1))`
 * Errors    E101 when C1, C2, C3 or C4 fails
 */
export const where: Operator & ((condition: Value, x: Value, y: Value) => Value) = operator(
  whereOp,
  (condition: Value, x: Value, y: Value): Value =>
    condition.builder.append(whereOp, [condition, x, y], {}, where)[0]!,
)

const castOp = defineOp({
  name: 'cast',
  family: 'cast',
  operands: ['x'],
  attributes: { dtype: dtypeAttribute },
  type: ({ x }, { dtype }) => withDtype(x, dtype),
  evaluate: ({ x }, { dtype }) => x.map(value => convert(value, x.dtype, dtype), dtype),
  vjp: ({ x, ct }) => ({
    x: isFloat(x.type.dtype) && isFloat(ct.type.dtype) ? cast(ct, x.type.dtype) : notDifferentiable,
  }),
  jvp: {
    x: ({ t, attributes: { dtype } }) => (isFloat(dtype) ? cast(t, dtype) : notDifferentiable),
  },
  lowering: { kind: 'elementwise', scalar: ([x], { result }) => s.cast(result.dtype, x!) },
  facts: { zeroPreserving: true },
  samples: draw => ({
    operands: [operand(draw.pick(ALL), draw.shape())],
    attributes: { dtype: draw.pick(ALL) },
  }),
})

/** What an element of one dtype is in another, before rounding. */
function convert(value: number, from: DTypeName, to: DTypeName): number {
  if (to === 'bool') return value === 0 ? 0 : 1
  if (!isFloat(from) || isFloat(to)) return value
  if (Number.isNaN(value)) return 0
  const [low, high] = to === 'i32' ? [-2147483648, 2147483647] : [0, 4294967295]
  if (value <= low) return low
  return value >= high ? high : Math.trunc(value)
}

/**
 * The same tensor in another dtype; `x` itself where it has that dtype already.
 *
 *   out = x as dtype          x̄ = ct as x's dtype, between floats; else no derivative
 *
 * Numerics  float to integer truncates toward zero and saturates, NaN becomes 0; integer to integer
 *           keeps the low 32 bits; to bool asks whether x ≠ 0, which NaN does; to f32 rounds to
 *           nearest
 */
export const cast: Operator & ((x: Value, dtype: DTypeName) => Value) = operator(
  castOp,
  (x: Value, dtype: DTypeName): Value =>
    x.type.dtype === dtype ? x : x.builder.append(castOp, [x], { dtype }, cast)[0]!,
)
