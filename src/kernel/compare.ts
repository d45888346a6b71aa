// A structural order of terms, so that the normal form of an index expression does not depend on
// what was interned before it. Interned children that differ are different objects, so a comparison
// descends into the first differing pair only: it takes one path, not the whole DAG.

import type { Atom, Index, Term } from './index.ts'
import type { LoadScalar, Scalar } from './scalar.ts'

/** Terms by falling size of scale, then by their atoms. */
export function compareTerms(a: Term, b: Term): number {
  return Math.abs(b.scale) - Math.abs(a.scale) || compareAtoms(a.of, b.of) || b.scale - a.scale
}

const ATOM_ORDER = ['axis', 'div', 'mod', 'exact', 'value'] as const
const SCALAR_ORDER = ['const', 'acc', 'index', 'load', 'op'] as const

function compareAtoms(a: Atom, b: Atom): number {
  if (a === b) return 0
  if (a.kind === 'axis' && b.kind === 'axis') {
    return compareText(a.axis.name, b.axis.name) || a.axis.extent - b.axis.extent
  }
  if (a.kind === 'value' && b.kind === 'value') return compareScalars(a.value, b.value)
  if ('by' in a && 'by' in b && a.kind === b.kind) return a.by - b.by || compareIndices(a.of, b.of)
  return ATOM_ORDER.indexOf(a.kind) - ATOM_ORDER.indexOf(b.kind)
}

function compareIndices(a: Index, b: Index): number {
  if (a === b) return 0
  return a.constant - b.constant || compareLists(a.terms, b.terms, compareTerms)
}

function compareScalars(a: Scalar, b: Scalar): number {
  if (a === b) return 0
  const byType = compareText(a.type, b.type)
  if (byType !== 0) return byType
  if (a.kind === 'const' && b.kind === 'const') return compareNumbers(a.value, b.value)
  if (a.kind === 'acc' && b.kind === 'acc') return compareText(a.name, b.name)
  if (a.kind === 'index' && b.kind === 'index') return compareIndices(a.index, b.index)
  if (a.kind === 'op' && b.kind === 'op') {
    return compareText(a.op, b.op) || compareLists(a.args, b.args, compareScalars)
  }
  if (a.kind === 'load' && b.kind === 'load') {
    return (
      compareText(a.buffer, b.buffer) ||
      compareLists(a.index, b.index, compareIndices) ||
      compareLists(fillOf(a), fillOf(b), compareScalars)
    )
  }
  return SCALAR_ORDER.indexOf(a.kind) - SCALAR_ORDER.indexOf(b.kind)
}

const fillOf = (n: LoadScalar): readonly Scalar[] => (n.fill === undefined ? [] : [n.fill])

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Numbers by size, then -0 before 0, then NaN. */
function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return rank(a) - rank(b)
}

const rank = (x: number): number => (Number.isNaN(x) ? 2 : Object.is(x, -0) ? 0 : 1)

function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (x: T, y: T) => number,
): number {
  if (a.length !== b.length) return a.length - b.length
  for (const [i, item] of a.entries()) {
    const order = compare(item, b[i]!)
    if (order !== 0) return order
  }
  return 0
}
