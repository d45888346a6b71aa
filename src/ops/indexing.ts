// Reading and adding to slices whose position is a value: each is the other's transpose. An index
// out of range reads 0 and writes nothing, on every backend, so no run can fail on data.

import { integer } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import type { Dim } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, stridesOf } from '../ir/literal.ts'
import { notDifferentiable, type Op, type Violation, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, shapesEqual, type TensorType } from '../ir/type.ts'
import { type Index, valueIndex } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import type { DTypeName } from '../support/dtype.ts'
import { absoluteAxis, axisViolation } from './axes.ts'
import { fullLike } from './creation.ts'
import { ALL, dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'

const INDICES: readonly DTypeName[] = ['i32', 'u32']

const gatherOp: Op = defineOp({
  name: 'gather',
  family: 'indexing',
  operands: ['x', 'indices'],
  attributes: { axis: integer },
  defaults: () => ({ axis: 0 }),
  constraints: { C1: dtypeConstraint('indices', INDICES), C2: 'axis is within the rank of x' },
  type: ({ x, indices }, { axis }) =>
    dtypeViolation(indices, 'indices', INDICES) ??
    axisViolation('C2', axis, x, 'x') ?? { dtype: x.dtype, shape: gathered(x, indices, axis) },
  evaluate: ({ x, indices }, { axis }, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const data = new Float64Array(elementCount(extents))
    eachSlicePosition(x.shape, indices, axis, extents, (at, position) => {
      data[position] = x.at(at)
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ x, indices, ct, attributes }) => ({
    x: scatterAdd(fullLike(x, 0), indices, ct, attributes.axis),
    indices: notDifferentiable,
  }),
  jvp: 'linear',
  lowering: {
    kind: 'gather',
    element: (at, load, { attributes, types, result }) => {
      const axis = attributes.axis as number
      const rank = types[1]!.shape.length
      const chosen = valueIndex(s.cast('i32', load(1, at.slice(axis, axis + rank))))
      const from: Index[] = [...at.slice(0, axis), chosen, ...at.slice(axis + rank)]
      return load(0, from, s.constant(result.dtype, 0))
    },
  },
  samples: draw => {
    const shape = draw.shape(1, 4)
    const axis = draw.integer(0, shape.length - 1)
    const operands = [operand(draw.pick(ALL), shape), sampleIndices(draw.shape(0, 2), shape[axis]!)]
    return { operands, attributes: { axis } }
  },
})

/** Indices that are mostly in range, with one out of it on either side. */
const sampleIndices = (shape: readonly number[], extent: number) =>
  operand('i32', shape, -1, extent)

/** The shape with the dim at `axis` replaced by those of the indices. */
function gathered(x: TensorType, indices: TensorType, axis: number): Dim[] {
  return [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
}

/**
 * Calls `visit` for every element of the slices that `indices` picks along `axis`: with its
 * position in the tensor of `shape` that they are slices of, and its position among the slices,
 * which have `extents` together. Indices out of range are passed over.
 */
function eachSlicePosition(
  shape: readonly number[],
  indices: Literal,
  axis: number,
  extents: readonly number[],
  visit: (at: number, position: number) => void,
): void {
  const rank = indices.shape.length
  const [strides, indexStrides] = [stridesOf(shape), stridesOf(indices.shape)]
  eachIndex(extents, (index, position) => {
    const which = index.slice(axis, axis + rank)
    const chosen = indices.at(which.reduce((sum, i, k) => sum + i * indexStrides[k]!, 0))
    if (chosen < 0 || chosen >= shape[axis]!) return
    const from = [...index.slice(0, axis), chosen, ...index.slice(axis + rank)]
    visit(
      from.reduce((sum, i, k) => sum + i * strides[k]!, 0),
      position,
    )
  })
}

/**
 * Slices of `x` along an axis, chosen by index.
 *
 *   out[a…, i…, b…] = x[a…, indices[i…], b…]          x̄ = scatter_add(0, indices, ct)
 *
 * Shapes   x: [a…, n, b…], indices: [i…] → [a…, i…, b…]
 * Requires C1 indices are i32 or u32. C2 axis is within the rank of x.
 * Numerics an index out of range gives 0 (false)
 * Errors   E101 where C1 or C2 fails
 *
 * @example
 * gather(table, tokens) // f32[batch,time,64] of f32[1000,64] and i32[batch,time]
 */
export const gather = operator(gatherOp, (x: Value, indices: Value, axis = 0): Value => {
  const absolute = absoluteAxis('gather', x, axis, gather)
  return x.builder.append(gatherOp, [x, indices], { axis: absolute }, gather)[0]!
})

const scatterAddOp: Op = defineOp({
  name: 'scatter_add',
  family: 'indexing',
  operands: ['x', 'indices', 'updates'],
  attributes: { axis: integer },
  defaults: () => ({ axis: 0 }),
  constraints: {
    C1: dtypeConstraint('x', NUMBERS),
    C2: dtypeConstraint('indices', INDICES),
    C3: 'axis is within the rank of x',
    C4: 'updates have the shape that gather(x, indices) has',
    C5: 'x and updates have equal dtype',
  },
  type: ({ x, indices, updates }, { axis }) =>
    dtypeViolation(x, 'x', NUMBERS) ??
    numbered('C2', dtypeViolation(indices, 'indices', INDICES)) ??
    axisViolation('C3', axis, x, 'x') ??
    updatesViolation(x, indices, updates, axis) ??
    x,
  evaluate: ({ x, indices, updates }, { axis }) => {
    const data = x.values()
    eachSlicePosition(x.shape, indices, axis, updates.shape, (at, position) => {
      data[at]! += updates.at(position)
    })
    return new Literal(x.dtype, x.shape, data)
  },
  vjp: ({ indices, ct, attributes }) => ({
    x: ct,
    indices: notDifferentiable,
    updates: gather(ct, indices, attributes.axis),
  }),
  jvp: 'linear',
  lowering: { kind: 'scatter', combine: '+', axis: ({ axis }) => axis as number },
  samples: draw => {
    const shape = draw.shape(1, 4)
    const axis = draw.integer(0, shape.length - 1)
    const dtype = draw.pick(NUMBERS)
    const indices = sampleIndices(draw.shape(0, 2), shape[axis]!)
    const slices = gathered({ dtype, shape }, indices.type, axis)
    return {
      operands: [operand(dtype, shape), indices, operand(dtype, slices)],
      attributes: { axis },
    }
  },
})

const numbered = (constraint: string, found: Violation | undefined) =>
  found === undefined ? undefined : { ...found, constraint }

function updatesViolation(x: TensorType, indices: TensorType, updates: TensorType, axis: number) {
  const wanted = gathered(x, indices, axis)
  if (!shapesEqual(updates.shape, wanted)) {
    const message = `updates must be ${printShape(wanted)}, got ${printShape(updates.shape)}`
    const help = 'give one slice of x per index: the shape that gather(x, indices, axis) has'
    return violation('C4', message, { updates: 'whole' }, help)
  }
  if (updates.dtype === x.dtype) return undefined
  const message = `x and updates must have equal dtype, got ${x.dtype} and ${updates.dtype}`
  const culprits = { x: 'dtype', updates: 'dtype' } as const
  return violation('C5', message, culprits, `use cast(updates, '${x.dtype}')`)
}

/**
 * `x` plus slices, each added at the place that its index names.
 *
 *   out[a…, k, b…] = x[a…, k, b…] + Σ over i… with indices[i…] = k of updates[a…, i…, b…]
 *   x̄ = ct, updates‾ = gather(ct, indices)
 *
 * Shapes   x: [a…, n, b…], indices: [i…], updates: [a…, i…, b…] → x's
 * Requires C1 x is a number. C2 indices are i32 or u32. C3 axis is within the rank of x. C4 updates
 *          have the shape of gather(x, indices). C5 equal dtypes.
 * Numerics equal indices add up, in the order of the updates; one out of range adds nothing
 * Errors   E101 where a constraint fails
 */
export const scatterAdd = operator(
  scatterAddOp,
  (x: Value, indices: Value, updates: Value, axis = 0): Value => {
    const absolute = absoluteAxis('scatter_add', x, axis, scatterAdd)
    const operands = [x, indices, updates]
    return x.builder.append(scatterAddOp, operands, { axis: absolute }, scatterAdd)[0]!
  },
)
