// Repeating along new axes and summing over axes: each is the other's transpose, with the very same
// attribute, so both stand here. No other op broadcasts.

import { dimensions, integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { apply, defineOp, operator } from '../ir/define.ts'
import { dim } from '../ir/dim.ts'
import { eachIndex, Literal, stridesOf } from '../ir/literal.ts'
import { type Op, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual } from '../ir/type.ts'
import { argumentError, axesViolation, dropAxes, otherAxes } from './axes.ts'
import { ALL } from './families.ts'
import { reshape } from './movement.ts'
import { type ReduceOp, reduction } from './reducing.ts'

/**
 * Sum over axes, all of them by default.
 *
 *   out[k…] = Σ over r… of x[k…, r…]          x̄[k…, r…] = ct[k…]
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics an empty sum is 0; integers wrap
 * Errors   E101 where an axis is out of range or repeated
 *
 * @example
 * sum(x)                         // f32[] of f32[batch,784]
 * sum(x, -1, { keepDims: true }) // f32[batch,1]
 */
export const sum: ReduceOp = reduction({
  name: 'sum',
  combine: '+',
  accumulate: (total, value) => total + value,
  vjp: ({ x, ct, attributes }) => ({ x: broadcastAlong(ct, x.type.shape, attributes.axes) }),
  jvp: 'linear',
  zeroPreserving: true,
})

const broadcastToOp: Op = defineOp({
  name: 'broadcast_to',
  family: 'shape',
  operands: ['x'],
  attributes: { shape: dimensions, axes: integers },
  constraints: {
    C1: 'axes are ascending, distinct and within the rank of shape',
    C2: 'shape without axes is the shape of x',
  },
  type: ({ x }, { shape, axes }) => {
    const type = { dtype: x.dtype, shape }
    const refused = axesViolation('C1', axes, type, 'x')
    if (refused !== undefined) return refused
    const kept = dropAxes(shape, axes)
    if (shapesEqual(kept, x.shape)) return type
    const message = `shape without axes must be ${printShape(x.shape)}, got ${printShape(kept)}`
    const help = 'list in axes exactly those axes of shape that x does not have'
    return violation('C2', message, { x: 'whole' }, help)
  },
  evaluate: ({ x }, { axes }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const kept = otherAxes(extents.length, axes)
    const strides = stridesOf(x.shape)
    const data = new Float64Array(extents.reduce((a, b) => a * b, 1))
    eachIndex(extents, (index, position) => {
      data[position] = x.at(kept.reduce((at, axis, i) => at + strides[i]! * index[axis]!, 0))
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ ct, attributes }) => ({ x: sum(ct, attributes.axes) }),
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    element: (index, load, { attributes }) => {
      const axes = attributes.axes as readonly number[]
      return load(
        0,
        index.filter((_, axis) => !axes.includes(axis)),
      )
    },
  },
  facts: { zeroPreserving: true },
  samples: draw => {
    const shape = draw.shape()
    const axes = draw.axes(shape.length)
    const dtype = draw.pick(ALL)
    return { operands: [operand(dtype, dropAxes(shape, axes))], attributes: { shape, axes } }
  },
})

/**
 * Repeats `x` to `shape` as NumPy does: shapes are aligned at their last axes, and an axis that is
 * missing or of size 1 is repeated.
 *
 *   out[i…] = x[those of i… that x has]          x̄ = Σ over the new axes of ct
 *
 * In the graph the new axes are named, not guessed: `broadcast_to {shape, axes}`; an axis of size 1
 * is reshaped away first.
 *
 * Requires C1 axes are ascending, distinct, within the rank of shape. C2 shape without them is x's.
 * Errors   E101 where an axis of `x` is neither 1 nor that of `shape`
 *
 * @example
 * broadcastTo(b, [128, 10]) // of f32[10] or f32[1,10] or f32[128,1]
 */
export const broadcastTo = operator(broadcastToOp, (x: Value, shape: Shape): Value => {
  const target = shape.map(dim)
  const from = x.type.shape
  const offset = target.length - from.length
  const isFit = from.every((extent, i) => extent === 1 || extent === target[offset + i])
  if (offset < 0 || !isFit) {
    const message = `${printShape(from)} must broadcast to ${printShape(target)}: axes, aligned at the last one, are equal or 1`
    const help = 'reshape x so that its axes are 1 or those of the result'
    throw argumentError('broadcast_to', message, help, [x], broadcastTo)
  }
  const isNew = (axis: number) => axis < offset || (from[axis - offset] === 1 && target[axis] !== 1)
  const axes = target.map((_, axis) => axis).filter(isNew)
  return axes.length === 0 ? x : broadcastAlong(reshape(x, dropAxes(target, axes)), target, axes)
})

/**
 * Repeats `x` along the new `axes` of `shape`: the transpose of a sum over them; `x` itself
 * where there are none.
 */
export function broadcastAlong(x: Value, shape: Shape, axes: readonly number[]): Value {
  if (axes.length === 0) return x
  return apply(broadcastToOp, [x], { shape, axes })
}
