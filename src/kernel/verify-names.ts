// Rules K1 to K4: names, types, numbers of indices, bounds. One walk over the body with what is
// bound at each place. Part of the verifier; the checklist is in verify.ts.

import type { DTypeName } from '../support/dtype.ts'
import { isWithin } from './coverage.ts'
import { type Axis, type Index, range } from './index.ts'
import type { Acc, Kernel, Loop, Loops, Stmt, Store } from './kernel.ts'
import { printIndex } from './printer.ts'
import type { LoadScalar, Scalar } from './scalar.ts'
import * as uses from './uses.ts'
import { type Declared, declaredBuffers, type Findings } from './verify-findings.ts'

/** Checks K1 to K4 of `loops`, which is `kernel` or what it means. */
export function verifyNames(kernel: Kernel, loops: Loops, findings: Findings): void {
  new NameChecker(kernel, loops, findings).check()
}

/** What is bound at a place. */
interface Place {
  readonly axes: ReadonlyMap<string, Axis>
  readonly accs: Map<string, DTypeName>
  readonly isSerial: boolean
}

const IDENTIFIER = /^[A-Za-z_]\w*$/

class NameChecker {
  readonly #kernel: Kernel
  readonly #loops: Loops
  readonly #findings: Findings
  readonly #buffers: ReadonlyMap<string, Declared>

  constructor(kernel: Kernel, loops: Loops, findings: Findings) {
    this.#kernel = kernel
    this.#loops = loops
    this.#findings = findings
    this.#buffers = declaredBuffers(loops)
  }

  check(): void {
    const taken = new Set<string>()
    for (const buffer of [...this.#loops.params, ...this.#loops.rows]) {
      this.#name(buffer.name, buffer)
      if (taken.has(buffer.name)) {
        this.#add(
          'K1',
          `parameters and rows need different names, got ${buffer.name} twice`,
          buffer,
        )
      }
      taken.add(buffer.name)
      for (const dim of buffer.shape) this.#count(`a dim of ${buffer.name}`, dim, buffer)
    }
    const outside: Place = { axes: new Map(), accs: new Map(), isSerial: false }
    const axes = this.#bind(outside, this.#loops.parallel, this.#loops.parallel)
    this.#block(this.#loops.body, { ...outside, axes })
  }

  #add(rule: 'K1' | 'K2' | 'K3' | 'K4' | 'K10', message: string, about: object): void {
    this.#findings.add(rule, message, about)
  }

  #name(name: string, about: object): void {
    if (!IDENTIFIER.test(name)) {
      this.#add('K1', `a name needs letters, digits and _, got ${JSON.stringify(name)}`, about)
    }
  }

  #count(what: string, count: number, about: object): void {
    if (Number.isSafeInteger(count) && count >= 0) return
    this.#add('K1', `${what} needs a non-negative integer, got ${count}`, about)
  }

  #bind(place: Place, axes: readonly Axis[], about: object): ReadonlyMap<string, Axis> {
    const bound = new Map(place.axes)
    for (const axis of axes) {
      this.#name(axis.name, about)
      this.#count(`the extent of ${axis.name}`, axis.extent, about)
      if (bound.has(axis.name)) this.#add('K1', `the axis ${axis.name} is bound twice`, about)
      bound.set(axis.name, axis)
    }
    return bound
  }

  #block(stmts: readonly Stmt[], place: Place): void {
    for (const stmt of stmts) {
      if (stmt.kind === 'store') this.#store(stmt, place)
      else this.#loop(stmt, place)
    }
  }

  #loop(loop: Loop, place: Place): void {
    const axes = this.#bind(place, loop.axes, loop)
    const isSerial = loop.order === 'serial'
    const inner = { axes, accs: new Map(place.accs), isSerial: place.isSerial || isSerial }
    if (isSerial) for (const acc of loop.accs) define(acc, inner.accs)
    this.#block(loop.body, inner)
    for (const acc of loop.accs) {
      this.#acc(acc, inner)
      for (const name of acc.at === undefined ? [acc.name] : [acc.name, acc.at.name]) {
        this.#name(name, acc)
        if (place.accs.has(name)) this.#add('K1', `the accumulator ${name} is bound twice`, acc)
        place.accs.set(name, 'i32')
      }
      define(acc, place.accs)
    }
  }

  #acc(acc: Acc, place: Place): void {
    this.#scalars(uses.scalarsOfAcc(acc), place, acc)
    const isLogical = acc.combine === '|' || acc.combine === '&'
    if (isLogical !== (acc.value.type === 'bool')) {
      const needs = isLogical ? 'a bool' : 'a number'
      this.#add('K2', `${acc.name} ${acc.combine}= needs ${needs}, got ${acc.value.type}`, acc)
    }
    if (acc.at !== undefined && acc.at.value.type !== 'i32') {
      this.#add('K2', `the position of ${acc.name} needs i32, got ${acc.at.value.type}`, acc)
    }
  }

  #store(store: Store, place: Place): void {
    this.#scalars(uses.scalarsOfStore(store), place, store)
    this.#axes(store.index, place, store)
    this.#indexTypes(store.index, store)
    const buffer = this.#access(`the store to ${store.buffer}`, store, store)
    if (buffer === undefined) return
    if (store.value.type !== buffer.type) {
      const message = `the store to ${buffer.name} needs ${buffer.type}, got ${store.value.type}`
      this.#add('K2', message, store)
    }
    const mayLoad = place.isSerial
    store.index.forEach((e, d) => {
      const isLoaded = uses.holdsAtom(e, 'value')
      if (isLoaded && mayLoad && !uses.holdsAtom(e, 'exact')) return
      this.#bounds(`the store to ${buffer.name}`, e, d, buffer, store)
    })
  }

  #scalars(roots: readonly Scalar[], place: Place, about: object): void {
    for (const node of uses.reach(roots).order) {
      if (node.kind === 'acc') this.#accUse(node, place, about)
      if (node.kind === 'load') this.#load(node, place, about)
      if (node.kind !== 'index') continue
      this.#axes([node.index], place, about)
      this.#indexTypes([node.index], about)
      if (uses.holdsAtom(node.index, 'exact')) {
        const message = `index(${printIndex(node.index)}) is undefined where it divides inexactly`
        this.#add('K4', message, about)
      }
    }
  }

  #accUse({ name, type }: { name: string; type: DTypeName }, place: Place, about: object): void {
    const defined = place.accs.get(name)
    if (defined === undefined) this.#add('K1', `${name} is not available here`, about)
    else if (defined !== type) this.#add('K2', `${name} is ${defined}, got a use as ${type}`, about)
  }

  #load(node: LoadScalar, place: Place, about: object): void {
    this.#axes(node.index, place, about)
    this.#indexTypes(node.index, about)
    const what = `the load of ${node.buffer}`
    const buffer = this.#access(what, node, about)
    if (buffer === undefined) return
    if (node.type !== buffer.type) {
      this.#add('K2', `${what} needs ${buffer.type}, got ${node.type}`, about)
    }
    if (node.fill !== undefined && node.fill.type !== node.type) {
      this.#add('K2', `else of ${what} needs ${node.type}, got ${node.fill.type}`, about)
    }
    if (node.fill !== undefined) return
    node.index.forEach((e, d) => {
      this.#bounds(what, e, d, buffer, about)
    })
  }

  #access(
    what: string,
    { buffer, index }: { readonly buffer: string; readonly index: readonly Index[] },
    about: object,
  ): Declared | undefined {
    const declared = this.#buffers.get(buffer)
    if (declared === undefined) {
      this.#add('K1', `${what} needs a parameter or row of that name, got none`, about)
      return undefined
    }
    const dims = declared.shape.length
    if (index.length === dims) return declared
    this.#add('K3', `${what} needs ${dims} indices, got ${index.length}`, about)
    return undefined
  }

  #axes(index: readonly Index[], place: Place, about: object): void {
    for (const { name, extent } of index.flatMap(axesIn)) {
      const bound = place.axes.get(name)
      if (bound === undefined) this.#unavailable(name, about)
      else if (bound.extent !== extent) {
        this.#add('K1', `the axis ${name} has extent ${bound.extent} here, got ${extent}`, about)
      }
    }
  }

  #unavailable(axis: string, about: object): void {
    const isSummed =
      this.#kernel.kind === 'contract' && this.#kernel.over.some(({ name }) => name === axis)
    if (isSummed) this.#add('K10', `the epilogue needs values without the over axis ${axis}`, about)
    else this.#add('K1', `the axis ${axis} is not available here`, about)
  }

  #indexTypes(index: readonly Index[], about: object): void {
    for (const { type } of index.flatMap(uses.scalarsOfIndex)) {
      if (type !== 'i32') this.#add('K2', `a value in an index needs i32, got ${type}`, about)
    }
  }

  #bounds(what: string, e: Index, d: number, buffer: Declared, about: object): void {
    // A loop of no iterations accesses nothing.
    if (axesIn(e).some(axis => axis.extent === 0)) return
    const size = buffer.shape[d]!
    const help = buffer.access === 'read' || what.includes('load') ? ' without else' : ''
    if (uses.holdsAtom(e, 'exact')) {
      this.#add(
        'K4',
        `${what} needs an exact quotient in dim ${d}${help}, got ${printIndex(e)}`,
        about,
      )
    } else if (uses.holdsAtom(e, 'value')) {
      this.#add(
        'K4',
        `${what} needs a proved index in dim ${d}${help}, got ${printIndex(e)}`,
        about,
      )
    } else if (!isWithin(e, size)) {
      const [low, high] = range(e)
      const message = `${what} needs 0 to ${size - 1} in dim ${d}${help}, got ${low} to ${high}`
      this.#add('K4', message, about)
    }
  }
}

function define({ name, value, at }: Acc, accs: Map<string, DTypeName>): void {
  accs.set(name, value.type)
  if (at !== undefined) accs.set(at.name, 'i32')
}

function axesIn(e: Index): readonly Axis[] {
  return e.terms.flatMap(({ of }) => {
    if (of.kind === 'axis') return [of.axis]
    return of.kind === 'value' ? [] : axesIn(of.of)
  })
}
