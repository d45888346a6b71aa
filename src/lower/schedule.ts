// The order of updates, and which of them may run in place. After an update no launch loads what it
// stored, so a group that reads another one's target comes before it; within a group an old value
// may be read at its own index only. What does not fit is computed into scratch and copied.

import type { ValueId } from '../ir/graph.ts'
import { bytesOf } from '../kernel/program.ts'
import type { Place, Places } from './places.ts'
import type { UpdateGroup } from './updates.ts'
import { isMadeBy, type Values } from './values.ts'

/** Groups in order, or the values that must be stored before any order can work. */
export type Schedule =
  | { readonly order: readonly UpdateGroup[] }
  | { readonly force: readonly ValueId[] }

/** The schedule of updates under the places of a plan. */
export function scheduleOf(
  groups: readonly UpdateGroup[],
  values: Values,
  places: Places,
): Schedule {
  const loads = groups.map(group => stateLoads(group, values, places))
  const late = groups.filter((group, i) => loads[i]!.some(load => isLate(load, group, places)))
  if (late.length > 0) return { force: late.flatMap(valuesOfGroup) }
  const meets = (i: number, j: number) =>
    i !== j && loads[i]!.some(({ place }) => groups[j]!.some(meetsTarget(place, places)))
  const left = new Set(groups.keys())
  const order: UpdateGroup[] = []
  while (left.size > 0) {
    // A group can run once nobody else who is left reads its targets.
    const next = [...left].find(j => ![...left].some(i => meets(i, j)))
    if (next === undefined) return { force: [...left].flatMap(i => valuesOfGroup(groups[i]!)) }
    left.delete(next)
    order.push(groups[next]!)
  }
  return { order }
}

const valuesOfGroup = (group: UpdateGroup) => group.map(({ value }) => value)

/** A load of state by the kernel of a group. */
interface StateLoad {
  readonly place: Place
  /** The argument, where it is read at the very index that is stored; else undefined. */
  readonly sameIndex: ValueId | undefined
}

/** All that the kernel of a group loads from the state region. */
function stateLoads(group: UpdateGroup, values: Values, places: Places): readonly StateLoad[] {
  const loads: StateLoad[] = []
  const seen = new Set<string>()
  const pending = group.map(({ value }) => ({ id: value, isSame: true }))
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { id, isSame } = at
    const key = `${id} ${isSame}`
    if (seen.has(key)) continue
    seen.add(key)
    const value = values.get(id)!
    if (places.has(id)) {
      const place = places.of(id)
      const sameIndex = isSame && value.argument !== undefined ? id : undefined
      if (place.region === 'state') loads.push({ place, sameIndex })
      continue
    }
    const keepsIndex = isSame && isMadeBy(value, 'elementwise')
    if (value.node === undefined) continue
    for (const operand of value.operands) pending.push({ id: operand, isSame: keepsIndex })
  }
  return loads
}

function isLate({ place, sameIndex }: StateLoad, group: UpdateGroup, places: Places): boolean {
  if (group.some(({ target }) => target.id === sameIndex)) return false
  return group.some(meetsTarget(place, places))
}

const meetsTarget =
  (place: Place, places: Places) =>
  ({ target }: UpdateGroup[number]): boolean => {
    const other = places.of(target.id)
    const isBefore = (a: Place, b: Place) => a.offset + bytesOf(a) <= b.offset
    return !isBefore(place, other) && !isBefore(other, place)
  }
