// Concatenations that are filled part by part. Most parts are stored there by whoever computes
// them; the others are copied, and fills that begin where no buffer can come before all else.

import type { ValueId } from '../ir/graph.ts'
import { type Claims, canBegin } from './claims.ts'
import type { Written } from './kernel-table.ts'
import { overlaps, type Place } from './places.ts'
import { type Computed, isMadeBy, type Value, type Values } from './values.ts'
import type { Workshop } from './workshop.ts'
import { writeFills } from './write-loops.ts'

/** A part of a joined value. */
export interface JoinedPart {
  readonly operand: ValueId
  /** Elements from the start of the whole. */
  readonly start: number
  /** The value that is stored there as it is computed, which the part is a view of. */
  readonly base: ValueId | undefined
}

/** The parts of a joined value that somebody has to store, copies included. */
export function partsOf(values: Values, claims: Claims, whole: Computed): readonly JoinedPart[] {
  const starts = claims.joined.get(whole.id)!
  return whole.operands.flatMap((operand, i) => {
    const start = starts[i]!
    const base = [...viewedFrom(values, operand)].find(id => {
      const part = claims.parts.get(id)
      return part?.whole === whole.id && part.start === start
    })
    const { size } = values.get(operand)!
    return size === 0 || !canBegin(whole, start) ? [] : [{ operand, start, base }]
  })
}

/** The value, and those that it is a view of. */
function* viewedFrom(values: Values, id: ValueId): Iterable<ValueId> {
  for (let at: ValueId | undefined = id; at !== undefined; ) {
    yield at
    const value: Value = values.get(at)!
    at = isMadeBy(value, 'movement') ? value.operands[0] : undefined
  }
}

/** A fill, and the range that is filled with it. */
interface Gap {
  readonly fill: Computed
  readonly place: Place
}

/**
 * Fills that begin where no buffer can, from the last place before on. They come before
 * everything else, so that whatever stands before them in the end is stored after them; those that
 * begin in one vector come from the last to the first. All others of one size are one launch.
 */
export function writeGaps(
  workshop: Workshop,
  claims: Claims,
  stored: ReadonlySet<ValueId>,
): readonly Written[] {
  const joined = [...claims.joined].filter(([id]) => stored.has(id))
  const gaps = joined.flatMap(([id, starts]) => gapsOf(workshop, id, starts))
  const isApart = (gap: Gap) =>
    gaps.every(other => other === gap || !overlaps(gap.place, other.place))
  const bySize = new Map<string, Gap[]>()
  for (const gap of gaps.filter(isApart)) {
    const key = `${gap.place.type} ${gap.place.shape}`
    bySize.set(key, [...(bySize.get(key) ?? []), gap])
  }
  const others = gaps.filter(gap => !isApart(gap)).map(gap => [gap])
  return [...bySize.values(), ...others].map(group => writeFills(workshop, group))
}

function gapsOf({ values, places }: Workshop, id: ValueId, starts: readonly number[]): Gap[] {
  const whole = values.get(id) as Computed
  const gaps = whole.operands.flatMap((operand, i) => {
    const fill = values.get(operand) as Computed
    if (canBegin(whole, starts[i]!) || fill.size === 0) return []
    let start = starts[i]!
    while (!canBegin(whole, start)) start--
    return [{ fill, place: places.range(places.of(id), start, [starts[i]! + fill.size - start]) }]
  })
  return gaps.reverse()
}
