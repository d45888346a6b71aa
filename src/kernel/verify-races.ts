// Rules K6 and K7: points and unordered iterations do not meet. Both are one property of a set of
// axes and the accesses under it. Part of the verifier (checklist in verify.ts); the in-place
// rewrite asks the same of serial loops.

import { determines } from './coverage.ts'
import type { Axis, Index } from './index.ts'
import type { Loop, Loops, Stmt } from './kernel.ts'
import { printIndex } from './printer.ts'
import * as uses from './uses.ts'
import type { Findings, Rule } from './verify-findings.ts'

/** One access to a buffer, and the statement or accumulator that makes it. */
export interface Access {
  readonly buffer: string
  readonly index: readonly Index[]
  readonly isStore: boolean
  readonly about: object
}

/** Every access of statements, those of their accumulators included. */
export function accessesOf(stmts: readonly Stmt[]): readonly Access[] {
  return stmts.flatMap(stmt => {
    if (stmt.kind === 'loop') {
      const accs = stmt.accs.flatMap(acc => loadsAt(uses.scalarsOfAcc(acc), acc))
      return [...accessesOf(stmt.body), ...accs]
    }
    const { buffer, index } = stmt
    const loads = loadsAt(uses.scalarsOfStore(stmt), stmt)
    return [...loads, { buffer, index, isStore: true, about: stmt }]
  })
}

function loadsAt(roots: Parameters<typeof uses.loadsOf>[0], about: object): readonly Access[] {
  return uses.loadsOf(roots).map(({ buffer, index }) => ({ buffer, index, isStore: false, about }))
}

/** Why iterations over a set of axes can meet at an element of a buffer. */
export interface Meeting {
  readonly kind: 'other-index' | 'repeated'
  readonly message: string
  readonly about: object
}

/**
 * Where iterations over `axes` can meet at an element of one stored buffer. They cannot if the dims
 * that hold such an axis have one index in all accesses, and that index tells the iterations apart;
 * `outer` are axes that are the same for all of them.
 */
export function meetings(
  accesses: readonly Access[],
  axes: readonly Axis[],
  outer: ReadonlySet<string>,
): readonly Meeting[] {
  const moving = axes.filter(axis => axis.extent > 1)
  const names = new Set(moving.map(axis => axis.name))
  const first = accesses.find(access => access.isStore)
  if (first === undefined || moving.length === 0) return []
  const dims = first.index.map((_, d) => d)
  const holds = (e: Index) => uses.axesOfIndex(e).some(name => names.has(name))
  const holding = dims.filter(d => accesses.some(access => holds(access.index[d]!)))
  const differing = accesses.flatMap(access => {
    const d = holding.find(d => access.index[d] !== first.index[d])
    if (d === undefined) return []
    const [one, other] = [first.index[d]!, access.index[d]!].map(printIndex)
    const message = `dim ${d} needs one index in every access, got ${one} and ${other}`
    return [{ kind: 'other-index', message, about: access.about } as const]
  })
  if (differing.length > 0) return differing
  const index = holding.map(d => first.index[d]!)
  if (determines(index, moving, outer)) return []
  const message = `its index needs to tell apart all of ${[...names].join(', ')}`
  const stores = accesses.filter(access => access.isStore)
  return stores.map(({ about }) => ({ kind: 'repeated', message, about }))
}

/** Checks K6 and K7. */
export function verifyRaces(loops: Loops, findings: Findings): void {
  const rows = new Set(loops.rows.map(row => row.name))
  const accesses = accessesOf(loops.body).filter(access => !rows.has(access.buffer))
  report(accesses, loops.parallel, new Set(), 'parallel points', 'K6', findings)
  const outer = new Set(loops.parallel.map(axis => axis.name))
  for (const stmt of loops.body) if (stmt.kind === 'loop') verifyLoop(stmt, outer, findings)
}

function verifyLoop(loop: Loop, outer: ReadonlySet<string>, findings: Findings): void {
  if (loop.order === 'over') {
    report(accessesOf([loop]), loop.axes, outer, 'unordered iterations', 'K7', findings)
  }
  const inner = new Set([...outer, ...loop.axes.map(axis => axis.name)])
  for (const stmt of loop.body) if (stmt.kind === 'loop') verifyLoop(stmt, inner, findings)
}

function report(
  accesses: readonly Access[],
  axes: readonly Axis[],
  outer: ReadonlySet<string>,
  who: string,
  otherIndex: Rule,
  findings: Findings,
): void {
  const stored = new Set(accesses.filter(access => access.isStore).map(access => access.buffer))
  for (const buffer of stored) {
    const own = accesses.filter(access => access.buffer === buffer)
    for (const { kind, message, about } of meetings(own, axes, outer)) {
      const rule = kind === 'repeated' ? 'K7' : otherIndex
      findings.add(rule, `${who} store ${buffer}: ${message}`, about)
    }
  }
}
