// Putting tensors side by side, and taking them apart again.

import { integer } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineVariadicOp, operator } from '../ir/define.ts'
import { addDims, type Dim, dim, divideDims, multiplyDims } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, stridesOf } from '../ir/literal.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual, type TensorType } from '../ir/type.ts'
import { addIndex, type Index, index } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { absoluteAxis, argumentError, axisViolation, dropAxes } from './axes.ts'
import { ALL } from './families.ts'
import { expandDims } from './movement.ts'
import { sliceAlong } from './slicing.ts'

const concatOp: Op = defineVariadicOp({
  name: 'concat',
  family: 'shape',
  operands: ['x'],
  attributes: { axis: integer },
  constraints: {
    C1: 'axis is within the rank of the operands',
    C2: 'operands have equal dtype',
    C3: 'operands have equal shape outside axis',
  },
  type: (types, { axis }) => {
    const [first] = types
    const problem = axisViolation('C1', axis, first!, 'x.0') ?? mismatch(types, axis)
    if (problem !== undefined) return problem
    const total = types.map(type => type.shape[axis]!).reduce(addDims)
    return {
      dtype: first!.dtype,
      shape: first!.shape.map((extent, i) => (i === axis ? total : extent)),
    }
  },
  evaluate: (operands, { axis }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const strides = stridesOf(extents)
    const data = new Float64Array(elementCount(extents))
    let offset = 0
    for (const part of operands) {
      const shift = offset * strides[axis]!
      eachIndex(part.shape, (at, position) => {
        data[at.reduce((sum, i, k) => sum + strides[k]! * i, shift)] = part.at(position)
      })
      offset += part.shape[axis]!
    }
    return new Literal(dtype, extents, data)
  },
  vjp: ({ operands, ct, attributes: { axis } }) => {
    const ends = endsAlong(
      operands.map(({ type }) => type),
      axis,
    )
    return operands.map((_, i) => sliceAlong(ct, axis, ends[i - 1] ?? 0, ends[i]!))
  },
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    joins: ({ axis }) => axis as number,
    element: (at, load, { attributes, types, result }) => {
      const axis = attributes.axis as number
      const ends = endsAlong(types, axis) as number[]
      const part = (i: number) => {
        const shifted = (e: Index, k: number) =>
          k === axis ? addIndex(e, index(ends[i - 1] ?? 0), -1) : e
        return load(i, at.map(shifted), s.constant(result.dtype, 0))
      }
      const isBefore = (end: number) => s.lt(s.indexValue(at[axis]!), s.constant('i32', end))
      const last = types.length - 1
      return ends
        .slice(0, last)
        .reduceRight((rest, end, i) => s.select(isBefore(end), part(i), rest), part(last))
    },
  },
  samples: draw => {
    const shape = draw.shape(1, 4)
    const axis = draw.integer(0, shape.length - 1)
    const dtype = draw.pick(ALL)
    const count = draw.integer(1, 4)
    const part = () => shape.map((extent, i) => (i === axis ? draw.integer(0, 3) : extent))
    const operands = Array.from({ length: count }, () => operand(dtype, part()))
    return { operands, attributes: { axis } }
  },
})

function mismatch(types: readonly TensorType[], axis: number): Violation | undefined {
  const [first] = types
  const outside = (type: TensorType) => dropAxes(type.shape, [axis])
  for (const [i, type] of types.entries()) {
    const name = `x.${i}`
    if (type.dtype !== first!.dtype) {
      const message = `operands must have equal dtype, got ${first!.dtype} and ${type.dtype}`
      return violation('C2', message, { [name]: 'dtype' }, `use cast(x, '${first!.dtype}')`)
    }
    const isEqualRank = type.shape.length === first!.shape.length
    if (isEqualRank && shapesEqual(outside(type), outside(first!))) continue
    const message = `${printShape(type.shape)} does not match ${printShape(first!.shape)} outside axis ${axis}`
    const help = 'give operands that differ along the axis only'
    return violation('C3', message, { [name]: 'whole' }, help)
  }
  return undefined
}

/** Where each operand ends along the axis of the result. */
function endsAlong(types: readonly TensorType[], axis: number): Dim[] {
  const ends: Dim[] = []
  for (const { shape } of types) ends.push(addDims(ends.at(-1) ?? 0, shape[axis]!))
  return ends
}

/**
 * Tensors one after another along an axis.
 *
 *   out[…, i, …] = xₖ[…, i − start of k, …]          x̄ₖ = the slice of ct that is xₖ's
 *
 * Requires C1 axis is within the rank. C2 equal dtypes. C3 equal shapes outside the axis.
 * Errors   E101 where a constraint fails; E102 without operands
 */
export const concat = operator(concatOp, (parts: readonly Value[], axis: number): Value => {
  const [first] = someOf('concat', parts, concat)
  const absolute = absoluteAxis('concat', first!, axis, concat)
  return first!.builder.append(concatOp, parts, { axis: absolute }, concat)[0]!
})

function someOf(subject: string, parts: readonly Value[], boundary: (...args: never[]) => unknown) {
  if (parts.length > 0) return parts
  const help = 'pass a list of one tensor or more'
  throw argumentError(subject, 'needs one tensor or more, got none', help, [], boundary)
}

/**
 * Tensors of one shape side by side along a new axis, whose position in the result is `axis`.
 * Throws E101 where the shapes differ or the position is out of range.
 */
export function stack(parts: readonly Value[], axis: number): Value {
  const [first] = someOf('stack', parts, stack)
  const other = parts.find(part => !shapesEqual(part.type.shape, first!.type.shape))
  if (other !== undefined) {
    const message = `tensors must have equal shape, got ${printShape(first!.type.shape)} and ${printShape(other.type.shape)}`
    throw argumentError(
      'stack',
      message,
      'use concat for parts of unequal size',
      [first!, other],
      stack,
    )
  }
  const rank = first!.type.shape.length + 1
  const at = axis < 0 ? axis + rank : axis
  return concat(
    parts.map(part => expandDims(part, axis)),
    at,
  )
}

/**
 * The parts of a tensor along an axis: a number of equal ones, or one per given size.
 * Throws E101 where the dim is not divisible by the number, or the sizes do not add up to it.
 */
export function split(x: Value, sizesOrCount: number | Shape, axis: number): Value[] {
  const absolute = absoluteAxis('split', x, axis, split)
  const extent = x.type.shape[absolute]!
  const sizes =
    typeof sizesOrCount === 'number' ? equalParts(x, extent, sizesOrCount) : sizesOrCount.map(dim)
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce(addDims))
  const total = ends.at(-1) ?? 0
  if (total !== extent) {
    const message = `sizes must add up to ${extent} (axis ${absolute} of ${printShape(x.type.shape)}), got ${total}`
    throw argumentError('split', message, 'give sizes that cover the axis', [x], split)
  }
  return ends.map((end, i) => sliceAlong(x, absolute, ends[i - 1] ?? 0, end))
}

function equalParts(x: Value, extent: Dim, count: number): Dim[] {
  const isCount = Number.isSafeInteger(count) && count > 0
  const part = isCount ? divideDims(extent, count) : undefined
  if (part !== undefined && multiplyDims(part, count) === extent) {
    return Array.from({ length: count }, () => part)
  }
  const message = `cannot split ${extent} of ${printShape(x.type.shape)} into ${count} equal parts`
  throw argumentError('split', message, 'give the sizes of the parts as a list', [x], split)
}
