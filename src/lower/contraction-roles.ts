// The roles of a contraction's axes: batch, rows, columns, summed. From the attributes alone; the
// operands' axes by role say how each factor is indexed.

import type { Index } from '../kernel/index.ts'
import { isFloat } from '../support/dtype.ts'
import type { Computed, LoweringOf } from './values.ts'

/** A value that a contraction makes. */
export type Contracted = Computed<LoweringOf<'contraction'>>

/** The axes of one operand by role, in the order in which the kernel has them. */
export interface FactorAxes {
  readonly batch: readonly number[]
  readonly free: readonly number[]
  readonly over: readonly number[]
}

/** Extents by role. */
export interface RoleShapes {
  readonly batch: readonly number[]
  readonly rows: readonly number[]
  readonly cols: readonly number[]
  readonly over: readonly number[]
}

/** The axes of the left and of the right factor. */
export function factorAxes({ lowering, context }: Contracted): readonly [FactorAxes, FactorAxes] {
  const { batch, contract } = lowering.axes(context.attributes)
  const side = (i: 0 | 1): FactorAxes => {
    const taken = new Set([...batch[i], ...contract[i]])
    const all = context.types[i]!.shape.map((_, axis) => axis)
    return { batch: batch[i], free: all.filter(axis => !taken.has(axis)), over: contract[i] }
  }
  return [side(0), side(1)]
}

/** Where both factors are read for an element of the product and positions of the sum. */
export function factorIndices(
  value: Contracted,
  at: readonly Index[],
  over: readonly Index[],
): readonly [Index[], Index[]] {
  const sides = factorAxes(value)
  const split = sides[0].batch.length + sides[0].free.length
  const side = (i: 0 | 1): Index[] => {
    const axes = sides[i]
    const free = i === 0 ? at.slice(axes.batch.length, split) : at.slice(split)
    const from: Index[] = []
    const put = (places: readonly number[], indices: readonly Index[]) => {
      places.forEach((axis, n) => {
        from[axis] = indices[n]!
      })
    }
    put(axes.batch, at)
    put(axes.free, free)
    put(axes.over, over)
    return from
  }
  return [side(0), side(1)]
}

/** The extents of a contraction's axes by role. */
export function roleShapes(value: Contracted): RoleShapes {
  const [left, right] = factorAxes(value)
  const extents = (i: 0 | 1, axes: readonly number[]) =>
    axes.map(axis => value.context.types[i]!.shape[axis] as number)
  return {
    batch: extents(0, left.batch),
    rows: extents(0, left.free),
    cols: extents(1, right.free),
    over: extents(0, left.over),
  }
}

/**
 * Whether the contraction is worth tiles: a float with more than one row and column and something
 * to sum. Anything else is a loop over products, or a product alone.
 */
export function hasTiles(value: Contracted): boolean {
  const { rows, cols, over } = roleShapes(value)
  const points = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
  return isFloat(value.dtype) && points(rows) > 1 && points(cols) > 1 && points(over) > 1
}
