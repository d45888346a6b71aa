// Trees of things with names: parameters, state, outputs, and the host values that mirror them. A
// node is a plain object or an array (what `repeat` makes); everything else is a leaf. The path of
// a leaf joins its keys with dots, and is its name in the graph.

import { GraphError } from '../support/diagnostic.ts'

/** A leaf, a list of trees, or trees by key. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> }

/** Graph names by key: what says how flat names nest. */
export type NameTree = Tree<string>

/** The path of a part under `path`; the root has the empty path. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** The names of a tree, in its order. */
export function namesOf(tree: NameTree): string[] {
  return typeof tree === 'string' ? [tree] : Object.values(tree).flatMap(namesOf)
}

/** The tree with something in the place of every name. */
export function mapNames<T>(tree: NameTree, map: (name: string) => T): Tree<T> {
  if (typeof tree === 'string') return map(tree)
  if (Array.isArray(tree)) return tree.map(part => mapNames(part, map))
  const parts = Object.entries(tree as { readonly [key: string]: NameTree })
  return Object.fromEntries(parts.map(([key, part]) => [key, mapNames(part, map)]))
}

/**
 * The tree of the names that `keep` accepts; parts without any vanish, and undefined stands for
 * none at all. A list stays whole: the places in it are the paths of its parts.
 */
export function filterNames(tree: NameTree, keep: (name: string) => boolean): NameTree | undefined {
  if (typeof tree === 'string') return keep(tree) ? tree : undefined
  if (Array.isArray(tree)) {
    const parts = tree.map(part => filterNames(part, keep))
    return parts.every(part => part === undefined) ? undefined : parts.map(part => part ?? {})
  }
  const parts = Object.entries(tree as { readonly [key: string]: NameTree })
    .map(([key, part]) => [key, filterNames(part, keep)] as const)
    .filter((entry): entry is readonly [string, NameTree] => entry[1] !== undefined)
  return parts.length === 0 ? undefined : Object.fromEntries(parts)
}

/**
 * Flat names nested by their dots; keys 0, 1, 2 … make a list. Throws E105 where one name is also
 * the path of others.
 */
export function nestNames(names: readonly string[]): NameTree {
  return nestUnder(names.map(name => ({ name, keys: name.split('.') })))
}

interface Keyed {
  readonly name: string
  readonly keys: readonly string[]
}

function nestUnder(names: readonly Keyed[]): NameTree {
  const groups = new Map<string, Keyed[]>()
  for (const { name, keys } of names) {
    const [key, ...rest] = keys
    groups.set(key!, [...(groups.get(key!) ?? []), { name, keys: rest }])
  }
  const parts = [...groups].map(([key, group]) => [key, nestGroup(group)] as const)
  const isList = parts.length > 0 && parts.every(([key], i) => key === String(i))
  return isList ? parts.map(([, part]) => part) : Object.fromEntries(parts)
}

function nestGroup(group: readonly Keyed[]): NameTree {
  const leaf = group.find(({ keys }) => keys.length === 0)
  if (leaf === undefined) return nestUnder(group)
  const other = group.find(({ name }) => name !== leaf.name)
  if (other === undefined) return leaf.name
  throw new GraphError({
    code: 'E105',
    subject: 'names',
    message: `"${leaf.name}" must be a value or hold others, got "${other.name}" beside it`,
    help: 'give one of them another name',
  })
}
