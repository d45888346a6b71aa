// What scalars and statements mention: children, names, buffers. Shared by the walker, the
// verifier, the printer and the rewrites; nothing here decides anything.

import type { Index } from './index.ts'
import type { Acc, Loop, Stmt, Store } from './kernel.ts'
import type { LoadScalar, Scalar } from './scalar.ts'

/** The scalars that `node` is computed from, those inside index expressions included. */
export function childrenOf(node: Scalar): readonly Scalar[] {
  if (node.kind === 'op') return node.args
  if (node.kind === 'index') return scalarsOfIndex(node.index)
  if (node.kind !== 'load') return []
  const inIndex = node.index.flatMap(scalarsOfIndex)
  return node.fill === undefined ? inIndex : [...inIndex, node.fill]
}

/** The loaded or computed values inside an index expression. */
export function scalarsOfIndex(e: Index): readonly Scalar[] {
  return e.terms.flatMap(({ of }) => {
    if (of.kind === 'axis') return []
    return of.kind === 'value' ? [of.value] : scalarsOfIndex(of.of)
  })
}

/** The axes an index expression is written with, those inside loaded values left out. */
export function axesOfIndex(e: Index): readonly string[] {
  return e.terms.flatMap(({ of }) => {
    if (of.kind === 'axis') return [of.axis.name]
    return of.kind === 'value' ? [] : axesOfIndex(of.of)
  })
}

/** Whether `e` holds an atom of `kind`, however deep. */
export function holdsAtom(e: Index, kind: 'exact' | 'value'): boolean {
  return e.terms.some(({ of }) => of.kind === kind || ('of' in of && holdsAtom(of.of, kind)))
}

/** The names that a value depends on. */
export interface Needs {
  readonly axes: ReadonlySet<string>
  readonly accs: ReadonlySet<string>
  readonly buffers: ReadonlySet<string>
}

const EMPTY: ReadonlySet<string> = new Set()
const NOTHING: Needs = { axes: EMPTY, accs: EMPTY, buffers: EMPTY }

const known = new WeakMap<Scalar, Needs>()

/** The axes, accumulators and buffers that `node` depends on, directly or through its children. */
export function needsOf(node: Scalar): Needs {
  const seen = known.get(node)
  if (seen !== undefined) return seen
  const needs = childrenOf(node).map(needsOf).reduce(union, ownNeeds(node))
  known.set(node, needs)
  return needs
}

function ownNeeds(node: Scalar): Needs {
  if (node.kind === 'acc') return { ...NOTHING, accs: new Set([node.name]) }
  if (node.kind === 'index') return { ...NOTHING, axes: new Set(axesOfIndex(node.index)) }
  if (node.kind !== 'load') return NOTHING
  const axes = new Set(node.index.flatMap(axesOfIndex))
  return { axes, accs: EMPTY, buffers: new Set([node.buffer]) }
}

const union = (a: Needs, b: Needs): Needs => ({
  axes: join(a.axes, b.axes),
  accs: join(a.accs, b.accs),
  buffers: join(a.buffers, b.buffers),
})

/** The union, as one of the operands where that suffices: most nodes need what a child needs. */
function join(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a.size === 0 || a === b) return b
  const added = [...b].filter(name => !a.has(name))
  return added.length === 0 ? a : new Set([...a, ...added])
}

/** The values an accumulator takes in. */
export function scalarsOfAcc(acc: Acc): readonly Scalar[] {
  return acc.at === undefined ? [acc.value] : [acc.value, acc.at.value]
}

/** The value of a store and the values inside its index. */
export function scalarsOfStore(store: Store): readonly Scalar[] {
  return [store.value, ...store.index.flatMap(scalarsOfIndex)]
}

/** The roots of everything that a statement computes. */
export function scalarsOf(stmt: Stmt): readonly Scalar[] {
  if (stmt.kind === 'store') return scalarsOfStore(stmt)
  return [...stmt.accs.flatMap(scalarsOfAcc), ...stmt.body.flatMap(scalarsOf)]
}

/** The stores of a statement, however deep. */
export function storesOf(stmt: Stmt): readonly Store[] {
  return stmt.kind === 'store' ? [stmt] : stmt.body.flatMap(storesOf)
}

/** The loads below `roots`, each once. */
export function loadsOf(roots: readonly Scalar[]): readonly LoadScalar[] {
  return reach(roots).order.filter(node => node.kind === 'load')
}

/** The names that accumulators of a loop define. */
export function namesOfAccs(loop: Loop): readonly string[] {
  return loop.accs.flatMap(acc => (acc.at === undefined ? [acc.name] : [acc.name, acc.at.name]))
}

/** Everything below `roots`, children first, and how many times each is used. */
export function reach(
  roots: readonly Scalar[],
  stop: (node: Scalar) => boolean = () => false,
): { readonly order: readonly Scalar[]; readonly uses: ReadonlyMap<Scalar, number> } {
  const order: Scalar[] = []
  const uses = new Map<Scalar, number>()
  const visit = (node: Scalar): void => {
    const count = uses.get(node) ?? 0
    uses.set(node, count + 1)
    if (count > 0) return
    if (!stop(node)) childrenOf(node).forEach(visit)
    order.push(node)
  }
  roots.forEach(visit)
  return { order, uses }
}
