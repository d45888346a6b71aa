// Host values by the names of a graph, and the trees that users see. The tree of names says how
// they nest; a value is reached by the same keys.

import type { HostTensor } from '../ir/literal.ts'
import { joinPath, type NameTree } from '../ir/tree.ts'
import type { TypedArray } from '../support/dtype.ts'
import { type Boundary, feedError } from './feed.ts'

/** A host value as users see it: a scalar is a number. */
export type HostValue = HostTensor | number

/** A tensor of the given data; a scalar becomes a number. */
export function hostValue(shape: readonly number[], dtype: HostTensor['dtype'], data: TypedArray) {
  return shape.length === 0 ? data[0]! : { shape, dtype, data }
}

/**
 * Calls `visit` with each name of the tree and the value that `values` has in its place.
 * Throws E108 where `values` lacks a part or has one that is not known.
 */
export function eachValue(
  names: NameTree,
  values: unknown,
  kind: string,
  visit: (name: string, value: unknown) => void,
  boundary: Boundary,
  path = '',
): void {
  if (typeof names === 'string') {
    visit(names, values)
    return
  }
  const known = Object.keys(names)
  if (typeof values !== 'object' || values === null) {
    if (known.length === 0) return
    const where = path === '' ? `the ${kind} tree` : `${kind} ${path}`
    const message = `${where} has ${known.join(', ')}, got ${values === null ? 'null' : typeof values}`
    const help = `pass the ${kind} tree that init() or a trainer gives`
    throw feedError('run', message, help, boundary)
  }
  checkParts(known, values, kind, path, boundary)
  for (const [key, part] of Object.entries(names)) {
    const value = (values as Record<string, unknown>)[key]
    eachValue(part, value, kind, visit, boundary, joinPath(path, key))
  }
}

function checkParts(
  known: readonly string[],
  values: object,
  kind: string,
  path: string,
  boundary: Boundary,
): void {
  const missing = known.find(key => !Object.hasOwn(values, key))
  if (missing !== undefined) {
    const message = `needs ${kind} ${joinPath(path, missing)}, got nothing of that name`
    throw feedError('run', message, `pass the ${kind} tree that init() gives`, boundary)
  }
  // A layer without params has an empty branch, which some trees leave out.
  const extra = Object.entries(values).find(
    ([key, of]) => !known.includes(key) && !isEmpty(of),
  )?.[0]
  if (extra === undefined) return
  const message = `this model has no ${kind} ${joinPath(path, extra)}`
  throw feedError('run', message, `leave it out; there are ${known.join(', ') || 'none'}`, boundary)
}

const isEmpty = (tree: unknown) =>
  typeof tree === 'object' && tree !== null && Object.keys(tree).length === 0
