// Extremes and where they are. Of several equal extremes the first in row-major order counts, for
// the position and for the derivative alike, and NaN counts as more extreme than every number.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { sizeOf } from '../ir/dim.ts'
import { elementCount, Literal } from '../ir/literal.ts'
import { notDifferentiable, type Op } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { add, mul } from './arithmetic.ts'
import {
  type Axes,
  absoluteAxes,
  axesViolation,
  type Boundary,
  dimsAt,
  dropAxes,
  onesAt,
  otherAxes,
} from './axes.ts'
import { broadcastAlong } from './broadcast.ts'
import { equal } from './comparison.ts'
import { fullLike, iota, size } from './creation.ts'
import { dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'
import { gather } from './indexing.ts'
import { reshape, transpose } from './movement.ts'
import { AXES, eachReduced, type ReduceOp, type ReduceOptions, reduction } from './reducing.ts'
import { where } from './select.ts'

/**
 * The largest element over axes, all of them by default.
 *
 *   out[k…] = max over r… of x[k…, r…]          x̄[k…, r…] = ct[k…] where r… is argmax, else 0
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics NaN if an element is; an empty maximum is −∞, for integers the least value of the type;
 *          the derivative goes to the first maximum in row-major order
 * Errors   E101 where an axis is out of range or repeated
 */
export const max: ReduceOp = reduction({
  name: 'max',
  combine: 'max',
  accumulate: (total, value) => Math.max(total, value),
  vjp: ({ x, ct, attributes: { axes } }) => ({
    x: routeTo(positions(argmaxOp, x, axes), x, ct, axes),
  }),
  jvp: ({ x, t, attributes: { axes } }) => pickAt(positions(argmaxOp, x, axes), t, axes),
})

/**
 * The smallest element over axes, all of them by default.
 *
 *   out[k…] = min over r… of x[k…, r…]          x̄[k…, r…] = ct[k…] where r… is argmin, else 0
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics NaN if an element is; an empty minimum is +∞, for integers the greatest value of the
 * type;
 *          the derivative goes to the first minimum in row-major order
 * Errors   E101 where an axis is out of range or repeated
 */
export const min: ReduceOp = reduction({
  name: 'min',
  combine: 'min',
  accumulate: (total, value) => Math.min(total, value),
  vjp: ({ x, ct, attributes: { axes } }) => ({
    x: routeTo(positions(argminOp, x, axes), x, ct, axes),
  }),
  jvp: ({ x, t, attributes: { axes } }) => pickAt(positions(argminOp, x, axes), t, axes),
})

const positions = (op: Op, x: Value, axes: readonly number[]) =>
  x.builder.append(op, [x], { axes })[0]!

/** A cotangent per result element, put where `position` says along `axes` of `x`; 0 elsewhere. */
function routeTo(position: Value, x: Value, ct: Value, axes: readonly number[]): Value {
  const { shape } = x.type
  const reduced = dimsAt(shape, axes)
  const within = reshape(iota(x.builder, [sizeOf(reduced)], 0), reduced)
  const here = broadcastAlong(within, shape, otherAxes(shape.length, axes))
  const isChosen = equal(here, broadcastAlong(position, shape, axes))
  return where(isChosen, broadcastAlong(ct, shape, axes), fullLike(x, 0))
}

/**
 * The elements of `t` that `position` names along `axes`: with those axes first and everything
 * flattened, one gather. The position of an empty reduction is −1, which reads 0.
 */
function pickAt(position: Value, t: Value, axes: readonly number[]): Value {
  const { builder, type } = t
  const kept = otherAxes(type.shape.length, axes)
  const rest = dimsAt(type.shape, kept)
  const points = sizeOf(rest)
  const flat = reshape(transpose(t, [...axes, ...kept]), [sizeOf(type.shape)])
  const point = reshape(iota(builder, [points], 0), rest)
  const all = rest.map((_, axis) => axis)
  const stride = broadcastAlong(size(builder, points, 'i32'), rest, all)
  return gather(flat, add(mul(position, stride), point))
}

interface PositionSection {
  readonly name: string
  readonly combine: 'max' | 'min'
  readonly isBeyond: (value: number, best: number) => boolean
}

function positionOp({ name, combine, isBeyond }: PositionSection): Op {
  return defineOp({
    name,
    family: 'reduction',
    operands: ['x'],
    attributes: { axes: integers },
    constraints: { C1: dtypeConstraint('x', NUMBERS), C2: AXES },
    type: ({ x }, { axes }) =>
      dtypeViolation(x, 'x', NUMBERS) ??
      axesViolation('C2', axes, x, 'x') ?? { dtype: 'i32', shape: dropAxes(x.shape, axes) },
    evaluate: ({ x }, { axes }, { shape }) => {
      const extents = shape as readonly number[]
      const best = new Float64Array(elementCount(extents))
      const at = new Float64Array(best.length).fill(-1)
      eachReduced(x, axes, (value, target, within) => {
        const isFirst = at[target] === -1
        const beats = isBeyond(value, best[target]!) || Number.isNaN(value)
        if (!isFirst && (!beats || Number.isNaN(best[target]!))) return
        best[target] = value
        at[target] = within
      })
      return new Literal('i32', extents, at)
    },
    vjp: () => ({ x: notDifferentiable }),
    jvp: { x: () => notDifferentiable },
    lowering: {
      kind: 'reduction',
      combine,
      at: true,
      axes: ({ axes }) => axes as readonly number[],
    },
    samples: draw => {
      const shape = draw.shape()
      const attributes = { axes: draw.axes(shape.length) }
      return { operands: [operand(draw.pick(NUMBERS), shape)], attributes }
    },
  })
}

const argmaxOp: Op = positionOp({
  name: 'argmax',
  combine: 'max',
  isBeyond: (value, best) => value > best,
})

/**
 * Where the largest element is along an axis; over several axes, or all by default, its row-major
 * position among them.
 *
 *   out[k…] = the first r with x[k…, r] = max over r of x[k…, r]          no derivative
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics the result is i32; ties go to the first; the first NaN, where there is one; −1 where
 * there
 *          are no elements
 * Errors   E101 where an axis is out of range or repeated
 */
export const argmax: ReduceOp = operator(
  argmaxOp,
  (x: Value, axes?: Axes, options: ReduceOptions = {}): Value =>
    positionAlong(argmaxOp, x, absoluteAxes('argmax', x, axes, argmax), options, argmax),
)

const argminOp: Op = positionOp({
  name: 'argmin',
  combine: 'min',
  isBeyond: (value, best) => value < best,
})

/**
 * Where the smallest element is along an axis; over several axes, or all by default, its row-major
 * position among them.
 *
 *   out[k…] = the first r with x[k…, r] = min over r of x[k…, r]          no derivative
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics the result is i32; ties go to the first; the first NaN, where there is one; −1 where
 * there
 *          are no elements
 * Errors   E101 where an axis is out of range or repeated
 */
export const argmin: ReduceOp = operator(
  argminOp,
  (x: Value, axes?: Axes, options: ReduceOptions = {}): Value =>
    positionAlong(argminOp, x, absoluteAxes('argmin', x, axes, argmin), options, argmin),
)

function positionAlong(
  op: Op,
  x: Value,
  axes: readonly number[],
  options: ReduceOptions,
  boundary: Boundary,
): Value {
  const out = x.builder.append(op, [x], { axes }, boundary)[0]!
  return options.keepDims ? reshape(out, onesAt(x.type.shape, axes)) : out
}
