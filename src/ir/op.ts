// The contract of an op: everything the compiler knows of one, in one plain frozen object that a
// node refers to. Passes, autodiff, lowering and the interpreter work from this contract alone and
// name no op; `define.ts` turns the typed sections of src/ops into it.

import type { Index } from '../kernel/index.ts'
import type { Combine } from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import type { AttributeKinds, Attributes } from './attribute.ts'
import type { Appender, Value } from './builder.ts'
import type { Literal } from './literal.ts'
import type { Draw, Sample } from './sample.ts'
import type { TensorType } from './type.ts'

/** Why a type rule refuses its operands. */
export interface Violation {
  /** The number of the constraint, such as `C1`. */
  readonly constraint: string
  /** One sentence: what is required, what was got. */
  readonly message: string
  /** Operands at fault: the axis, the dtype, or the operand as a whole. */
  readonly culprits?: Readonly<Record<string, number | 'dtype' | 'whole'>> | undefined
  readonly help?: string | undefined
}

/** The operand has no influence on the result's value: its cotangent is zero. */
export interface Zero {
  readonly refusal: 'zero'
}

/**
 * The operand has no derivative at all: it is an integer, or only decides which element is meant.
 */
export interface NotDifferentiable {
  readonly refusal: 'notDifferentiable'
}

/** The derivative exists but no rule for it is written; `reason` says why. */
export interface NotImplemented {
  readonly refusal: 'notImplemented'
  readonly reason: string
}

/** What a derivative rule answers for one operand. */
export type Derivative = Value | Zero | NotDifferentiable | NotImplemented

/** What a rule sees: operands in order, results, and attributes. */
export interface RuleContext {
  readonly operands: readonly Value[]
  readonly outs: readonly Value[]
  readonly attributes: Attributes
}

/**
 * Reverse mode: a cotangent per operand, from cotangents of the results (undefined: nobody sent
 * one).
 */
export type Vjp = (context: RuleContext & { cts: readonly (Value | undefined)[] }) => Derivative[]

/**
 * Forward mode. `linear`: the op is jointly linear in its float operands, so the tangent of the
 * result is the op of the tangents. Otherwise one rule per operand: from the tangent `t` of that
 * operand alone to its share in the tangent of each result; shares add up. Per operand, because a
 * tangent that is not there must not meet an infinite partial derivative as 0 · ∞.
 */
export type Jvp =
  | 'linear'
  | readonly ((context: RuleContext & { readonly t: Value }) => readonly Derivative[])[]

/** An access to operand number `operand`; `fill` is its value outside the operand's bounds. */
export type LoadOperand = (operand: number, index: readonly Index[], fill?: Scalar) => Scalar

/** What a lowering sees besides operands. */
export interface LoweringContext {
  readonly attributes: Attributes
  readonly types: readonly TensorType[]
  readonly result: TensorType
}

/** Axes of the two operands of a contraction, pair by pair. */
export interface ContractionAxes {
  /** Run in step and stay. */
  readonly batch: readonly [x: readonly number[], y: readonly number[]]
  /** Are multiplied and summed. */
  readonly contract: readonly [x: readonly number[], y: readonly number[]]
}

/** The axis of a running total. */
export interface CarriedAxis {
  readonly axis: number
  /** Whether an element's own value is left out of its total. */
  readonly exclusive: boolean
  /** Whether totals run from the last element to the first. */
  readonly reverse: boolean
}

/** How kernels compute an op; the class decides how it fuses. */
export type Lowering =
  /** A scalar function of the operands' elements at the same index. */
  | {
      readonly kind: 'elementwise'
      readonly scalar: (operands: readonly Scalar[], context: LoweringContext) => Scalar
    }
  /**
   * Each result element is one loaded operand element, or a fill; a loaded index makes it a gather.
   * With `joins` the result is its operands one after another along that axis.
   */
  | {
      readonly kind: 'movement' | 'gather'
      readonly joins?: (attributes: Attributes) => number
      readonly element: (
        index: readonly Index[],
        load: LoadOperand,
        context: LoweringContext,
      ) => Scalar
    }
  /** Accumulation over axes; with `at` the result is the position of the extreme. */
  | {
      readonly kind: 'reduction'
      readonly combine: Combine
      readonly at?: boolean
      readonly axes: (attributes: Attributes) => readonly number[]
    }
  /** Known elements: a buffer of its own, filled when the program is made. */
  | { readonly kind: 'literal' }
  /**
   * A sum of products of two operands over shared axes. The result has the batch axes, then the
   * other axes of the first operand, then those of the second.
   */
  | { readonly kind: 'contraction'; readonly axes: (attributes: Attributes) => ContractionAxes }
  /** One carried axis, in order: every element is what was accumulated before or with it. */
  | {
      readonly kind: 'serial'
      readonly combine: Combine
      readonly carried: (attributes: Attributes) => CarriedAxis
    }
  /**
   * Operands x, indices, updates: x with the updates combined into the slices along `axis` that the
   * indices name, in the order of the updates; an index out of range does nothing.
   */
  | {
      readonly kind: 'scatter'
      readonly combine: Combine
      readonly axis: (attributes: Attributes) => number
    }
  /** The body, in other ops. */
  | { readonly kind: 'composite' }

/** What generic rewrite rules may assume. Values are exact and hold at NaN, infinities and −0. */
export interface Facts {
  /** f(x, y) = f(y, x). */
  readonly commutative?: true
  /** f(f(x, y), z) = f(x, f(y, z)) up to rounding. */
  readonly associative?: true
  /** f(x, e) = x, bit for bit. */
  readonly rightIdentity?: number
  /** f(x, e) = x except for the sign of a zero. */
  readonly roundedIdentity?: number
  /** f(x, a) = a, bit for bit, for every x, NaN included. */
  readonly absorbing?: number
  /** f(x, a) = a where x is finite. */
  readonly finiteAbsorbing?: number
  /** f(f(x)) = x. */
  readonly involution?: true
  /** f(f(x)) = f(x), or f(x, x) = x. */
  readonly idempotent?: true
  /** f(0) = 0, or zero wherever any operand that can carry a derivative is zero. */
  readonly zeroPreserving?: true
}

/** The family names that the status table groups by. */
export type Family =
  | 'unary'
  | 'binary'
  | 'comparison'
  | 'logic'
  | 'select'
  | 'cast'
  | 'creation'
  | 'shape'
  | 'reduction'
  | 'cumulative'
  | 'contraction'
  | 'indexing'
  | 'random'
  | 'composite'

/** The definition of an op. */
export interface Op {
  /** Its spelling in text: the snake_case of its public function. */
  readonly name: string
  readonly family: Family
  /** Operand names in order; with `variadic` there is one name and any number of operands. */
  readonly operands: readonly string[]
  readonly variadic: boolean
  readonly results: readonly string[]
  readonly attributes: AttributeKinds
  /** The numbered constraints of the type rule. */
  readonly constraints: Readonly<Record<string, string>>
  /** Values of attributes that text may leave out. */
  readonly defaults: (types: readonly TensorType[]) => Attributes
  readonly type: (types: readonly TensorType[], attributes: Attributes) => TensorType[] | Violation
  /** The reference meaning over known elements; rounding is the interpreter's. */
  readonly evaluate: (
    operands: readonly Literal[],
    attributes: Attributes,
    types: readonly TensorType[],
  ) => Literal[]
  /** The definition of a composite in other ops. */
  readonly body?: (operands: readonly Value[], attributes: Attributes, into: Appender) => Value[]
  /** Operations of a composite whose kernels skip some that its body names. Dims are integers. */
  readonly flops?: (types: readonly TensorType[]) => number
  /**
   * Whether rewriting looks into the body before a derivative is taken: for ops of a user's own
   * that have no rule of their own, whose bodies may hold formulas worth rewriting.
   */
  readonly transparent?: true
  /** Absent on a composite that is differentiated through its body. */
  readonly vjp?: Vjp
  /** Absent on composites: their tangent comes from the body. */
  readonly jvp?: Jvp
  readonly lowering: Lowering
  readonly facts: Facts
  /** Random well-typed operands and attributes for the generic suites. */
  readonly samples: (draw: Draw) => Sample
  /** Operand values where the derivative jumps or does not exist. */
  readonly kinks: readonly number[]
}

/** Anything that carries an op definition: the public functions of src/ops. */
export interface Operator {
  readonly op: Op
}

/** Ops by text name, as `parse` needs them. */
export type OpTable = Readonly<Record<string, Operator>>

/** Whether a rule's answer is a refusal rather than a value. */
export function isRefusal(
  derivative: Derivative,
): derivative is Zero | NotDifferentiable | NotImplemented {
  return 'refusal' in derivative
}

/** Whether a type rule refused. */
export function isViolation(of: readonly TensorType[] | Violation): of is Violation {
  return 'constraint' in of
}

/** The operand's cotangent is zero: the result does not depend on it. */
export const zero: Zero = { refusal: 'zero' }

/** The operand has no derivative: an integer, a bool, or a choice. */
export const notDifferentiable: NotDifferentiable = { refusal: 'notDifferentiable' }

/** The derivative exists, but gradc has no rule; say why. */
export function notImplemented(reason: string): NotImplemented {
  return { refusal: 'notImplemented', reason }
}

/** A refusal of a type rule; see `Violation`. */
export function violation(
  constraint: string,
  message: string,
  culprits?: Violation['culprits'],
  help?: string,
): Violation {
  return { constraint, message, culprits, help }
}
