// Text to kernel IR: files of programs, kernels and contracts. Names are resolved and operations
// are typed while reading; everything else is the verifier's, which points at the places recorded
// here. The grammar is the comment below.
//
//   file     := (program | kernel | contract)*
//   program  := "program" "@"name "{" buffer* item* "}"
//   buffer   := region label ":" dtype "[" ints "]" ["@" offset]
//   region   := "input" | "state" | "scratch" | "output"
//   item     := "launch" "@"name "(" labels ")" ["from" string "(" "%"name,* ")"]
//             | "poison" "(" labels ")"
//   kernel   := "kernel" "@"name "(" params ")" "{" ["parallel" axes] row* stmt* "}"
//   row      := "row" name ":" dtype "[" ints "]"
//   contract := "contract" "@"name "(" params ")" "{"
//               role* value* name "+=" product (store | value)* "}"
//   role     := ("batch" | "rows" | "cols" | "over") axes          in this order
//   param    := name ":" ("read" | "write" | "update") dtype "[" ints "]"
//   axes     := name "in" int ("," name "in" int)*
//   stmt     := ("over" | "serial") axes "{" stmt* "}" | store | value | acc
//   store    := access "=" expr
//   value    := ("%"name | name) "=" expr
//   acc      := name [":" dtype] ["," name] combine "=" expr ["at" expr]
//   combine  := "+" | "*" | "max" | "min" | "|" | "&"
//   expr     := infix of < <= == != > >= (loosest), + -, * / (left-associative) over primary
//   primary  := literal | name | access ["else" primary] | op "(" expr,* ")"
//             | "index" "(" index ")" | "(" expr ")"
//   access   := name "[" index,* "]"
//   index    := ["-"] term (("+" | "-") term)*        term := int | [int "*"] atom
//   atom     := axis | ("div" | "mod" | "exact") "(" index "," int ")" | "{" expr "}"
//   literal  := "true" | "false" | ["-"] (number | "inf" | "nan") [suffix]     d f64, i i32, u u32
//   label    := name | string

import { TokenReader } from '../support/lexer.ts'
import type { Contract, Kernel, Loops, Param, Row, Store } from './kernel.ts'
import { BodyParser } from './parse-body.ts'
import type { ParseScope } from './parse-expression.ts'
import type { Buffer, Item, Launch, Origin, Poison, Program, Region } from './program.ts'
import { isArena, launchesOf } from './program.ts'
import type { Scalar } from './scalar.ts'
import { Spans } from './spans.ts'

/** What a file of kernel text holds, and where it stands. */
export interface KernelFile {
  readonly programs: readonly Program[]
  readonly kernels: readonly Kernel[]
  readonly spans: Spans
}

const ACCESSES = ['read', 'write', 'update'] as const
const REGIONS: readonly Region[] = ['input', 'state', 'scratch', 'output']
const ROLES = ['batch', 'rows', 'cols', 'over'] as const

/** Reads a file; `file` is the name that errors show. Fails at the first thing it cannot read. */
export function parseKernels(file: string, text: string): KernelFile {
  return new FileParser(file, text).file()
}

class FileParser {
  readonly #reader: TokenReader
  readonly #spans: Spans
  readonly #bodies: BodyParser

  constructor(file: string, text: string) {
    this.#reader = new TokenReader(file, text)
    this.#spans = new Spans(file, text)
    this.#bodies = new BodyParser(this.#reader, this.#spans)
  }

  file(): KernelFile {
    const programs: Program[] = []
    const kernels: Kernel[] = []
    while (this.#reader.peek().kind !== 'end') {
      const what = this.#reader.peek()
      const kind = this.#reader.word(['program', 'kernel', 'contract'] as const, 'a definition')
      const made = kind === 'program' ? this.#program() : this.#kernel(kind)
      this.#spans.set(made, { start: what.start, end: what.end })
      if ('items' in made) programs.push(made)
      else kernels.push(made)
    }
    return {
      programs: programs.map(p => this.#withKernels(p, kernels)),
      kernels,
      spans: this.#spans,
    }
  }

  /** Kernels may stand after the program that launches them. */
  #withKernels(program: Program, kernels: readonly Kernel[]): Program {
    const launched = new Set(launchesOf(program).map(item => item.kernel))
    const whole = { ...program, kernels: kernels.filter(kernel => launched.has(kernel.name)) }
    const place = this.#spans.get(program)
    if (place !== undefined) this.#spans.set(whole, place)
    return whole
  }

  #program(): Program {
    const { value: name } = this.#reader.expectKind('graph', 'the name of a program')
    this.#reader.expect('{')
    const buffers: Buffer[] = []
    const items: Item[] = []
    const isBuffer = () => !['launch', 'poison', '}'].some(text => this.#reader.at(text))
    while (isBuffer()) buffers.push(this.#buffer())
    while (!this.#reader.eat('}')) {
      items.push(this.#reader.at('poison') ? this.#poison() : this.#launch())
    }
    return { name, buffers, kernels: [], items }
  }

  #buffer(): Buffer {
    const first = this.#reader.peek()
    const region = this.#reader.word(REGIONS, 'a region')
    const name = this.#label()
    this.#reader.expect(':')
    const type = this.#bodies.dtype()
    const shape = this.#shape()
    const isPlaced = isArena(region) && this.#reader.eat('@')
    const offset = isPlaced ? this.#reader.integer() : 0
    return this.#mark(first.start, { region, name, type, shape, offset })
  }

  #launch(): Launch {
    const first = this.#reader.expect('launch')
    const { value: kernel } = this.#reader.expectKind('graph', 'the name of a kernel')
    const args = this.#reader.list('(', ')', () => this.#label())
    const origin = this.#reader.eat('from') ? this.#origin() : undefined
    return this.#mark(first.start, { kind: 'launch', kernel, args, origin })
  }

  #poison(): Poison {
    const first = this.#reader.expect('poison')
    const buffers = this.#reader.list('(', ')', () => this.#label())
    return this.#mark(first.start, { kind: 'poison', buffers })
  }

  #origin(): Origin {
    const { value: path } = this.#reader.expectKind('string', 'a layer path')
    const value = () => this.#reader.expectKind('value', 'the name of a value').value
    return { path, values: this.#reader.list('(', ')', value) }
  }

  #label(): string {
    const token = this.#reader.peek()
    if (token.kind === 'string') return this.#reader.next().value
    return this.#reader.expectKind('name', 'the name of a buffer').text
  }

  #shape(): number[] {
    return this.#reader.list('[', ']', () => this.#reader.integer())
  }

  #kernel(kind: Kernel['kind']): Kernel {
    const { value: name } = this.#reader.expectKind('graph', 'the name of a kernel')
    const params = this.#reader.list('(', ')', () => this.#param())
    const buffers = new Map(params.map(param => [param.name, param]))
    const scope: ParseScope = { axes: new Map(), values: new Map(), buffers }
    this.#reader.expect('{')
    return kind === 'kernel'
      ? this.#loops(name, params, scope)
      : this.#contract(name, params, scope)
  }

  #param(): Param {
    const name = this.#reader.expectKind('name', 'the name of a parameter')
    this.#reader.expect(':')
    const access = this.#reader.word(ACCESSES, 'an access')
    const type = this.#bodies.dtype()
    return this.#mark(name.start, { name: name.text, access, type, shape: this.#shape() })
  }

  #row(scope: ParseScope): Row {
    const { start } = this.#reader.expect('row')
    const { text: name } = this.#reader.expectKind('name', 'the name of a row')
    this.#reader.expect(':')
    const row = this.#mark(start, { name, type: this.#bodies.dtype(), shape: this.#shape() })
    if (!scope.buffers.has(name)) scope.buffers.set(name, row)
    return row
  }

  #loops(name: string, params: readonly Param[], scope: ParseScope): Loops {
    const atParallel = this.#reader.at('parallel') && this.#reader.peek(1).kind === 'name'
    const parallel = atParallel ? this.#axes(scope) : []
    const rows: Row[] = []
    while (this.#reader.at('row') && this.#reader.peek(1).kind === 'name')
      rows.push(this.#row(scope))
    return {
      kind: 'kernel',
      name,
      params,
      parallel,
      rows,
      body: this.#bodies.block(scope, undefined),
    }
  }

  /** A word such as `parallel`, then axes. */
  #axes(scope: ParseScope) {
    const { start } = this.#reader.next()
    return this.#mark(start, this.#bodies.axes(scope))
  }

  #contract(name: string, params: readonly Param[], scope: ParseScope): Contract {
    const isRole = (role: string) => this.#reader.at(role) && this.#reader.peek(1).kind === 'name'
    const [batch, rows, cols, over] = ROLES.map(role => (isRole(role) ? this.#axes(scope) : []))
    const axes = { batch: batch!, rows: rows!, cols: cols!, over: over! }
    const { acc, left, right } = this.#product(scope, axes.over)
    const body = this.#epilogue(scope)
    return { kind: 'contract', name, params, ...axes, acc, left, right, body }
  }

  /** `name += left * right`; its place is recorded under the list of `over` axes. */
  #product(
    scope: ParseScope,
    over: object,
  ): { readonly acc: string; readonly left: Scalar; readonly right: Scalar } {
    while (this.#reader.at('=', 1)) this.#bodies.value(scope)
    const first = this.#reader.peek()
    const sum = this.#bodies.accumulator(scope)
    const { value, combine, at } = sum
    const isProduct = value.kind === 'op' && value.op === 'mul'
    if (!isProduct || combine !== '+' || at !== undefined) {
      this.#reader.fail('E301', 'expected the sum of a product, name += left * right', first)
    }
    this.#spans.set(over, { start: first.start, end: this.#reader.lastEnd })
    this.#bodies.define([sum], scope)
    return { acc: sum.name, left: value.args[0]!, right: value.args[1]! }
  }

  #epilogue(scope: ParseScope): Store[] {
    const stmts = this.#bodies.block(scope, undefined)
    const loop = stmts.find(stmt => stmt.kind === 'loop')
    if (loop !== undefined) {
      const place = this.#spans.get(loop) ?? this.#reader.peek()
      this.#reader.fail('E304', 'K10 the epilogue of a contract holds stores, got a loop', place)
    }
    return stmts.filter(stmt => stmt.kind === 'store')
  }

  #mark<T extends object>(start: number, made: T): T {
    this.#spans.set(made, { start, end: this.#reader.lastEnd })
    return made
  }
}
