// The definition order of a graph under rewriting: a doubly linked list of ids, so that a node can
// be put before another, or taken out, without moving the rest. Links are arrays by id: ids are
// dense.

import type { ValueId } from '../ir/graph.ts'

/** Links of an id stand one place on; place 0 is before the first and after the last id. */
const END = -1

/** A list of different ids with insertion and removal in constant time. */
export class OrderedIds {
  readonly #next: ValueId[] = [END]
  readonly #previous: ValueId[] = [END]

  constructor(ids: Iterable<ValueId>) {
    for (const id of ids) this.insertBefore(id, undefined)
  }

  #join(before: ValueId, after: ValueId): void {
    this.#next[before + 1] = after
    this.#previous[after + 1] = before
  }

  /** Puts a new id before one of the list; at the end for undefined. */
  insertBefore(id: ValueId, place: ValueId = END): void {
    const before = this.#previous[place + 1]!
    this.#join(before, id)
    this.#join(id, place)
  }

  /** Takes an id out. */
  remove(id: ValueId): void {
    this.#join(this.#previous[id + 1]!, this.#next[id + 1]!)
  }

  /** The ids in order. */
  toArray(): ValueId[] {
    const ids: ValueId[] = []
    for (let id = this.#next[0]!; id !== END; id = this.#next[id + 1]!) ids.push(id)
    return ids
  }
}
