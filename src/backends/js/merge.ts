// Neighbouring loops along one axis as one loop. When the last parallel axis has moved inside the
// loops of a kernel, what stood between two loops has become loops along that axis: one stores
// results, the next fills rows with values that were just computed. As one they share both.

import type { Loop, Stmt, Store } from '../../kernel/kernel.ts'
import { loadsOf, scalarsOf } from '../../kernel/uses.ts'

/** `stmts` with neighbours merged that only store, along the same axis, and do not meet. */
export function mergeLoops(stmts: readonly Stmt[]): readonly Stmt[] {
  const merged: Stmt[] = []
  for (const stmt of stmts) {
    const made = stmt.kind === 'store' ? stmt : { ...stmt, body: mergeLoops(stmt.body) }
    const last = merged.at(-1)
    const both = last && together(last, made)
    if (both === undefined) merged.push(made)
    else merged[merged.length - 1] = both
  }
  return merged
}

/** Both as one loop, if no iteration of one touches what the other stores. */
function together(a: Stmt, b: Stmt): Loop | undefined {
  if (!onlyStores(a) || !onlyStores(b) || a.axes.length !== b.axes.length) return undefined
  const isSame = a.axes.every((axis, i) => {
    return axis.name === b.axes[i]!.name && axis.extent === b.axes[i]!.extent
  })
  if (!isSame || meets(a, b) || meets(b, a)) return undefined
  return { ...a, body: [...a.body, ...b.body] }
}

type Filling = Omit<Loop, 'body'> & { readonly body: readonly Store[] }

const onlyStores = (stmt: Stmt): stmt is Filling =>
  stmt.kind === 'loop' &&
  stmt.order === 'over' &&
  stmt.accs.length === 0 &&
  stmt.body.every(inner => inner.kind === 'store')

/** Whether `b` loads or stores what `a` stores. */
function meets(a: Filling, b: Filling): boolean {
  const stored = new Set(a.body.map(store => store.buffer))
  const loads = loadsOf(b.body.flatMap(scalarsOf))
  return [...b.body, ...loads].some(access => stored.has(access.buffer))
}
