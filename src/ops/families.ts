// What a family of ops shares: type rule, pointwise evaluation, sampling. A section of an
// elementwise op then holds only its formula, its derivative and its scalar form. Core ops need
// equal operand types; broadcasting is an op of its own.

import type { AttributeKinds, Attributes, ValuesOf } from '../ir/attribute.ts'
import { checkValue, type Value } from '../ir/builder.ts'
import { defineOp, type JvpContext, operator, type VjpContext } from '../ir/define.ts'
import { Literal } from '../ir/literal.ts'
import {
  type Derivative,
  type Facts,
  type Family,
  type Operator,
  type Violation,
  violation,
} from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { type Shape, shapesEqual, type TensorType, typesEqual, withDtype } from '../ir/type.ts'
import type { Scalar } from '../kernel/scalar.ts'
import { DTYPES, type DTypeName } from '../support/dtype.ts'

/** Groups of element types that an op may accept. */
export const FLOATS: readonly DTypeName[] = ['f32', 'f64']
/** Every type with arithmetic. */
export const NUMBERS: readonly DTypeName[] = ['f32', 'f64', 'i32', 'u32']
/** Types with a sign. */
export const SIGNED: readonly DTypeName[] = ['f32', 'f64', 'i32']
/** Types with bitwise or logical operations. */
export const DISCRETE: readonly DTypeName[] = ['i32', 'u32', 'bool']
/** Every element type. */
export const ALL: readonly DTypeName[] = ['f32', 'f64', 'i32', 'u32', 'bool']

/** A public elementwise function of one tensor: the result has the operand's shape and dtype. */
export interface UnaryOp extends Operator {
  (x: Value): Value
}

/** A public elementwise function of two tensors of equal type. */
export interface BinaryOp extends Operator {
  (x: Value, y: Value): Value
}

/** The elements of the result of a unary op; `dtype` tells wrapping integers from floats. */
export type UnaryMeaning<A> = (x: number, attributes: A, dtype: DTypeName) => number

/** The elements of the result of a binary op. */
export type BinaryMeaning = (x: number, y: number, dtype: DTypeName) => number

/** What is particular to an elementwise op of one operand. */
export interface UnarySection<K extends AttributeKinds> {
  readonly name: string
  readonly family?: Family
  readonly dtypes?: readonly DTypeName[]
  readonly attributes?: K
  readonly defaults?: ValuesOf<K>
  /** Constraints on attributes, from C2 on, and the check that names the first one violated. */
  readonly constraints?: Readonly<Record<string, string>>
  readonly check?: (attributes: ValuesOf<K>, x: TensorType) => Violation | undefined
  /** What it means, in double. Written apart from `scalar` on purpose: each checks the other. */
  readonly evaluate: UnaryMeaning<ValuesOf<K>>
  /** How kernels compute it. */
  readonly scalar: (x: Scalar, attributes: ValuesOf<K>) => Scalar
  readonly vjp: (context: VjpContext<'x', ValuesOf<K>>) => { readonly x: Derivative }
  readonly jvp: (context: JvpContext<'x', ValuesOf<K>>) => Derivative
  readonly facts?: Facts
  /** The interval on which derivatives are checked; [-2, 2] by default. */
  readonly samples?: readonly [low: number, high: number]
  /** Attributes to draw from; the defaults where left out. */
  readonly sampleAttributes?: readonly ValuesOf<K>[]
  readonly kinks?: readonly number[]
}

/**
 * The definition of an elementwise op of one operand. Constraint C1: the dtype is one of `dtypes`.
 */
export function defineUnary<const K extends AttributeKinds = Record<never, never>>(
  section: UnarySection<K>,
) {
  const { name, family = 'unary', dtypes = FLOATS, evaluate, scalar, defaults } = section
  return defineOp<'x', K>({
    ...optional(section),
    name,
    family,
    operands: ['x'],
    ...(defaults === undefined ? {} : { defaults: () => defaults }),
    constraints: { C1: dtypeConstraint('x', dtypes), ...section.constraints },
    type: ({ x }, attributes) =>
      dtypeViolation(x, 'x', dtypes) ?? section.check?.(attributes, x) ?? x,
    evaluate: ({ x }, attributes) => x.map(value => evaluate(value, attributes, x.dtype)),
    vjp: section.vjp,
    jvp: { x: section.jvp },
    lowering: {
      kind: 'elementwise',
      scalar: ([x], { attributes }) => scalar(x!, attributes as ValuesOf<K>),
    },
    samples: draw => ({
      operands: [sampled(draw.pick(dtypes), draw.shape(), section.samples)],
      attributes: draw.pick(section.sampleAttributes ?? [defaults ?? {}]) as Attributes,
    }),
  })
}

/** The public function of an elementwise op without attributes. */
export function unary(section: UnarySection<Record<never, never>>): UnaryOp {
  const op = defineUnary(section)
  return operator(op, function call(x: Value): Value {
    checkValue(op, x)
    return x.builder.append(op, [x], {}, call)[0]!
  })
}

/** What is particular to an elementwise op of two operands. */
export interface BinarySection {
  readonly name: string
  readonly family?: Family
  readonly dtypes?: readonly DTypeName[]
  /** The dtype of the result where it is not the operands'. */
  readonly result?: DTypeName
  readonly evaluate: BinaryMeaning
  readonly scalar: (x: Scalar, y: Scalar) => Scalar
  readonly vjp: (context: VjpContext<'x' | 'y', unknown>) => Readonly<Record<'x' | 'y', Derivative>>
  readonly jvp: Readonly<Record<'x' | 'y', (context: JvpContext<'x' | 'y', unknown>) => Derivative>>
  readonly facts?: Facts
  /** Intervals of x and y on which derivatives are checked. */
  readonly samples?: {
    readonly x?: readonly [number, number]
    readonly y?: readonly [number, number]
  }
  readonly kinks?: readonly number[]
}

/**
 * An elementwise op of two operands. C1: the dtype is one of `dtypes`. C2, C3: equal shape, dtype.
 */
export function binary(section: BinarySection): BinaryOp {
  const { name, family = 'binary', dtypes = NUMBERS, evaluate, scalar, result } = section
  const op = defineOp({
    ...optional(section),
    name,
    family,
    operands: ['x', 'y'],
    constraints: {
      C1: dtypeConstraint('x', dtypes),
      C2: 'x and y have equal shape',
      C3: 'x and y have equal dtype',
    },
    type: ({ x, y }) =>
      dtypeViolation(x, 'x', dtypes) ??
      equalTypes(x, y) ??
      (result === undefined ? x : withDtype(x, result)),
    evaluate: ({ x, y }, _, type) => zip(x, y, type, (a, b) => evaluate(a, b, x.dtype)),
    vjp: section.vjp,
    jvp: section.jvp,
    lowering: { kind: 'elementwise', scalar: ([x, y]) => scalar(x!, y!) },
    samples: draw => {
      const shape = draw.shape()
      const dtype = draw.pick(dtypes)
      const operands = [section.samples?.x, section.samples?.y]
      return { operands: operands.map(range => sampled(dtype, shape, range)), attributes: {} }
    },
  })
  return operator(op, function call(x: Value, y: Value): Value {
    checkValue(op, x)
    return x.builder.append(op, [x, y], {}, call)[0]!
  })
}

/** An operand with floats in `range`; integers and bools have ranges of their own. */
function sampled(dtype: DTypeName, shape: Shape, range: readonly [number, number] = [-2, 2]) {
  return DTYPES[dtype].kind === 'float' ? operand(dtype, shape, ...range) : operand(dtype, shape)
}

/** Combines two literals of equal shape element by element. */
export function zip(
  x: Literal,
  y: Literal,
  type: TensorType,
  combine: (x: number, y: number) => number,
): Literal {
  const data = Float64Array.from({ length: x.size }, (_, i) => combine(x.at(i), y.at(i)))
  return new Literal(type.dtype, x.shape, data)
}

/** The sentence of a dtype constraint. */
export function dtypeConstraint(name: string, dtypes: readonly DTypeName[]): string {
  return `${name} is ${dtypes.join(', ')}`
}

/** The violation of C1 where a dtype is not among those accepted. */
export function dtypeViolation(type: TensorType, name: string, dtypes: readonly DTypeName[]) {
  if (dtypes.includes(type.dtype)) return undefined
  const wanted = dtypes.length === 1 ? dtypes[0] : `one of ${dtypes.join(', ')}`
  const help = `use cast(${name}, '${dtypes[0]}')`
  return violation('C1', `${name} must be ${wanted}, got ${type.dtype}`, { [name]: 'dtype' }, help)
}

/** The violation of C2 or C3 where two operands of an elementwise op differ in type. */
export function equalTypes(
  x: TensorType,
  y: TensorType,
  names: readonly [string, string] = ['x', 'y'],
) {
  if (typesEqual(x, y)) return undefined
  const [first, second] = names
  if (!shapesEqual(x.shape, y.shape)) {
    const message = `${first} and ${second} must have equal shape, got [${x.shape}] and [${y.shape}]`
    return violation(
      'C2',
      message,
      { [first]: 'whole', [second]: 'whole' },
      'broadcast one of them with broadcastTo(x, shape)',
    )
  }
  const message = `${first} and ${second} must have equal dtype, got ${x.dtype} and ${y.dtype}`
  return violation(
    'C3',
    message,
    { [first]: 'dtype', [second]: 'dtype' },
    `use cast(${second}, '${x.dtype}')`,
  )
}

function optional<K extends AttributeKinds>(section: {
  readonly attributes?: K
  readonly facts?: Facts
  readonly kinks?: readonly number[]
}) {
  return {
    ...(section.attributes === undefined ? {} : { attributes: section.attributes }),
    ...(section.facts === undefined ? {} : { facts: section.facts }),
    ...(section.kinks === undefined ? {} : { kinks: section.kinks }),
  }
}
