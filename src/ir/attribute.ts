// Attribute kinds: what the attribute of an op may hold. A kind is the one place that knows its
// values' text form, structural key and symbolic dims, so a new op needs no parser or printer code.

import { DTYPE_NAMES, type DTypeName, isDTypeName } from '../support/dtype.ts'
import type { TokenReader } from '../support/lexer.ts'
import { type Dim, type Dims, dim, dimNames, substituteDim } from './dim.ts'
import type { Graph } from './graph.ts'
import { Literal } from './literal.ts'
import { parseDim, parseLiteral, parseSigned, printLiteral, printNumber } from './value-text.ts'

/** Attribute values by name, as a node holds them. */
export type Attributes = Readonly<Record<string, unknown>>

/** Graphs by name: those defined earlier in a file, or printed before the one that uses them. */
export type GraphTable = ReadonlyMap<string, Graph>

/**
 * What the attribute of an op may hold. Declared with methods, whose parameters are bivariant, so
 * that kinds of every `T` fit one table.
 */
export interface AttributeKind<T = unknown> {
  /** The kind in words, for messages: `an integer`. */
  readonly what: string
  /** Whether a value is of this kind. */
  accepts(value: unknown): boolean
  /** The canonical text, which is also the structural key. */
  print(value: T): string
  parse(reader: TokenReader, graphs: GraphTable): T
  /** Puts sizes in for symbolic names. */
  bind?(value: T, dims: Dims): T
  /** The symbolic names in a value. */
  names?(value: T): readonly string[]
  /** The graph that a graph-valued attribute holds. */
  graph?(value: T): Graph
}

/** The attribute declarations of an op. */
export type AttributeKinds = Readonly<Record<string, AttributeKind>>

/** The values that belong to declarations. */
export type ValuesOf<K extends AttributeKinds> = {
  readonly [A in keyof K]: K[A] extends AttributeKind<infer T> ? T : never
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)
const isDim = (value: unknown): value is Dim =>
  isInteger(value) || (typeof value === 'string' && dim(value) === value)
const isListOf =
  <T>(accepts: (item: unknown) => item is T) =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every(accepts)

/** A whole number. */
export const integer: AttributeKind<number> = {
  what: 'an integer',
  accepts: isInteger,
  print: String,
  parse: reader => {
    const sign = reader.eat('-') ? -1 : 1
    return sign * reader.integer()
  },
}

/** A real number, NaN and the infinities included. */
export const number: AttributeKind<number> = {
  what: 'a number',
  accepts: value => typeof value === 'number',
  print: printNumber,
  parse: parseSigned,
}

/** `true` or `false`. */
export const boolean: AttributeKind<boolean> = {
  what: 'true or false',
  accepts: value => typeof value === 'boolean',
  print: String,
  parse: reader => reader.word(['true', 'false'], 'a boolean') === 'true',
}

/** The name of an element type. */
export const dtype: AttributeKind<DTypeName> = {
  what: 'a dtype',
  accepts: value => typeof value === 'string' && isDTypeName(value),
  print: String,
  parse: reader => reader.word(DTYPE_NAMES, 'a dtype'),
}

/** A list of whole numbers, such as axes. */
export const integers: AttributeKind<readonly number[]> = {
  what: 'a list of integers',
  accepts: isListOf(isInteger),
  print: value => `[${value.join(', ')}]`,
  parse: (reader, graphs) => reader.list('[', ']', () => integer.parse(reader, graphs)),
}

/** A pair of lists of whole numbers: the axes of two operands, what stands before and after. */
export const integersPair: AttributeKind<readonly [readonly number[], readonly number[]]> = {
  what: 'a pair of lists of integers',
  accepts: value => isListOf(isListOf(isInteger))(value) && value.length === 2,
  print: ([left, right]) => `[${integers.print(left)}, ${integers.print(right)}]`,
  parse: (reader, graphs) => {
    reader.expect('[')
    const left = integers.parse(reader, graphs)
    reader.expect(',')
    const right = integers.parse(reader, graphs)
    reader.expect(']')
    return [left, right]
  },
}

/** One extent, known or symbolic. */
export const dimension: AttributeKind<Dim> = {
  what: 'a dim',
  accepts: isDim,
  print: String,
  parse: parseDim,
  bind: substituteDim,
  names: dimNames,
}

/** A list of extents: a shape, or positions that may be symbolic. */
export const dimensions: AttributeKind<readonly Dim[]> = {
  what: 'a list of dims',
  accepts: isListOf(isDim),
  print: value => `[${value.join(', ')}]`,
  parse: reader => reader.list('[', ']', () => parseDim(reader)),
  bind: (value, dims) => value.map(extent => substituteDim(extent, dims)),
  names: value => value.flatMap(dimNames),
}

/** A tensor of known elements. */
export const literal: AttributeKind<Literal> = {
  what: 'a tensor of known elements',
  accepts: value => value instanceof Literal,
  print: printLiteral,
  parse: parseLiteral,
}

/** One word of a closed set. */
export function choice<W extends string>(...words: readonly W[]): AttributeKind<W> {
  return {
    what: `one of ${words.join(', ')}`,
    accepts: value => words.includes(value as W),
    print: String,
    parse: reader => reader.word(words, 'one of'),
  }
}

/**
 * Another graph: the body of a call. Text refers to it by name; it is defined earlier in the file.
 */
export const graph: AttributeKind<Graph> = {
  what: 'a graph',
  accepts: value => typeof value === 'object' && value !== null && 'nodes' in value,
  print: value =>
    `@${/^[A-Za-z_][\w.]*$/.test(value.name) ? value.name : JSON.stringify(value.name)}`,
  parse: (reader, graphs) => {
    const token = reader.expectKind('graph', 'a graph name such as @body')
    return graphs.get(token.value) ?? reader.unknown('graph', token, graphs.keys())
  },
  graph: value => value,
}

/** A text that is equal for equal attributes of an op: `{axis = 1, exclusive = true}` or empty. */
export function printAttributes(kinds: AttributeKinds, attributes: Attributes): string {
  const parts = Object.entries(kinds)
    .filter(([name]) => attributes[name] !== undefined)
    .map(([name, kind]) => `${name} = ${kind.print(attributes[name])}`)
  return parts.length === 0 ? '' : `{${parts.join(', ')}}`
}
