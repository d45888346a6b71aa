// Trees of things with names: parameters, state, outputs, and the host values that mirror them. A
// node is a plain object or an array (what `repeat` makes); everything else is a leaf. The path of
// a leaf joins its keys with dots, and is its name in the graph.

/** A leaf, a list of trees, or trees by key. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> }

/** Graph names by key: what says how flat names nest. */
export type NameTree = Tree<string>
