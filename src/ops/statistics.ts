// Mean and variance over axes. The number of elements is a node of its own, `size`, so both work on
// symbolic shapes.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator, type VjpContext } from '../ir/define.ts'
import { sizeOf } from '../ir/dim.ts'
import type { Derivative } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { div, mul, scale, square, sub } from './arithmetic.ts'
import { type Axes, absoluteAxes, axesViolation, dimsAt, dropAxes, onesAt } from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { size } from './creation.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { reshape } from './movement.ts'
import { AXES, type ReduceOp, type ReduceOptions } from './reducing.ts'

interface Attributes {
  readonly axes: readonly number[]
}

interface MomentSection {
  readonly name: string
  readonly body: (x: Value, axes: readonly number[]) => Value
  readonly vjp?: (context: VjpContext<'x', Attributes>) => { readonly x: Derivative }
}

/**
 * A composite reduction of floats. C1: x is a float. C2: the axes are ascending, distinct and
 * there.
 */
function moment({ name, body, vjp }: MomentSection): ReduceOp {
  const op = defineComposite({
    name,
    operands: ['x'],
    attributes: { axes: integers },
    constraints: { C1: dtypeConstraint('x', FLOATS), C2: AXES },
    type: ({ x }, { axes }) =>
      dtypeViolation(x, 'x', FLOATS) ??
      axesViolation('C2', axes, x, 'x') ?? { dtype: x.dtype, shape: dropAxes(x.shape, axes) },
    body: ({ x }, { axes }) => body(x, axes),
    ...(vjp === undefined ? {} : { vjp }),
    samples: draw => {
      const shape = draw.shape()
      // The mean of nothing is 0/0, which has no derivative to check.
      const axes = draw.axes(shape.length).filter(axis => shape[axis] !== 0)
      return { operands: [operand(draw.pick(FLOATS), shape)], attributes: { axes } }
    },
  })
  const call: ReduceOp = operator(op, (x: Value, axes?: Axes, options: ReduceOptions = {}) => {
    const absolute = absoluteAxes(name, x, axes, call)
    const out = x.builder.append(op, [x], { axes: absolute }, call)[0]!
    return options.keepDims ? reshape(out, onesAt(x.type.shape, absolute)) : out
  })
  return call
}

/** `reduced` divided by the number of elements of `x` that went into each of its elements. */
export function perElement(reduced: Value, x: Value, axes: readonly number[]): Value {
  const { dtype, shape } = reduced.type
  const count = size(x.builder, sizeOf(dimsAt(x.type.shape, axes)), dtype)
  const all = shape.map((_, axis) => axis)
  return div(reduced, broadcastAlong(count, shape, all))
}

/** x less its mean over the axes. */
function centred(x: Value, axes: readonly number[]): Value {
  return sub(x, broadcastAlong(perElement(sum(x, axes), x, axes), x.type.shape, axes))
}

/**
 * Arithmetic mean over axes, all of them by default.
 *
 *   out[k…] = (1/n) Σ over r… of x[k…, r…]          x̄[k…, r…] = ct[k…] / n
 *
 * The body gives that derivative as it stands, so there is no rule beside it.
 *
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank.
 * Numerics  the mean of no elements is NaN
 * Errors    E101 when C1 fails, or where an axis is out of range or repeated
 *
 * @example
 * mean(loss)  // f32[] of f32[batch]
 * mean(x, -1) // f32[batch] of f32[batch,784]
 */
export const mean: ReduceOp = moment({
  name: 'mean',
  body: (x, axes) => perElement(sum(x, axes), x, axes),
})

/**
 * Biased variance over axes, all of them by default: the mean of squared deviations.
 *
 *   out[k…] = (1/n) Σ over r… of (x[k…, r…] − mean[k…])²          x̄ = ct · 2 (x − mean) / n
 *
 * Deviations sum to zero, so nothing flows back through the mean; the rule leaves out the sum that
 * the body's derivative would spend on finding that.
 *
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank.
 * Numerics  never negative: deviations are squared, not the difference of two squares taken. The
 *           variance of no elements is NaN
 * Errors    E101 when C1 fails, or where an axis is out of range or repeated
 */
export const variance: ReduceOp = moment({
  name: 'variance',
  body: (x, axes) => perElement(sum(square(centred(x, axes)), axes), x, axes),
  vjp: ({ x, ct, attributes: { axes } }) => {
    const weight = scale(perElement(ct, x, axes), 2)
    return { x: mul(broadcastAlong(weight, x.type.shape, axes), centred(x, axes)) }
  },
})
