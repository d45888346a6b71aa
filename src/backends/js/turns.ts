// Several iterations of a loop in one turn. What a turn costs besides its work (the test of its
// end, the look for an interrupt, the addresses of its arrays when there are more than registers)
// is then paid once, a sum no longer waits for itself, and what neighbouring rows share is loaded
// once. Measured: a batch norm's last pass takes 2.0 ns an element in turns of four rows, 5.0
// without; a sum along a row 0.4 instead of 1.3.
//
// Only `over` loops are turned: their iterations may come in any order. A sum is kept in as many
// parts as a turn has iterations, so its order depends on the kernel and on nothing else.

import {
  type Axis,
  addIndex,
  axisIndex,
  type Index,
  index,
  scaleIndex,
} from '../../kernel/index.ts'
import { type Acc, COMBINE_OPS, type Loop, type Stmt, type Store } from '../../kernel/kernel.ts'
import * as s from '../../kernel/scalar.ts'
import { Rewriter } from '../../kernel/substitute.ts'
import { loadsOf, namesOfAccs, needsOf, scalarsOf } from '../../kernel/uses.ts'
import { costOf } from './cost.ts'

/** Instructions that all iterations of a turn may take: beyond, bookkeeping does not show. */
const MOST_COST = 64

/** Iterations of a turn. */
const TURNS = [4, 2] as const

/** The fewest turns that are worth a second loop for the rest. */
const LEAST_TURNS = 4

/** `stmts` with their quick innermost loops in turns. */
export function inTurns(stmts: readonly Stmt[]): readonly Stmt[] {
  return new Turns(stmts).block(stmts)
}

class Turns {
  /** The names of accumulators in use. */
  readonly #taken: Set<string>
  /** What stands for accumulators that are kept in parts. */
  readonly #whole = new Map<string, s.Scalar>()

  constructor(stmts: readonly Stmt[]) {
    const names = (stmt: Stmt): readonly string[] =>
      stmt.kind === 'store' ? [] : [...namesOfAccs(stmt), ...stmt.body.flatMap(names)]
    this.#taken = new Set(stmts.flatMap(names))
  }

  block(stmts: readonly Stmt[]): readonly Stmt[] {
    return stmts.flatMap(stmt => (stmt.kind === 'store' ? [this.#store(stmt)] : this.#loop(stmt)))
  }

  #store(store: Store): Store {
    return this.#rewriter().store(store)
  }

  /** Accumulators that later statements know in parts are put together where they are used. */
  #rewriter(): Rewriter {
    return new Rewriter({
      scalar: node => (node.kind === 'acc' ? (this.#whole.get(node.name) ?? node) : node),
    })
  }

  #loop(loop: Loop): readonly Stmt[] {
    // A name bound anew no longer means the sum of an earlier loop.
    for (const name of namesOfAccs(loop)) this.#whole.delete(name)
    const inner = loop.body[0]
    if (isNest(loop, inner)) return this.#nest(this.#whole.size === 0 ? loop : this.#known(loop))
    if (loop.body.some(stmt => stmt.kind === 'loop')) {
      // The body first: accumulators may take in what its loops have gathered.
      const body = this.block(loop.body)
      return [{ ...loop, accs: this.#accs(loop), body }]
    }
    return this.#turned(this.#known(loop), loop.axes.at(-1))
  }

  #accs(loop: Loop): readonly Acc[] {
    return this.#known({ ...loop, body: [] }).accs
  }

  #known(loop: Loop): Loop {
    return this.#whole.size === 0 ? loop : (this.#rewriter().stmt(loop) as Loop)
  }

  /** A loop around one that only stores: rows of the outer one in turns, where they share loads. */
  #nest(loop: Loop): readonly Stmt[] {
    const [inner] = loop.body as readonly [Loop]
    const axis = loop.axes.at(-1)!
    const isShared = loadsOf(inner.body.flatMap(scalarsOf)).some(load => {
      const { axes } = needsOf(load)
      return !axes.has(axis.name) && inner.axes.some(own => axes.has(own.name))
    })
    const count = isShared ? turnOf(axis, inner) : undefined
    if (count === undefined) return [{ ...loop, body: this.block(loop.body) }]
    return split(axis, count).map(({ own, positions }) => {
      const body = positions.flatMap(at => {
        const rewriter = new Rewriter({
          axis: one => (one.name === axis.name ? at : axisIndex(one)),
        })
        return inner.body.map(stmt => rewriter.stmt(stmt))
      })
      return { ...loop, axes: [...loop.axes.slice(0, -1), own], body: [{ ...inner, body }] }
    })
  }

  /** The loop in turns along its last axis, if it may be and gains. */
  #turned(loop: Loop, axis: Axis | undefined): readonly Stmt[] {
    const count = axis && turnOf(axis, loop)
    if (count === undefined) return [loop]
    const parts = new Map(loop.accs.map(acc => [acc, [] as Acc[]]))
    const loops = split(axis!, count).map(({ own, positions }): Loop => {
      const rewriters = positions.map(at => {
        return new Rewriter({ axis: one => (one.name === axis!.name ? at : axisIndex(one)) })
      })
      const accs = loop.accs.flatMap(acc => {
        const made = rewriters.map(one => this.#part(acc, one.scalar(acc.value)))
        parts.get(acc)!.push(...made)
        return made
      })
      const body = rewriters.flatMap(one => loop.body.map(stmt => one.stmt(stmt)))
      return { ...loop, axes: [...loop.axes.slice(0, -1), own], accs, body }
    })
    for (const [acc, made] of parts) this.#whole.set(acc.name, together(acc, made))
    return loops
  }

  #part(acc: Acc, value: s.Scalar): Acc {
    let ordinal = 0
    while (this.#taken.has(`${acc.name}_${ordinal}`)) ordinal++
    const name = `${acc.name}_${ordinal}`
    this.#taken.add(name)
    return { ...acc, name, value }
  }
}

/** Whether `loop` holds nothing but a loop that stores. */
function isNest(loop: Loop, inner: Stmt | undefined): boolean {
  if (loop.order !== 'over' || loop.accs.length > 0 || loop.body.length !== 1) return false
  if (inner?.kind !== 'loop' || inner.order !== 'over' || inner.accs.length > 0) return false
  return inner.body.every(stmt => stmt.kind === 'store')
}

/** How many iterations along `axis` make a turn of `loop`, which holds no loops. */
function turnOf(axis: Axis, loop: Loop): number | undefined {
  if (loop.order !== 'over' || loop.accs.some(acc => acc.at !== undefined)) return undefined
  // What does not change along any axis is computed once, before the loop; what does not change
  // along this one, once a turn.
  const roots = scalarsOf(loop)
  const all = [axis, ...loop.axes]
  const cost = costOf(roots, node => all.some(({ name }) => needsOf(node).axes.has(name)))
  const own = costOf(roots, node => needsOf(node).axes.has(axis.name))
  return TURNS.find(
    count =>
      cost + (count - 1) * own <= MOST_COST && Math.floor(axis.extent / count) >= LEAST_TURNS,
  )
}

/** An axis in turns of `count`, then the rest one by one: axes, and where an iteration stands. */
function split(
  axis: Axis,
  count: number,
): readonly { readonly own: Axis; readonly positions: readonly Index[] }[] {
  const turns = Math.floor(axis.extent / count)
  const rest = axis.extent - count * turns
  const whole = { name: axis.name, extent: turns }
  const start = scaleIndex(axisIndex(whole), count)
  const positions = Array.from({ length: count }, (_, i) => addIndex(start, index(i)))
  if (rest === 0) return [{ own: whole, positions }]
  const last = { name: axis.name, extent: rest }
  const at = addIndex(axisIndex(last), index(count * turns))
  return [
    { own: whole, positions },
    { own: last, positions: [at] },
  ]
}

/** The parts of an accumulator as one value, pair by pair. */
function together(acc: Acc, parts: readonly Acc[]): s.Scalar {
  const combine = (a: s.Scalar, b: s.Scalar) => s.op(COMBINE_OPS[acc.combine], [a, b])
  let values = parts.map(part => s.acc(part.value.type, part.name))
  while (values.length > 1) {
    const pairs = values.filter((_, i) => i % 2 === 0)
    values = pairs.map((a, i) => (2 * i + 1 < values.length ? combine(a, values[2 * i + 1]!) : a))
  }
  return values[0]!
}
