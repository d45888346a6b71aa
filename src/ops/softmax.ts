// Softmax, its logarithm, and the logarithm of a sum of exponentials: composites, each with a body
// in core ops that subtracts the maximum first, and with the reverse rule of the textbooks.

import { integer, integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import type { Operator } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { add, div, mul, sub } from './arithmetic.ts'
import {
  type Axes,
  absoluteAxes,
  absoluteAxis,
  axesViolation,
  axisViolation,
  dropAxes,
  onesAt,
} from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { equal, less } from './comparison.ts'
import { fullLike } from './creation.ts'
import { exp, log } from './exponential.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { reshape } from './movement.ts'
import { abs } from './piecewise.ts'
import { AXES, type ReduceOp, type ReduceOptions } from './reducing.ts'
import { max } from './reduction.ts'
import { where } from './select.ts'

/** A public function along one axis, the last by default. */
export interface AxisOp extends Operator {
  (x: Value, axis?: number): Value
}

interface AxisSection {
  readonly name: string
  readonly body: (x: Value, axis: number) => Value
  readonly vjp: (out: Value, ct: Value, axis: number) => Value
}

/** A composite along one axis that keeps the shape. C1: x is a float. C2: the axis is there. */
function alongAxis({ name, body, vjp }: AxisSection): AxisOp {
  const op = defineComposite({
    name,
    operands: ['x'],
    attributes: { axis: integer },
    defaults: ({ x }) => ({ axis: x.shape.length - 1 }),
    constraints: { C1: dtypeConstraint('x', FLOATS), C2: 'axis is within the rank of x' },
    type: ({ x }, { axis }) =>
      dtypeViolation(x, 'x', FLOATS) ?? axisViolation('C2', axis, x, 'x') ?? x,
    body: ({ x }, { axis }) => body(x, axis),
    vjp: ({ out, ct, attributes: { axis } }) => ({ x: vjp(out, ct, axis) }),
    samples: draw => {
      const shape = draw.shape(1)
      const attributes = { axis: draw.integer(0, shape.length - 1) }
      return { operands: [operand(draw.pick(FLOATS), shape)], attributes }
    },
  })
  const call: AxisOp = operator(op, (x: Value, axis?: number) => {
    const absolute = absoluteAxis(name, x, axis ?? -1, call)
    return x.builder.append(op, [x], { axis: absolute }, call)[0]!
  })
  return call
}

/** A reduction of `like`, repeated to the shape of `like`. */
const spread = (reduced: Value, like: Value, axes: readonly number[]) =>
  broadcastAlong(reduced, like.type.shape, axes)

/** x less its maximum along the axis: no exponential of it overflows, and one of them is 1. */
export function shifted(x: Value, axis: number): Value {
  return sub(x, spread(max(x, axis), x, [axis]))
}

/** Log-softmax in core ops: what composites built on it share. */
export function logSoftmaxBody(x: Value, axis: number): Value {
  const below = shifted(x, axis)
  return sub(below, spread(log(sum(exp(below), axis)), x, [axis]))
}

/**
 * Softmax along an axis, the last by default: positive numbers that sum to 1.
 *
 *   out[k…, c] = exp(x[k…, c]) / Σ over j of exp(x[k…, j])          x̄ = out · (ct − Σ ct · out)
 *
 * The reverse rule reads only the result, and needs one sum where the body's would need two and the
 * maximum's cotangent, which is zero.
 *
 * Requires  C1 a float dtype. C2 axis is within the rank of x.
 * Numerics  no overflow; −∞ gives 0; a row of −∞ alone, or with ∞, gives NaN
 * Errors    E101 when C1 fails, or where the axis is out of range
 * Source    Bridle, Probabilistic interpretation of feedforward classification network outputs,
 *           1990
 */
export const softmax: AxisOp = alongAxis({
  name: 'softmax',
  body: (x, axis) => {
    const exponentials = exp(shifted(x, axis))
    return div(exponentials, spread(sum(exponentials, axis), x, [axis]))
  },
  vjp: (out, ct, axis) => mul(out, sub(ct, spread(sum(mul(ct, out), axis), ct, [axis]))),
})

/**
 * Logarithm of the softmax along an axis, the last by default.
 *
 *   out[k…, c] = x[k…, c] − log Σ over j of exp(x[k…, j])          x̄ = ct − exp(out) · Σ ct
 *
 * The reverse rule reads only the result, whose exponential is the softmax.
 *
 * Requires  C1 a float dtype. C2 axis is within the rank of x.
 * Numerics  finite where the softmax underflows; −∞ stays; a row of −∞ alone, or with ∞, gives NaN
 * Errors    E101 when C1 fails, or where the axis is out of range
 */
export const logSoftmax: AxisOp = alongAxis({
  name: 'log_softmax',
  body: logSoftmaxBody,
  vjp: (out, ct, axis) => sub(ct, mul(exp(out), spread(sum(ct, axis), ct, [axis]))),
})

/** `x` where it is finite, else 0: a shift that never makes ∞ − ∞. */
const finite = (x: Value) =>
  where(less(abs(x), fullLike(x, Number.POSITIVE_INFINITY)), x, fullLike(x, 0))

const logSumExpOp = defineComposite({
  name: 'log_sum_exp',
  operands: ['x'],
  attributes: { axes: integers },
  constraints: { C1: dtypeConstraint('x', FLOATS), C2: AXES },
  type: ({ x }, { axes }) =>
    dtypeViolation(x, 'x', FLOATS) ??
    axesViolation('C2', axes, x, 'x') ?? { dtype: x.dtype, shape: dropAxes(x.shape, axes) },
  body: ({ x }, { axes }) => {
    const shift = finite(max(x, axes))
    const total = sum(exp(sub(x, spread(shift, x, axes))), axes)
    // The logarithm of a total of 0 is kept away from derivatives, which would turn it into 0 · ∞.
    const isNothing = equal(total, fullLike(total, 0))
    const positive = where(isNothing, fullLike(total, 1), total)
    const nothing = fullLike(total, Number.NEGATIVE_INFINITY)
    return where(isNothing, nothing, add(shift, log(positive)))
  },
  vjp: ({ x, out, ct, attributes: { axes } }) => {
    const weights = exp(sub(x, spread(finite(out), x, axes)))
    return { x: mul(spread(ct, x, axes), weights) }
  },
  samples: draw => {
    const shape = draw.shape()
    const attributes = { axes: draw.axes(shape.length) }
    return { operands: [operand(draw.pick(FLOATS), shape)], attributes }
  },
})

/**
 * Logarithm of the sum of exponentials over axes, all of them by default: a smooth maximum.
 *
 *   out[k…] = log Σ over r… of exp(x[k…, r…])
 *   x̄[k…, r…] = ct[k…] · exp(x[k…, r…] − out[k…])
 *
 * The reverse rule takes the softmax from the result at the cost of one exponential.
 *
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank.
 * Numerics  no overflow; −∞ where every element is −∞ or there is none, and then the derivative is
 *           0; ∞ where an element is, and then the derivative is not finite
 * Errors    E101 when C1 fails, or where an axis is out of range or repeated
 */
export const logSumExp: ReduceOp = operator(
  logSumExpOp,
  (x: Value, axes?: Axes, options: ReduceOptions = {}): Value => {
    const absolute = absoluteAxes('log_sum_exp', x, axes, logSumExp)
    const out = x.builder.append(logSumExpOp, [x], { axes: absolute }, logSumExp)[0]!
    return options.keepDims ? reshape(out, onesAt(x.type.shape, absolute)) : out
  },
)
