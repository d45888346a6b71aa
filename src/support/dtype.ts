// The five element types. A type is named by a string everywhere (in graphs, kernels and text), and
// this table says what the name means: how a value is stored, in which type it is computed, how it
// is rounded. Storage and compute type are separate columns, so a storage-only type is a new row.

/** The name of an element type, as written in text and in host arrays. */
export type DTypeName = 'f32' | 'f64' | 'i32' | 'u32' | 'bool'

/** Any typed array that can hold elements of a tensor. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array

/** What an element type is. */
export interface DType {
  readonly name: DTypeName
  readonly kind: 'float' | 'integer' | 'bool'
  /** Bytes of one stored element. */
  readonly bytes: number
  /** The type in which arithmetic on it is done; equal to `name` unless it is storage only. */
  readonly compute: DTypeName
  /**
   * The nearest value of the type: float rounding, two's-complement wrapping, or truth as 0 or 1.
   */
  readonly round: (value: number) => number
  /** A zeroed array of `length` elements. */
  readonly allocate: (length: number) => TypedArray
  /** A view of `length` elements at `offset` bytes. */
  readonly view: (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray
}

/**
 * Every element type by name. `bool` is stored as a 32-bit 0 or 1: a lane mask on every backend.
 */
export const DTYPES: Readonly<Record<DTypeName, DType>> = {
  f32: {
    name: 'f32',
    kind: 'float',
    bytes: 4,
    compute: 'f32',
    round: Math.fround,
    allocate: length => new Float32Array(length),
    view: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  },
  f64: {
    name: 'f64',
    kind: 'float',
    bytes: 8,
    compute: 'f64',
    round: value => value,
    allocate: length => new Float64Array(length),
    view: (buffer, offset, length) => new Float64Array(buffer, offset, length),
  },
  i32: {
    name: 'i32',
    kind: 'integer',
    bytes: 4,
    compute: 'i32',
    round: value => value | 0,
    allocate: length => new Int32Array(length),
    view: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  },
  u32: {
    name: 'u32',
    kind: 'integer',
    bytes: 4,
    compute: 'u32',
    round: value => value >>> 0,
    allocate: length => new Uint32Array(length),
    view: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  },
  bool: {
    name: 'bool',
    kind: 'bool',
    bytes: 4,
    compute: 'bool',
    round: value => (value ? 1 : 0),
    allocate: length => new Uint32Array(length),
    view: (buffer, offset, length) => new Uint32Array(buffer, offset, length),
  },
}

/** The names of `DTYPES`, in the order of the table. */
export const DTYPE_NAMES: readonly DTypeName[] = Object.keys(DTYPES) as DTypeName[]

/** Whether `name` names an element type. */
export function isDTypeName(name: string): name is DTypeName {
  return Object.hasOwn(DTYPES, name)
}

/** Whether values of the type can carry a derivative. */
export function isFloat(name: DTypeName): boolean {
  return DTYPES[name].kind === 'float'
}
