// Evaluation of ops on known tensors: one op at a time, through its reference meaning. An appender
// that computes instead of recording gives composites their value, and lets any rule that builds
// nodes (a derivative, a rewrite) be run directly on numbers.

import { GraphError, InternalError, invariant, UnsupportedError } from '../support/diagnostic.ts'
import { DTYPES } from '../support/dtype.ts'
import type { Attributes } from './attribute.ts'
import { type Appender, handle, type Value } from './builder.ts'
import { checkNode, describeProblem, isProblem } from './check-node.ts'
import { sizeOf } from './dim.ts'
import type { Literal } from './literal.ts'
import type { Op } from './op.ts'
import { printType, type TensorType, typesEqual } from './type.ts'

/**
 * `f64`: floats keep double precision throughout. `dtype`: every result is rounded to its dtype.
 */
export type Rounding = 'f64' | 'dtype'

/** A value whose elements are known. */
interface KnownValue extends Value {
  readonly known: Literal
}

/** An appender whose values have elements: appending computes. */
export class Evaluator implements Appender {
  readonly rounding: Rounding
  #nextId = 0

  constructor(rounding: Rounding = 'f64') {
    this.rounding = rounding
  }

  /** A value with the given elements. */
  value(known: Literal): Value {
    const value: KnownValue = { ...handle(this.#nextId++, known.type, this), known }
    return value
  }

  /** The elements of a value that this evaluator made. */
  literal(value: Value): Literal {
    invariant(value.builder === this, 'evaluator', 'a value belongs to the evaluator that made it')
    return (value as KnownValue).known
  }

  append(op: Op, operands: readonly Value[], attributes: Attributes): readonly Value[] {
    const literals = operands.map(value => this.literal(value))
    return evaluateOp(op, literals, attributes, this.rounding).map(result => this.value(result))
  }
}

/** The results of one op on known operands. Throws E101 to E103 where they do not fit. */
export function evaluateOp(
  op: Op,
  operands: readonly Literal[],
  given: Attributes,
  rounding: Rounding,
): Literal[] {
  const types = operands.map(operand => operand.type)
  const checked = checkNode(op, types, given)
  if (isProblem(checked)) {
    const labels = operands.map((_, i) => op.operands[i] ?? `operand ${i}`)
    throw new GraphError(describeProblem(checked, op, labels, types))
  }
  for (const type of checked.types) checkSize(op, type)
  if (op.body !== undefined) return evaluateBody(op, operands, checked.attributes, rounding)
  const results = op.evaluate(operands, checked.attributes, types)
  results.forEach((result, i) => {
    const expected = checked.types[i]!
    if (!typesEqual(result.type, expected)) {
      throw new InternalError({
        code: 'E903',
        subject: op.name,
        message: `the reference gives ${printType(result.type)}, the type rule ${printType(expected)}`,
        help: 'make evaluate and type of the op agree',
      })
    }
  })
  return results.map(result => roundLiteral(result, rounding))
}

/** Elements of the largest tensor that is evaluated: 2 GiB of doubles. */
const MOST_ELEMENTS = 2 ** 28

/** Throws E501 before memory is asked for that the reference cannot have. */
function checkSize(op: Op, type: TensorType): void {
  const count = sizeOf(type.shape)
  if (typeof count === 'string' || count <= MOST_ELEMENTS) return
  throw new UnsupportedError({
    code: 'E501',
    subject: op.name,
    message: `the reference holds at most ${MOST_ELEMENTS} elements, got ${printType(type)}`,
    help: 'bind the dims to smaller sizes',
  })
}

/** The results of a composite: its body, evaluated. */
export function evaluateBody(
  op: Op,
  operands: readonly Literal[],
  attributes: Attributes,
  rounding: Rounding,
): Literal[] {
  invariant(op.body !== undefined, op.name, 'a composite has a body')
  const evaluator = new Evaluator(rounding)
  const values = operands.map(operand => evaluator.value(operand))
  return op.body(values, attributes, evaluator).map(value => evaluator.literal(value))
}

/** Integers and bools always take their type's values; floats only where rounding is asked for. */
export function roundLiteral(literal: Literal, rounding: Rounding): Literal {
  const { kind, round } = DTYPES[literal.dtype]
  if (literal.dtype === 'f64' || (kind === 'float' && rounding === 'f64')) return literal
  return literal.map(round)
}
