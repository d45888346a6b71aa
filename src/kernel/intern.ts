// Hash consing: a key made of child ids names one object, so equality is identity and a shared
// subexpression exists once however often it is written. The table holds its objects weakly, so a
// long-lived process does not collect every kernel it ever made. Ids are never reused.

/** What every interned object carries. */
export interface Interned {
  /** Unique among all interned objects of the process; says nothing about order. */
  readonly id: number
}

/** The one object of each key. */
export interface InternTable<T extends Interned> {
  /** The object of `key`, made by `make` if there is none. */
  readonly get: <U extends T>(key: string, make: (id: number) => U) => U
}

let nextId = 0

/**
 * A table of its own. Keys name children by their ids, never by printed text: the text of a shared
 * expression can be exponentially longer than the expression.
 */
export function internTable<T extends Interned>(): InternTable<T> {
  const entries = new Map<string, WeakRef<T>>()
  const collected = new FinalizationRegistry<string>(key => {
    if (entries.get(key)?.deref() === undefined) entries.delete(key)
  })
  return {
    get<U extends T>(key: string, make: (id: number) => U): U {
      const found = entries.get(key)?.deref()
      // The key begins with the kind of the object, so what it finds is what `make` makes.
      if (found !== undefined) return found as U
      const made = make(nextId++)
      entries.set(key, new WeakRef<T>(made))
      collected.register(made, key)
      return made
    },
  }
}
