// The check every node passes, whether it is built, parsed, rewritten or verified: operand count,
// attribute kinds, and the op's own type rule. It says what is wrong; the caller knows where.

import type { Diagnostic, OperandNote } from '../support/diagnostic.ts'
import { nearest } from '../support/diagnostic.ts'
import type { Attributes } from './attribute.ts'
import { isViolation, type Op, type Violation } from './op.ts'
import { printType, type TensorType, typeSpan } from './type.ts'

/** A node that passed: its attributes with defaults filled in, and its result types. */
export interface CheckedNode {
  readonly attributes: Attributes
  readonly types: readonly TensorType[]
}

/** A node that did not pass. `culprits` is as in `Violation`. */
export interface NodeProblem {
  readonly code: 'E101' | 'E102' | 'E103'
  readonly message: string
  readonly culprits?: Violation['culprits']
  readonly help?: string | undefined
}

/** Checks one application of an op to operands of the given types. */
export function checkNode(
  op: Op,
  types: readonly TensorType[],
  given: Attributes,
): CheckedNode | NodeProblem {
  const countProblem = checkCount(op, types.length)
  if (countProblem !== undefined) return countProblem
  const attributes = { ...op.defaults(types), ...given }
  const attributeProblem = checkAttributes(op, attributes)
  if (attributeProblem !== undefined) return attributeProblem
  const results = op.type(types, attributes)
  if (!isViolation(results)) return { attributes, types: results }
  const { constraint, message, culprits, help } = results
  return { code: 'E101', message: `${message} (${constraint})`, culprits, help }
}

/** Whether `checkNode` refused. */
export function isProblem(of: CheckedNode | NodeProblem): of is NodeProblem {
  return 'code' in of
}

function checkCount(op: Op, got: number): NodeProblem | undefined {
  if (op.variadic ? got > 0 : got === op.operands.length) return undefined
  const names = op.operands.join(', ')
  const needs = op.variadic ? `one or more operands (${names})` : count(op.operands.length, names)
  return {
    code: 'E102',
    message: `takes ${needs}, got ${got}`,
    help: got > op.operands.length ? 'leave out what it does not take' : `pass ${names}`,
  }
}

const count = (n: number, names: string) =>
  n === 0 ? 'no operands' : `${n} operand${n === 1 ? '' : 's'} (${names})`

function checkAttributes(op: Op, attributes: Attributes): NodeProblem | undefined {
  const known = Object.keys(op.attributes)
  for (const [name, kind] of Object.entries(op.attributes)) {
    const value = attributes[name]
    if (value === undefined) {
      return {
        code: 'E103',
        message: `needs the attribute "${name}", ${kind.what}`,
        help: `write {${name} = …}`,
      }
    }
    if (!kind.accepts(value)) {
      return {
        code: 'E103',
        message: `attribute "${name}" must be ${kind.what}, got ${show(value)}`,
      }
    }
  }
  const extra = Object.keys(attributes).find(name => !known.includes(name))
  if (extra === undefined) return undefined
  const takes = known.length > 0 ? known.join(', ') : 'none'
  const near = nearest(extra, known)
  return {
    code: 'E103',
    message: `has no attribute "${extra}"; it takes ${takes}`,
    help: near === undefined ? `leave "${extra}" out` : `did you mean "${near}"?`,
  }
}

const show = (value: unknown) =>
  typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? `[${value}]`
      : 'an object'
    : String(value)

/** The diagnostic of a problem, with operands shown under `labels` and the culprits marked. */
export function describeProblem(
  problem: NodeProblem,
  op: Op,
  labels: readonly string[],
  types: readonly TensorType[],
): Pick<Diagnostic, 'code' | 'subject' | 'message' | 'operands' | 'help'> {
  return {
    code: problem.code,
    subject: op.name,
    message: problem.message,
    operands: types.map((type, i): OperandNote => {
      const name = op.variadic ? `${op.operands[0]}.${i}` : op.operands[i]
      const part = name === undefined ? undefined : problem.culprits?.[name]
      const text = printType(type)
      return { label: labels[i]!, type: text, culprit: culpritSpan(type, text, part) }
    }),
    help: problem.help,
  }
}

function culpritSpan(type: TensorType, text: string, part: number | 'dtype' | 'whole' | undefined) {
  if (part === undefined) return undefined
  return part === 'whole' ? { start: 0, end: text.length } : typeSpan(type, part)
}
