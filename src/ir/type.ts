// Tensor types: an element type and a shape. Plain data, compared structurally.

import { GraphError, nearest } from '../support/diagnostic.ts'
import { DTYPE_NAMES, type DTypeName, isDTypeName } from '../support/dtype.ts'
import { type Dim, type Dims, dim, isNegative, substituteDim } from './dim.ts'

/** The extents of a tensor, outermost first; empty for a scalar. */
export type Shape = readonly Dim[]

/** What is known of a value before anything runs. */
export interface TensorType {
  readonly dtype: DTypeName
  readonly shape: Shape
}

/**
 * The type with the given element type and canonical dims: `tensorType('f32', ['batch', 784])`.
 * Throws E109 for an extent that cannot be one, E111 for a dtype that does not exist.
 */
export function tensorType(dtype: DTypeName, shape: Shape = []): TensorType {
  checkDType(dtype)
  return { dtype, shape: shape.map(extent => checkedExtent(dim(extent), shape)) }
}

function checkedExtent(extent: Dim, shape: Shape): Dim {
  if (!isNegative(extent)) return extent
  throw new GraphError({
    code: 'E109',
    subject: 'shape',
    message: `every dim must be 0 or more, got ${extent} in ${printShape(shape)}`,
    help: 'give the size of the axis, or a name such as batch where it is not known yet',
  })
}

/** Throws E111 where `name`, which may come from untyped code, is no dtype. */
export function checkDType(name: string): void {
  if (isDTypeName(name)) return
  const near = nearest(name, DTYPE_NAMES)
  throw new GraphError({
    code: 'E111',
    subject: 'dtype',
    message: `a dtype must be one of ${DTYPE_NAMES.join(', ')}, got ${name}`,
    help:
      near === undefined ? 'use f32 unless something speaks against it' : `did you mean ${near}?`,
  })
}

/** Whether two shapes have the same dims in the same order. */
export function shapesEqual(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** Whether two types agree in element type and shape. */
export function typesEqual(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && shapesEqual(a.shape, b.shape)
}

/** `[batch,784]`. */
export function printShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/** `f32[batch,784]`. */
export function printType(type: TensorType): string {
  return type.dtype + printShape(type.shape)
}

/** Where axis `axis` stands in the text of a type; the dtype's stretch for `'dtype'`. */
export function typeSpan(type: TensorType, part: number | 'dtype'): { start: number; end: number } {
  if (part === 'dtype') return { start: 0, end: type.dtype.length }
  if (part >= type.shape.length) return { start: type.dtype.length, end: printType(type).length }
  const before = type.shape.slice(0, part).join(',').length + (part > 0 ? 1 : 0)
  const start = type.dtype.length + 1 + before
  return { start, end: start + String(type.shape[part]).length }
}

/** The type with sizes put in for names. */
export function substituteType(type: TensorType, dims: Dims): TensorType {
  return { dtype: type.dtype, shape: substituteShape(type.shape, dims) }
}

/** The shape with sizes put in for names. */
export function substituteShape(shape: Shape, dims: Dims): Shape {
  return shape.map(extent => substituteDim(extent, dims))
}

/** The type of the same shape with another element type. */
export function withDtype(type: TensorType, dtype: DTypeName): TensorType {
  return { dtype, shape: type.shape }
}
