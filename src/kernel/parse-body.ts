// Recursive descent over the statements of kernel text: loops, stores, shared values, accumulators.
// Records where every statement stands, so that the verifier can point at it. Used by parser.ts.

import { DTYPE_NAMES, type DTypeName, isDTypeName } from '../support/dtype.ts'
import type { Token, TokenReader } from '../support/lexer.ts'
import type { Axis } from './index.ts'
import type { Acc, Combine, Loop, Stmt, Store } from './kernel.ts'
import { ExpressionParser, innerScope, type ParseScope } from './parse-expression.ts'
import { acc } from './scalar.ts'
import type { Spans } from './spans.ts'

const COMBINES: readonly Combine[] = ['+', '*', 'max', 'min', '|', '&']

/** Reads the bodies of one file. */
export class BodyParser {
  readonly #reader: TokenReader
  readonly #spans: Spans
  readonly expressions: ExpressionParser

  constructor(reader: TokenReader, spans: Spans) {
    this.#reader = reader
    this.#spans = spans
    this.expressions = new ExpressionParser(reader)
  }

  /** `name in extent, …`; the axes are bound in `scope`. */
  axes(scope: ParseScope): Axis[] {
    const axes: Axis[] = []
    do {
      const name = this.#reader.expectKind('name', 'an axis')
      this.#reader.expect('in')
      const axis = { name: name.text, extent: this.#reader.integer() }
      scope.axes.set(axis.name, axis)
      axes.push(axis)
    } while (this.#reader.eat(','))
    return axes
  }

  /** Statements up to `}`; accumulators go to `accs`, and are refused where there is no loop. */
  block(scope: ParseScope, accs: Acc[] | undefined): Stmt[] {
    const stmts: Stmt[] = []
    while (!this.#reader.eat('}')) {
      if (this.atLoop()) stmts.push(this.#loop(scope))
      else if (this.#reader.at('[', 1)) stmts.push(this.store(scope))
      else if (this.#reader.at('=', 1)) this.value(scope)
      else this.#addAcc(scope, accs)
    }
    return stmts
  }

  /** Whether a loop begins here, rather than a buffer of that name. */
  atLoop(): boolean {
    const isOrder = this.#reader.at('over') || this.#reader.at('serial')
    return isOrder && this.#reader.peek(1).kind === 'name'
  }

  /** `buffer[…] = value`. */
  store(scope: ParseScope): Store {
    const name = this.#reader.expectKind('name', 'a buffer')
    if (!scope.buffers.has(name.text)) {
      this.#reader.unknown('buffer', name, scope.buffers.keys())
    }
    const index = this.expressions.access(scope)
    this.#reader.expect('=')
    const value = this.expressions.scalar(scope)
    return this.#mark(name, { kind: 'store', buffer: name.text, index, value })
  }

  /** `%n = value`: a name for an expression. */
  value(scope: ParseScope): void {
    const name = this.#reader.peek()
    if (name.kind !== 'value' && name.kind !== 'name') this.#reader.unexpected('a statement')
    this.#reader.next()
    this.#reader.expect('=')
    scope.values.set(name.text, this.expressions.scalar(scope))
  }

  /** `name += value`, `m, k max= value at value`. */
  accumulator(scope: ParseScope): Acc {
    const reader = this.#reader
    const name = reader.expectKind('name', 'a statement')
    const written = reader.eat(':') ? this.dtype() : undefined
    const atName = reader.eat(',') ? reader.expectKind('name', 'a name').text : undefined
    const combine = this.#combine()
    reader.expect('=')
    const value = this.expressions.scalar(scope)
    if (written !== undefined && written !== value.type) {
      reader.fail('E304', `K2 ${name.text} is written as ${written}, got ${value.type}`, name)
    }
    const at = atName === undefined ? undefined : { name: atName, value: this.#position(scope) }
    return this.#mark(name, { name: name.text, combine, value, at })
  }

  /** Takes the name of an element type. */
  dtype(): DTypeName {
    return this.#reader.word(DTYPE_NAMES, 'a dtype')
  }

  /** Makes the final values of a loop's accumulators available. */
  define(accs: readonly Acc[], scope: ParseScope): void {
    for (const { name, value, at } of accs) {
      scope.values.set(name, acc(value.type, name))
      if (at !== undefined) scope.values.set(at.name, acc('i32', at.name))
    }
  }

  #position(scope: ParseScope) {
    this.#reader.expect('at')
    return this.expressions.scalar(scope)
  }

  #addAcc(scope: ParseScope, accs: Acc[] | undefined): void {
    const first = this.#reader.peek()
    const found = this.accumulator(scope)
    if (accs === undefined) {
      this.#reader.fail('E301', 'expected an accumulator only inside a loop', first)
    }
    accs.push(found)
  }

  #combine(): Combine {
    const token = this.#reader.peek()
    const found = COMBINES.find(combine => this.#reader.at(combine) && combine === token.text)
    if (found === undefined) this.#reader.unexpected('"=" or an accumulation such as "+="')
    this.#reader.next()
    return found
  }

  #loop(scope: ParseScope): Loop {
    const head = this.#reader.peek()
    const order = this.#reader.word(['over', 'serial'] as const, 'a loop')
    const inner = innerScope(scope)
    const axes = this.axes(inner)
    this.#reader.expect('{')
    if (order === 'serial') this.#defineRunning(inner)
    const accs: Acc[] = []
    const body = this.block(inner, accs)
    this.define(accs, scope)
    return this.#mark(head, { kind: 'loop', order, axes, accs, body })
  }

  /**
   * A serial loop may read its own accumulators, which stand at its end. Those have their type
   * written, so their lines are looked for ahead: `name: dtype` directly in this body.
   */
  #defineRunning(scope: ParseScope): void {
    const reader = this.#reader
    for (let ahead = 0, depth = 0; depth >= 0 && reader.peek(ahead).kind !== 'end'; ahead++) {
      if (reader.at('{', ahead)) depth++
      if (reader.at('}', ahead)) depth--
      const type = reader.peek(ahead + 2).text
      const name = reader.peek(ahead)
      const isTyped = depth === 0 && name.kind === 'name' && reader.at(':', ahead + 1)
      if (!isTyped || !isDTypeName(type)) continue
      scope.values.set(name.text, acc(type, name.text))
      const second = reader.peek(ahead + 4)
      if (reader.at(',', ahead + 3)) scope.values.set(second.text, acc('i32', second.text))
    }
  }

  /** Records that `made` stands from `first` up to the last token taken. */
  #mark<T extends object>(first: Token, made: T): T {
    this.#spans.set(made, { start: first.start, end: this.#reader.lastEnd })
    return made
  }
}
