// The order of updates, and which of them may run in place. After an update no launch loads what it
// stored, so a group that reads another one's target comes before it; within a group an old value
// may be read at its own index only. What does not fit is computed into scratch and copied.

import type { ValueId } from '../ir/graph.ts'
import { overlaps, type Place, type Places } from './places.ts'
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
  const readers = groups.map((group, j) =>
    loads.flatMap((own, i) =>
      i !== j && own.some(load => isStoredBy(load, group, places)) ? i : [],
    ),
  )
  const order = inOrder(readers)
  if (order.length === groups.length) return { order: order.map(i => groups[i]!) }
  const stuck = groups.filter((_, i) => !order.includes(i))
  return { force: stuck.flatMap(valuesOfGroup) }
}

/** Groups after all that read what they store; those in a circle of readers are left out. */
function inOrder(readers: readonly (readonly number[])[]): readonly number[] {
  const order: number[] = []
  const waiting = readers.map(list => list.length)
  const readBy = readers.map((): number[] => [])
  readers.forEach((list, j) => {
    for (const i of list) readBy[i]!.push(j)
  })
  const ready = waiting.flatMap((count, i) => (count === 0 ? i : []))
  for (const next of ready) {
    order.push(next)
    for (const j of readBy[next]!) {
      waiting[j]!--
      if (waiting[j] === 0) ready.push(j)
    }
  }
  return order
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

/** Whether a load of the group's own kernel would not see what it means to. */
function isLate(load: StateLoad, group: UpdateGroup, places: Places): boolean {
  if (group.some(({ target }) => target.id === load.sameIndex)) return false
  return isStoredBy(load, group, places)
}

function isStoredBy({ place }: StateLoad, group: UpdateGroup, places: Places): boolean {
  return group.some(({ target }) => overlaps(place, places.of(target.id)))
}
