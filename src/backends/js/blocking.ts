// How the points of a role of a contract are cut into blocks of bounded size. Blocks follow the
// axes: some are fixed, one is cut into equal steps, the rest are whole. So a block is a nest of
// plain loops, and no position has to be decoded into axes.

import type { Axis } from '../../kernel/index.ts'
import { pointsOf } from '../../kernel/kernel.ts'

/** The blocks of a role. */
export interface Blocking {
  /** Axes of which a block has one position. */
  readonly fixed: readonly Axis[]
  /** The axis of which a block has up to `step` positions. */
  readonly cut: { readonly axis: Axis; readonly step: number } | undefined
  /** Axes of which every block has all positions. */
  readonly whole: readonly Axis[]
  /** The points of the largest block. */
  readonly most: number
  /** The numbers of points that a block can have. */
  readonly sizes: readonly number[]
}

/** Blocks of at most `limit` points, where possible of a multiple of `multiple`. */
export function blocksOf(axes: readonly Axis[], limit: number, multiple: number): Blocking {
  let first = axes.length
  while (first > 0 && pointsOf(axes.slice(first - 1)) <= limit) first--
  const whole = axes.slice(first)
  const inner = pointsOf(whole)
  const axis = axes[first - 1]
  if (axis === undefined) return { fixed: [], cut: undefined, whole, most: inner, sizes: [inner] }
  const step = stepOf(axis.extent, Math.max(1, Math.floor(limit / inner)), inner, multiple)
  const last = axis.extent % step
  const sizes = last === 0 ? [step * inner] : [step * inner, last * inner]
  return { fixed: axes.slice(0, first - 1), cut: { axis, step }, whole, most: step * inner, sizes }
}

/** The step that makes as few blocks as `most` does, of sizes as equal as `multiple` allows. */
function stepOf(extent: number, most: number, inner: number, multiple: number): number {
  const even = Math.ceil(extent / Math.ceil(extent / most))
  const unit = inner % multiple === 0 ? 1 : multiple
  return Math.min(most, Math.ceil(even / unit) * unit)
}
