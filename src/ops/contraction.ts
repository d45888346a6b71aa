// Sums of products of two tensors over shared axes, with general dimension numbers: matmul, batched
// matmul, every transposed form and dot are one op, and so are their derivatives.

import { integersPair } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { apply, defineOp, operator } from '../ir/define.ts'
import type { Dim } from '../ir/dim.ts'
import { eachIndex, elementCount, Literal, stridesOf } from '../ir/literal.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { printShape, type TensorType } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'
import { absoluteAxis, argumentError, otherAxes } from './axes.ts'
import { broadcastTo } from './broadcast.ts'
import {
  type AxisPair,
  axisPairViolation,
  type ContractionAttributes,
  freeAxes,
  plainMatmul,
  resultShape,
  sizeViolation,
} from './dimension-numbers.ts'
import { dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'
import { transpose } from './movement.ts'

/** Shapes of x and y, their common batch axes, and the contracting axes of each. */
type SampleForm = readonly [
  x: readonly number[],
  y: readonly number[],
  batch: readonly number[],
  left: readonly number[],
  right: readonly number[],
]

const matmulOp: Op = defineOp({
  name: 'matmul',
  family: 'contraction',
  operands: ['x', 'y'],
  attributes: { batch: integersPair, contract: integersPair },
  defaults: ({ x, y }) => plainMatmul(x, y),
  constraints: {
    C1: 'contracting axes have equal size',
    C2: 'batch axes have equal size',
    C3: 'batch and contract name as many axes of x as of y, each at most once and within the rank',
    C4: dtypeConstraint('x', NUMBERS),
    C5: 'x and y have equal dtype',
  },
  type: ({ x, y }, attributes) =>
    axisPairViolation(x, y, attributes) ??
    sizeViolation(x, y, attributes) ??
    numberViolation(x, y) ?? { dtype: x.dtype, shape: resultShape(x, y, attributes) },
  evaluate: ({ x, y }, attributes, { dtype, shape }) => {
    const extents = shape as readonly number[]
    const [left, right] = freeAxes(x.type, y.type, attributes)
    const { batch, contract } = attributes
    const rows = positions(x.shape, [...batch[0], ...left])
    const columns = positions(y.shape, [...batch[1], ...right])
    const [xAlong, yAlong] = [positions(x.shape, contract[0]), positions(y.shape, contract[1])]
    const [leftCount, rightCount] = [countAlong(x.shape, left), countAlong(y.shape, right)]
    const times = productOf(dtype)
    const data = Float64Array.from({ length: elementCount(extents) }, (_, position) => {
      const row = Math.floor(position / rightCount)
      const column = Math.floor(row / leftCount) * rightCount + (position % rightCount)
      const [xStart, yStart] = [rows[row]!, columns[column]!]
      let total = 0
      for (let k = 0; k < xAlong.length; k++) {
        total += times(x.at(xStart + xAlong[k]!), y.at(yStart + yAlong[k]!))
      }
      return total
    })
    return new Literal(dtype, extents, data)
  },
  vjp: ({ x, y, ct, attributes }) => ({
    x: leftCotangent(x, y, ct, attributes),
    y: rightCotangent(x, y, ct, attributes),
  }),
  jvp: {
    x: ({ y, t, attributes }) => apply(matmulOp, [t, y], { ...attributes }),
    y: ({ x, t, attributes }) => apply(matmulOp, [x, t], { ...attributes }),
  },
  lowering: {
    kind: 'contraction',
    axes: ({ batch, contract }) => ({ batch: batch as AxisPair, contract: contract as AxisPair }),
  },
  samples: draw => {
    const [m, k] = draw.shape(2, 2) as [number, number]
    const [n, p] = draw.shape(2, 2) as [number, number]
    const batch = draw.shape(0, 2)
    const dtype = draw.pick(NUMBERS)
    const lead = batch.map((_, i) => i)
    const b = batch.length
    const after = batch.map((_, i) => i + 2)
    // Three axes summed in an order that is neither that of x nor that of y: the form that tells
    // most.
    const crossed: SampleForm = [
      [...batch, k, m, n, p],
      [...batch, p, k, n],
      lead,
      [b + 2, b + 3, b],
      [b + 2, b, b + 1],
    ]
    const [x, y, shared, left, right] = draw.pick<SampleForm>([
      crossed,
      [[...batch, m, k], [...batch, k, n], lead, [b + 1], [b]],
      [[k, m, ...batch], [n, k, ...batch], after, [0], [1]],
      [[...batch, m], [...batch, n], lead, [], []],
      crossed,
    ])
    const attributes = { batch: [shared, shared], contract: [left, right] }
    return { operands: [operand(dtype, x), operand(dtype, y)], attributes }
  },
})

/** The positions of all points of some axes of a shape, in row-major order, other axes at 0. */
function positions(shape: readonly number[], axes: readonly number[]): number[] {
  const strides = stridesOf(shape)
  const found: number[] = []
  eachIndex(extentsAt(shape, axes), index => {
    found.push(index.reduce((sum, at, i) => sum + at * strides[axes[i]!]!, 0))
  })
  return found
}

const extentsAt = (shape: readonly number[], axes: readonly number[]) =>
  axes.map(axis => shape[axis]!)

const countAlong = (shape: readonly number[], axes: readonly number[]) =>
  elementCount(extentsAt(shape, axes))

const productOf = (dtype: DTypeName) =>
  dtype === 'f32' || dtype === 'f64' ? (a: number, b: number) => a * b : Math.imul

function numberViolation(x: TensorType, y: TensorType): Violation | undefined {
  const found = dtypeViolation(x, 'x', NUMBERS)
  if (found !== undefined) return { ...found, constraint: 'C4' }
  if (x.dtype === y.dtype) return undefined
  const message = `x and y must have equal dtype, got ${x.dtype} and ${y.dtype}`
  return violation('C5', message, { x: 'dtype', y: 'dtype' }, `use cast(y, '${x.dtype}')`)
}

/** x̄: ct and y summed over y's free axes, the result's axes put where x has them. */
function leftCotangent(x: Value, y: Value, ct: Value, attributes: ContractionAttributes): Value {
  const { batch, contract } = attributes
  const [left, right] = freeAxes(x.type, y.type, attributes)
  const lead = batch[0].map((_, i) => i)
  const ctRight = right.map((_, i) => lead.length + left.length + i)
  const product = apply(matmulOp, [ct, y], {
    batch: [lead, batch[1]],
    contract: [ctRight, right],
  })
  // The product has batch, left, then y's contracting axes in the order in which y has them.
  const inOrder = byPartner(contract[0], contract[1])
  return arrange(product, [...batch[0], ...left, ...inOrder])
}

/** ȳ: x and ct summed over x's free axes, the result's axes put where y has them. */
function rightCotangent(x: Value, y: Value, ct: Value, attributes: ContractionAttributes): Value {
  const { batch, contract } = attributes
  const [left, right] = freeAxes(x.type, y.type, attributes)
  const lead = batch[0].map((_, i) => i)
  const ctLeft = left.map((_, i) => lead.length + i)
  const product = apply(matmulOp, [x, ct], {
    batch: [batch[0], lead],
    contract: [left, ctLeft],
  })
  // The product has batch, x's contracting axes in the order in which x has them, then right.
  const inOrder = byPartner(contract[1], contract[0])
  return arrange(product, [...batch[1], ...inOrder, ...right])
}

/** `axes` in ascending order of their partners. */
function byPartner(axes: readonly number[], partners: readonly number[]): number[] {
  return axes
    .map((axis, i) => [partners[i]!, axis] as const)
    .sort(([a], [b]) => a - b)
    .map(([, axis]) => axis)
}

/** Axis i of `value` becomes axis `places[i]`. */
function arrange(value: Value, places: readonly number[]): Value {
  const isInPlace = places.every((place, axis) => place === axis)
  return isInPlace
    ? value
    : transpose(
        value,
        places.map((_, axis) => places.indexOf(axis)),
      )
}

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Whether the last two axes of the first operand are exchanged. */
  readonly transposeA?: boolean | undefined
  /** Whether the last two axes of the second operand are exchanged. */
  readonly transposeB?: boolean | undefined
}

/**
 * The matrix product, batched over leading axes.
 *
 *   out[b…, i, j] = Σₖ x[b…, i, k] · y[b…, k, j]          x̄ = ct · yᵀ, ȳ = xᵀ · ct
 *
 * Leading axes broadcast as in NumPy; a second operand of rank 2 serves every batch without being
 * repeated. The op itself takes any axes: `batch` and `contract` list those of x and those of y,
 * and the result has the batch axes, the rest of x's, the rest of y's.
 *
 * Shapes   x: [b…, m, k], y: [b…, k, n] → [b…, m, n]
 * Requires C1 contracting axes have equal size. C2 batch axes have equal size. C3 axes are named
 *          once and within the rank. C4 x is a number. C5 equal dtypes.
 * Numerics integers wrap; an empty sum is 0
 * Cost     2 · b · m · n · k operations
 * Errors   E101 where a constraint fails, a rank is below 2, or batch dims do not broadcast
 *
 * @example
 * matmul(x, w)                            // f32[batch,10] of f32[batch,784] and f32[784,10]
 * matmul(queries, keys, { transposeB: true }) // f32[batch,time,time]
 */
export const matmul = operator(
  matmulOp,
  (a: Value, b: Value, options: MatmulOptions = {}): Value => {
    requireMatrix('left', a)
    requireMatrix('right', b)
    const [x, y] = b.type.shape.length === 2 ? [a, b] : withCommonBatch(a, b)
    const [rank, other] = [x.type.shape.length, y.type.shape.length]
    const lead = otherAxes(other - 2, [])
    const contract: AxisPair = [
      [options.transposeA ? rank - 2 : rank - 1],
      [options.transposeB ? other - 1 : other - 2],
    ]
    return x.builder.append(matmulOp, [x, y], { batch: [lead, lead], contract }, matmul)[0]!
  },
)

function requireMatrix(side: string, value: Value): void {
  if (value.type.shape.length >= 2) return
  const message = `${side} operand needs rank >= 2, got ${printShape(value.type.shape)}`
  const help = 'use dot(a, b) for vectors, or expandDims(x, axis) to make a matrix of one row'
  throw argumentError('matmul', message, help, [value], matmul)
}

/** Both operands with the batch dims that theirs broadcast to. */
function withCommonBatch(a: Value, b: Value): [Value, Value] {
  const [own, other] = [a.type.shape.slice(0, -2), b.type.shape.slice(0, -2)]
  const count = Math.max(own.length, other.length)
  const common = Array.from({ length: count }, (_, i): Dim => {
    const [left, right] = [own.at(i - count) ?? 1, other.at(i - count) ?? 1]
    if (left === right || right === 1) return left
    if (left === 1) return right
    const shapes = `${printShape(own)} with ${printShape(other)}`
    const message = `batch dims: cannot broadcast ${shapes}: ${left} vs ${right} at axis ${i - count}`
    throw argumentError('matmul', message, 'give batch dims that are equal or 1', [a, b], matmul)
  })
  const widen = (x: Value) => broadcastTo(x, [...common, ...x.type.shape.slice(-2)])
  return [widen(a), widen(b)]
}

/** Options of `dot`: axes of the first and of the second operand, pair by pair. */
export interface DotOptions {
  /** Axes that run in step and stay; none by default. */
  readonly batch?: AxisPair | undefined
  /** Axes that are multiplied and summed; the last of `a` and the first of `b` by default. */
  readonly contract?: AxisPair | undefined
}

/**
 * The sum of products over any axes: the last of `a` with the first of `b` by default. The result
 * has the batch axes, the rest of a's, the rest of b's. Throws E101 where axes do not fit.
 */
export function dot(a: Value, b: Value, options: DotOptions = {}): Value {
  const { batch = [[], []], contract = [[-1], [0]] } = options
  const absolute = ([left, right]: AxisPair): AxisPair => [
    left.map(axis => absoluteAxis('dot', a, axis, dot)),
    right.map(axis => absoluteAxis('dot', b, axis, dot)),
  ]
  const attributes = { batch: absolute(batch), contract: absolute(contract) }
  return a.builder.append(matmulOp, [a, b], attributes, dot)[0]!
}
