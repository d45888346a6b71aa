// Scalar expressions: a typed, interned DAG of what one point of a kernel computes. There is no
// `let` in the data: sharing is identity, and the walker decides where a shared value is computed.
// Op authors build expressions with the constructors below: `s.div(s.one(x), s.add(s.one(x), y))`.

import { internalError, invariant } from '../support/diagnostic.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'
import type { Index } from './index.ts'
import { type Interned, internTable } from './intern.ts'
import { evaluator, type Rounding, type ScalarOp, scalarType } from './scalar-ops.ts'

/** A literal, already rounded to its type. */
export interface ConstScalar extends Interned {
  readonly kind: 'const'
  readonly type: DTypeName
  readonly value: number
}

/** An operation of the `SCALAR_OPS` table. */
export interface OpScalar extends Interned {
  readonly kind: 'op'
  readonly type: DTypeName
  readonly op: ScalarOp
  readonly args: readonly Scalar[]
}

/** An element of a buffer. `fill` is its value where an index leaves its dim or is undefined. */
export interface LoadScalar extends Interned {
  readonly kind: 'load'
  readonly type: DTypeName
  readonly buffer: string
  readonly index: readonly Index[]
  readonly fill: Scalar | undefined
}

/** A value known by name: an accumulator of a kernel, a formal operand of an op's definition. */
export interface AccScalar extends Interned {
  readonly kind: 'acc'
  readonly type: DTypeName
  readonly name: string
}

/** An index expression as an i32. */
export interface IndexScalar extends Interned {
  readonly kind: 'index'
  readonly type: 'i32'
  readonly index: Index
}

/** A scalar expression. Equal expressions are one object. */
export type Scalar = ConstScalar | OpScalar | LoadScalar | AccScalar | IndexScalar

const table = internTable<Scalar>()

/** The literal `value` of `type`, rounded to it; a bool is 0 or 1. */
export function constant(type: DTypeName, value: number): Scalar {
  const rounded = DTYPES[type].round(value)
  const spelled = Object.is(rounded, -0) ? '-0' : String(rounded)
  return table.get(`const ${type} ${spelled}`, id => ({ id, kind: 'const', type, value: rounded }))
}

/** An operation; its operands must have types that the op takes. */
export function op(name: ScalarOp, args: readonly Scalar[]): Scalar {
  const result = scalarType(
    name,
    args.map(arg => arg.type),
  )
  if ('refusal' in result) throw internalError('scalar expression', result.refusal)
  const { type } = result
  const key = `op ${name} ${args.map(arg => arg.id).join(' ')}`
  return table.get(key, id => ({ id, kind: 'op', type, op: name, args }))
}

/** An element of a buffer of `type`; with `fill`, an index may leave the buffer. */
export function load(
  type: DTypeName,
  buffer: string,
  index: readonly Index[],
  fill?: Scalar | undefined,
): Scalar {
  const key = `load ${type} ${index.map(e => e.id).join(' ')} ${fill?.id ?? ''} ${buffer}`
  return table.get(key, id => ({ id, kind: 'load', type, buffer, index, fill }))
}

/** The accumulator `name`. */
export function acc(type: DTypeName, name: string): Scalar {
  return table.get(`acc ${type} ${name}`, id => ({ id, kind: 'acc', type, name }))
}

/** A formal operand of an op's definition; `evaluateScalar` gives it a value by its name. */
export function scalarInput(type: DTypeName, name: string): Scalar {
  return acc(type, name)
}

/** The value of an index expression. */
export function indexValue(index: Index): Scalar {
  return table.get(`index ${index.id}`, id => ({ id, kind: 'index', type: 'i32', index }))
}

/**
 * The value of an expression of constants, operations and named inputs; what an op definition's
 * scalar means. A shared subexpression is evaluated once. Expressions that load are the kernel
 * interpreter's.
 */
export function evaluateScalar(
  root: Scalar,
  inputs: ReadonlyMap<string, number>,
  rounding: Rounding,
): number {
  const known = new Map<Scalar, number>()
  const visit = (node: Scalar): number => {
    const seen = known.get(node)
    if (seen !== undefined) return seen
    const value = compute(node)
    known.set(node, value)
    return value
  }
  function compute(node: Scalar): number {
    if (node.kind === 'const') return node.value
    if (node.kind === 'op') {
      return evaluator(node.op, node.args[0]!.type, node.type, rounding)(node.args.map(visit))
    }
    invariant(node.kind === 'acc', 'scalar expression', `a ${node.kind} has no value by name`)
    const value = inputs.get(node.name)
    invariant(value !== undefined, 'scalar expression', `the input ${node.name} has no value`)
    return value
  }
  return visit(root)
}

// ---- constructors, one per operation

/** The literal `value` in the type of `like`. */
export const literal = (like: Scalar, value: number): Scalar => constant(like.type, value)

/** 0 in the type of `like`. */
export const zero = (like: Scalar): Scalar => literal(like, 0)

/** 1 in the type of `like`. */
export const one = (like: Scalar): Scalar => literal(like, 1)

/** a + b; integers wrap. */
export const add = (a: Scalar, b: Scalar): Scalar => op('add', [a, b])

/** a - b; integers wrap. */
export const sub = (a: Scalar, b: Scalar): Scalar => op('sub', [a, b])

/** a · b; integers wrap. */
export const mul = (a: Scalar, b: Scalar): Scalar => op('mul', [a, b])

/** a / b; integers truncate, and a zero divisor gives 0. */
export const div = (a: Scalar, b: Scalar): Scalar => op('div', [a, b])

/** The smaller operand; NaN if one is. */
export const min = (a: Scalar, b: Scalar): Scalar => op('min', [a, b])

/** The larger operand; NaN if one is. */
export const max = (a: Scalar, b: Scalar): Scalar => op('max', [a, b])

/** -a. */
export const neg = (a: Scalar): Scalar => op('neg', [a])

/** |a|. */
export const abs = (a: Scalar): Scalar => op('abs', [a])

/** -1, 0 or 1; zeros and NaN stay as they are. */
export const sign = (a: Scalar): Scalar => op('sign', [a])

/** The largest integer not above a. */
export const floor = (a: Scalar): Scalar => op('floor', [a])

/** The smallest integer not below a. */
export const ceil = (a: Scalar): Scalar => op('ceil', [a])

/** The nearest integer, ties to even. */
export const round = (a: Scalar): Scalar => op('round', [a])

/** The square root. */
export const sqrt = (a: Scalar): Scalar => op('sqrt', [a])

/** 1 / sqrt(a). */
export const rsqrt = (a: Scalar): Scalar => op('rsqrt', [a])

/** e to the power a. */
export const exp = (a: Scalar): Scalar => op('exp', [a])

/** exp(a) - 1, accurate near 0. */
export const expm1 = (a: Scalar): Scalar => op('expm1', [a])

/** The natural logarithm. */
export const log = (a: Scalar): Scalar => op('log', [a])

/** log(1 + a), accurate near 0. */
export const log1p = (a: Scalar): Scalar => op('log1p', [a])

/** The sine of an angle in radians. */
export const sin = (a: Scalar): Scalar => op('sin', [a])

/** The cosine of an angle in radians. */
export const cos = (a: Scalar): Scalar => op('cos', [a])

/** The hyperbolic tangent. */
export const tanh = (a: Scalar): Scalar => op('tanh', [a])

/** The error function. */
export const erf = (a: Scalar): Scalar => op('erf', [a])

/** a to the power b. */
export const pow = (a: Scalar, b: Scalar): Scalar => op('pow', [a, b])

/** a < b. */
export const lt = (a: Scalar, b: Scalar): Scalar => op('lt', [a, b])

/** a <= b. */
export const le = (a: Scalar, b: Scalar): Scalar => op('le', [a, b])

/** a = b; false for NaN. */
export const eq = (a: Scalar, b: Scalar): Scalar => op('eq', [a, b])

/** a ≠ b; true for NaN. */
export const ne = (a: Scalar, b: Scalar): Scalar => op('ne', [a, b])

/** a > b. */
export const gt = (a: Scalar, b: Scalar): Scalar => op('gt', [a, b])

/** a >= b. */
export const ge = (a: Scalar, b: Scalar): Scalar => op('ge', [a, b])

/** Conjunction of bools, or of the bits of integers. */
export const and = (a: Scalar, b: Scalar): Scalar => op('and', [a, b])

/** Disjunction of bools, or of the bits of integers. */
export const or = (a: Scalar, b: Scalar): Scalar => op('or', [a, b])

/** Exclusive disjunction of bools, or of the bits of integers. */
export const xor = (a: Scalar, b: Scalar): Scalar => op('xor', [a, b])

/** Negation of a bool, or of the bits of an integer. */
export const not = (a: Scalar): Scalar => op('not', [a])

/** a shifted left by b bits. */
export const shl = (a: Scalar, b: Scalar): Scalar => op('shl', [a, b])

/** a shifted right by b bits; an i32 keeps its sign. */
export const shr = (a: Scalar, b: Scalar): Scalar => op('shr', [a, b])

/** `a` where the condition holds, else `b`; only the chosen one counts. */
export const select = (condition: Scalar, a: Scalar, b: Scalar): Scalar =>
  op('select', [condition, a, b])

/** `a` in another type; `a` itself where it has that type already. */
export const cast = (type: DTypeName, a: Scalar): Scalar => (a.type === type ? a : op(type, [a]))

/** The first word of Threefry-2x32-20 for key (k0, k1) and counter (c0, c1). */
export const threefry = (k0: Scalar, k1: Scalar, c0: Scalar, c1: Scalar): Scalar =>
  op('threefry', [k0, k1, c0, c1])

/** The second word of Threefry-2x32-20 for key (k0, k1) and counter (c0, c1). */
export const threefry2 = (k0: Scalar, k1: Scalar, c0: Scalar, c1: Scalar): Scalar =>
  op('threefry2', [k0, k1, c0, c1])
