// Recursive descent over the expressions of kernel text: scalars, accesses, index expressions.
// Types are checked where an operation is formed, so an error points at its operator. Used by
// parser.ts.

import { DTYPES, type DTypeName } from '../support/dtype.ts'
import type { Token, TokenReader } from '../support/lexer.ts'
import {
  type Axis,
  addIndex,
  axisIndex,
  type Division,
  divide,
  type Index,
  index,
  scaleIndex,
  valueIndex,
} from './index.ts'
import { constant, indexValue, load, op, type Scalar } from './scalar.ts'
import { isScalarOp, SCALAR_OP_NAMES, type ScalarOp, scalarType } from './scalar-ops.ts'
import { INFIX_BY_SYMBOL, LITERAL_SUFFIX } from './spelling.ts'

/** What names mean at a place in a kernel. */
export interface ParseScope {
  readonly axes: Map<string, Axis>
  /** Shared values and accumulators. */
  readonly values: Map<string, Scalar>
  readonly buffers: Map<string, { readonly type: DTypeName }>
}

/** A scope inside `scope`: what it adds ends with it. */
export function innerScope({ axes, values, buffers }: ParseScope): ParseScope {
  return { axes: new Map(axes), values: new Map(values), buffers }
}

const DIVISIONS: readonly string[] = ['div', 'mod', 'exact'] satisfies Division[]
const isDivision = (name: string): name is Division => DIVISIONS.includes(name)

/** Reads the expressions of one kernel. */
export class ExpressionParser {
  readonly #reader: TokenReader

  constructor(reader: TokenReader) {
    this.#reader = reader
  }

  /** Infix operators over primaries, the loosest at level 1. */
  scalar(scope: ParseScope, level = 1): Scalar {
    let left = this.#primary(scope)
    for (;;) {
      const token = this.#reader.peek()
      const infix = token.kind === 'symbol' ? INFIX_BY_SYMBOL.get(token.text) : undefined
      if (infix === undefined || infix.level < level) return left
      this.#reader.next()
      const right = this.scalar(scope, infix.level + 1)
      left = this.#operation(infix.op, [left, right], token)
    }
  }

  /** `[index, …]` after the name of a buffer. */
  access(scope: ParseScope): Index[] {
    return this.#reader.list('[', ']', () => this.#index(scope))
  }

  #primary(scope: ParseScope): Scalar {
    const reader = this.#reader
    const token = reader.peek()
    if (reader.eat('(')) {
      const inside = this.scalar(scope)
      reader.expect(')')
      return inside
    }
    const number = this.#literal()
    if (number !== undefined) return number
    if (token.kind !== 'name' && token.kind !== 'value') reader.unexpected('an expression')
    reader.next()
    if (token.kind === 'name' && reader.at('[')) return this.#load(token, scope)
    if (token.kind === 'name' && reader.at('(')) return this.#call(token, scope)
    return scope.values.get(token.text) ?? reader.unknown('value', token, scope.values.keys())
  }

  #load(name: Token, scope: ParseScope): Scalar {
    const buffer = scope.buffers.get(name.text)
    if (buffer === undefined) this.#reader.unknown('buffer', name, scope.buffers.keys())
    const at = this.access(scope)
    const fill = this.#reader.eat('else') ? this.#primary(scope) : undefined
    return load(buffer.type, name.text, at, fill)
  }

  #call(name: Token, scope: ParseScope): Scalar {
    if (name.text === 'index') {
      this.#reader.expect('(')
      const e = this.#index(scope)
      this.#reader.expect(')')
      return indexValue(e)
    }
    if (!isScalarOp(name.text)) this.#reader.unknown('operation', name, SCALAR_OP_NAMES)
    const args = this.#reader.list('(', ')', () => this.scalar(scope))
    return this.#operation(name.text, args, name)
  }

  #operation(name: ScalarOp, args: readonly Scalar[], at: Token): Scalar {
    const result = scalarType(
      name,
      args.map(arg => arg.type),
    )
    if ('refusal' in result) this.#reader.fail('E304', `K2 ${result.refusal}`, at)
    return op(name, args)
  }

  /** A literal with its sign, or undefined where none begins here. */
  #literal(): Scalar | undefined {
    const reader = this.#reader
    const first = reader.peek()
    if (reader.eat('true')) return constant('bool', 1)
    if (reader.eat('false')) return constant('bool', 0)
    const isSigned = reader.eat('-')
    const token = reader.peek()
    const word = WORDS.get(token.text)
    if (token.kind === 'name' && word !== undefined && !(isSigned && Number.isNaN(word.value))) {
      reader.next()
      return constant(word.type, isSigned ? -word.value : word.value)
    }
    if (token.kind !== 'number') {
      if (isSigned) reader.unexpected('a number')
      return undefined
    }
    reader.next()
    const value = isSigned ? -Number(token.text) : Number(token.text)
    const type = this.#suffix(token)
    const isExact = DTYPES[type].kind !== 'integer' || DTYPES[type].round(value) === value
    if (!isExact)
      reader.fail('E301', `${value} is not ${type === 'i32' ? 'an' : 'a'} ${type}`, first)
    return constant(type, value)
  }

  /** The type that the letter right after a number gives it. */
  #suffix(number: Token): DTypeName {
    const letter = this.#reader.peek()
    const isAttached = letter.kind === 'name' && letter.start === number.end
    const type = isAttached ? SUFFIXED.get(letter.text) : 'f32'
    if (type === undefined) this.#reader.unexpected('a suffix (d, i or u)')
    if (isAttached) this.#reader.next()
    return type
  }

  #index(scope: ParseScope): Index {
    const reader = this.#reader
    let sum = reader.eat('-') ? scaleIndex(this.#term(scope), -1) : this.#term(scope)
    while (reader.at('+') || reader.at('-')) {
      const sign = reader.next().text === '+' ? 1 : -1
      sum = addIndex(sum, this.#term(scope), sign)
    }
    return sum
  }

  #term(scope: ParseScope): Index {
    if (this.#reader.peek().kind !== 'number') return this.#atom(scope)
    const count = this.#reader.integer()
    return this.#reader.eat('*') ? scaleIndex(this.#atom(scope), count) : index(count)
  }

  #atom(scope: ParseScope): Index {
    const reader: TokenReader = this.#reader
    if (reader.eat('{')) {
      const value = this.scalar(scope)
      reader.expect('}')
      return valueIndex(value)
    }
    const name = reader.expectKind('name', 'an axis')
    if (isDivision(name.text) && reader.at('(')) return this.#division(name.text, scope)
    const axis = scope.axes.get(name.text)
    if (axis === undefined) reader.unknown('axis', name, scope.axes.keys())
    return axisIndex(axis)
  }

  #division(kind: Division, scope: ParseScope): Index {
    const reader = this.#reader
    reader.expect('(')
    const e = this.#index(scope)
    reader.expect(',')
    const token = reader.peek()
    const by = reader.integer()
    if (by === 0) reader.fail('E301', `${kind} needs a divisor of 1 or more, got 0`, token)
    reader.expect(')')
    return divide(kind, e, by)
  }
}

/** The numbers that are written as words. */
const WORDS: ReadonlyMap<string, { readonly type: DTypeName; readonly value: number }> = new Map(
  (['f32', 'f64'] as const).flatMap(type => [
    [`inf${LITERAL_SUFFIX[type]}`, { type, value: Infinity }],
    [`nan${LITERAL_SUFFIX[type]}`, { type, value: Number.NaN }],
  ]),
)

const SUFFIXED: ReadonlyMap<string, DTypeName> = new Map([
  [LITERAL_SUFFIX.f64, 'f64'],
  [LITERAL_SUFFIX.i32, 'i32'],
  [LITERAL_SUFFIX.u32, 'u32'],
])
