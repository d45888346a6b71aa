// The loops of a launch, in order. A step that needs a total runs in a loop after the one that
// accumulates it; steps of one level that walk the same extents share a loop.

import type { ValueId } from '../ir/graph.ts'
import type { Index } from '../kernel/index.ts'
import { type Access, accessesOf, dimOf, type End } from './accesses.ts'
import { isRagged } from './accumulate.ts'
import { isPerPoint, isTotal, type Step } from './steps.ts'
import { summedExtents } from './terms.ts'
import { type Computed, isMadeBy, type Values } from './values.ts'

/** Steps that one loop does together. */
export interface LoopGroup {
  readonly level: number
  /** Extents of the axes of the loop, without those of 1. */
  readonly extents: readonly number[]
  readonly steps: readonly Step[]
}

/** What leveling asks of the launch. */
export interface Leveled {
  readonly values: Values
  /** Where reads end: what lies in memory before the launch, rows, and what is stored and kept. */
  readonly isEnd: End
}

/** The loops of the steps, in an order in which they can run; steps without loops are left out. */
export function loopsOf(steps: readonly Step[], of: Leveled): readonly LoopGroup[] {
  const groups = new Map<string, { level: number; extents: readonly number[]; steps: Step[] }>()
  const levels = new Map<ValueId, Leveling>()
  const looped = steps.filter(step => isTotal(step) || !isPerPoint(step))
  const isUpdate = ({ to }: Step) => to?.kind === 'state'
  // Updates of state come together: each of them may read what another one changes.
  const updates = looped.filter(isUpdate)
  const positions = new Set(looped.filter(isPosition).map(({ value }) => extremeOf(value)!))
  for (const step of [...looped.filter(one => !isUpdate(one)), ...updates]) {
    const extents = walked(step)
    const needing = isUpdate(step) ? updates : [step]
    const level = Math.max(...needing.map(one => levelOf(one, walked(one), levels, of)))
    const key = `${level} ${extents.join()} ${apart(step, extents, positions)}`
    const group = groups.get(key) ?? { level, extents, steps: [] }
    group.steps.push(step)
    groups.set(key, group)
    if (step.to === undefined || step.to.kind === 'own') levels.set(step.value.id, { level, step })
  }
  return [...groups.values()].sort((a, b) => a.level - b.level)
}

interface Leveling {
  readonly level: number
  readonly step: Step
}

/** The extents that a step walks at every point: what it sums over, or the rest of its value. */
export function walked(step: Step): readonly number[] {
  const { value, dims } = step
  const extents = isTotal(step)
    ? summedExtents(value as Computed)
    : value.shape.filter((_, d) => dims[d] === undefined)
  return extents.filter(extent => extent !== 1)
}

/**
 * What keeps a step in a loop without others: a loop that is cut unevenly runs beyond the end,
 * where nothing can be stored; a position is found in one loop that is not cut, and with it the
 * extreme that stands there.
 */
function apart(
  step: Step,
  extents: readonly number[],
  positions: ReadonlySet<string> = new Set(),
): string {
  if (!isTotal(step)) return isRagged(extents) ? 'store' : ''
  const extreme = extremeOf(step.value)
  if (extreme !== undefined && positions.has(extreme)) return `extreme ${extreme}`
  if (isPosition(step)) return 'position'
  return isRagged(extents) ? 'total' : ''
}

const isPosition = ({ value }: Step) => isMadeBy(value, 'reduction') && value.lowering.at === true

/** Equal for the extreme of some elements and for its position; undefined for anything else. */
function extremeOf(value: Step['value']): string | undefined {
  if (!isMadeBy(value, 'reduction')) return undefined
  const { combine, axes } = value.lowering
  if (combine !== 'max' && combine !== 'min') return undefined
  return `${combine} of ${value.operands[0]} over ${axes(value.context.attributes)}`
}

/** One more than the level of every total it needs, and of every row but at its own position. */
function levelOf(
  step: Step,
  extents: readonly number[],
  levels: ReadonlyMap<ValueId, Leveling>,
  { values, isEnd }: Leveled,
): number {
  let level = 0
  for (const access of accessesOf(step, values, isEnd)) {
    const found = levels.get(access.value.id)
    if (found === undefined) continue
    const isBeside = !isTotal(found.step) && isSamePosition(found.step, access, step, extents)
    level = Math.max(level, isBeside ? found.level : found.level + 1)
  }
  return level
}

/** Whether a step reads what another one keeps at the position of the loop that both walk. */
function isSamePosition(
  kept: Step,
  { index }: Access,
  reader: Step,
  extents: readonly number[],
): boolean {
  if (String(walked(kept)) !== String(extents) || isRagged(extents)) return false
  if (apart(reader, extents) !== apart(kept, extents)) return false
  let next = 0
  return kept.value.shape.every((extent, d) => {
    if (extent === 1 || kept.dims[d] !== undefined) return true
    return loopAxisOf(index[d]!, extent, reader) === next++
  })
}

/** The number of the loop axis that an index runs along alone. */
function loopAxisOf(e: Index, extent: number, reader: Step): number | undefined {
  const { value, dims } = reader
  const at = dimOf(e, extent)
  if (at !== undefined) {
    const walkedDims = value.shape.flatMap((size, d) =>
      size === 1 || dims[d] !== undefined ? [] : d,
    )
    const found = isTotal(reader) ? -1 : walkedDims.indexOf(at)
    return found < 0 ? undefined : found
  }
  const [term] = e.terms
  if (e.terms.length !== 1 || e.constant !== 0 || term?.scale !== 1 || term.of.kind !== 'axis')
    return
  const { name, extent: size } = term.of.axis
  return isTotal(reader) && size === extent && name.startsWith('r')
    ? Number(name.slice(1))
    : undefined
}
