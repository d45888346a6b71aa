// The scalar operations: how many operands each takes, of which types, and what it means. A backend
// spells every row of this table or legalizes it away, so the table is the whole contract.
// Evaluation is in double precision; the caller rounds. Reads only floor 0.

import { DTYPES, type DTypeName, isFloat } from '../support/dtype.ts'
import { erf } from '../support/erf.ts'
import { roundHalfEven } from '../support/half-even.ts'
import { threefry2x32 } from '../support/threefry.ts'

/** How values between the nodes of an expression are kept: as doubles, or in their own dtype. */
export type Rounding = 'f64' | 'dtype'

/** One scalar operation. */
export interface ScalarRule {
  readonly arity: number
  /** What the operands must be, as an error says it. */
  readonly needs: string
  /** The result type, or undefined where the operands do not satisfy `needs`. */
  readonly type: (operands: readonly DTypeName[]) => DTypeName | undefined
  /** The value for operands of the first operand's `type`, before the result is rounded. */
  readonly evaluate: (x: readonly number[], type: DTypeName) => number
}

type Signature = Pick<ScalarRule, 'needs' | 'type'>
type Same = (operands: readonly DTypeName[]) => boolean

const allEqual: Same = types => types.every(type => type === types[0])
const isKind = (type: DTypeName | undefined, ...kinds: readonly string[]) =>
  type !== undefined && kinds.includes(DTYPES[type].kind)

/** Operands of one type among `kinds`; the result has that type, or `result` where it is given. */
function uniform(needs: string, kinds: readonly string[], result?: DTypeName): Signature {
  return {
    needs,
    type: types =>
      allEqual(types) && isKind(types[0], ...kinds) ? (result ?? types[0]) : undefined,
  }
}

const NUMBERS = uniform('numbers of one type', ['float', 'integer'])
const FLOATS = uniform('floats of one type', ['float'])
const INTEGERS = uniform('integers of one type', ['integer'])
const BITS = uniform('integers or bools of one type', ['integer', 'bool'])
const ORDER = uniform('numbers of one type', ['float', 'integer'], 'bool')
const EQUALITY = uniform('operands of one type', ['float', 'integer', 'bool'], 'bool')
const WORDS: Signature = {
  needs: 'four u32 words',
  type: types => (types.every(type => type === 'u32') ? 'u32' : undefined),
}
const CHOICE: Signature = {
  needs: 'a bool and two operands of one type',
  type: ([condition, a, b]) => (condition === 'bool' && a === b ? a : undefined),
}

type Unary = (x: number, type: DTypeName) => number
type Binary = (a: number, b: number, type: DTypeName) => number

const unary = (signature: Signature, f: Unary): ScalarRule => ({
  ...signature,
  arity: 1,
  evaluate: (x, type) => f(x[0]!, type),
})

const binary = (signature: Signature, f: Binary): ScalarRule => ({
  ...signature,
  arity: 2,
  evaluate: (x, type) => f(x[0]!, x[1]!, type),
})

const threefryWord = (word: 0 | 1): ScalarRule => ({
  ...WORDS,
  arity: 4,
  evaluate: x => threefry2x32(x[0]!, x[1]!, x[2]!, x[3]!)[word],
})

/** A cast reads any type; `convert` says what becomes of it. */
const cast = (to: DTypeName, convert: Unary): ScalarRule => ({
  needs: 'one operand',
  arity: 1,
  type: () => to,
  evaluate: (x, type) => convert(x[0]!, type),
})

/** Floats truncate and saturate, NaN becomes 0; integers keep their low 32 bits. */
const toInteger =
  (low: number, high: number): Unary =>
  (x, from) => {
    if (!isFloat(from)) return x
    return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high)
  }

const quotient: Binary = (a, b, type) => {
  if (isFloat(type)) return a / b
  return b === 0 ? 0 : Math.trunc(a / b)
}

/**
 * Every scalar operation by name. The names of the casts are those of the dtypes.
 *
 * Integer arithmetic wraps; integer `div` truncates, and gives 0 for a zero divisor. `min` and
 * `max` give NaN if an operand is NaN. `round` is half to even. `pow` is JavaScript's `**`: a NaN
 * exponent gives NaN, and so does an infinite exponent of ±1. Shifts use the low five bits of their
 * distance; `shr` keeps the sign of an i32. A cast from float to integer truncates, saturates, and
 * turns NaN into 0; a cast to bool asks whether the value differs from 0.
 */
export const SCALAR_OPS = {
  add: binary(NUMBERS, (a, b) => a + b),
  sub: binary(NUMBERS, (a, b) => a - b),
  mul: binary(NUMBERS, (a, b, type) => (isFloat(type) ? a * b : Math.imul(a, b))),
  div: binary(NUMBERS, quotient),
  min: binary(NUMBERS, (a, b) => Math.min(a, b)),
  max: binary(NUMBERS, (a, b) => Math.max(a, b)),
  neg: unary(NUMBERS, x => -x),
  abs: unary(NUMBERS, x => Math.abs(x)),
  sign: unary(NUMBERS, x => Math.sign(x)),
  floor: unary(FLOATS, x => Math.floor(x)),
  ceil: unary(FLOATS, x => Math.ceil(x)),
  round: unary(FLOATS, x => roundHalfEven(x)),
  sqrt: unary(FLOATS, x => Math.sqrt(x)),
  rsqrt: unary(FLOATS, x => 1 / Math.sqrt(x)),
  exp: unary(FLOATS, x => Math.exp(x)),
  expm1: unary(FLOATS, x => Math.expm1(x)),
  log: unary(FLOATS, x => Math.log(x)),
  log1p: unary(FLOATS, x => Math.log1p(x)),
  sin: unary(FLOATS, x => Math.sin(x)),
  cos: unary(FLOATS, x => Math.cos(x)),
  tanh: unary(FLOATS, x => Math.tanh(x)),
  erf: unary(FLOATS, x => erf(x)),
  pow: binary(FLOATS, (a, b) => a ** b),
  lt: binary(ORDER, (a, b) => Number(a < b)),
  le: binary(ORDER, (a, b) => Number(a <= b)),
  eq: binary(EQUALITY, (a, b) => Number(a === b)),
  ne: binary(EQUALITY, (a, b) => Number(a !== b)),
  gt: binary(ORDER, (a, b) => Number(a > b)),
  ge: binary(ORDER, (a, b) => Number(a >= b)),
  and: binary(BITS, (a, b) => a & b),
  or: binary(BITS, (a, b) => a | b),
  xor: binary(BITS, (a, b) => a ^ b),
  not: unary(BITS, (x, type) => (type === 'bool' ? 1 - x : ~x)),
  shl: binary(INTEGERS, (a, b) => a << b),
  shr: binary(INTEGERS, (a, b, type) => (type === 'u32' ? a >>> b : a >> b)),
  select: { ...CHOICE, arity: 3, evaluate: x => (x[0] ? x[1]! : x[2]!) },
  // Of an f32 it is what is left when it is stored: a target that computes in double rounds.
  f32: cast('f32', (x, type) => (type === 'f32' ? Math.fround(x) : x)),
  f64: cast('f64', x => x),
  i32: cast('i32', toInteger(-(2 ** 31), 2 ** 31 - 1)),
  u32: cast('u32', toInteger(0, 2 ** 32 - 1)),
  bool: cast('bool', x => Number(x !== 0)),
  threefry: threefryWord(0),
  threefry2: threefryWord(1),
} as const satisfies Record<string, ScalarRule> & Record<DTypeName, ScalarRule>

/** The name of a scalar operation. */
export type ScalarOp = keyof typeof SCALAR_OPS

/** The names of `SCALAR_OPS`, in the order of the table. */
export const SCALAR_OP_NAMES = Object.keys(SCALAR_OPS) as readonly ScalarOp[]

/** Whether `name` is a scalar operation. */
export function isScalarOp(name: string): name is ScalarOp {
  return Object.hasOwn(SCALAR_OPS, name)
}

/** The result type of `op` on operands of these types, or the sentence that says what it needs. */
export function scalarType(
  op: ScalarOp,
  operands: readonly DTypeName[],
): { readonly type: DTypeName } | { readonly refusal: string } {
  const rule: ScalarRule = SCALAR_OPS[op]
  const got = operands.length === 0 ? 'nothing' : operands.join(', ')
  if (operands.length !== rule.arity) {
    const count = rule.arity === 1 ? '1 operand' : `${rule.arity} operands`
    return { refusal: `${op} needs ${count}, got ${operands.length}` }
  }
  const type = rule.type(operands)
  return type === undefined ? { refusal: `${op} needs ${rule.needs}, got ${got}` } : { type }
}

/**
 * What `op` does to operands of the first operand's type `from`; `to` is its result type. Integers
 * and bools are always exact; with rounding 'dtype' floats are rounded to their type too.
 */
export function evaluator(
  op: ScalarOp,
  from: DTypeName,
  to: DTypeName,
  rounding: Rounding,
): (values: readonly number[]) => number {
  const { evaluate }: ScalarRule = SCALAR_OPS[op]
  if (rounding === 'f64' && isFloat(to)) return values => evaluate(values, from)
  const { round } = DTYPES[to]
  return values => round(evaluate(values, from))
}
