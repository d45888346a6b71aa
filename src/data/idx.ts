// The IDX format, in which MNIST and its kin are published: two zero bytes, a code of the element
// type, the rank, one big-endian u32 per extent, then the elements in row-major order, big-endian
// too. A header is only a claim: what it needs is compared with what is there before anything is
// allocated.

import type { HostTensor } from '../ir/literal.ts'
import { printShape } from '../ir/type.ts'
import { ParseError } from '../support/diagnostic.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'

/** The array that holds the elements of each type. */
export interface IdxData {
  readonly u8: Uint8Array
  readonly i8: Int8Array
  readonly i16: Int16Array
  readonly i32: Int32Array
  readonly f32: Float32Array
  readonly f64: Float64Array
}

/** An element type of IDX. */
export type IdxType = keyof IdxData

/**
 * What a file holds, in the narrowest array for it; `type` tells which, so that `data` is typed.
 */
export type IdxArray = {
  readonly [T in IdxType]: {
    readonly shape: readonly number[]
    readonly type: T
    readonly data: IdxData[T]
  }
}[IdxType]

/** Where the elements of a file stand, and how to read them. */
interface Elements {
  readonly view: DataView
  readonly shape: readonly number[]
  readonly offset: number
  readonly count: number
}

interface Format {
  readonly code: number
  readonly bytes: number
  readonly read: (from: Elements) => IdxArray
}

const FORMATS: Readonly<Record<IdxType, Format>> = {
  u8: { code: 0x08, bytes: 1, read: readBytes },
  i8: {
    code: 0x09,
    bytes: 1,
    read: ({ view, shape, offset, count }) => {
      const data = filled(new Int8Array(count), i => view.getInt8(offset + i))
      return { shape, type: 'i8', data }
    },
  },
  i16: {
    code: 0x0b,
    bytes: 2,
    read: ({ view, shape, offset, count }) => {
      const data = filled(new Int16Array(count), i => view.getInt16(offset + 2 * i))
      return { shape, type: 'i16', data }
    },
  },
  i32: {
    code: 0x0c,
    bytes: 4,
    read: ({ view, shape, offset, count }) => {
      const data = filled(new Int32Array(count), i => view.getInt32(offset + 4 * i))
      return { shape, type: 'i32', data }
    },
  },
  f32: {
    code: 0x0d,
    bytes: 4,
    read: ({ view, shape, offset, count }) => {
      const data = filled(new Float32Array(count), i => view.getFloat32(offset + 4 * i))
      return { shape, type: 'f32', data }
    },
  },
  f64: {
    code: 0x0e,
    bytes: 8,
    read: ({ view, shape, offset, count }) => {
      const data = filled(new Float64Array(count), i => view.getFloat64(offset + 8 * i))
      return { shape, type: 'f64', data }
    },
  },
}

const TYPES = Object.keys(FORMATS) as IdxType[]

/** A copy, never a view: a small Node buffer shares its memory with others. */
function readBytes({ view, shape, offset, count }: Elements): IdxArray {
  const data = new Uint8Array(count)
  data.set(new Uint8Array(view.buffer, view.byteOffset + offset, count))
  return { shape, type: 'u8', data }
}

function filled<A extends Record<number, number>>(
  data: A & { readonly length: number },
  read: (i: number) => number,
): A {
  const into: Record<number, number> = data
  for (let i = 0; i < data.length; i++) into[i] = read(i)
  return data
}

/** What the first bytes of a file claim. */
export interface IdxHeader {
  readonly type: IdxType
  readonly shape: readonly number[]
  /** Bytes of the header itself. */
  readonly bytes: number
  /** Bytes of the whole file; any size, since 255 extents of 2³² are easily claimed. */
  readonly needs: bigint
}

/** The most bytes that a header has: rank 255. */
export const LONGEST_HEADER = 4 + 4 * 255

/** Whether bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * The array that the bytes of an IDX file describe. `name` is what errors call the file. Throws
 * E310 where the magic number or the type code is another, or bytes are missing or left over.
 */
export function parseIdx(bytes: Uint8Array, name = 'IDX data'): IdxArray {
  const header = readHeader(bytes, name)
  if (header.needs !== BigInt(bytes.length)) throw wrongSize(header, bytes.length, name)
  const count = header.shape.reduce((size, extent) => size * extent, 1)
  const view = viewOf(bytes)
  return FORMATS[header.type].read({ view, shape: header.shape, offset: header.bytes, count })
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The header at the front of `bytes`, which may go on beyond it or end before the elements do. */
export function readHeader(bytes: Uint8Array, name: string): IdxHeader {
  checkMagic(bytes, name)
  const type = TYPES.find(candidate => FORMATS[candidate].code === bytes[2])
  if (type === undefined) throw unknownType(bytes[2]!, name)
  const rank = bytes[3]!
  const headerBytes = 4 + 4 * rank
  if (bytes.length < headerBytes) {
    throw unreadable(
      name,
      `a header of rank ${rank} needs ${headerBytes} bytes, got ${bytes.length}`,
    )
  }
  const view = viewOf(bytes)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = shape.reduce((size, extent) => size * BigInt(extent), 1n)
  const needs = BigInt(headerBytes) + count * BigInt(FORMATS[type].bytes)
  return { type, shape, bytes: headerBytes, needs }
}

function checkMagic(bytes: Uint8Array, name: string): void {
  if (isGzip(bytes)) {
    throw unreadable(
      name,
      'must be plain IDX here, got gzip',
      'read it with loadIdx, which inflates',
    )
  }
  if (bytes.length < 4) throw unreadable(name, `needs 4 bytes of magic, got ${bytes.length}`)
  if (bytes[0] === 0 && bytes[1] === 0) return
  const got = [...bytes.subarray(0, 4)].map(hex).join(' ')
  throw unreadable(
    name,
    `an IDX file begins with 00 00, a type code and the rank, got ${got}`,
    'pass an IDX file, plain or gzip, such as train-images-idx3-ubyte.gz',
  )
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')

function unknownType(code: number, name: string): ParseError {
  const known = TYPES.map(type => `${hex(FORMATS[type].code)} (${type})`).join(', ')
  return unreadable(
    name,
    `the type code must be one of ${known}, got ${hex(code)}`,
    'write the file with one of these element types',
  )
}

/** The error of a file with too few or too many bytes; `counted` says how many in other words. */
export function wrongSize(
  header: IdxHeader,
  got: number,
  name: string,
  counted = String(got),
): ParseError {
  const { type, shape, needs } = header
  const isLong = BigInt(got) > needs
  const isShort = BigInt(got) < needs
  return new ParseError({
    code: 'E310',
    subject: name,
    message: `${type}${shapeText(shape)} needs ${sizeText(needs)}, got ${counted}`,
    notes: isShort ? [`it breaks off ${itemAt(header, got)}`] : [],
    help: isLong
      ? 'cut off what follows the elements, or correct the extents in the header'
      : GET_AGAIN,
  })
}

const GET_AGAIN = 'get the file again: this copy is damaged or not complete'

/** A number of bytes as text; one with hundreds of digits helps nobody. */
export function sizeText(bytes: bigint): string {
  const text = bytes.toString()
  return text.length > 20 ? `about 10^${text.length - 1} bytes` : `${text} bytes`
}

/** As a shape is printed; a hostile header has 255 extents, of which the first few say enough. */
function shapeText(shape: readonly number[]): string {
  return shape.length <= 8 ? printShape(shape) : `[${shape.slice(0, 4)},… ${shape.length} extents]`
}

function itemAt({ type, shape, bytes }: IdxHeader, got: number): string {
  const [items = 1, ...rest] = shape
  const itemBytes = rest.reduce((size, extent) => size * extent, FORMATS[type].bytes)
  if (rest.length === 0)
    return `after ${Math.floor((got - bytes) / itemBytes)} of ${items} elements`
  return `inside item ${Math.floor((got - bytes) / itemBytes)} of ${items}`
}

/** The error of a file that cannot be read. */
export function unreadable(name: string, message: string, help = GET_AGAIN): ParseError {
  return new ParseError({ code: 'E310', subject: name, message, help })
}

const NARROWEST: Readonly<Record<IdxType, DTypeName>> = {
  u8: 'u32',
  i8: 'i32',
  i16: 'i32',
  i32: 'i32',
  f32: 'f32',
  f64: 'f64',
}

/**
 * The array as a tensor: its elements times `scale`, in `dtype`, which defaults to the first of
 * u32, i32, f32 and f64 that holds the file's own type.
 *
 * @example
 * idxTensor(images, 'f32', 1 / 255) // pixels from 0 to 1
 */
export function idxTensor(
  array: IdxArray,
  dtype: DTypeName = NARROWEST[array.type],
  scale = 1,
): HostTensor {
  const { round, allocate } = DTYPES[dtype]
  const data = allocate(array.data.length)
  for (let i = 0; i < data.length; i++) data[i] = round(array.data[i]! * scale)
  return { shape: array.shape, dtype, data }
}
