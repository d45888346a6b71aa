// The product over axes. Its derivative multiplies all the other elements without ever dividing, so
// it is right where elements are zero, and so is every derivative of it.

import type { Value } from '../ir/builder.ts'
import { sizeOf } from '../ir/dim.ts'
import { mul } from './arithmetic.ts'
import { dimsAt, otherAxes } from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { equal } from './comparison.ts'
import { fullLike, iota } from './creation.ts'
import { concat } from './joining.ts'
import { inverse, reshape, transpose } from './movement.ts'
import { type ReduceOp, reduction } from './reducing.ts'
import { where } from './select.ts'
import { padConstant, sliceAlong } from './slicing.ts'

/**
 * The product over axes, all of them by default.
 *
 *   out[k…] = Π over r… of x[k…, r…]          x̄[k…, r…] = ct[k…] · Π over s… ≠ r… of x[k…, s…]
 *
 * Requires C1 x is a number. C2 axes are distinct and within the rank.
 * Numerics an empty product is 1; integers wrap; nothing is divided, so derivatives of every order
 *          hold at zeros
 * Cost     the derivative takes 3 n multiplications for n elements, n² where n has no size yet
 * Errors   E101 where an axis is out of range or repeated
 */
export const prod: ReduceOp = reduction({
  name: 'prod',
  combine: '*',
  accumulate: (total, value, dtype) =>
    dtype === 'i32' || dtype === 'u32' ? Math.imul(total, value) : total * value,
  vjp: ({ x, ct, attributes: { axes } }) => {
    const rows = toRows(x, axes)
    const n = rows.type.shape.at(-1)!
    const cotangents = typeof n === 'number' ? downTree(rows, ct) : timesOthers(rows, ct)
    return { x: fromRows(cotangents, x, axes) }
  },
  jvp: ({ x, t, attributes: { axes } }) => {
    const [rows, tangents] = [toRows(x, axes), toRows(t, axes)]
    const n = rows.type.shape.at(-1)!
    const last = rows.type.shape.length - 1
    if (typeof n === 'string') return sum(prod(replacing(rows, tangents), -1), -1)
    const others = mul(othersOnSide(rows, n, 'before'), othersOnSide(rows, n, 'after'))
    return sum(mul(tangents, others), last)
  },
})

/** The reduced axes as one last axis. */
function toRows(x: Value, axes: readonly number[]): Value {
  const { shape } = x.type
  const kept = otherAxes(shape.length, axes)
  const moved = transpose(x, [...kept, ...axes])
  return reshape(moved, [...dimsAt(shape, kept), sizeOf(dimsAt(shape, axes))])
}

/** What `toRows` does to `x`, undone. */
function fromRows(rows: Value, x: Value, axes: readonly number[]): Value {
  const { shape } = x.type
  const order = [...otherAxes(shape.length, axes), ...axes]
  return transpose(reshape(rows, dimsAt(shape, order)), inverse(order))
}

/**
 * The cotangents of the elements of each row: multiply pairs up to the root of a binary tree, then
 * go down again, each child receiving its parent's cotangent times its sibling.
 */
function downTree(rows: Value, ct: Value): Value {
  const { shape } = rows.type
  const last = shape.length - 1
  const n = shape[last] as number
  if (n === 0) return rows
  if (n === 1) return reshape(ct, shape)
  const half = Math.ceil(n / 2)
  const left = sliceAlong(rows, last, 0, half)
  const right = withOnes(sliceAlong(rows, last, half, n), 0, 2 * half - n)
  const parents = downTree(mul(left, right), ct)
  const both = concat([mul(parents, right), mul(parents, left)], last)
  return sliceAlong(both, last, 0, n)
}

/** Rows with ones before and after their elements. */
function withOnes(rows: Value, before: number, after: number): Value {
  const along = (count: number) =>
    rows.type.shape.map((_, axis, { length }) => (axis === length - 1 ? count : 0))
  if (before === 0 && after === 0) return rows
  return padConstant(rows, along(before), along(after), 1)
}

/** ct · Π of the other elements of the row, for a row whose length is a name. */
function timesOthers(rows: Value, ct: Value): Value {
  const others = prod(replacing(rows, fullLike(rows, 1)), -1)
  return mul(broadcastAlong(ct, rows.type.shape, [rows.type.shape.length - 1]), others)
}

/** [k…, i, j]: row k with element i replaced by that of `instead`. */
function replacing(rows: Value, instead: Value): Value {
  const { builder, type } = rows
  const last = type.shape.length - 1
  const n = type.shape[last]!
  const shape = [...type.shape, n]
  const outer = otherAxes(last, [])
  const square = (axis: number) => broadcastAlong(iota(builder, [n, n], axis), shape, outer)
  const repeat = (value: Value) => broadcastAlong(value, shape, [last])
  return where(equal(square(0), square(1)), repeat(instead), repeat(rows))
}

/** Π of the elements before (or after) each one: by doubling, every step reaches twice as far. */
function othersOnSide(rows: Value, n: number, side: 'before' | 'after'): Value {
  const last = rows.type.shape.length - 1
  const shifted = (value: Value, by: number) =>
    side === 'before'
      ? withOnes(sliceAlong(value, last, 0, n - by), by, 0)
      : withOnes(sliceAlong(value, last, by, n), 0, by)
  if (n === 0) return rows
  let product = shifted(rows, 1)
  for (let reach = 1; reach < n; reach *= 2) product = mul(product, shifted(product, reach))
  return product
}
