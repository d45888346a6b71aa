// A kernel without some of its results: what is stored elsewhere goes, and what was computed for
// that alone. What is left has the same bits. So a value that a kernel stores beside others can be
// computed again alone.

import type { Kernel, Loop, Loops, Row, Stmt } from './kernel.ts'
import { asLoops } from './kernel.ts'
import type { Scalar } from './scalar.ts'
import * as uses from './uses.ts'

/**
 * The kernel that stores the parameters `kept` and no others; undefined where what it stores
 * elsewhere is read again or used for what is kept, as it may have been rounded by being stored.
 */
export function sliceOf(kernel: Kernel, kept: ReadonlySet<string>): Kernel | undefined {
  const { params, rows } = asLoops(kernel)
  const isDropped = (name: string) =>
    !kept.has(name) && params.some(param => param.name === name && param.access !== 'read')
  const dropped = kernel.body.flatMap(uses.storesOf).filter(({ buffer }) => isDropped(buffer))
  if (dropped.length === 0) return kernel
  const body = withoutUnused(kernel.body, rows, isDropped)
  const roots = body.flatMap(uses.scalarsOf)
  if (roots.length === 0) return undefined
  const needed = new Set(uses.reach([...roots, ...factorsOf(kernel)]).order)
  const isRead = uses.loadsOf([...needed]).some(({ buffer }) => isDropped(buffer))
  const isShared = dropped.some(({ value }) => value.kind === 'op' && needed.has(value))
  if (isRead || isShared) return undefined
  return withParams({ ...kernel, ...rowsLeft(kernel, body), body } as Kernel)
}

const factorsOf = (kernel: Kernel): readonly Scalar[] =>
  kernel.kind === 'contract' ? [kernel.left, kernel.right] : []

/** The rows that are left, for a kernel that has any. */
function rowsLeft(kernel: Kernel, body: readonly Stmt[]): Partial<Pick<Loops, 'rows'>> {
  if (kernel.kind === 'contract') return {}
  const stored = new Set(body.flatMap(uses.storesOf).map(({ buffer }) => buffer))
  return { rows: kernel.rows.filter(({ name }) => stored.has(name)) }
}

/** The statements without stores that are dropped, and without what nothing needs any more. */
function withoutUnused(
  body: readonly Stmt[],
  rows: readonly Row[],
  isDropped: (buffer: string) => boolean,
): readonly Stmt[] {
  let kept = without(body, isDropped, () => true)
  for (;;) {
    const needs = kept.flatMap(uses.scalarsOf).map(uses.needsOf)
    const accs = new Set(needs.flatMap(need => [...need.accs]))
    const loaded = new Set(needs.flatMap(need => [...need.buffers]))
    const isUnread = (name: string) => rows.some(row => row.name === name) && !loaded.has(name)
    const next = without(kept, isUnread, name => accs.has(name))
    if (countOf(next) === countOf(kept)) return next
    kept = next
  }
}

function without(
  body: readonly Stmt[],
  isDropped: (buffer: string) => boolean,
  isUsed: (acc: string) => boolean,
): readonly Stmt[] {
  return body.flatMap((stmt): readonly Stmt[] => {
    if (stmt.kind === 'store') return isDropped(stmt.buffer) ? [] : [stmt]
    const inner = without(stmt.body, isDropped, isUsed)
    const accs = stmt.accs.filter(({ name, at }) => isUsed(name) || (at && isUsed(at.name)))
    const loop: Loop = { ...stmt, accs, body: inner }
    return inner.length === 0 && accs.length === 0 ? [] : [loop]
  })
}

const countOf = (body: readonly Stmt[]): number =>
  body.reduce((sum, stmt) => {
    return sum + 1 + (stmt.kind === 'loop' ? stmt.accs.length + countOf(stmt.body) : 0)
  }, 0)

/** The kernel with the parameters that it still loads or stores. */
export function withParams<K extends Kernel>(kernel: K): K {
  const stmts: readonly Stmt[] = kernel.body
  const roots = [...stmts.flatMap(uses.scalarsOf), ...factorsOf(kernel)]
  const used = new Set([
    ...uses.loadsOf(roots).map(({ buffer }) => buffer),
    ...stmts.flatMap(uses.storesOf).map(({ buffer }) => buffer),
  ])
  return { ...kernel, params: kernel.params.filter(({ name }) => used.has(name)) }
}
