// How far a computed value may lie from what the reference interpreter gives: the one table that
// every comparison of programs and backends uses. Integers, bools and moved elements are exact.
// A float may be off by `tolerance · (1 + |wanted|)`: operands of the suites are of size one or a
// few, so that the 1 stands for what cancels.

import type { Literal } from '../../src/ir/literal.ts'
import type { Op } from '../../src/ir/op.ts'
import { DTYPES, type DTypeName, isFloat } from '../../src/support/dtype.ts'

/** What an error can come from. */
export type ErrorClass = 'exact' | 'elementwise' | 'accumulation' | 'graph'

type Tolerances = Readonly<Record<ErrorClass, number>>

/** Tolerances of floats, by what computed them. */
const TOLERANCES: Readonly<Record<'f32' | 'f64', Tolerances>> = {
  f32: {
    // Elements are moved or chosen, never computed.
    exact: 0,
    // Functions are within 4 ulps of 2^-23, and a store rounds once more.
    elementwise: 5 * 2 ** -23,
    // Some hundred terms of size one, each rounded once at most: 2^-24 · 2^7, in random directions.
    accumulation: 2 ** -17,
    // A chain of some ten of the above, each of which may amplify what it gets a few times.
    graph: 1e-4,
  },
  f64: {
    exact: 0,
    // The functions are those of the engine that the reference uses, too.
    elementwise: 5 * 2 ** -52,
    // The order of a sum is the backend's.
    accumulation: 2 ** -46,
    // Rewritten formulas and reordered sums; steep functions see bounded operands only.
    graph: 1e-8,
  },
}

/**
 * How far a composite's own derivative may be from that of its body, as a share of it, in double:
 * some thousand roundings. Where terms cancel, as on constant columns and in a batch of one, and
 * where a huge scale makes terms of size 10⁸ of a small difference, no share of the result bounds
 * the roundings; there the bound is theirs (`rounding-errors.ts`).
 */
export const FUSED_TOLERANCE = 1e-12

/** The class of an op by how kernels compute it. */
export function errorClassOf({ lowering }: Op): ErrorClass {
  if (lowering.kind === 'composite') return 'graph'
  if (lowering.kind === 'elementwise') return 'elementwise'
  const isMoved = ['movement', 'gather', 'literal'].includes(lowering.kind)
  if (isMoved) return 'exact'
  const isExtreme = lowering.kind === 'reduction' && ['max', 'min'].includes(lowering.combine)
  return isExtreme ? 'exact' : 'accumulation'
}

/** The tolerance for elements of `dtype`. */
export function toleranceOf(dtype: DTypeName, errorClass: ErrorClass): number {
  return dtype === 'f32' || dtype === 'f64' ? TOLERANCES[dtype][errorClass] : 0
}

/**
 * The first element that is too far off what memory would hold of `wanted`, as a sentence;
 * undefined where there is none.
 */
export function difference(
  got: Literal,
  wanted: Literal,
  errorClass: ErrorClass,
  /** The narrowest float of the computation, where the value itself is wider. */
  narrowest: DTypeName = wanted.dtype,
): string | undefined {
  const [type, other] = [wanted, got].map(({ dtype, shape }) => `${dtype}[${shape}]`)
  if (type !== other) return `needs ${type}, got ${other}`
  const tolerance = isFloat(wanted.dtype) ? toleranceOf(narrowest, errorClass) : 0
  for (let i = 0; i < wanted.size; i++) {
    const [value, want] = [got.at(i), DTYPES[wanted.dtype].round(wanted.at(i))]
    if (isClose(value, want, tolerance)) continue
    return `element ${i} is ${value}, not ${want}`
  }
  return undefined
}

/**
 * Infinities and NaN are close to themselves only, zeros of either sign to each other unless what
 * is asked for is exact.
 */
export function isClose(value: number, want: number, tolerance: number): boolean {
  if (Object.is(value, want)) return true
  return tolerance > 0 && Math.abs(value - want) <= tolerance * (1 + Math.abs(want))
}

/** A literal as memory holds it: floats rounded to their dtype. */
export function stored(literal: Literal): Literal {
  return isFloat(literal.dtype)
    ? literal.map(literal.dtype === 'f32' ? Math.fround : x => x)
    : literal
}
