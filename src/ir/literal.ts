// Literals: tensors whose elements are known. Constants hold them and the reference interpreter
// computes on them. A class with private data, so that immer treats one as an opaque value and no
// typed array ever enters a draft. Elements are doubles whatever the dtype: f32, i32, u32 fit
// exactly.

import { GraphError } from '../support/diagnostic.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../support/dtype.ts'
import { checkDType, printShape, printType, type TensorType, tensorType } from './type.ts'

/** Numbers or booleans, nested to any depth as rows of equal length. */
export type NestedArray = number | boolean | readonly NestedArray[]

/** A tensor as users hand it over or get it back. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly dtype: DTypeName
  readonly data: TypedArray
}

/** Elements that the text for people shows. */
const MOST_SHOWN = 16

/** A tensor of known elements, in row-major order. Immutable. */
export class Literal {
  readonly type: TensorType
  readonly shape: readonly number[]
  readonly #data: Float64Array

  /** Takes over `data`, which must not be written afterwards; its length must fit the shape. */
  constructor(dtype: DTypeName, shape: readonly number[], data: Float64Array) {
    if (data.length !== elementCount(shape)) {
      throw notATensor(
        `${printShape(shape)} has ${elementCount(shape)} elements, got ${data.length}`,
      )
    }
    this.type = tensorType(dtype, shape)
    this.shape = shape
    this.#data = data
  }

  /** The element type. */
  get dtype(): DTypeName {
    return this.type.dtype
  }

  /** The number of elements. */
  get size(): number {
    return this.#data.length
  }

  /** The element at a row-major position. */
  at(position: number): number {
    return this.#data[position]!
  }

  /** A copy of the elements as doubles. */
  values(): Float64Array {
    return this.#data.slice()
  }

  /** Type and first elements, for people: `f32[2] [1, 2]`. */
  toString(): string {
    const shown = Array.from(this.#data.subarray(0, MOST_SHOWN)).join(', ')
    return `${printType(this.type)} [${shown}${this.size > MOST_SHOWN ? ', …' : ''}]`
  }

  /** How Node's console shows a literal. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  /** The elements in the storage type of the dtype: a fresh array. */
  toHost(): HostTensor {
    const data = DTYPES[this.dtype].allocate(this.size)
    data.set(this.#data)
    return { shape: this.shape, dtype: this.dtype, data }
  }

  /** Every element through `change`; for example rounding to the dtype. */
  map(change: (value: number) => number, dtype: DTypeName = this.dtype): Literal {
    return new Literal(dtype, this.shape, this.#data.map(change))
  }

  /** Whether dtype, shape and every bit of every element agree; all NaNs count as one. */
  equals(other: Literal): boolean {
    return (
      this.dtype === other.dtype &&
      this.shape.length === other.shape.length &&
      this.shape.every((extent, axis) => extent === other.shape[axis]) &&
      this.#data.every((value, i) => Object.is(value, other.#data[i]))
    )
  }

  /** The one value of all elements, or undefined where they differ or there are none. */
  get uniform(): number | undefined {
    const first = this.#data[0]
    return this.#data.every(value => Object.is(value, first)) ? first : undefined
  }

  /** A tensor of one repeated value. */
  static full(dtype: DTypeName, shape: readonly number[], value: number): Literal {
    const { shape: extents } = tensorType(dtype, shape)
    const size = elementCount(extents as readonly number[])
    return new Literal(dtype, shape, new Float64Array(size).fill(value))
  }

  /** A scalar. */
  static scalar(dtype: DTypeName, value: number): Literal {
    return Literal.full(dtype, [], value)
  }

  /**
   * A literal of a number, nested array, typed array with `shape`, or host tensor. Elements are
   * rounded to `dtype`, which defaults to the array's own, else f32 (bool for booleans). Throws
   * E110 on ragged rows, a length that does not fit the shape, or elements that are not numbers.
   */
  static from(
    value: NestedArray | TypedArray | HostTensor | Literal,
    dtype?: DTypeName,
    shape?: readonly number[],
  ): Literal {
    if (dtype !== undefined) checkDType(dtype)
    if (value instanceof Literal)
      return dtype === undefined ? value : value.map(roundTo(dtype), dtype)
    if (isHostTensor(value)) return Literal.from(value.data, dtype ?? value.dtype, value.shape)
    if (ArrayBuffer.isView(value)) {
      checkNumeric(value)
      const of = dtype ?? dtypeOfArray(value)
      const isExact = of === 'f64' || of === dtypeOfArray(value)
      const data = isExact ? new Float64Array(value) : Float64Array.from(value, roundTo(of))
      return new Literal(of, shape ?? [value.length], data)
    }
    const nested = nestedShape(value)
    const flat = (
      Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]
    ) as unknown[]
    const of =
      dtype ?? (flat.length > 0 && flat.every(x => typeof x === 'boolean') ? 'bool' : 'f32')
    const round = roundTo(of)
    return new Literal(
      of,
      shape ?? nested,
      Float64Array.from(flat, x => round(toNumber(x))),
    )
  }
}

/** Rounding to a dtype. */
export const roundTo = (dtype: DTypeName) => DTYPES[dtype].round

/** The number of elements of a shape of integers. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1)
}

/** Elements to step over per axis in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * shape[axis + 1]!
  }
  return strides
}

/** Calls `visit` with every index of a shape in row-major order; the index array is reused. */
export function eachIndex(
  shape: readonly number[],
  visit: (index: readonly number[], position: number) => void,
): void {
  const index = shape.map(() => 0)
  const count = elementCount(shape)
  for (let position = 0; position < count; position++) {
    visit(index, position)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
}

function isHostTensor(value: object | number | boolean): value is HostTensor {
  return typeof value === 'object' && 'data' in value && 'dtype' in value
}

/** Arrays of 64-bit integers and bare views come from untyped code; they hold no numbers. */
function checkNumeric(array: ArrayBufferView): void {
  const isNumeric = 'length' in array && !/Big/.test(array.constructor.name)
  if (!isNumeric) throw notATensor(`elements must be numbers, got a ${array.constructor.name}`)
}

function dtypeOfArray(array: TypedArray): DTypeName {
  if (array instanceof Float64Array) return 'f64'
  if (array instanceof Int32Array) return 'i32'
  return array instanceof Uint32Array ? 'u32' : 'f32'
}

function nestedShape(value: NestedArray): number[] {
  if (!Array.isArray(value)) return []
  const rows = (value as readonly NestedArray[]).map(nestedShape)
  const first = rows[0] ?? []
  const ragged = rows.findIndex(row => String(row) !== String(first))
  if (ragged >= 0) {
    throw notATensor(
      `rows must have equal shape, got ${printShape(first)} in row 0 and ${printShape(rows[ragged]!)} in row ${ragged}`,
    )
  }
  return [value.length, ...first]
}

function toNumber(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  throw notATensor(`elements must be numbers or booleans, got ${typeof value}`)
}

function notATensor(message: string): GraphError {
  return new GraphError({
    code: 'E110',
    subject: 'tensor',
    message,
    help: 'pass a number, a nested array with rows of equal length, or a typed array with its shape',
  })
}
