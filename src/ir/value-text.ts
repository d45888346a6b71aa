// The text of numbers, dims, types and known tensors, read and written. Shared by attributes, the
// printer and the parser. Numbers print in the shortest form that reads back to the same double.

import { DTYPE_NAMES } from '../support/dtype.ts'
import type { TokenReader } from '../support/lexer.ts'
import { addDims, type Dim, multiplyDims, subtractDims } from './dim.ts'
import { elementCount, Literal } from './literal.ts'
import { printType, type TensorType } from './type.ts'

/** Literals of at most this many elements print as numbers, longer ones as base64 bytes. */
const MOST_PRINTED = 16

/** `inf`, `-inf`, `nan`, `-0`, else the shortest decimal. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (Object.is(value, -0)) return '-0'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? 'inf' : '-inf'
}

/** Reads what `printNumber` writes. */
export function parseSigned(reader: TokenReader): number {
  const sign = reader.eat('-') ? -1 : 1
  if (reader.eat('inf')) return sign * Number.POSITIVE_INFINITY
  if (reader.eat('nan')) return Number.NaN
  return sign * Number(reader.expectKind('number', 'a number').text)
}

/** Reads a dim: sums of products of names and integers. */
export function parseDim(reader: TokenReader): Dim {
  let sum: Dim = reader.eat('-') ? subtractDims(0, parseTerm(reader)) : parseTerm(reader)
  for (;;) {
    if (reader.eat('+')) sum = addDims(sum, parseTerm(reader))
    else if (reader.eat('-')) sum = subtractDims(sum, parseTerm(reader))
    else return sum
  }
}

function parseTerm(reader: TokenReader): Dim {
  let product = parseFactor(reader)
  while (reader.eat('*')) product = multiplyDims(product, parseFactor(reader))
  return product
}

function parseFactor(reader: TokenReader): Dim {
  if (reader.peek().kind === 'number') return reader.integer()
  return reader.expectKind('name', 'a dim: an integer or a name').text
}

/** Reads `f32[batch,784]`. */
export function parseType(reader: TokenReader): TensorType {
  const dtype = reader.word(DTYPE_NAMES, 'a dtype')
  return { dtype, shape: reader.list('[', ']', () => parseDim(reader)) }
}

/** `f32[2] [1, 2]`, or `f32[100] "base64"` with the elements' little-endian bytes. */
export function printLiteral(value: Literal): string {
  const type = printType(value.type)
  if (value.size <= MOST_PRINTED) {
    return `${type} [${Array.from(value.values(), printNumber).join(', ')}]`
  }
  const { data } = value.toHost()
  return `${type} "${toBase64(littleEndian(data.buffer as ArrayBuffer, data.BYTES_PER_ELEMENT))}"`
}

/** Reads what `printLiteral` writes; the number of elements must fit the type. */
export function parseLiteral(reader: TokenReader): Literal {
  const start = reader.peek()
  const { dtype, shape } = parseType(reader)
  const extents = shape.map(extent =>
    typeof extent === 'number'
      ? extent
      : reader.fail('E301', `a known tensor needs integer dims, got ${extent}`, start),
  )
  const count = elementCount(extents)
  const body = reader.peek()
  const values =
    body.kind === 'string'
      ? decode(reader, dtype)
      : reader.list('[', ']', () => parseSigned(reader))
  if (values.length !== count) {
    reader.fail(
      'E301',
      `${printType({ dtype, shape })} needs ${count} elements, got ${values.length}`,
      body,
    )
  }
  return Literal.from(Float64Array.from(values), dtype, extents)
}

function decode(reader: TokenReader, dtype: TensorType['dtype']): ArrayLike<number> {
  const token = reader.next()
  const bytes = fromBase64(token.value)
  const width = dtype === 'f64' ? 8 : 4
  if (bytes === undefined || bytes.length % width !== 0) {
    reader.fail('E301', `expected base64 of ${width}-byte elements`, token)
  }
  const host = Literal.from([], dtype).toHost().data
  const buffer = littleEndian(bytes.buffer as ArrayBuffer, width).buffer as ArrayBuffer
  return new (host.constructor as Float32ArrayConstructor)(buffer)
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The bytes with elements in little-endian order: a copy, reversed per element where needed. */
function littleEndian(buffer: ArrayBuffer, width: number): Uint8Array {
  const bytes = new Uint8Array(buffer.slice(0))
  if (hostIsLittleEndian) return bytes
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
  return bytes
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 base64. Written out because `btoa` needs a string and `Buffer` is Node's alone. */
function toBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = [18, 12, 6, 0].map(shift => ALPHABET[(word >> shift) & 63]!)
    const kept = Math.min(3, bytes.length - i) + 1
    parts.push(digits.slice(0, kept).join('').padEnd(4, '='))
  }
  return parts.join('')
}

function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '')
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*$/.test(digits)) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (const digit of digits) {
    word = ((word << 6) | ALPHABET.indexOf(digit)) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (word >> bits) & 0xff
    }
  }
  return bytes
}
