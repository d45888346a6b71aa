// Random well-typed operands for the generic suites. An op says in `samples` what fits its type
// rule and where its derivative is smooth; this module draws shapes and elements from that.

import { DTYPES } from '../support/dtype.ts'
import { type Random, random } from '../support/random.ts'
import type { Attributes } from './attribute.ts'
import { elementCount, Literal } from './literal.ts'
import type { Shape, TensorType } from './type.ts'

/** Which shapes a draw favours, so that a suite meets the edges for certain. */
export type ShapeKind = 'any' | 'empty' | 'ones' | 'scalar' | 'rank6'

/** All shape kinds. */
export const SHAPE_KINDS: readonly ShapeKind[] = ['any', 'empty', 'ones', 'scalar', 'rank6']

/** A seeded source of shapes, axes and numbers. */
export interface Draw extends Random {
  /** A shape with a rank in the given range, of the draw's kind as far as the range allows. */
  shape(minRank?: number, maxRank?: number): number[]
  /** A non-empty subset of the axes of a rank, ascending; empty for rank 0. */
  axes(rank: number): number[]
}

/** What one operand of a sample looks like. */
export interface OperandSample {
  readonly type: TensorType
  /** Elements lie in [low, high]; [-2, 2] for floats, [-5, 5] for integers (from 0 for u32). */
  readonly low?: number
  readonly high?: number
  /** Elements are given, not drawn. */
  readonly value?: Literal
}

/** Operands and attributes that the op's type rule accepts. */
export interface Sample {
  readonly operands: readonly OperandSample[]
  readonly attributes: Attributes
}

const EXTENTS = [2, 3, 5, 1, 4]

/** The draws that belong to a seed. */
export function drawFrom(seed: number, kind: ShapeKind = 'any'): Draw {
  const stream = random(seed)
  function rankFor(min: number, max: number): number {
    if (kind === 'scalar') return min
    if (kind === 'rank6') return Math.min(6, max)
    if (kind === 'empty') return stream.integer(Math.min(Math.max(1, min), max), Math.min(3, max))
    return stream.integer(min, Math.max(min, Math.min(3, max)))
  }
  function shape(min = 0, max = 6): number[] {
    const rank = rankFor(min, max)
    const extents = rank > 3 ? [2, 1, 3] : EXTENTS
    const drawn = Array.from({ length: rank }, () => (kind === 'ones' ? 1 : stream.pick(extents)))
    if (kind === 'empty' && rank > 0) drawn[stream.integer(0, rank - 1)] = 0
    return drawn
  }
  function axes(rank: number): number[] {
    const all = Array.from({ length: rank }, (_, axis) => axis)
    const kept = all.filter(() => stream.uniform() < 0.5)
    return kept.length > 0 || rank === 0 ? kept : [stream.pick(all)]
  }
  return { ...stream, shape, axes }
}

/** How near an element may come to a kink or to another element: far beyond any difference step. */
const CLEARANCE = 0.05

/**
 * Elements for a sample's operands. The floats of one sample are pairwise apart and clear of
 * `kinks`, so that extremes have no ties and difference quotients cross no kink.
 */
export function drawOperands(sample: Sample, draw: Draw, kinks: readonly number[] = []): Literal[] {
  const used: number[] = []
  return sample.operands.map(operand => {
    const { dtype, shape } = operand.type
    if (operand.value !== undefined) return operand.value
    const extents = shape as readonly number[]
    const data = Float64Array.from({ length: elementCount(extents) }, () => {
      const value = drawElement(operand, draw, kinks, used)
      if (DTYPES[dtype].kind === 'float') used.push(value)
      return value
    })
    return new Literal(dtype, extents, data)
  })
}

function drawElement(
  { type, low, high }: OperandSample,
  draw: Draw,
  kinks: readonly number[],
  used: readonly number[],
): number {
  const { kind } = DTYPES[type.dtype]
  if (kind === 'bool') return draw.integer(0, 1)
  if (kind === 'integer') return draw.integer(low ?? (type.dtype === 'u32' ? 0 : -5), high ?? 5)
  const [from, to] = [low ?? -2, high ?? 2]
  // With many elements the interval is too narrow to keep them all apart: then try for what is
  // left.
  const apart = Math.min(CLEARANCE, (to - from) / (8 * (used.length + 1)))
  for (;;) {
    const value = draw.uniform(from, to)
    const clear = kinks.every(kink => Math.abs(value - kink) > CLEARANCE)
    if (clear && used.every(other => Math.abs(value - other) > apart)) return value
  }
}

/** An operand of `shape` and dtype with elements in [low, high]. */
export function operand(
  dtype: TensorType['dtype'],
  shape: Shape,
  low?: number,
  high?: number,
): OperandSample {
  const bounds = { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }
  return { type: { dtype, shape }, ...bounds }
}
