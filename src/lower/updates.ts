// Which new values of state are computed together: those of one shape that share a computation or
// read each other's old values. Each group becomes one kernel with several stores, which reads all
// old values of a point before it writes the new ones.

import type { Graph, ValueId } from '../ir/graph.ts'
import { type Given, isMadeBy, type Value, type Values } from './values.ts'

/** The new value of one argument. */
export interface NewValue {
  readonly target: Given
  readonly value: ValueId
}

/** New values of one shape. */
export type UpdateGroup = readonly NewValue[]

/** The updates of a graph in groups; one that changes nothing is left out. */
export function updateGroups(graph: Graph, values: Values): readonly UpdateGroup[] {
  const targets = new Map(
    graph.arguments.map(({ id, name }) => [name, values.get(id) as Given] as const),
  )
  const updates = graph.updates
    .map(({ target, value }): NewValue => ({ target: targets.get(target)!, value }))
    .filter(({ target, value }) => target.id !== value && target.size > 0)
  const owner = new Owners(updates, values)
  const groups = new Map<number, NewValue[]>()
  updates.forEach((update, i) => {
    const root = owner.rootOf(i)
    groups.set(root, [...(groups.get(root) ?? []), update])
  })
  return [...groups.values()]
}

/** Union-find over updates, joined where walks from their values meet. */
class Owners {
  readonly #parents: number[]
  readonly #seen = new Map<ValueId, number>()
  readonly #values: Values

  constructor(updates: readonly NewValue[], values: Values) {
    this.#parents = updates.map((_, i) => i)
    this.#values = values
    updates.forEach(({ target }, i) => {
      this.#seen.set(target.id, i)
    })
    updates.forEach(({ target, value }, i) => {
      this.#visit(values.get(value)!, target, i)
    })
  }

  rootOf(i: number): number {
    const parent = this.#parents[i]!
    if (parent === i) return i
    const root = this.rootOf(parent)
    this.#parents[i] = root
    return root
  }

  /** Walks down elementwise values of the target's shape: what one kernel computes at one index. */
  #visit(from: Value, target: Given, i: number): void {
    const pending: Value[] = [from]
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (String(value.shape) !== String(target.shape)) continue
      const owner = this.#seen.get(value.id)
      if (owner !== undefined) this.#parents[this.rootOf(owner)] = this.rootOf(i)
      // Equal fills are one node wherever they stand; that ties nothing together.
      if (owner !== undefined || !isMadeBy(value, 'elementwise')) continue
      if (value.operands.length === 0) continue
      this.#seen.set(value.id, i)
      for (const id of value.operands) pending.push(this.#values.get(id)!)
    }
  }
}
