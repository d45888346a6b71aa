// Rules K5, K8 and K9: what has been stored when something is loaded. One walk over the body that
// carries the stores which have run. Part of the verifier; the checklist is in verify.ts.

import { areDisjoint, coversLoad, type Piece } from './coverage.ts'
import type { Acc, Loop, Loops, Stmt, Store } from './kernel.ts'
import type { Scalar } from './scalar.ts'
import * as uses from './uses.ts'
import { type Declared, declaredBuffers, type Findings } from './verify-findings.ts'
import { partsOf } from './walk.ts'

/** Checks K5, K8 and K9. */
export function verifyOrder(loops: Loops, findings: Findings): void {
  new OrderChecker(loops, findings).check()
}

type Stored = ReadonlyMap<string, readonly Piece[]>

class OrderChecker {
  readonly #loops: Loops
  readonly #findings: Findings
  readonly #buffers: ReadonlyMap<string, Declared>

  constructor(loops: Loops, findings: Findings) {
    this.#loops = loops
    this.#findings = findings
    this.#buffers = declaredBuffers(loops)
  }

  check(): void {
    const stores = this.#loops.body.flatMap(uses.storesOf)
    const stored = new Set(stores.map(store => store.buffer))
    for (const param of this.#loops.params) {
      if (param.access === 'read' || stored.has(param.name)) continue
      const message = `the ${param.access} parameter ${param.name} needs a store, got none`
      this.#findings.add('K5', message, param)
    }
    for (const store of stores) {
      if (this.#buffers.get(store.buffer)?.access !== 'read') continue
      this.#findings.add('K5', `${store.buffer} is read only, got a store to it`, store)
    }
    this.#block(this.#loops.body, new Map())
  }

  /** Answers the stores of the block, as pieces that have run once. */
  #block(stmts: readonly Stmt[], before: Stored): Stored {
    let done = before
    let own: Stored = new Map()
    for (const part of partsOf(stmts)) {
      const made = 'loop' in part ? this.#loop(part.loop, done) : this.#group(part.group, done)
      done = merge(done, made)
      own = merge(own, made)
    }
    return own
  }

  #loop(loop: Loop, before: Stored): Stored {
    const made = this.#block(loop.body, before)
    const inside = merge(before, made)
    for (const acc of loop.accs) this.#acc(acc, loop, inside)
    return new Map([...made].map(([name, pieces]) => [name, pieces.map(p => widen(p, loop))]))
  }

  #group(group: readonly Store[], before: Stored): Stored {
    const made = new Map<string, readonly Piece[]>()
    for (const store of group) {
      this.#loads(uses.scalarsOfStore(store), before, store)
      const others = made.get(store.buffer) ?? []
      if (!others.every(({ index }) => areDisjoint(index, store.index))) {
        const message = `a store group writes an element of ${store.buffer} once, got a second store`
        this.#findings.add('K8', message, store)
      }
      made.set(store.buffer, [...others, { index: store.index, axes: [] }])
    }
    return made
  }

  #acc(acc: Acc, loop: Loop, stored: Stored): void {
    this.#loads(uses.scalarsOfAcc(acc), stored, acc)
    const direct = loop.body.flatMap(stmt => (stmt.kind === 'store' ? [stmt.buffer] : []))
    const loaded = new Set(uses.scalarsOfAcc(acc).flatMap(node => [...uses.needsOf(node).buffers]))
    for (const name of direct.filter(name => loaded.has(name))) {
      const message = `${acc.name} needs buffers that its own loop does not store, got ${name}`
      this.#findings.add('K9', message, acc)
    }
    if (acc.at !== undefined && acc.combine !== 'max' && acc.combine !== 'min') {
      this.#findings.add('K9', `at needs max or min, got ${acc.combine}`, acc)
    }
  }

  #loads(roots: readonly Scalar[], stored: Stored, about: object): void {
    for (const { buffer, index } of uses.loadsOf(roots)) {
      const declared = this.#buffers.get(buffer)
      if (declared?.access !== 'write' && declared?.access !== 'row') continue
      if (coversLoad(stored.get(buffer) ?? [], index, declared.shape)) continue
      const what = declared.access === 'row' ? 'row' : 'write parameter'
      const message = `the ${what} ${buffer} is loaded where it has not been stored whole`
      this.#findings.add('K5', message, about)
    }
  }
}

const widen = (piece: Piece, { axes }: Loop): Piece => ({
  index: piece.index,
  axes: [...piece.axes, ...axes],
})

function merge(a: Stored, b: Stored): Stored {
  const merged = new Map(a)
  for (const [name, pieces] of b) merged.set(name, [...(merged.get(name) ?? []), ...pieces])
  return merged
}
