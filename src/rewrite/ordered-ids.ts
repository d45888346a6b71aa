// The definition order of a graph under rewriting: a doubly linked list of ids, so that a node can be
// put before another, or taken out, without moving the rest.

import type { ValueId } from '../ir/graph.ts'

/** Stands before the first and after the last id. */
const END = -1

/** A list of different ids with insertion and removal in constant time. */
export class OrderedIds {
  readonly #next = new Map<ValueId, ValueId>()
  readonly #previous = new Map<ValueId, ValueId>()

  constructor(ids: Iterable<ValueId>) {
    this.#join(END, END)
    for (const id of ids) this.insertBefore(id, undefined)
  }

  #join(before: ValueId, after: ValueId): void {
    this.#next.set(before, after)
    this.#previous.set(after, before)
  }

  /** Puts a new id before one of the list; at the end for undefined. */
  insertBefore(id: ValueId, place: ValueId = END): void {
    const before = this.#previous.get(place)!
    this.#join(before, id)
    this.#join(id, place)
  }

  /** Takes an id out. */
  remove(id: ValueId): void {
    this.#join(this.#previous.get(id)!, this.#next.get(id)!)
    this.#next.delete(id)
    this.#previous.delete(id)
  }

  /** The ids in order. */
  toArray(): ValueId[] {
    const ids: ValueId[] = []
    for (let id = this.#next.get(END)!; id !== END; id = this.#next.get(id)!) ids.push(id)
    return ids
  }
}
