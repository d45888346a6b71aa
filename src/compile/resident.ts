// Params and state where they are resident: trees of host values go in and come out as copies.

import type { Eventually } from '../backends/backend.ts'
import { elementCount } from '../ir/literal.ts'
import { mapNames, type NameTree, type Tree } from '../ir/tree.ts'
import { invariant } from '../support/diagnostic.ts'
import type { TypedArray } from '../support/dtype.ts'
import type { Session } from './executable.ts'
import { type Boundary, feed } from './feed.ts'
import { eachValue, type HostValue, hostValue } from './host-tree.ts'

/** What a backend answers at once. A target that answers later needs another kind of run. */
export function now<T>(value: Eventually<T>): T {
  invariant(!(value instanceof Promise), 'compile', 'the targets of `compile` answer at once')
  return value
}

/**
 * Copies a tree of params or state into memory; parts that the session has no place for are left
 * out. Throws E108 where a part is missing, unknown or does not fit, before anything is written.
 */
export function writeTree(
  { layout, memory }: Session,
  names: NameTree,
  kind: 'param' | 'state',
  values: unknown,
  boundary: Boundary,
): void {
  const writes: { readonly offset: number; readonly data: TypedArray }[] = []
  const visit = (name: string, value: unknown) => {
    const slot = layout.slots.get(name)
    if (slot === undefined) return
    const type = { dtype: slot.type, shape: slot.shape }
    const data = feed('run', { what: `${kind} ${name}`, type }, value, boundary)
    writes.push({ offset: slot.offset, data })
  }
  eachValue(names, values, kind, visit, boundary)
  for (const { offset, data } of writes) now(memory.write(offset, data))
}

/** Copies of params or state, nested as their names are. */
export function readTree(session: Session, names: NameTree): Tree<HostValue> {
  return mapNames(names, name => readState(session, name))
}

/** A copy of a param or state value in memory, as users see it. */
function readState({ layout, memory }: Session, name: string): HostValue {
  const { type, shape, offset } = layout.slots.get(name)!
  return hostValue(shape, type, now(memory.read(offset, type, elementCount(shape))))
}
