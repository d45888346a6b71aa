// The last parallel axis of a kernel moved inside its loops. What a point keeps to itself becomes a
// row with an element per point: accumulators, rows, and values that a loop takes from outside.
// Points never exchange values, so each of them still does the same, in the same order.

import {
  type Axis,
  addIndex,
  axisIndex,
  type Index,
  index,
  scaleIndex,
} from '../../kernel/index.ts'
import {
  type Acc,
  COMBINE_OPS,
  identityOf,
  type Loop,
  type Loops,
  type Row,
  type Stmt,
  type Store,
} from '../../kernel/kernel.ts'
import * as s from '../../kernel/scalar.ts'
import { Rewriter, type Substitution } from '../../kernel/substitute.ts'
import { namesOfAccs, needsOf, reach, scalarsOf, storesOf } from '../../kernel/uses.ts'
import { partsOf } from '../../kernel/walk.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'
import { isAbove } from './extremes.ts'
import { over } from './nest.ts'

/** The kernel with the loops of its points around its last parallel axis. */
export function interchange(kernel: Loops): Loops {
  return new Interchange(kernel).kernel()
}

/** What stands for expressions inside a loop. */
type Known = ReadonlyMap<s.Scalar, s.Scalar>

/** Rows of the matrix that one turn of a sum takes in, so that sums are loaded and stored less. */
const TURN = 4

/** Nodes of a value that is worth writing out for every row of a turn. */
const SMALL = 16

class Interchange {
  readonly #kernel: Loops
  readonly #axis: Axis
  readonly #at: Index
  readonly #rows: Row[] = []
  readonly #accs = new Map<string, Row>()

  constructor(kernel: Loops) {
    this.#kernel = kernel
    this.#axis = kernel.parallel.at(-1)!
    this.#at = axisIndex(this.#axis)
    for (const row of kernel.rows) {
      this.#rows.push({ ...row, shape: [...row.shape, this.#axis.extent] })
    }
  }

  kernel(): Loops {
    const { parallel, body } = this.#kernel
    const inside = this.#block(body, new Map())
    return { ...this.#kernel, parallel: parallel.slice(0, -1), body: inside, rows: this.#rows }
  }

  #block(stmts: readonly Stmt[], known: Known): readonly Stmt[] {
    const rewriter = this.#rewriter({ known })
    return partsOf(stmts).flatMap(part =>
      'loop' in part
        ? this.#loop(part.loop, known)
        : [this.#across(this.#group(part.group, rewriter))],
    )
  }

  /** The loop with the axis inside; before it, what it takes from outside and where sums start. */
  #loop(loop: Loop, outer: Known): readonly Stmt[] {
    const outside = this.#rewriter({ known: outer })
    const taken = valuesFromOutside(loop, this.#axis).filter(node => !outer.has(node))
    const places = taken.map(node => this.#row(node.type))
    const first = [
      ...taken.map((node, i) => this.#put(places[i]!, outside.scalar(node))),
      ...loop.accs.flatMap(acc => this.#start(acc)),
    ]
    const values = taken.map((node, i) => [node, this.#read(places[i]!, node.type)] as const)
    const known = new Map([...outer, ...values])
    const inside = isQuickSum(loop) ? this.#turns(loop, known) : [this.#iterate(loop, known)]
    return first.length === 0 ? inside : [this.#across(first), ...inside]
  }

  #iterate({ order, axes, accs, body }: Loop, known: Known): Loop {
    const rewriter = this.#rewriter({ known })
    const last = partsOf(body).at(-1)
    const group = last !== undefined && 'group' in last ? last.group : []
    const ahead = body.slice(0, body.length - group.length)
    // Accumulators load nothing that the loop stores, so they join its last group.
    const stores = [
      ...this.#group(group, rewriter),
      ...accs.flatMap(acc => this.#gather(acc, [rewriter])),
    ]
    const end = stores.length === 0 ? [] : [this.#across(stores)]
    const inside = [...this.#block(ahead, known), ...end]
    return { kind: 'loop', order: accs.length > 0 ? 'serial' : order, axes, accs: [], body: inside }
  }

  /** A loop that gathers and stores: several iterations in one, in order, and then the rest. */
  #turns({ axes, accs, body: group }: Loop, known: Known): readonly Stmt[] {
    const axis = axes.at(-1)!
    const whole = Math.floor(axis.extent / TURN)
    const turn = (extent: number, from: number, scale: number, count: number): Loop => {
      const own = { name: axis.name, extent }
      const rewriters = Array.from({ length: count }, (_, i) => {
        const position = addIndex(scaleIndex(axisIndex(own), scale), index(from + i))
        const substitute = (one: Axis) => (one.name === axis.name ? position : axisIndex(one))
        return this.#rewriter({ known, axis: substitute })
      })
      const stores = [
        ...rewriters.flatMap(rewriter => this.#group(group.filter(isStore), rewriter)),
        ...accs.flatMap(acc => this.#gather(acc, rewriters)),
      ]
      const body = [this.#across(stores)]
      return { kind: 'loop', order: 'serial', axes: [own], accs: [], body }
    }
    const rest = axis.extent - TURN * whole
    const loops = [
      ...(whole > 0 ? [turn(whole, 0, TURN, TURN)] : []),
      ...(rest > 0 ? [turn(rest, TURN * whole, 1, 1)] : []),
    ]
    const outer = axes.slice(0, -1)
    if (outer.length === 0) return loops
    return [{ kind: 'loop', order: 'serial', axes: outer, accs: [], body: loops }]
  }

  #across(group: readonly Store[]): Stmt {
    return over(this.#axis, group)
  }

  #group(group: readonly Store[], rewriter: Rewriter): readonly Store[] {
    const isRow = (name: string) => this.#kernel.rows.some(row => row.name === name)
    return group.map(store => {
      const made = rewriter.store(store)
      return isRow(made.buffer) ? { ...made, index: [...made.index, this.#at] } : made
    })
  }

  #start(acc: Acc): readonly Store[] {
    const { type } = acc.value
    const sum = this.#acc(type, acc.name)
    const start = this.#put(sum, s.constant(sum.type, identityOf(acc.combine, type)))
    if (acc.at === undefined) return [start]
    return [start, this.#put(this.#acc('i32', acc.at.name), s.constant('i32', -1))]
  }

  #gather(acc: Acc, rewriters: readonly Rewriter[]): readonly Store[] {
    const row = this.#acc(acc.value.type, acc.name)
    const sum = this.#read(row, acc.value.type)
    const values = rewriters.map(rewriter => rewriter.scalar(acc.value))
    if (acc.at === undefined) {
      const gathered = values.reduce((a, b) => s.op(COMBINE_OPS[acc.combine], [a, b]), sum)
      return [this.#put(row, gathered)]
    }
    const placeRow = this.#acc('i32', acc.at.name)
    const place = this.#read(placeRow, 'i32')
    const now = values[0]!
    const at = rewriters[0]!.scalar(acc.at.value)
    const isTaken = beats(acc.combine, { value: now, at }, { value: sum, at: place })
    return [
      this.#put(row, s.select(isTaken, now, sum)),
      this.#put(placeRow, s.select(isTaken, at, place)),
    ]
  }

  /** The element of a row for this point. */
  #read({ name, type }: Row, as: DTypeName): s.Scalar {
    return s.cast(as, s.load(type, name, [this.#at]))
  }

  #put({ name, type }: Row, value: s.Scalar): Store {
    return { kind: 'store', buffer: name, index: [this.#at], value: s.cast(type, value) }
  }

  #acc(type: DTypeName, name: string): Row {
    const key = `${type} ${name}`
    const row = this.#accs.get(key) ?? this.#row(type)
    this.#accs.set(key, row)
    return row
  }

  /** A new row with an element per point. */
  #row(type: DTypeName): Row {
    // Floats stay in double, as they would in a variable.
    const wide = isFloat(type) ? 'f64' : type
    const row: Row = { name: this.#freeName(), type: wide, shape: [this.#axis.extent] }
    this.#rows.push(row)
    return row
  }

  #freeName(): string {
    const taken = new Set([...this.#kernel.params, ...this.#rows].map(array => array.name))
    let ordinal = this.#rows.length
    while (taken.has(`row${ordinal}`)) ordinal++
    return `row${ordinal}`
  }

  #rewriter(substitution: Pick<Substitution, 'axis' | 'known'>): Rewriter {
    const own = new Set(this.#kernel.rows.map(row => row.name))
    return new Rewriter({
      ...substitution,
      scalar: node => {
        if (node.kind === 'acc') return this.#read(this.#acc(node.type, node.name), node.type)
        if (node.kind !== 'load' || !own.has(node.buffer)) return node
        return s.load(node.type, node.buffer, [...node.index, this.#at], node.fill)
      },
    })
  }
}

const isStore = (stmt: Stmt): stmt is Store => stmt.kind === 'store'

/**
 * Whether the loop gathers small values that do not look at what it has, and beside that only
 * stores small ones, each iteration its own.
 */
function isQuickSum(loop: Loop): boolean {
  const { order, axes, accs, body } = loop
  const last = axes.at(-1)
  if (last === undefined || last.extent < TURN || accs.length === 0) return false
  if (!body.every(isStore) || (body.length > 0 && order !== 'over')) return false
  const own = new Set(accs.map(acc => acc.name))
  const isApart = (node: s.Scalar) => ![...needsOf(node).accs].some(name => own.has(name))
  if (accs.some(({ at }) => at !== undefined) || !scalarsOf(loop).every(isApart)) return false
  return scalarsOf(loop).every(node => reach([node]).order.length <= SMALL)
}

/** The largest values that every turn of `loop` would compute again, each for its point. */
function valuesFromOutside(loop: Loop, axis: Axis): readonly s.Scalar[] {
  const bound = boundIn(loop)
  const stored = new Set(storesOf(loop).map(store => store.buffer))
  const isFree = (node: s.Scalar) => {
    const { axes, accs, buffers } = needsOf(node)
    return (
      ![...axes, ...accs].some(name => bound.has(name)) && ![...buffers].some(b => stored.has(b))
    )
  }
  const isOfPoint = (node: s.Scalar) =>
    needsOf(node).axes.has(axis.name) || needsOf(node).accs.size > 0
  const found = reach(scalarsOf(loop), isFree).order
  return found.filter(node => node.kind === 'op' && isFree(node) && isOfPoint(node))
}

/** The names of the axes and accumulators that `stmt` binds. */
function boundIn(stmt: Stmt): ReadonlySet<string> {
  if (stmt.kind === 'store') return new Set()
  const inside = stmt.body.flatMap(inner => [...boundIn(inner)])
  return new Set([...stmt.axes.map(axis => axis.name), ...namesOfAccs(stmt), ...inside])
}

/** A value, and where it was found. */
interface Candidate {
  readonly value: s.Scalar
  readonly at: s.Scalar
}

/** Whether `now` replaces `best`: it is more extreme, or as extreme and earlier, or the first. */
function beats(combine: Acc['combine'], now: Candidate, best: Candidate): s.Scalar {
  const isFirst = s.eq(best.at, s.constant('i32', -1))
  const isEarlier = s.and(s.lt(now.at, best.at), s.not(isAbove(combine, best.value, now.value)))
  return s.or(s.or(isAbove(combine, now.value, best.value), isFirst), isEarlier)
}
