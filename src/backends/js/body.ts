// The walker's sink for JavaScript: writes the statements of one function. It makes every
// identifier itself (a0 axes, s0 accumulators, t0 values), so no name of a kernel reaches the code.

import type { Axis, Index } from '../../kernel/index.ts'
import {
  type Acc,
  COMBINE_OPS,
  identityOf,
  type Loop,
  type Stmt,
  type Store,
} from '../../kernel/kernel.ts'
import type { Scalar } from '../../kernel/scalar.ts'
import { reach, scalarsOf, scalarsOfIndex, storesOf } from '../../kernel/uses.ts'
import { type LoopBody, type Names, type Sink, walk } from '../../kernel/walk.ts'
import { isFloat } from '../../support/dtype.ts'
import type { Writer } from '../../support/writer.ts'
import { basesOf } from './bases.ts'
import { boundOf, CELLS, type Choice, conditionOf, constantCells } from './choices.ts'
import { atom, type Code, call, element, infix, number, prefix } from './code.ts'
import { Expressions, isBoundAsCondition, type Place } from './expression.ts'
import { borderOf, guardedBy, insideOf } from './guards.ts'
import { spell } from './spell.ts'

/** The positions of an axis that a loop visits, as code. */
export interface Span {
  readonly from: string
  readonly to: string
}

/** What the function around the statements has given names to. */
export interface Surroundings {
  readonly places: ReadonlyMap<string, Place>
  /** What axes are called that the function shares with others. */
  readonly axes?: ReadonlyMap<string, string> | undefined
  /** Axes of which the function visits a part. */
  readonly spans?: ReadonlyMap<string, Span> | undefined
  /** Lines before and after the loop along an axis. */
  readonly beside?: ReadonlyMap<string, Beside> | undefined
  /** What an accumulator is bound to where the function gets its value from elsewhere. */
  readonly given?: ReadonlyMap<string, string> | undefined
  /** Choices that are made by cells. */
  readonly choices?: ReadonlyMap<Scalar, Choice> | undefined
  /** The lines that take the value of a store, in place of the store. */
  readonly put?: ((value: string, store: Store) => readonly string[]) | undefined
}

/** Lines of bookkeeping around a loop. */
export interface Beside {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Writes the statements of one function. */
export class BodyWriter {
  readonly expressions: Expressions
  readonly #writer: Writer
  readonly #around: Surroundings
  readonly #axes: Map<string, string>
  readonly #accs = new Map<string, string>()
  readonly #choices: ReadonlyMap<Scalar, Choice>
  /** Conditions that choices are made by: as bits, since as booleans they would be branches. */
  readonly #bits: ReadonlySet<Scalar>
  /** Values that are stored as f32: whatever else uses one uses the number that others load. */
  #single: ReadonlySet<Scalar> = new Set()
  /** Guarded values within the border that the loop around them has been tested against. */
  #inside: ReadonlySet<Scalar> = new Set()
  #values = 0

  constructor(writer: Writer, around: Surroundings) {
    this.#writer = writer
    this.#around = around
    this.#axes = new Map(around.axes)
    this.#choices = around.choices ?? new Map()
    this.#bits = new Set([...this.#choices.keys()].flatMap(node => conditionOf(node) ?? []))
    this.expressions = new Expressions({
      place: buffer => this.#place(buffer),
      axis: name => this.axis(name),
      acc: name => this.acc(name),
    })
  }

  /** What the axis is called. */
  axis(name: string): string {
    return numbered(this.#axes, name, 'a')
  }

  /** What the accumulator is called. */
  acc(name: string): string {
    return numbered(this.#accs, name, 's')
  }

  /** Writes `stmts`, around which the function has fixed the positions along `fixed`. */
  write(stmts: readonly Stmt[], fixed: readonly Axis[] = []): void {
    const { order, uses } = reach(stmts.flatMap(scalarsOf))
    const roots = new Set(order)
    const choices = [...this.#choices].flatMap(([node, made]) => (roots.has(node) ? [made] : []))
    this.#lines(constantCells(choices))
    const isSingle = ({ buffer, value }: Store) =>
      uses.get(value)! > 1 && this.#around.places.get(buffer)?.type === 'f32'
    const stores = stmts.flatMap(storesOf)
    this.#single = new Set(stores.filter(isSingle).map(store => store.value))
    walk(stmts, fixed, this.#sink(stmts))
  }

  #sink(stmts: readonly Stmt[]): Sink<string> {
    // The condition of a store and its position both need what was loaded for them.
    const twice = new Set(
      stmts.flatMap(storesOf).flatMap(store => store.index.flatMap(scalarsOfIndex)),
    )
    return {
      form: 'code',
      mustBind: node => twice.has(node) || this.#choices.has(node),
      bind: (node, names) => this.#bind(node, names),
      store: (store, names) => this.#store(store, names),
      loop: (loop, names, visit) => this.#loop(loop, names, visit),
    }
  }

  #store(store: Store, names: Names<string>): void {
    const { expressions } = this
    const { buffer, index, value } = store
    const { put } = this.#around
    if (put !== undefined) {
      const guarded = this.#inside.has(value) ? guardedBy(value) : undefined
      this.#lines(put(expressions.value(guarded?.element ?? value, names).text, store))
      return
    }
    const { text } = expressions.value(value, names)
    const isInside = insideOf(index, this.#place(buffer).shape)
    const guard = isInside && `if (${expressions.condition(isInside, names).text}) `
    this.#writer.line(`${guard ?? ''}${expressions.element(buffer, index, names).text} = ${text}`)
  }

  #loop(loop: Loop, names: Names<string>, visit: LoopBody<string>): void {
    const border = this.#around.put === undefined ? undefined : borderOf(loop, names)
    if (border === undefined) {
      this.#run(loop, visit)
      return
    }
    // One test for the whole run, and two loops without any.
    const { put } = this.#around
    const { text } = this.expressions.condition(border.condition, names)
    this.#writer.block(`if (${text}) {`, () => {
      this.#inside = new Set(border.stores.map(({ value }) => value))
      this.#run(loop, visit)
      this.#inside = new Set()
    })
    const fill = number(border.fill).text
    this.#writer.block('else {', () => {
      this.#open(loop.axes, [], () =>
        this.#lines(border.stores.flatMap(store => put!(fill, store))),
      )
    })
  }

  #run(loop: Loop, visit: LoopBody<string>): void {
    const { axes, accs } = loop
    const given = accs.map(acc => this.#around.given?.get(acc.name))
    if (given.some(value => value !== undefined)) {
      accs.forEach((acc, i) => {
        this.#writer.line(`const ${this.acc(acc.name)} = ${given[i]}`)
      })
      return
    }
    for (const acc of accs) this.#start(acc)
    this.#open(axes, basesOf(loop, this.#around.places), () => {
      visit(names => {
        for (const acc of accs) this.#accumulate(acc, names)
      })
    })
  }

  #place(buffer: string): Place {
    return this.#around.places.get(buffer)!
  }

  #open([axis, ...rest]: readonly Axis[], bases: readonly Index[], body: () => void): void {
    if (axis === undefined) {
      body()
      return
    }
    const name = this.axis(axis.name)
    const span = this.#around.spans?.get(axis.name)
    const { from, to } = span ?? { from: '0', to: String(axis.extent) }
    const head = `for (let ${name} = ${from}; ${name} < ${to}; ${name}++) {`
    const beside = this.#around.beside?.get(axis.name)
    this.#lines(beside?.before ?? [])
    const outer = this.expressions.bases
    if (rest.length === 0 && bases.length > 0) this.#base(axis.name, bases)
    this.#writer.block(head, () => this.#open(rest, bases, body))
    this.expressions.bases = outer
    this.#lines(beside?.after ?? [])
  }

  /** Computes what the positions of the loop along an axis have in common. */
  #base(axis: string, bases: readonly Index[]): void {
    const named = bases.map(base => {
      return [base, this.#define(this.expressions.index(base, new Map()))] as const
    })
    this.expressions.bases = { axis, names: new Map(named) }
  }

  #lines(lines: readonly string[]): void {
    for (const line of lines) this.#writer.line(line)
  }

  #fresh(): string {
    return `t${this.#values++}`
  }

  #bind(node: Scalar, names: Names<string>): string {
    const choice = this.#choices.get(node)
    const code =
      choice !== undefined ? this.#chosen(node, choice, names) : this.#computed(node, names)
    return this.#define(this.#single.has(node) ? call('Math.fround', code) : code)
  }

  #computed(node: Scalar, names: Names<string>): Code {
    if (this.#bits.has(node)) return this.expressions.bit(node, names)
    return isBoundAsCondition(node)
      ? this.expressions.condition(node, names)
      : this.expressions.value(node, names)
  }

  /** Puts the operands of a choice into its cells; answers the cell that counts. */
  #chosen(node: Scalar, { cell, first, second }: Choice, names: Names<string>): Code {
    const { expressions } = this
    const [condition] = node.kind === 'op' ? node.args : []
    const bound = node.kind === 'op' ? boundOf(node) : undefined
    const value = expressions.value(first, names)
    const isNamed = bound === undefined || names.has(first)
    const kept = isNamed ? value : atom(this.#define(value))
    if (first.kind !== 'const') this.#writer.line(`${CELLS}[${cell}] = ${kept.text}`)
    if (second.kind !== 'const') {
      const { text } = expressions.value(second, names)
      this.#writer.line(`${CELLS}[${cell + 1}] = ${text}`)
    }
    const bit = bound
      ? prefix('+', infix(bound.when, kept, expressions.value(second, names)))
      : expressions.bit(condition!, names)
    return element(CELLS, cell === 0 ? bit : infix('+', number(cell), bit))
  }

  #define(code: Code): string {
    const name = this.#fresh()
    this.#writer.line(`const ${name} = ${code.text}`)
    return name
  }

  #start({ name, combine, value, at }: Acc): void {
    const identity = number(identityOf(combine, value.type)).text
    this.#writer.line(`let ${this.acc(name)} = ${identity}`)
    if (at !== undefined) this.#writer.line(`let ${this.acc(at.name)} = -1`)
  }

  #accumulate(acc: Acc, names: Names<string>): void {
    const { combine, value, at } = acc
    const name = this.acc(acc.name)
    const taken = this.expressions.value(value, names)
    if (at !== undefined) {
      this.#extreme(acc, this.#define(taken), this.#define(this.expressions.value(at.value, names)))
    } else if (isFloat(value.type) && (combine === '+' || combine === '*')) {
      this.#writer.line(`${name} ${combine}= ${taken.text}`)
    } else {
      const { text } = spell(COMBINE_OPS[combine], [atom(name), taken], value.type)
      this.#writer.line(`${name} = ${text}`)
    }
  }

  /** NaN beats every number, ties go to the smallest position, the first value is always taken. */
  #extreme({ name, combine, value, at }: Acc, now: string, place: string): void {
    const best = this.acc(name)
    const bestPlace = this.acc(at!.name)
    const beats = combine === 'max' ? '>' : '<'
    const isFraction = isFloat(value.type)
    const conditions = [
      `${now} ${beats} ${best}`,
      `${bestPlace} === -1`,
      ...(isFraction ? [`(${now} !== ${now} && ${best} === ${best})`] : []),
      isFraction
        ? `(${place} < ${bestPlace} && !(${best} ${beats} ${now}) && (${best} === ${best} || ${now} !== ${now}))`
        : `(${place} < ${bestPlace} && ${now} === ${best})`,
    ]
    this.#writer.block(`if (${conditions.join(' || ')}) {`, () => {
      this.#writer.line(`${best} = ${now}`).line(`${bestPlace} = ${place}`)
    })
  }
}

function numbered(names: Map<string, string>, name: string, letter: string): string {
  const known = names.get(name) ?? `${letter}${names.size}`
  names.set(name, known)
  return known
}
