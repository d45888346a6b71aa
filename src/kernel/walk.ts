// The one walker under the printer and every emitter. It visits a body in order and derives where a
// shared value is computed, from the axes, accumulators and buffers that it needs; a sink only
// spells. It is generic in what a name is: a string, or the locals of the vectors in flight.
//
// Before a loop it names what the loop uses and is available already; before a store group, what is
// shared; after either, it forgets the names that loaded what was stored. It never moves a load
// over a store of the same buffer.

import type { Axis } from './index.ts'
import type { Loop, Stmt, Store } from './kernel.ts'
import type { Scalar } from './scalar.ts'
import * as uses from './uses.ts'

/** The values that have been computed, by what they are called. */
export type Names<N> = ReadonlyMap<Scalar, N>

/** What a printer or emitter supplies. */
export interface Sink<N> {
  /**
   * 'text' names what is shared and nothing else, since in text a name is an expression. 'code'
   * also takes loop-invariant values out of loops, and computes before a group what its stores
   * overwrite.
   */
  readonly form: 'text' | 'code'
  /** Values that must be computed on a line of their own, whether shared or not. */
  readonly mustBind?: ((node: Scalar) => boolean) | undefined
  /** Computes `node` here; answers what it is called from now on. */
  readonly bind: (node: Scalar, names: Names<N>) => N
  readonly store: (store: Store, names: Names<N>) => void
  /** Opens the loop, calls `body` once with what updates the accumulators, closes the loop. */
  readonly loop: (loop: Loop, names: Names<N>, body: LoopBody<N>) => void
}

/** Visits the body of a loop, and calls `accumulate` at the end of it. */
export type LoopBody<N> = (accumulate: (names: Names<N>) => void) => void

/** Where a block stands: what is available, and the loop whose body it is. */
interface Block<N> {
  readonly stmts: readonly Stmt[]
  readonly available: ReadonlySet<string>
  readonly names: Names<N>
  readonly loop: Loop | undefined
  readonly accumulate: (names: Names<N>) => void
}

/** Visits a body whose points have the axes `parallel`. */
export function walk<N>(stmts: readonly Stmt[], parallel: readonly Axis[], sink: Sink<N>): void {
  const available = new Set(parallel.map(axis => axisKey(axis.name)))
  const accumulate = () => {}
  walkBlock({ stmts, available, names: new Map(), loop: undefined, accumulate }, sink)
}

// Axes and accumulators live in one set of available names.
const axisKey = (name: string) => `axis ${name}`

function walkBlock<N>(block: Block<N>, sink: Sink<N>): void {
  const { stmts, loop } = block
  const atEnd = loop === undefined ? [] : loop.accs.flatMap(uses.scalarsOfAcc)
  const roots = [...stmts.flatMap(uses.scalarsOf), ...atEnd]
  const scope = new Scope(block, uses.reach(roots).uses, sink)
  for (const part of partsOf(stmts)) {
    if ('loop' in part) {
      scope.visitLoop(part.loop)
      continue
    }
    const isLast = part.group.at(-1) === stmts.at(-1)
    // An accumulator reads what was there before the last stores of its iteration.
    scope.visitGroup(part.group, isLast ? atEnd : [])
  }
  if (loop !== undefined) scope.finish(loop)
  block.accumulate(scope.names)
}

/** A body as loops and store groups. */
export function partsOf(
  stmts: readonly Stmt[],
): readonly ({ readonly loop: Loop } | { readonly group: readonly Store[] })[] {
  const parts: ({ loop: Loop } | { group: Store[] })[] = []
  for (const stmt of stmts) {
    const last = parts.at(-1)
    if (stmt.kind === 'loop') parts.push({ loop: stmt })
    else if (last !== undefined && 'group' in last) last.group.push(stmt)
    else parts.push({ group: [stmt] })
  }
  return parts
}

/** The names of one block while it is visited. */
class Scope<N> {
  readonly names: Map<Scalar, N>
  readonly #available: Set<string>
  readonly #uses: ReadonlyMap<Scalar, number>
  readonly #sink: Sink<N>

  constructor(block: Block<N>, counts: ReadonlyMap<Scalar, number>, sink: Sink<N>) {
    this.names = new Map(block.names)
    this.#available = new Set(block.available)
    this.#uses = counts
    this.#sink = sink
  }

  visitLoop(loop: Loop): void {
    const stored = new Set(uses.storesOf(loop).map(store => store.buffer))
    const isFree = (node: Scalar) => this.#isFree(node, stored)
    const roots = uses.scalarsOf(loop)
    const hoisted = this.#sink.form === 'code' ? maximal(roots, isFree) : new Set<Scalar>()
    this.#name(roots, isFree, node => this.#isShared(node) || hoisted.has(node))
    const inner = new Set([...this.#available, ...loop.axes.map(axis => axisKey(axis.name))])
    if (loop.order === 'serial') for (const name of uses.namesOfAccs(loop)) inner.add(name)
    // Inside, an earlier iteration may have stored what was loaded out here.
    this.#forget(stored)
    const { names } = this
    this.#sink.loop(loop, names, accumulate =>
      walkBlock({ stmts: loop.body, available: inner, names, loop, accumulate }, this.#sink),
    )
    for (const name of uses.namesOfAccs(loop)) this.#available.add(name)
  }

  visitGroup(group: readonly Store[], alsoNamed: readonly Scalar[]): void {
    const roots = [...group.flatMap(uses.scalarsOfStore), ...alsoNamed]
    this.#nameShared(roots)
    if (this.#sink.form === 'code') this.#nameOverwritten(group)
    for (const store of group) this.#sink.store(store, this.names)
    this.#forget(new Set(group.map(store => store.buffer)))
  }

  /** Names what the accumulators share, and what they would read after another one has changed. */
  finish(loop: Loop): void {
    const roots = loop.accs.flatMap(uses.scalarsOfAcc)
    this.#nameShared(roots)
    if (this.#sink.form === 'text' || loop.order === 'over') return
    const changed = new Set<string>()
    for (const acc of loop.accs) {
      const values = new Set(uses.scalarsOfAcc(acc))
      const isStale = (node: Scalar) => intersects(uses.needsOf(node).accs, changed)
      this.#nameFree([...values], node => values.has(node) && isStale(node))
      // The position of an extreme is chosen after the extreme itself has changed.
      if (acc.at !== undefined && uses.needsOf(acc.at.value).accs.has(acc.name)) {
        this.#nameFree([acc.at.value], node => node === acc.at?.value)
      }
      changed.add(acc.name)
      if (acc.at !== undefined) changed.add(acc.at.name)
    }
  }

  /** Names the loads of each store that an earlier store of its group overwrites. */
  #nameOverwritten(group: readonly Store[]): void {
    const written = new Set<string>()
    for (const store of group) {
      const isNamed = (node: Scalar) => this.names.has(node)
      const unnamed = uses.reach(uses.scalarsOfStore(store), isNamed).order
      const lost = (node: Scalar) => node.kind === 'load' && written.has(node.buffer)
      this.#nameFree(unnamed.filter(lost), lost)
      written.add(store.buffer)
    }
  }

  #nameShared(roots: readonly Scalar[]): void {
    this.#nameFree(roots, node => this.#isShared(node))
  }

  #nameFree(roots: readonly Scalar[], isWanted: (node: Scalar) => boolean): void {
    this.#name(roots, node => this.#isFree(node), isWanted)
  }

  #name(
    roots: readonly Scalar[],
    isFree: (node: Scalar) => boolean,
    isWanted: (node: Scalar) => boolean,
  ): void {
    const isNamed = (node: Scalar) => this.names.has(node)
    for (const node of uses.reach(roots, isNamed).order) {
      if (isNamed(node) || node.kind === 'const' || !isFree(node)) continue
      const isForced = this.#sink.mustBind?.(node) === true
      const isNameable = node.kind !== 'index' && isWanted(node)
      if (isForced || isNameable) this.names.set(node, this.#sink.bind(node, this.names))
    }
  }

  #isShared(node: Scalar): boolean {
    return node.kind !== 'acc' && (this.#uses.get(node) ?? 0) > 1
  }

  #isFree(node: Scalar, blocked: ReadonlySet<string> = new Set()): boolean {
    const needs = uses.needsOf(node)
    const isThere = (name: string) => this.#available.has(name)
    if (![...needs.axes].every(axis => isThere(axisKey(axis)))) return false
    return [...needs.accs].every(isThere) && !intersects(needs.buffers, blocked)
  }

  #forget(stored: ReadonlySet<string>): void {
    for (const node of [...this.names.keys()]) {
      if (intersects(uses.needsOf(node).buffers, stored)) this.names.delete(node)
    }
  }
}

/** The nodes that satisfy `holds` and have a user below `roots` that does not. */
function maximal(roots: readonly Scalar[], holds: (node: Scalar) => boolean): ReadonlySet<Scalar> {
  const found = uses.reach(roots, holds).order.filter(holds)
  return new Set(found.filter(node => node.kind !== 'acc'))
}

const intersects = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  [...a].some(name => b.has(name))
