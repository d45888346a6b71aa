// How JavaScript writes each scalar operation. Values are doubles: an i32 in [-2^31, 2^31), a u32
// in [0, 2^32), a bool 0 or 1, a float unrounded until it is stored. Every row of `SCALAR_OPS` has
// one here, or is legalized away; a missing row does not compile. The meaning is `evaluate` there.

import { legalizeThreefry } from '../../kernel/legalize/threefry.ts'
import type { Scalar } from '../../kernel/scalar.ts'
import type { ScalarOp } from '../../kernel/scalar-ops.ts'
import { internalError } from '../../support/diagnostic.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'
import { type Code, call, choice, type InfixOperator, infix, number, prefix } from './code.ts'

/** Writes an operation on values; `from` is the type of the first operand. */
export type Spelling = (x: readonly Code[], from: DTypeName) => Code

/** A spelling, or what makes the operation into others. */
type Row = Spelling | { readonly legalize: (node: Scalar) => Scalar }

const ZERO = number(0)
const ONE = number(1)

/** Wraps to the low 32 bits; floats and bools pass. */
function wrap(code: Code, type: DTypeName): Code {
  if (type === 'i32') return infix('|', code, ZERO)
  return type === 'u32' ? infix('>>>', code, ZERO) : code
}

const arithmetic =
  (operator: InfixOperator): Spelling =>
  ([a, b], from) =>
    wrap(infix(operator, a!, b!), from)

/** JavaScript's bit operators give an i32. */
const bitwise =
  (operator: InfixOperator): Spelling =>
  ([a, b], from) => {
    const bits = infix(operator, a!, b!)
    return from === 'u32' ? wrap(bits, from) : bits
  }

/** `Math.f` for floats; integers wrap what it gives. */
const math =
  (name: string): Spelling =>
  (x, from) =>
    wrap(call(`Math.${name}`, ...x), from)

/** `Math.f`; for f32, which keeps 24 of its digits, the function that takes half as long. */
const short =
  (name: string, ofSingle: string): Spelling =>
  (x, from) =>
    call(from === 'f32' ? ofSingle : `Math.${name}`, ...x)

/** Operands of `Math.min` and `Math.max` are of one type, so an integer stays in its range. */
const extreme =
  (name: 'min' | 'max'): Spelling =>
  x =>
    call(`Math.${name}`, ...x)

/** A condition as a value. */
export const truth = (condition: Code): Code => choice(condition, ONE, ZERO)

const COMPARISONS = {
  lt: '<',
  le: '<=',
  eq: '===',
  ne: '!==',
  gt: '>',
  ge: '>=',
} as const satisfies Partial<Record<ScalarOp, InfixOperator>>

const comparison =
  (op: keyof typeof COMPARISONS): Spelling =>
  ([a, b]) =>
    truth(infix(COMPARISONS[op], a!, b!))

const product: Spelling = ([a, b], from) => {
  if (isFloat(from)) return infix('*', a!, b!)
  const low = call('Math.imul', a!, b!)
  return from === 'u32' ? wrap(low, from) : low
}

/** The conversion to 32 bits turns the quotient by zero, ∞ or NaN, into the 0 that it must be. */
const quotient: Spelling = ([a, b], from) => wrap(infix('/', a!, b!), from)

const complement: Spelling = ([a], from) => {
  if (from === 'bool') return infix('-', ONE, a!)
  return from === 'u32' ? wrap(prefix('~', a!), from) : prefix('~', a!)
}

const shiftRight: Spelling = ([a, b], from) => infix(from === 'u32' ? '>>>' : '>>', a!, b!)

/** Floats saturate; the conversion truncates, and turns NaN into 0. */
const integer =
  (to: 'i32' | 'u32', low: number, high: number): Spelling =>
  ([a], from) => {
    if (from === 'bool') return a!
    if (!isFloat(from)) return wrap(a!, to)
    return wrap(call('Math.min', call('Math.max', a!, number(low)), number(high)), to)
  }

const float: Spelling = ([a]) => a!

/** Of what is an f32 already, the number that is left of it when it is stored. */
const single: Spelling = ([a], from) => (from === 'f32' ? call('Math.fround', a!) : a!)

const threefry = { legalize: legalizeThreefry }

const SPELLINGS = {
  add: arithmetic('+'),
  sub: arithmetic('-'),
  mul: product,
  div: quotient,
  min: extreme('min'),
  max: extreme('max'),
  neg: ([a], from) => wrap(prefix('-', a!), from),
  abs: math('abs'),
  sign: math('sign'),
  floor: math('floor'),
  ceil: math('ceil'),
  round: x => call('roundHalfEven', ...x),
  sqrt: math('sqrt'),
  rsqrt: x => infix('/', ONE, call('Math.sqrt', ...x)),
  exp: short('exp', 'shortExp'),
  expm1: short('expm1', 'shortExpm1'),
  log: math('log'),
  log1p: math('log1p'),
  sin: math('sin'),
  cos: math('cos'),
  tanh: short('tanh', 'shortTanh'),
  erf: x => call('erf', ...x),
  pow: math('pow'),
  lt: comparison('lt'),
  le: comparison('le'),
  eq: comparison('eq'),
  ne: comparison('ne'),
  gt: comparison('gt'),
  ge: comparison('ge'),
  and: bitwise('&'),
  or: bitwise('|'),
  xor: bitwise('^'),
  not: complement,
  shl: bitwise('<<'),
  shr: shiftRight,
  select: ([condition, a, b]) => choice(condition!, a!, b!),
  f32: single,
  f64: float,
  i32: integer('i32', -(2 ** 31), 2 ** 31 - 1),
  u32: integer('u32', 0, 2 ** 32 - 1),
  bool: ([a]) => truth(infix('!==', a!, ZERO)),
  threefry,
  threefry2: threefry,
} as const satisfies Record<ScalarOp, Row>

/** The value of `op`. */
export function spell(op: ScalarOp, x: readonly Code[], from: DTypeName): Code {
  const row: Row = SPELLINGS[op]
  if (typeof row !== 'function') throw internalError('js', `${op} is spelled before legalization`)
  return row(x, from)
}

/** `node` in operations that have a spelling. */
export function legalize(node: Scalar): Scalar {
  if (node.kind !== 'op') return node
  const row: Row = SPELLINGS[node.op]
  return typeof row === 'function' ? node : row.legalize(node)
}

/** The comparison that `op` writes, if it is one: conditions need no 0 or 1. */
export function comparisonOf(op: ScalarOp): InfixOperator | undefined {
  return Object.hasOwn(COMPARISONS, op) ? COMPARISONS[op as keyof typeof COMPARISONS] : undefined
}
