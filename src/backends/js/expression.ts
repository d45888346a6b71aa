// Scalars and indices of a kernel as JavaScript. Names are those that the walker's `bind` gave; a
// bound bool operation is a JavaScript boolean, all other bools are 0 or 1.

import { type Atom, type DivisionAtom, type Index, index, range } from '../../kernel/index.ts'
import type { OpScalar, Scalar } from '../../kernel/scalar.ts'
import type { Names } from '../../kernel/walk.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { split } from './bases.ts'
import { atom, type Code, call, choice, element, infix, number, prefix } from './code.ts'
import { flatten } from './guards.ts'
import { comparisonOf, spell, truth } from './spell.ts'

/** An array that a kernel uses, and what the code calls it. */
export interface Place {
  readonly text: string
  readonly type: DTypeName
  readonly shape: readonly number[]
}

/** What the code of one kernel calls the names of the kernel. None of them reaches the code. */
export interface Vocabulary {
  readonly place: (buffer: string) => Place
  readonly axis: (name: string) => string
  readonly acc: (name: string) => string
}

/** Whether the name of `node` stands for a JavaScript boolean. */
export const isBoundAsCondition = (node: Scalar) => node.kind === 'op' && node.type === 'bool'

/** Parts of positions that do not change along a loop, by what the code calls them. */
export interface Bases {
  readonly axis: string
  readonly names: ReadonlyMap<Index, string>
}

/** Spells the expressions of one kernel. */
export class Expressions {
  /** What has been computed before the innermost loop. */
  bases: Bases | undefined
  readonly #words: Vocabulary

  constructor(words: Vocabulary) {
    this.#words = words
  }

  /** The value of `node`. */
  value(node: Scalar, names: Names<string>): Code {
    const name = names.get(node)
    if (name !== undefined) return isBoundAsCondition(node) ? truth(atom(name)) : atom(name)
    if (node.kind === 'const') return number(node.value)
    if (node.kind === 'acc') return atom(this.#words.acc(node.name))
    if (node.kind === 'index') return this.index(node.index, names)
    if (node.kind === 'load') return this.element(node.buffer, node.index, names)
    if (node.op === 'select') return this.#select(node, names, arm => this.value(arm, names))
    const args = node.args.map(arg => this.value(arg, names))
    return spell(node.op, args, node.args[0]!.type)
  }

  /** What is truthy exactly where the bool `node` is 1. */
  condition(node: Scalar, names: Names<string>): Code {
    const name = names.get(node)
    if (name !== undefined) return atom(name)
    if (node.kind !== 'op') return this.value(node, names)
    const comparison = comparisonOf(node.op)
    if (comparison !== undefined) {
      const [a, b] = node.args.map(arg => this.value(arg, names))
      return infix(comparison, a!, b!)
    }
    const inner = (arg: Scalar) => this.condition(arg, names)
    const [a, b] = node.args
    if (node.op === 'and') return infix('&&', inner(a!), inner(b!))
    if (node.op === 'or') return infix('||', inner(a!), inner(b!))
    if (node.op === 'not') return prefix('!', inner(a!))
    if (node.op === 'select') return this.#select(node, names, inner)
    return this.value(node, names)
  }

  /** 1 exactly where the condition `node` holds, else 0, without a branch. */
  bit(node: Scalar, names: Names<string>): Code {
    const name = names.get(node)
    if (name !== undefined) return isBoundAsCondition(node) ? prefix('+', atom(name)) : atom(name)
    if (node.kind !== 'op' || node.op === 'select') return this.value(node, names)
    if (comparisonOf(node.op) !== undefined) return prefix('+', this.condition(node, names))
    const bits = node.args.map(arg => this.bit(arg, names))
    return spell(node.op, bits, 'bool')
  }

  /** The element of `buffer` at `at`. */
  element(buffer: string, at: readonly Index[], names: Names<string>): Code {
    const { text, shape } = this.#words.place(buffer)
    const position = flatten(at, shape)
    if (this.bases !== undefined) {
      const [base, rest] = split(position, this.bases.axis)
      const name = this.bases.names.get(base)
      if (name !== undefined) return element(text, this.#above(name, rest, names))
    }
    return element(text, this.index(position, names))
  }

  #above(name: string, { constant, terms }: Index, names: Names<string>): Code {
    const along = terms.length === 0 ? undefined : this.index(index(0, terms), names)
    const sum = along === undefined ? atom(name) : infix('+', atom(name), along)
    if (constant === 0) return sum
    return infix(constant > 0 ? '+' : '-', sum, number(Math.abs(constant)))
  }

  /** The value of an index expression. */
  index({ constant, terms }: Index, names: Names<string>): Code {
    const positive = terms.filter(term => term.scale > 0)
    const negative = terms.filter(term => term.scale < 0)
    let sum: Code | undefined
    for (const { scale, of } of positive) {
      const term = scaled(this.#atom(of, names), scale)
      sum = sum === undefined ? term : infix('+', sum, term)
    }
    if (sum === undefined || constant > 0) {
      const start = number(constant)
      sum = sum === undefined ? start : infix('+', sum, start)
    } else if (constant < 0) sum = infix('-', sum, number(-constant))
    for (const { scale, of } of negative) {
      sum = infix('-', sum, scaled(this.#atom(of, names), -scale))
    }
    return sum
  }

  #select(node: OpScalar, names: Names<string>, arm: (node: Scalar) => Code): Code {
    const [condition, a, b] = node.args
    return choice(this.condition(condition!, names), arm(a!), arm(b!))
  }

  #atom(of: Atom, names: Names<string>): Code {
    if (of.kind === 'axis') return atom(this.#words.axis(of.axis.name))
    if (of.kind === 'value') return this.value(of.value, names)
    return division(of, this.index(of.of, names))
  }
}

/** JavaScript divides towards zero; positions are divided downward. */
function division({ kind, of, by }: DivisionAtom, e: Code): Code {
  const [low, high] = range(of)
  const isWord = low >= -(2 ** 31) && high < 2 ** 31
  const bits = Math.log2(by)
  if (kind === 'exact') return infix('/', e, number(by))
  if (isWord && Number.isInteger(bits)) {
    return kind === 'div' ? infix('>>', e, number(bits)) : infix('&', e, number(by - 1))
  }
  if (kind === 'div') {
    const quotient = infix('/', e, number(by))
    return isWord && low >= 0 ? infix('|', quotient, number(0)) : call('Math.floor', quotient)
  }
  const remainder = infix('%', e, number(by))
  return low >= 0 ? remainder : infix('%', infix('+', remainder, number(by)), number(by))
}

const scaled = (code: Code, scale: number): Code =>
  scale === 1 ? code : infix('*', number(scale), code)
