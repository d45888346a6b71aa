// Index expressions: integers made of axes, with ranges. A constant plus a sum of scaled atoms in
// one normal form, interned, so that equal expressions are one object and bounds can be proved.
// What they say about an access is all that moving a tensor means: slices, strides, reshapes.

import { invariant } from '../support/diagnostic.ts'
import { greatestCommonDivisor } from '../support/integers.ts'
import { compareTerms } from './compare.ts'
import { type Interned, internTable } from './intern.ts'
import type { Scalar } from './scalar.ts'

/** A named range of integers from 0 up to but without `extent`. */
export interface Axis {
  readonly name: string
  readonly extent: number
}

/** constant + sum of scale · atom; terms are merged, sorted, and none has scale 0. */
export interface Index extends Interned {
  readonly constant: number
  readonly terms: readonly Term[]
}

/** One summand of an index expression. */
export interface Term {
  readonly scale: number
  readonly of: Atom
}

/** Rounded down; the non-negative remainder; the quotient that is undefined if inexact. */
export type Division = 'div' | 'mod' | 'exact'

/** The position along an axis. */
export interface AxisAtom extends Interned {
  readonly kind: 'axis'
  readonly axis: Axis
}

/** A division of an index expression by a positive integer. */
export interface DivisionAtom extends Interned {
  readonly kind: Division
  readonly of: Index
  readonly by: number
}

/** A loaded or computed i32. */
export interface ValueAtom extends Interned {
  readonly kind: 'value'
  readonly value: Scalar
}

/** What an index expression is a sum of. */
export type Atom = AxisAtom | DivisionAtom | ValueAtom

/** Both ends of a set of integers, inclusive; the set is empty where low > high. */
export type Range = readonly [low: number, high: number]

const atoms = internTable<Atom>()
const indices = internTable<Index>()

/**
 * constant + sum of the terms, in normal form. A quotient and the remainder that belongs to it make
 * their dividend again: s·by·div(e, by) + s·mod(e, by) is s·e.
 */
export function index(constant: number, terms: readonly Term[] = []): Index {
  const [first, second] = terms
  if (first === undefined) return normal(constant, [])
  if (second === undefined) return normal(constant, first.scale === 0 ? [] : terms)
  const merged = new Map<Atom, number>()
  for (const { scale, of } of terms) merged.set(of, (merged.get(of) ?? 0) + scale)
  for (const [of, scale] of merged) {
    if (of.kind !== 'mod' || scale === 0) continue
    const quotient = quotientOf(of)
    if (quotient === undefined || merged.get(quotient) !== scale * of.by) continue
    merged.delete(quotient)
    merged.delete(of)
    const whole = scaleIndex(of.of, scale)
    return index(constant + whole.constant, [...termsOf(merged), ...whole.terms])
  }
  return normal(constant, termsOf(merged).sort(compareTerms))
}

function termsOf(merged: ReadonlyMap<Atom, number>): Term[] {
  const terms: Term[] = []
  for (const [of, scale] of merged) if (scale !== 0) terms.push({ scale, of })
  return terms
}

/** The expression of terms that are merged and sorted. */
function normal(constant: number, terms: readonly Term[]): Index {
  // Adding 0 turns -0 into 0, so that both are one key.
  const whole = constant + 0
  let key = `${whole}`
  for (const { scale, of } of terms) key += ` ${scale}*${of.id}`
  return indices.get(key, id => ({ id, constant: whole, terms }))
}

/** The atom that div(e, by) is, of the e and by of a remainder; undefined where it is a sum. */
function quotientOf({ of, by }: DivisionAtom): Atom | undefined {
  const { constant, terms } = divide('div', of, by)
  const [first] = terms
  return constant === 0 && terms.length === 1 && first?.scale === 1 ? first.of : undefined
}

/** The position along `axis`. */
export function axisIndex({ name, extent }: Axis): Index {
  const key = `axis ${extent} ${name}`
  const of = atoms.get(key, id => ({ id, kind: 'axis', axis: { name, extent } }))
  return index(0, [{ scale: 1, of }])
}

/** A loaded or computed i32 as an index. */
export function valueIndex(value: Scalar): Index {
  const of = atoms.get(`value ${value.id}`, id => ({ id, kind: 'value', value }))
  return index(0, [{ scale: 1, of }])
}

/** a + sign · b. */
export function addIndex(a: Index, b: Index, sign: 1 | -1 = 1): Index {
  const terms = b.terms.map(({ scale, of }) => ({ scale: sign * scale, of }))
  return index(a.constant + sign * b.constant, [...a.terms, ...terms])
}

/** scale · a. */
export function scaleIndex(a: Index, scale: number): Index {
  const terms = a.terms.map(term => ({ scale: scale * term.scale, of: term.of }))
  return index(scale * a.constant, terms)
}

/**
 * A division in normal form. A multiple of `by` moves out of the atom (`mod` drops it); an atom
 * whose range makes it trivial disappears: `div` of 0 <= e < by is 0, `mod` is e, `exact` of a
 * multiple is its quotient; what is less its own remainder is a multiple; digits below a common
 * factor leave `div` and `mod`, and a `div` inside of `div` joins it. All of it holds for negative
 * values too.
 */
export function divide(kind: Division, e: Index, by: number): Index {
  invariant(Number.isInteger(by) && by > 0, 'index expression', `${kind} by ${by}, needs 1 or more`)
  const made = withoutRemainders(e, by)
  if (made !== e) return divide(kind, made, by)
  const multiples = e.terms.filter(term => term.scale % by === 0)
  const rest = e.terms.filter(term => term.scale % by !== 0)
  const whole = Math.floor(e.constant / by)
  const inner = index(e.constant - whole * by, rest)
  const terms = multiples.map(({ scale, of }) => ({ scale: scale / by, of }))
  const quotient = index(whole, terms)
  if (kind === 'mod') return remainder(inner, by)
  if (kind === 'div') return addIndex(quotient, floorQuotient(inner, by))
  if (rest.length === 0 && inner.constant === 0) return quotient
  return addIndex(quotient, divisionIndex('exact', inner, by))
}

/** With by · div(x, by) for every x − mod(x, by). */
function withoutRemainders(e: Index, by: number): Index {
  for (const { scale, of } of e.terms) {
    if (of.kind !== 'mod' || of.by !== by) continue
    const without = addIndex(e, scaleIndex(addIndex(of.of, axisless(of), -1), scale))
    if (without.terms.length > e.terms.length - 2) continue
    return addIndex(without, scaleIndex(floorQuotient(of.of, by), -scale * by))
  }
  return e
}

const axisless = (of: DivisionAtom): Index => index(0, [{ scale: 1, of }])

function floorQuotient(e: Index, by: number): Index {
  if (isWithin(e, by)) return index(0)
  const nested = e.terms.find(({ scale, of }) => scale === 1 && of.kind === 'div')
  if (nested?.of.kind === 'div') {
    const { of, by: below } = nested.of
    const others = index(
      e.constant,
      e.terms.filter(term => term !== nested),
    )
    return divide('div', addIndex(scaleIndex(others, below), of), by * below)
  }
  const parts = digits(e, by)
  if (parts !== undefined) return divide('div', parts.high, by / parts.unit)
  return divisionIndex('div', e, by)
}

function remainder(e: Index, by: number): Index {
  if (isWithin(e, by)) return e
  const parts = digits(e, by)
  if (parts === undefined) return divisionIndex('mod', e, by)
  const high = divide('mod', parts.high, by / parts.unit)
  return addIndex(scaleIndex(high, parts.unit), parts.low)
}

function isWithin(e: Index, by: number): boolean {
  const [low, high] = range(e)
  return low >= 0 && high < by
}

/** e as unit · high + low with 0 <= low < unit, where `unit` > 1 divides `by`. */
function digits(e: Index, by: number): { unit: number; high: Index; low: Index } | undefined {
  const units = new Set(e.terms.map(({ scale }) => greatestCommonDivisor(Math.abs(scale), by)))
  for (const unit of [...units].filter(unit => unit > 1).sort((a, b) => b - a)) {
    const whole = Math.floor(e.constant / unit)
    const isMultiple = ({ scale }: Term) => scale % unit === 0
    const low = index(
      e.constant - whole * unit,
      e.terms.filter(term => !isMultiple(term)),
    )
    const above = e.terms.filter(isMultiple).map(({ scale, of }) => ({ scale: scale / unit, of }))
    if (isWithin(low, unit)) return { unit, high: index(whole, above), low }
  }
  return undefined
}

function divisionIndex(kind: Division, e: Index, by: number): Index {
  const of = atoms.get(`${kind} ${e.id} ${by}`, id => ({ id, kind, of: e, by }))
  return index(0, [{ scale: 1, of }])
}

/** The position in row-major order of the element at `at`. */
export function flatIndex(at: readonly Index[], shape: readonly number[]): Index {
  const terms: Term[] = []
  let constant = 0
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const e = at[axis]!
    constant += stride * e.constant
    for (const { scale, of } of e.terms) terms.push({ scale: stride * scale, of })
    stride *= shape[axis]!
  }
  return index(constant, terms)
}

/** The index of the element at a position in row-major order, of a shape that has elements. */
export function unflatIndex(position: Index, shape: readonly number[]): Index[] {
  let stride = shape.reduce((size, extent) => size * extent, 1)
  return shape.map((extent, axis) => {
    stride /= extent
    const whole = divide('div', position, stride)
    return axis === 0 ? whole : divide('mod', whole, extent)
  })
}

/** The least and the greatest value that `e` can have; infinite where it holds a loaded value. */
export function range(e: Index): Range {
  let low = e.constant
  let high = e.constant
  for (const { scale, of } of e.terms) {
    const [a, b] = atomRange(of)
    low += scale > 0 ? scale * a : scale * b
    high += scale > 0 ? scale * b : scale * a
  }
  return [low, high]
}

function atomRange(atom: Atom): Range {
  if (atom.kind === 'axis') return [0, atom.axis.extent - 1]
  if (atom.kind === 'value') return [-Infinity, Infinity]
  if (atom.kind === 'mod') return [0, atom.by - 1]
  const [low, high] = range(atom.of)
  const first = atom.kind === 'div' ? Math.floor(low / atom.by) : Math.ceil(low / atom.by)
  return [first, Math.floor(high / atom.by)]
}
