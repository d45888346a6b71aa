// Loops that accumulate. A long one is cut into nested loops of at most 4096 iterations each, so
// that rounding errors of a sum grow with the depth of the nest and not with its length. The cut
// depends on extents alone, never on the target.

import { type Axis, addIndex, axisIndex, type Index, scaleIndex } from '../kernel/index.ts'
import type { Acc, Combine, Loop, Stmt } from '../kernel/kernel.ts'
import { acc, type Scalar } from '../kernel/scalar.ts'
import { Rewriter } from '../kernel/substitute.ts'

/** Most iterations of one loop of a sum. */
export const LONGEST = 4096

/** Axes cut in two: every position of the old ones, by those of `outer` and `inner`. */
export interface Cut {
  readonly outer: readonly Axis[]
  readonly inner: readonly Axis[]
  /** The index along each of the old axes; the last position may lie beyond its extent. */
  readonly index: readonly Index[]
}

/** The axes with at most `LONGEST` iterations inside; `outer` is empty for a short loop. */
export function cut(axes: readonly Axis[]): Cut {
  let at = axes.length - 1
  let points = 1
  while (at >= 0 && points * axes[at]!.extent <= LONGEST) points *= axes[at--]!.extent
  const before = axes.slice(0, Math.max(at, 0))
  const after = axes.slice(at + 1)
  if (at < 0) return { outer: [], inner: axes, index: axes.map(axisIndex) }
  const axis = axes[at]!
  const step = chunkOf(axis.extent, Math.floor(LONGEST / points))
  const index = (own: Index) => [...before.map(axisIndex), own, ...after.map(axisIndex)]
  if (step === 1) return { outer: [...before, axis], inner: after, index: index(axisIndex(axis)) }
  const chunk = { name: `${axis.name}_`, extent: Math.ceil(axis.extent / step) }
  const within = { name: axis.name, extent: step }
  const position = addIndex(scaleIndex(axisIndex(chunk), step), axisIndex(within))
  return { outer: [...before, chunk], inner: [within, ...after], index: index(position) }
}

/** A size of chunks that divides the extent if one does that is not too small, else even ones. */
function chunkOf(extent: number, most: number): number {
  for (let size = most; 4 * size >= most && size > 0; size--) if (extent % size === 0) return size
  return Math.ceil(extent / Math.ceil(extent / most))
}

/** What is accumulated: a value per position, how, and under which name. */
export interface Accumulation {
  readonly combine: Combine
  readonly name: string
  readonly value: (index: readonly Index[]) => Scalar
  /** For the position of an extreme: its value there. */
  readonly at?: ((index: readonly Index[]) => Scalar) | undefined
}

/** Loops, and what their accumulators are after them. */
export interface Accumulated {
  readonly body: readonly Stmt[]
  readonly totals: readonly Scalar[]
}

/** Statements of one iteration, by the index along each of the axes. */
export type Along = (index: readonly Index[]) => readonly Stmt[]

/**
 * A loop nest over `axes` that accumulates and does `along` at every position. Where one is the
 * position of an extreme, all are of that extreme.
 */
export function accumulate(
  axes: readonly Axis[],
  accumulations: readonly Accumulation[],
  along: Along = () => [],
): Accumulated {
  const found = accumulations.find(({ at }) => at !== undefined)
  if (found?.at !== undefined) return extreme(axes, accumulations, found, found.at)
  if (axes.length === 0) {
    return { body: along([]), totals: accumulations.map(({ value }) => value([])) }
  }
  const isCut = accumulations.some(({ combine }) => isSum(combine))
  const { levels, index } = isCut ? nest(axes) : whole(axes)
  let totals = accumulations.map(({ value }) => value(index))
  let body = along(index)
  levels.forEach((level, depth) => {
    const accs = accumulations.map(({ name, combine }, i): Acc => {
      const named = depth === 0 ? name : `${name}${depth}`
      return { name: named, combine, value: totals[i]!, at: undefined }
    })
    body = [loopOf(level, accs, body)]
    totals = accs.map(({ name, value }) => acc(value.type, name))
  })
  return { body, totals }
}

/** An extreme and where it is: one loop, which keeps the position beside the value. */
function extreme(
  axes: readonly Axis[],
  accumulations: readonly Accumulation[],
  { name, combine, value }: Accumulation,
  at: NonNullable<Accumulation['at']>,
): Accumulated {
  const index = axes.map(axisIndex)
  const found = value(index)
  const where = { name: `${name}_at`, value: at(index) }
  const loop = loopOf(axes, [{ name, combine, value: found, at: where }], [])
  const totals = accumulations.map(one =>
    one.at === undefined ? acc(found.type, name) : acc('i32', where.name),
  )
  return { body: [loop], totals }
}

/** Whether a sum over extents runs beyond their end, because its loops do not divide them. */
export function isRagged(extents: readonly number[]): boolean {
  const { levels } = nest(extents.map((extent, i) => ({ name: `r${i}`, extent })))
  const points = levels.flat().reduce((product, { extent }) => product * extent, 1)
  return points !== extents.reduce((product, extent) => product * extent, 1)
}

/** Extremes do not round, so their loops need no cutting. */
const isSum = (combine: Combine) => combine === '+' || combine === '*'

const whole = (axes: readonly Axis[]) => ({ levels: [axes], index: axes.map(axisIndex) })

/** Cuts until no loop is long; the innermost level comes first. */
function nest(axes: readonly Axis[]): {
  readonly levels: readonly (readonly Axis[])[]
  readonly index: readonly Index[]
} {
  const first = cut(axes)
  if (first.outer.length === 0) return { levels: [first.inner], index: first.index }
  const above = nest(first.outer)
  const byName = new Map(first.outer.map(({ name }, i) => [name, above.index[i]!]))
  const rewriter = new Rewriter({ axis: axis => byName.get(axis.name) ?? axisIndex(axis) })
  return {
    levels: [first.inner, ...above.levels],
    index: first.index.map(e => rewriter.index(e)),
  }
}

const loopOf = (axes: readonly Axis[], accs: readonly Acc[], body: readonly Stmt[]): Loop => ({
  kind: 'loop',
  order: 'over',
  axes,
  accs,
  body,
})
