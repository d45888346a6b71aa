// Values made from nothing: constants, fills, counting, the size of a dim. They take the builder to
// append to, since there is no operand to carry it.

import { dimension, dimensions, dtype, integer, literal, number } from '../ir/attribute.ts'
import type { Appender, Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { type Dim, dim, integerDim } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, type NestedArray, roundTo } from '../ir/literal.ts'
import { violation } from '../ir/op.ts'
import { printShape, type Shape, type TensorType } from '../ir/type.ts'
import * as s from '../kernel/scalar.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../support/dtype.ts'

const constantOp = defineOp({
  name: 'constant',
  family: 'creation',
  operands: [],
  attributes: { value: literal },
  type: (_, { value }) => value.type,
  evaluate: (_, { value }) => value,
  vjp: () => ({}),
  jvp: {},
  lowering: { kind: 'literal' },
  samples: draw => ({
    operands: [],
    attributes: { value: Literal.full(draw.pick(['f32', 'f64', 'i32', 'bool']), draw.shape(), 1) },
  }),
})

/**
 * A tensor of known elements.
 *
 *   out = value
 *
 * Numerics  elements are rounded to the dtype when the constant is made
 * Errors    E110 where the value is ragged or does not fit the shape
 */
export const constant = operator(
  constantOp,
  (
    into: Appender,
    value: NestedArray | TypedArray | Literal,
    dtype?: DTypeName,
    shape?: readonly number[],
  ): Value =>
    into.append(constantOp, [], { value: Literal.from(value, dtype, shape) }, constant)[0]!,
)

const fullOp = defineOp({
  name: 'full',
  family: 'creation',
  operands: [],
  attributes: { value: number, shape: dimensions, dtype },
  constraints: { C1: 'value is a value of the dtype' },
  type: (_, { value, shape, dtype }) =>
    Object.is(roundTo(dtype)(value), value)
      ? { dtype, shape }
      : violation('C1', `value must be a value of ${dtype}, got ${value}`, {}, 'round it first'),
  evaluate: (_, { value, dtype, shape }) =>
    Literal.full(
      dtype,
      shape.map(extent => integerDim(extent, 'full')),
      value,
    ),
  vjp: () => ({}),
  jvp: {},
  lowering: {
    kind: 'elementwise',
    scalar: (_, { attributes, result }) => s.constant(result.dtype, attributes.value as number),
  },
  samples: draw => ({
    operands: [],
    attributes: {
      value: draw.integer(0, 1),
      shape: draw.shape(),
      dtype: draw.pick(['f32', 'u32']),
    },
  }),
})

/**
 * A tensor of one repeated value.
 *
 *   out[i…] = value
 *
 * Numerics  `value` is rounded to the dtype when the node is made
 */
export const full = operator(fullOp, (into: Appender, value: number, type: TensorType): Value => {
  const { shape, dtype } = type
  return into.append(fullOp, [], { value: roundTo(dtype)(value), shape, dtype }, full)[0]!
})

/** A tensor of `value` with the type of `like`: what rules use for the constants of a formula. */
export function fullLike(like: Value, value: number): Value {
  return full(like.builder, value, like.type)
}

const sizeOp = defineOp({
  name: 'size',
  family: 'creation',
  operands: [],
  attributes: { of: dimension, dtype },
  constraints: { C1: 'dtype is a number type' },
  type: (_, { dtype }) =>
    DTYPES[dtype].kind === 'bool'
      ? violation('C1', `dtype must be a number type, got ${dtype}`, {}, 'use dtype = f32 or i32')
      : { dtype, shape: [] },
  evaluate: (_, { of, dtype }) => Literal.scalar(dtype, integerDim(of, 'size')),
  vjp: () => ({}),
  jvp: {},
  lowering: {
    kind: 'elementwise',
    scalar: (_, { attributes, result }) =>
      s.constant(result.dtype, integerDim(attributes.of as Dim, 'size')),
  },
  samples: draw => ({ operands: [], attributes: { of: draw.integer(0, 9), dtype: 'f32' } }),
})

/**
 * A dim as a number, so that a mean over a symbolic axis is a sum times one over its size.
 *
 *   out = of
 *
 * Errors    E107 when it is evaluated before the dim has a size
 */
export const size = operator(
  sizeOp,
  (into: Appender, of: Dim, dtype: DTypeName = 'f32'): Value =>
    into.append(sizeOp, [], { of, dtype }, size)[0]!,
)

const iotaOp = defineOp({
  name: 'iota',
  family: 'creation',
  operands: [],
  attributes: { shape: dimensions, axis: integer, dtype },
  constraints: { C1: 'dtype is a number type', C2: 'axis is within the rank of shape' },
  type: (_, { shape, axis, dtype }) => {
    const type = { dtype, shape }
    if (DTYPES[dtype].kind === 'bool') {
      return violation('C1', `dtype must be a number type, got ${dtype}`, {}, 'use dtype = i32')
    }
    if (axis >= 0 && axis < shape.length) return type
    const message = `axis ${axis} is out of range for ${printShape(shape)} (rank ${shape.length})`
    return violation('C2', message, {}, 'name an axis that shape has')
  },
  evaluate: (_, { axis }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const data = new Float64Array(elementCount(extents))
    eachIndex(extents, (index, position) => {
      data[position] = index[axis]!
    })
    return new Literal(dtype, extents, data)
  },
  vjp: () => ({}),
  jvp: {},
  lowering: {
    kind: 'movement',
    element: (index, _, { attributes, result }) =>
      s.cast(result.dtype, s.indexValue(index[attributes.axis as number]!)),
  },
  samples: draw => {
    const shape = draw.shape(1)
    const axis = draw.integer(0, shape.length - 1)
    return { operands: [], attributes: { shape, axis, dtype: draw.pick(['i32', 'u32', 'f32']) } }
  },
})

/**
 * The position along one axis.
 *
 *   out[i…] = i[axis]
 *
 * Requires C1 dtype is a number type. C2 axis is within the rank.
 * Numerics f32 counts exactly up to 2²⁴
 * Errors   E101 where the axis is out of range; E107 when evaluated before the dims have sizes
 */
export const iota = operator(
  iotaOp,
  (into: Appender, shape: Shape, axis: number, dtype: DTypeName = 'i32'): Value => {
    const absolute = axis < 0 ? axis + shape.length : axis
    return into.append(iotaOp, [], { shape: shape.map(dim), axis: absolute, dtype }, iota)[0]!
  },
)
