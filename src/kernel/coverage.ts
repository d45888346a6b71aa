// What stores reach: whether distinct iterations touch distinct elements, whether two stores can
// meet, whether a set of stores covers a whole buffer. All of it by arithmetic on index
// expressions, never by enumeration, and never a false yes. Used by the verifier and by the
// in-place rewrite.

import { greatestCommonDivisor } from '../support/integers.ts'
import { type Axis, type Index, range, type Term } from './index.ts'
import { pointsOf, sizeOf } from './kernel.ts'
import { axesOfIndex, holdsAtom } from './uses.ts'

/**
 * Whether the index determines the position along every axis of `wanted`, given those of `known`.
 * Mixed radix per dim: what one dim determines counts as known in the others.
 */
export function determines(
  index: readonly Index[],
  wanted: readonly Axis[],
  known: ReadonlySet<string> = new Set(),
): boolean {
  const found = new Set(known)
  let before = -1
  while (found.size > before) {
    before = found.size
    for (const e of index) for (const name of newlyDetermined(e, found)) found.add(name)
  }
  return wanted.every(axis => axis.extent <= 1 || found.has(axis.name))
}

/** The axes that the value of `e` determines once those of `known` are fixed. */
function newlyDetermined(e: Index, known: ReadonlySet<string>): readonly string[] {
  const open = e.terms.filter(term => !isFixed(term, known))
  if (!open.every(term => term.of.kind === 'axis')) return []
  return isMixedRadix(open) ? open.flatMap(term => axisOf(term)?.name ?? []) : []
}

function isFixed({ of }: Term, known: ReadonlySet<string>): boolean {
  if (of.kind === 'value') return false
  if (of.kind === 'axis') return of.axis.extent <= 1 || known.has(of.axis.name)
  if (holdsAtom(of.of, 'value')) return false
  return axesOfIndex(of.of).every(name => known.has(name))
}

const axisOf = ({ of }: Term): Axis | undefined => (of.kind === 'axis' ? of.axis : undefined)

/** Whether each digit of the sum is worth more than all smaller digits together can make. */
function isMixedRadix(terms: readonly Term[]): boolean {
  let reach = 0
  for (const { size, steps } of digitsOf(terms)) {
    if (size <= reach) return false
    reach += size * steps
  }
  return true
}

function digitsOf(terms: readonly Term[]): readonly { size: number; steps: number }[] {
  return terms
    .map(term => ({ size: Math.abs(term.scale), steps: (axisOf(term)?.extent ?? 1) - 1 }))
    .sort((a, b) => a.size - b.size)
}

/** A store as it has run: its index, and the axes over all of which it ran. */
export interface Piece {
  readonly index: readonly Index[]
  readonly axes: readonly Axis[]
}

/** Whether the pieces together store every element of a buffer of `shape`. */
export function coversAll(pieces: readonly Piece[], shape: readonly number[]): boolean {
  const dims = shape.map((_, d) => d)
  return coversDims(pieces, shape, dims)
}

/**
 * Whether every element that `index` can reach has been stored by some piece: by one piece at the
 * same index, or, dim by dim, at the same index or throughout.
 */
export function coversLoad(
  stored: readonly Piece[],
  index: readonly Index[],
  shape: readonly number[],
): boolean {
  const isSame = (piece: Piece, d: number) => piece.index[d] === index[d]
  const dims = shape.map((_, d) => d)
  // A store at a loaded index may do nothing, so it vouches for no element.
  const pieces = stored.filter(piece => !piece.index.some(e => holdsAtom(e, 'value')))
  if (pieces.some(piece => dims.every(d => isSame(piece, d)))) return true
  // Dims in which some piece is not finished: there the load must be at the stored index.
  const isOpen = (d: number) => pieces.some(piece => !isFinished(piece, d))
  const open = dims.filter(isOpen)
  const candidates = pieces.filter(piece => open.every(d => isSame(piece, d)))
  const whole = dims.filter(d => !isOpen(d))
  return coversDims(candidates, shape, whole)
}

/** Whether the piece ran over every axis of its index in dim `d`. */
function isFinished(piece: Piece, d: number): boolean {
  const names = new Set(piece.axes.map(axis => axis.name))
  return axesOfIndex(piece.index[d]!).every(name => names.has(name))
}

/**
 * Counting: pieces that are injective, in bounds and pairwise disjoint cover the dims if their
 * points add up to the size. Axes that the remaining dims use as well would be counted twice over.
 */
function coversDims(
  pieces: readonly Piece[],
  shape: readonly number[],
  dims: readonly number[],
): boolean {
  const size = sizeOf(dims.map(d => shape[d]!))
  if (size === 0) return true
  const parts = pieces.flatMap(piece => projection(piece, shape, dims) ?? [])
  const counted: Projection[] = []
  for (const part of parts.sort((a, b) => b.points - a.points)) {
    if (counted.every(other => areDisjoint(part.index, other.index))) counted.push(part)
  }
  return counted.reduce((sum, part) => sum + part.points, 0) === size
}

interface Projection {
  readonly index: readonly Index[]
  readonly points: number
}

function projection(
  piece: Piece,
  shape: readonly number[],
  dims: readonly number[],
): Projection | undefined {
  const index = dims.map(d => piece.index[d]!)
  const used = new Set(index.flatMap(axesOfIndex))
  const axes = piece.axes.filter(axis => used.has(axis.name))
  const elsewhere = piece.index.filter((_, d) => !dims.includes(d)).flatMap(axesOfIndex)
  if (elsewhere.some(name => used.has(name)) || piece.axes.some(axis => axis.extent === 0)) return
  if (index.some(e => holdsAtom(e, 'value') || holdsAtom(e, 'exact'))) return
  const isInside = index.every((e, i) => isWithin(e, shape[dims[i]!]!))
  if (!isInside || !determines(index, axes)) return
  return { index, points: pointsOf(axes) }
}

/** Whether every value of `e` is a position in a dim of `size`. */
export function isWithin(e: Index, size: number): boolean {
  const [low, high] = range(e)
  return low >= 0 && high < size
}

/** Whether two indices differ in some dim for all positions: by range, or by residue class. */
export function areDisjoint(a: readonly Index[], b: readonly Index[]): boolean {
  return a.some((e, d) => {
    const other = b[d]!
    const [low, high] = range(e)
    const [otherLow, otherHigh] = range(other)
    if (high < otherLow || otherHigh < low) return true
    const step = [...e.terms, ...other.terms].reduce(
      (g, { scale }) => greatestCommonDivisor(g, scale),
      0,
    )
    return step > 1 && (e.constant - other.constant) % step !== 0
  })
}
