// Ops that give every element of one tensor another place: reshape, transpose, reverse, and the
// sugar for axes of size 1. Each element of the result is one element of the operand, so they cost
// nothing where their consumer can take them as an index.

import { dimensions, integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { type Dim, dim, dimNames, divideDims, sizeOf } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, stridesOf } from '../ir/literal.ts'
import { type Op, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual } from '../ir/type.ts'
import { addIndex, flatIndex, type Index, index, unflatIndex } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { type Axes, absoluteAxes, argumentError, axesViolation, dropAxes } from './axes.ts'
import { ALL } from './families.ts'

const reshapeOp: Op = defineOp({
  name: 'reshape',
  family: 'shape',
  operands: ['x'],
  attributes: { shape: dimensions },
  constraints: { C1: 'x and the result have the same number of elements' },
  type: ({ x }, { shape }) =>
    sizeOf(x.shape) === sizeOf(shape)
      ? { dtype: x.dtype, shape }
      : violation('C1', sizeSentence(x.shape, shape), { x: 'whole' }, sizeHelp(x.shape)),
  evaluate: ({ x }, _, { shape }) => new Literal(x.dtype, shape as readonly number[], x.values()),
  vjp: ({ x, ct }) => ({ x: reshape(ct, x.type.shape) }),
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    element: (at, load, { types, result }) => {
      const extents = result.shape as readonly number[]
      // No point computes an element of an empty result, and an empty operand has none to load.
      if (extents.includes(0)) return s.constant(result.dtype, 0)
      const linear = flatIndex(at, extents)
      return load(0, unflatIndex(linear, types[0]!.shape as readonly number[]))
    },
  },
  facts: { zeroPreserving: true },
  samples: draw => {
    const from = draw.shape()
    const shape = draw.pick([[...from].reverse(), [elementCount(from)], [1, ...from]])
    return { operands: [operand(draw.pick(ALL), from)], attributes: { shape } }
  },
})

/** Why two shapes differ in size; symbolic dims that both have are left out of the count. */
function sizeSentence(from: Shape, to: Shape): string {
  const rest = [...to]
  const own = from.filter(extent => {
    const at = typeof extent === 'string' ? rest.indexOf(extent) : -1
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  const [a, b] = [printShape(from), printShape(to)]
  const lonely = [...own, ...rest].flatMap(dimNames)[0]
  if (lonely !== undefined && !(names(own).includes(lonely) && names(rest).includes(lonely))) {
    return `symbolic dim '${lonely}' is in only one of ${a} and ${b}`
  }
  const note = own.length < from.length ? ' (shared dims removed)' : ''
  return `${a} has ${sizeOf(own)} elements${note} but ${b} has ${sizeOf(rest)}`
}

const names = (shape: Shape) => shape.flatMap(dimNames)

const sizeHelp = (shape: Shape) =>
  `give a shape of ${sizeOf(shape)} elements, or -1 for the dim that follows from the others`

/**
 * The same elements in row-major order under another shape. One dim of `shape` may be -1: it
 * follows from the others, symbolic dims included.
 *
 *   out[unflat(i)] = x[unflat(i)]          x̄ = reshape(ct, x.shape)
 *
 * Requires C1 equal number of elements.
 * Errors   E101 where the sizes differ, or -1 cannot be inferred
 *
 * @example
 * reshape(x, [-1, 784]) // f32[batch,784] of f32[batch,28,28]
 */
export const reshape = operator(reshapeOp, (x: Value, shape: Shape): Value => {
  const resolved = inferDim(x, shape)
  if (shapesEqual(resolved, x.type.shape)) return x
  return x.builder.append(reshapeOp, [x], { shape: resolved }, reshape)[0]!
})

function inferDim(x: Value, shape: Shape): Dim[] {
  const unknown = shape.flatMap((extent, axis) => (extent === -1 ? [axis] : []))
  if (unknown.length > 1) {
    const message = `at most one dim can be -1, got ${printShape(shape)}`
    throw argumentError('reshape', message, 'write all dims but one', [x], reshape)
  }
  const canonical = shape.map(dim)
  if (unknown.length === 0) return canonical
  const given = sizeOf(dropAxes(canonical, unknown))
  const size = sizeOf(x.type.shape)
  const inferred = divideDims(size, given)
  if (inferred !== undefined) return canonical.map(extent => (extent === -1 ? inferred : extent))
  const message = `cannot infer -1: ${size} elements of ${printShape(x.type.shape)} are not divisible by ${given}`
  throw argumentError('reshape', message, sizeHelp(x.type.shape), [x], reshape)
}

const transposeOp: Op = defineOp({
  name: 'transpose',
  family: 'shape',
  operands: ['x'],
  attributes: { permutation: integers },
  defaults: ({ x }) => ({ permutation: reversed(x.shape.length) }),
  constraints: { C1: 'permutation holds every axis of x once' },
  type: ({ x }, { permutation }) => {
    const rank = x.shape.length
    const shape = permutation.map(axis => x.shape[axis] ?? 0)
    if (isPermutation(permutation, rank)) return { dtype: x.dtype, shape }
    const message = `permutation must hold each of the ${rank} axes of ${printShape(x.shape)} once, got [${permutation.join(', ')}]`
    return violation('C1', message, { x: 'whole' }, `for example [${reversed(rank).join(', ')}]`)
  },
  evaluate: ({ x }, { permutation }, { shape }) => {
    const extents = shape as readonly number[]
    const strides = stridesOf(x.shape)
    const data = new Float64Array(x.size)
    eachIndex(extents, (at, position) => {
      data[position] = x.at(permutation.reduce((sum, axis, i) => sum + strides[axis]! * at[i]!, 0))
    })
    return new Literal(x.dtype, extents, data)
  },
  vjp: ({ ct, attributes }) => ({ x: transpose(ct, inverse(attributes.permutation)) }),
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes }) => {
      const back = inverse(attributes.permutation as readonly number[])
      return load(
        0,
        back.map(axis => at[axis]!),
      )
    },
  },
  facts: { zeroPreserving: true },
  samples: draw => {
    const shape = draw.shape()
    const rank = shape.length
    const shift = draw.integer(0, Math.max(0, rank - 1))
    const rotated = shape.map((_, axis) => (axis + shift) % rank)
    const permutation = draw.pick([rotated, reversed(rank)])
    return { operands: [operand(draw.pick(ALL), shape)], attributes: { permutation } }
  },
})

const reversed = (rank: number) => Array.from({ length: rank }, (_, axis) => rank - 1 - axis)

function isPermutation(axes: readonly number[], rank: number): boolean {
  const isInside = axes.every(axis => axis >= 0 && axis < rank)
  return isInside && axes.length === rank && new Set(axes).size === rank
}

/** The permutation that undoes another. */
export function inverse(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis))
}

/**
 * The axes in another order; reversed by default.
 *
 *   out[i…] = x[j…] with j[permutation[k]] = i[k]          x̄ = transpose(ct, inverse permutation)
 *
 * Requires C1 permutation holds every axis once.
 * Errors   E101 where an axis is missing, repeated or out of range
 *
 * @example
 * transpose(w)            // f32[10,784] of f32[784,10]
 * transpose(x, [0, 2, 1]) // the last two axes exchanged
 */
export const transpose = operator(
  transposeOp,
  (x: Value, permutation?: readonly number[]): Value => {
    const { shape } = x.type
    const given = permutation ?? reversed(shape.length)
    if (given.length !== shape.length) {
      const message = `${given.length} axes given for ${printShape(shape)} (rank ${shape.length})`
      throw argumentError('transpose', message, 'name every axis once', [x], transpose)
    }
    absoluteAxes('transpose', x, given, transpose)
    const absolute = given.map(axis => (axis < 0 ? axis + shape.length : axis))
    return x.builder.append(transposeOp, [x], { permutation: absolute }, transpose)[0]!
  },
)

const reverseOp: Op = defineOp({
  name: 'reverse',
  family: 'shape',
  operands: ['x'],
  attributes: { axes: integers },
  constraints: { C1: 'axes are ascending, distinct and within the rank of x' },
  type: ({ x }, { axes }) => axesViolation('C1', axes, x, 'x') ?? x,
  evaluate: ({ x }, { axes }) => {
    const strides = stridesOf(x.shape)
    const data = new Float64Array(x.size)
    eachIndex(x.shape, (at, position) => {
      const from = at.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i))
      data[position] = x.at(from.reduce((sum, i, axis) => sum + strides[axis]! * i, 0))
    })
    return new Literal(x.dtype, x.shape, data)
  },
  vjp: ({ ct, attributes }) => ({ x: reverse(ct, attributes.axes) }),
  jvp: 'linear',
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes, result }) => {
      const axes = attributes.axes as readonly number[]
      const extents = result.shape as readonly number[]
      const mirrored = (e: Index, axis: number) => addIndex(index(extents[axis]! - 1), e, -1)
      return load(
        0,
        at.map((e, axis) => (axes.includes(axis) ? mirrored(e, axis) : e)),
      )
    },
  },
  facts: { involution: true, zeroPreserving: true },
  samples: draw => {
    const shape = draw.shape()
    return {
      operands: [operand(draw.pick(ALL), shape)],
      attributes: { axes: draw.axes(shape.length) },
    }
  },
})

/**
 * The elements in opposite order along axes, all of them by default.
 *
 *   out[…, i, …] = x[…, n − 1 − i, …]          x̄ = reverse(ct, axes)
 *
 * Requires C1 axes are distinct and within the rank.
 * Errors   E101 where an axis is out of range or repeated
 */
export const reverse = operator(reverseOp, (x: Value, axes?: Axes): Value => {
  const absolute = absoluteAxes('reverse', x, axes, reverse)
  return x.builder.append(reverseOp, [x], { axes: absolute }, reverse)[0]!
})

/**
 * The tensor with a new axis of size 1 at position `axis` of the result; -1 puts it last.
 * Throws E101 where the position is out of range.
 */
export function expandDims(x: Value, axis: number): Value {
  const { shape } = x.type
  const rank = shape.length + 1
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const message = `axis ${axis} is out of range for a result of rank ${rank} (use ${-rank}..${rank - 1})`
    throw argumentError(
      'expand_dims',
      message,
      `pass an axis in ${-rank}..${rank - 1}`,
      [x],
      expandDims,
    )
  }
  const at = axis < 0 ? axis + rank : axis
  return reshape(x, [...shape.slice(0, at), 1, ...shape.slice(at)])
}

/**
 * The tensor without the given axes, which must have size 1; without all axes of size 1 by default.
 * Throws E101 where an axis has another size.
 */
export function squeeze(x: Value, axes?: Axes): Value {
  const { shape } = x.type
  const ones = shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []))
  const chosen = axes === undefined ? ones : absoluteAxes('squeeze', x, axes, squeeze)
  const wrong = chosen.find(axis => shape[axis] !== 1)
  if (wrong !== undefined) {
    const message = `axis ${wrong} must have size 1, got ${shape[wrong]} in ${printShape(shape)}`
    throw argumentError('squeeze', message, 'name only axes of size 1', [x], squeeze)
  }
  return reshape(x, dropAxes(shape, chosen))
}
