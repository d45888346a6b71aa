// Taking a strided part of a tensor, and putting a tensor into a larger one: each is the other's
// transpose. Positions may be symbolic, so that the derivative of a slice of a symbolic axis is a
// pad.

import { dimensions, integers, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { apply, defineOp, operator } from '../ir/define.ts'
import { addDims, type Dim, dim, divideUp, multiplyDims, subtractDims } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, roundTo, stridesOf } from '../ir/literal.ts'
import { type Op, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type Shape, type TensorType } from '../ir/type.ts'
import { addIndex, divide, index, scaleIndex } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { argumentError } from './axes.ts'
import { fullLike } from './creation.ts'
import { ALL } from './families.ts'

interface SliceAttributes {
  readonly start: readonly Dim[]
  readonly end: readonly Dim[]
  readonly stride: readonly number[]
}

const sliceOp: Op = defineOp({
  name: 'slice',
  family: 'shape',
  operands: ['x'],
  attributes: { start: dimensions, end: dimensions, stride: integers },
  defaults: ({ x }) => ({ stride: x.shape.map(() => 1) }),
  constraints: {
    C1: 'start, end and stride have one entry per axis of x',
    C2: 'strides are 1 or more',
    C3: 'start is 0 or more',
    C4: 'end does not exceed the dim',
    C5: 'the extent, (end − start) / stride rounded up, is a dim',
  },
  type: ({ x }, attributes) => {
    const problem = sliceViolation(x, attributes)
    if (problem !== undefined) return problem
    return { dtype: x.dtype, shape: x.shape.map((_, axis) => extentAt(attributes, axis)!) }
  },
  evaluate: ({ x }, { start, stride }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const strides = stridesOf(x.shape)
    const data = new Float64Array(elementCount(extents))
    eachIndex(extents, (at, position) => {
      const from = at.map((i, axis) => (start[axis] as number) + stride[axis]! * i)
      data[position] = x.at(from.reduce((sum, i, axis) => sum + strides[axis]! * i, 0))
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ x, ct, attributes }) => ({ x: spread(ct, x, attributes) }),
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes }) => {
      const { start, stride } = attributes as unknown as SliceAttributes
      const from = at.map((e, axis) =>
        addIndex(index(start[axis] as number), scaleIndex(e, stride[axis]!)),
      )
      return load(0, from)
    },
  },
  facts: { zeroPreserving: true },
  samples: draw => {
    const shape = draw.shape()
    const start = shape.map(extent => draw.integer(0, extent))
    const end = shape.map((extent, axis) => draw.integer(start[axis]!, extent))
    const stride = shape.map(() => draw.integer(1, 3))
    return { operands: [operand(draw.pick(ALL), shape)], attributes: { start, end, stride } }
  },
})

/** (end − start) / stride rounded up, at least 0; undefined where that is no dim. */
function extentAt({ start, end, stride }: SliceAttributes, axis: number): Dim | undefined {
  const extent = divideUp(subtractDims(end[axis]!, start[axis]!), stride[axis]!)
  return typeof extent === 'number' ? Math.max(0, extent) : extent
}

function sliceViolation({ shape }: TensorType, attributes: SliceAttributes) {
  const { start, end, stride } = attributes
  const text = printShape(shape)
  const counts = [start, end, stride].map(list => list.length)
  if (counts.some(count => count !== shape.length)) {
    const message = `start, end and stride must have ${shape.length} entries for ${text}, got ${counts.join(', ')}`
    return violation('C1', message, { x: 'whole' }, 'give one entry per axis')
  }
  for (let axis = 0; axis < shape.length; axis++) {
    const at = `of ${text} at axis ${axis}`
    const culprit = { x: axis }
    if (stride[axis]! < 1) {
      const help = 'use reverse(x, axes) to walk an axis backwards'
      return violation('C2', `strides must be 1 or more, got ${stride[axis]} ${at}`, culprit, help)
    }
    if (isBelowZero(start[axis]!)) {
      const message = `start must be 0 or more, got ${start[axis]} ${at}`
      return violation(
        'C3',
        message,
        culprit,
        'the public slice counts negative positions from the end',
      )
    }
    if (isBelowZero(subtractDims(shape[axis]!, end[axis]!))) {
      const message = `end ${end[axis]} exceeds dim ${shape[axis]} ${at}`
      return violation('C4', message, culprit, `end the slice at ${shape[axis]} or before`)
    }
    if (extentAt(attributes, axis) === undefined) {
      const length = subtractDims(end[axis]!, start[axis]!)
      const message = `${length} elements in steps of ${stride[axis]} must be a dim, ${at}`
      return violation('C5', message, culprit, 'use a stride that divides the symbolic dim, or 1')
    }
  }
  return undefined
}

const isBelowZero = (extent: Dim) => typeof extent === 'number' && extent < 0

/** The cotangent of a slice: its elements where they came from in `x`, 0 elsewhere. */
function spread(ct: Value, x: Value, { start, stride }: SliceAttributes): Value {
  const { shape } = ct.type
  if (shape.includes(0)) return fullLike(x, 0)
  const last = (axis: number) =>
    addDims(start[axis]!, multiplyDims(addDims(shape[axis]!, -1), stride[axis]!))
  return apply(padOp, [ct], {
    low: start,
    high: x.type.shape.map((extent, axis) => subtractDims(addDims(extent, -1), last(axis))),
    interior: stride.map(by => by - 1),
    value: 0,
  })
}

/**
 * Part of a tensor: along every axis from `start` up to but without `end`, in steps of `stride`.
 * Negative positions count from the end; axes beyond the lists are taken whole; a dim may be a
 * name.
 *
 *   out[i…] = x[start + stride · i…]          x̄[start + stride · i…] = ct[i…], else 0
 *
 * Requires C1 one entry per axis. C2 strides are 1 or more. C3 start is 0 or more. C4 end does not
 *          exceed the dim. C5 the extent is a dim.
 * Errors   E101 where a constraint fails; an end before the start gives no elements
 *
 * @example
 * slice(x, [0, 1], [2, -1])       // rows 0 and 1, without the first and the last column
 * slice(x, [0], ['batch'], [2])   // E101 unless the dim is divisible, as 2*batch is
 */
export const slice = operator(
  sliceOp,
  (x: Value, start: readonly Dim[], end: readonly Dim[], stride: readonly number[] = []): Value => {
    const { shape } = x.type
    const longest = Math.max(start.length, end.length, stride.length)
    if (longest > shape.length) {
      const message = `${longest} positions given for ${printShape(shape)} (rank ${shape.length})`
      throw argumentError('slice', message, 'give at most one position per axis', [x], slice)
    }
    const attributes: SliceAttributes = {
      start: shape.map((extent, axis) => absolutePosition(start[axis] ?? 0, extent)),
      end: shape.map((extent, axis) => absolutePosition(end[axis] ?? extent, extent)),
      stride: shape.map((_, axis) => stride[axis] ?? 1),
    }
    return x.builder.append(sliceOp, [x], { ...attributes }, slice)[0]!
  },
)

const absolutePosition = (position: Dim, extent: Dim): Dim =>
  isBelowZero(position) ? addDims(extent, position) : dim(position)

/** Elements from `start` up to `end` along one axis, all along the others. */
export function sliceAlong(x: Value, axis: number, start: Dim, end: Dim): Value {
  const { shape } = x.type
  return apply(sliceOp, [x], {
    start: shape.map((_, other) => (other === axis ? start : 0)),
    end: shape.map((extent, other) => (other === axis ? end : extent)),
    stride: shape.map(() => 1),
  })
}

interface PadAttributes {
  readonly low: readonly Dim[]
  readonly high: readonly Dim[]
  readonly interior: readonly number[]
  readonly value: number
}

/** The op behind `pad`: a constant around and between the elements. */
export const padOp: Op = defineOp({
  name: 'pad',
  family: 'shape',
  operands: ['x'],
  attributes: { low: dimensions, high: dimensions, interior: integers, value: number },
  defaults: ({ x }) => ({ interior: x.shape.map(() => 0), value: 0 }),
  constraints: {
    C1: 'low, high and interior have one entry per axis of x',
    C2: 'low, high and interior are 0 or more',
    C3: 'value is a value of the dtype of x',
  },
  type: ({ x }, attributes) =>
    padViolation(x, attributes) ?? { dtype: x.dtype, shape: paddedShape(x.shape, attributes) },
  evaluate: ({ x }, { low, interior, value }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const strides = stridesOf(extents)
    const data = new Float64Array(elementCount(extents)).fill(value)
    eachIndex(x.shape, (at, position) => {
      const to = at.map((i, axis) => (low[axis] as number) + (interior[axis]! + 1) * i)
      data[to.reduce((sum, i, axis) => sum + strides[axis]! * i, 0)] = x.at(position)
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ x, ct, attributes }) => ({ x: collect(ct, x, attributes) }),
  jvp: { x: ({ t, attributes }) => apply(padOp, [t], { ...attributes, value: 0 }) },
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes, result }) => {
      const { low, interior, value } = attributes as unknown as PadAttributes
      const from = at.map((e, axis) => {
        const shifted = addIndex(e, index(low[axis] as number), -1)
        return divide('exact', shifted, interior[axis]! + 1)
      })
      return load(0, from, s.constant(result.dtype, value))
    },
  },
  samples: draw => {
    const shape = draw.shape()
    const sizes = (most: number) => shape.map(() => draw.integer(0, most))
    const attributes = {
      low: sizes(2),
      high: sizes(2),
      interior: sizes(2),
      value: draw.integer(0, 1),
    }
    return { operands: [operand(draw.pick(ALL), shape)], attributes }
  },
})

/**
 * low + n + (n − 1) · interior + high, at least 0: one polynomial, so that it holds before binding.
 */
function paddedShape(shape: Shape, { low, high, interior }: PadAttributes): Dim[] {
  return shape.map((extent, axis) => {
    const between = multiplyDims(addDims(extent, -1), interior[axis]!)
    const sum = [low[axis]!, extent, between, high[axis]!].reduce(addDims)
    return isBelowZero(sum) ? 0 : sum
  })
}

function padViolation({ dtype, shape }: TensorType, { low, high, interior, value }: PadAttributes) {
  const counts = [low, high, interior].map(list => list.length)
  if (counts.some(count => count !== shape.length)) {
    const message = `low, high and interior must have ${shape.length} entries for ${printShape(shape)}, got ${counts.join(', ')}`
    return violation('C1', message, { x: 'whole' }, 'give one entry per axis')
  }
  const wrong = [...low, ...high, ...interior].find(isBelowZero)
  if (wrong !== undefined) {
    const message = `low, high and interior must be 0 or more, got ${wrong}`
    return violation('C2', message, { x: 'whole' }, 'use slice to take elements away')
  }
  if (Object.is(roundTo(dtype)(value), value)) return undefined
  return violation(
    'C3',
    `value must be a value of ${dtype}, got ${value}`,
    { x: 'dtype' },
    'round it first',
  )
}

/** The cotangent of a pad: the elements at which those of the operand stand. */
function collect(ct: Value, x: Value, { low, interior }: PadAttributes): Value {
  const { shape } = x.type
  if (shape.includes(0)) return fullLike(x, 0)
  const stride = interior.map(between => between + 1)
  const end = shape.map((extent, axis) => {
    const last = multiplyDims(addDims(extent, -1), stride[axis]!)
    return [low[axis]!, last, 1].reduce(addDims)
  })
  return apply(sliceOp, [ct], { start: low, end, stride })
}

/** Elements of value `value` before and after those of `x`, and none between them. */
export function padConstant(
  x: Value,
  low: readonly Dim[],
  high: readonly Dim[],
  value: number,
  boundary?: (...args: never[]) => unknown,
): Value {
  const interior = x.type.shape.map(() => 0)
  const rounded = roundTo(x.type.dtype)(value)
  const attributes = { low: low.map(dim), high: high.map(dim), interior, value: rounded }
  return x.builder.append(padOp, [x], attributes, boundary)[0]!
}
