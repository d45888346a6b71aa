// Skewing: along one axis, every position of another one reads the tensor somewhat further on. With
// a repeated axis it gives the windows of a convolution or a pool; undone and summed it puts what
// windows hold back to where it came from. One op is both, as its transpose is a skew too.

import { dimension, integer, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { apply, defineOp, operator } from '../ir/define.ts'
import { type Dim, dim } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, roundTo, stridesOf } from '../ir/literal.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type TensorType } from '../ir/type.ts'
import { addIndex, divide, index, scaleIndex } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { absoluteAxis } from './axes.ts'
import { ALL } from './families.ts'

/** Which element of an axis a position i reads where the other axis is at r. */
export interface Skew {
  /** How far the next position i reads; 1 by default. */
  readonly stride?: number | undefined
  /** How far the next position r reads, which may be backwards; 1 by default. */
  readonly dilation?: number | undefined
  /** Where the first position reads; 0 by default. */
  readonly offset?: number | undefined
  /** How far apart elements stand; between them is the fill. 1 by default. */
  readonly spacing?: number | undefined
  /** What stands outside of the axis and between elements; 0 by default. */
  readonly value?: number | undefined
}

/** All of it in numbers, and which axes are meant. */
interface SkewAttributes {
  readonly stride: number
  readonly dilation: number
  readonly offset: number
  readonly spacing: number
  readonly value: number
  readonly axis: number
  readonly along: number
  readonly extent: Dim
}

const skewOp: Op = defineOp({
  name: 'skew',
  family: 'shape',
  operands: ['x'],
  attributes: {
    axis: integer,
    along: integer,
    extent: dimension,
    stride: integer,
    dilation: integer,
    offset: integer,
    spacing: integer,
    value: number,
  },
  defaults: () => ({ stride: 1, dilation: 1, offset: 0, spacing: 1, value: 0 }),
  constraints: {
    C1: 'axis and along are two axes of x',
    C2: 'stride and spacing are 1 or more, the extent is 0 or more',
    C3: 'value is a value of the dtype of x',
  },
  type: ({ x }, attributes) =>
    skewViolation(x, attributes) ?? {
      dtype: x.dtype,
      shape: x.shape.map((old, axis) => (axis === attributes.axis ? attributes.extent : old)),
    },
  evaluate: ({ x }, attributes, { dtype, shape }) => {
    const { axis, along, stride, dilation, offset, spacing, value } = attributes
    const extents = shape as readonly number[]
    const [steps, extent] = [stridesOf(x.shape), x.shape[axis]!]
    const data = new Float64Array(elementCount(extents)).fill(value)
    eachIndex(extents, (at, position) => {
      const from = (stride * at[axis]! + dilation * at[along]! + offset) / spacing
      if (!Number.isInteger(from) || from < 0 || from >= extent) return
      const start = at.reduce((sum, i, d) => sum + steps[d]! * (d === axis ? from : i), 0)
      data[position] = x.at(start)
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ x, ct, attributes }) => {
    const { axis, along, stride, dilation, offset, spacing } = attributes
    // spacing · j = stride · i + dilation · r + offset, solved for i.
    const undone = { stride: spacing, dilation: 0 - dilation, offset: 0 - offset, spacing: stride }
    const extent = x.type.shape[axis]!
    return { x: apply(skewOp, [ct], { axis, along, extent, ...undone, value: 0 }) }
  },
  jvp: { x: ({ t, attributes }) => apply(skewOp, [t], { ...attributes, value: 0 }) },
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes, result }) => {
      const { axis, along, stride, dilation, offset, spacing, value } =
        attributes as unknown as SkewAttributes
      const further = addIndex(scaleIndex(at[along]!, dilation), index(offset))
      const from = divide('exact', addIndex(scaleIndex(at[axis]!, stride), further), spacing)
      return load(
        0,
        at.map((e, d) => (d === axis ? from : e)),
        s.constant(result.dtype, value),
      )
    },
  },
  samples: draw => {
    const shape = draw.shape(2)
    const [axis, along] = draw.pick([
      [0, 1],
      [1, 0],
      [shape.length - 1, 0],
    ]) as [number, number]
    const attributes: SkewAttributes = {
      axis,
      along,
      extent: draw.integer(0, 4),
      stride: draw.integer(1, 3),
      dilation: draw.integer(-2, 2),
      offset: draw.integer(-2, 2),
      spacing: draw.integer(1, 3),
      value: draw.integer(0, 1),
    }
    return { operands: [operand(draw.pick(ALL), shape)], attributes: { ...attributes } }
  },
})

function skewViolation(x: TensorType, attributes: SkewAttributes): Violation | undefined {
  const { axis, along, extent, stride, spacing, value } = attributes
  const rank = x.shape.length
  const isAxis = (one: number) => one >= 0 && one < rank
  if (!isAxis(axis) || !isAxis(along) || axis === along) {
    const message = `axis and along must be two axes of ${printShape(x.shape)}, got ${axis} and ${along}`
    return violation('C1', message, { x: 'whole' }, 'name the axis to skew and another one')
  }
  const least = [
    ['stride', 1, stride],
    ['spacing', 1, spacing],
    ['extent', 0, extent],
  ] as const
  const wrong = least.find(([, low, got]) => typeof got === 'number' && got < low)
  if (wrong !== undefined) {
    const [name, low, got] = wrong
    const message = `${name} must be ${low} or more, got ${got}`
    return violation('C2', message, { x: axis }, 'use reverse(x, axes) to walk an axis backwards')
  }
  if (Object.is(roundTo(x.dtype)(value), value)) return undefined
  const message = `value must be a value of ${x.dtype}, got ${value}`
  return violation('C3', message, { x: 'dtype' }, 'round it first')
}

/**
 * Along `axis`, position i reads the element that stands at stride · i + dilation · r + offset,
 * where r is the position along the axis `along`, and elements stand `spacing` apart. Windows of a
 * convolution or of a pool are a skew of a tensor that is repeated along r.
 *
 *   out[…, i, …, r, …] = x[…, (stride · i + dilation · r + offset) / spacing, …, r, …],
 *                        `value` where that is inexact or outside of x
 *   x̄[…, j, …, r, …] = ct[…, (spacing · j − dilation · r − offset) / stride, …, r, …], else 0
 *
 * Shapes   x: [..., n, ..., k, ...] → [..., extent, ..., k, ...]
 * Requires C1 axis and along are two axes. C2 stride, spacing ≥ 1, extent ≥ 0. C3 value is of the
 *          dtype.
 * Numerics value is rounded to the dtype when the node is made
 * Errors   E101 where a constraint fails
 *
 * @example
 * // every pair of neighbours of f32[n]: f32[n-1,2]
 * skew(broadcastAlong(x, [n, 2], [1]), 0, 1, n - 1)
 */
export const skew = operator(
  skewOp,
  (x: Value, axis: number, along: number, extent: Dim, how: Skew = {}): Value => {
    const { stride = 1, dilation = 1, offset = 0, spacing = 1, value = 0 } = how
    const attributes: SkewAttributes = {
      axis: absoluteAxis('skew', x, axis, skew),
      along: absoluteAxis('skew', x, along, skew),
      extent: dim(extent),
      ...{ stride, dilation, offset, spacing },
      value: roundTo(x.type.dtype)(value),
    }
    return x.builder.append(skewOp, [x], { ...attributes }, skew)[0]!
  },
)
