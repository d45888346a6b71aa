// Choices that no processor foresees. V8 makes `a > 0 ? a : 0` and `Math.max(a, 0)` a branch, and
// where the sign of `a` is as good as random, every second one is taken wrongly: measured, 7 ns an
// element. Written into two cells of which one is then read, the same costs 0.6 ns, and is as exact
// for NaN, infinities and zeros of either sign. What positions decide stays a branch.

import type { OpScalar, Scalar } from '../../kernel/scalar.ts'
import { reach } from '../../kernel/uses.ts'
import { isFloat } from '../../support/dtype.ts'
import { costOf } from './cost.ts'
import { comparisonOf } from './spell.ts'

/** The array of the cells of all choices of a kernel, two for each. */
export const CELLS = 'c'

/** What both operands may cost together; to guess wrongly costs as much. */
const MOST_COST = 16

/** A choice as cells: the second of the two is read where `isSecond` holds. */
export interface Choice {
  /** The number of its first cell. */
  readonly cell: number
  readonly first: Scalar
  readonly second: Scalar
}

/** The choices below `roots` that are made by cells. */
export function choicesIn(roots: readonly Scalar[]): ReadonlyMap<Scalar, Choice> {
  const choices = new Map<Scalar, Choice>()
  for (const node of reach(roots).order) {
    const operands = operandsOf(node, choices)
    if (operands === undefined) continue
    const [first, second] = operands
    choices.set(node, { cell: 2 * choices.size, first, second })
  }
  return choices
}

/** The condition of a choice that has one. */
export function conditionOf(node: Scalar): Scalar | undefined {
  return node.kind === 'op' && node.op === 'select' ? node.args[0] : undefined
}

/** The lines that put the constants of `choices` into their cells, once per call of a function. */
export function constantCells(choices: Iterable<Choice>): readonly string[] {
  return [...choices].flatMap(({ cell, first, second }) =>
    [first, second].flatMap((operand, i) =>
      operand.kind === 'const' ? [`${CELLS}[${cell + i}] = ${spelled(operand.value)}`] : [],
    ),
  )
}

const spelled = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

/** What the cells of a choice hold; undefined where `node` is none, or a branch is better. */
function operandsOf(
  node: Scalar,
  made: ReadonlyMap<Scalar, Choice>,
): readonly [Scalar, Scalar] | undefined {
  if (node.kind !== 'op') return undefined
  // A position is chosen with the extreme that stands there, and a double holds it exactly.
  if (node.op === 'select' && (isFloat(node.type) || node.type === 'i32')) {
    const [condition, a, b] = node.args
    return isUnforeseen(condition!) && isQuick([a!, b!], made) ? [b!, a!] : undefined
  }
  if (!isFloat(node.type)) return undefined
  const bound = boundOf(node)
  return bound && [node.args[bound.of]!, node.args[1 - bound.of]!]
}

/** The limit of a value from one side. */
interface Bound {
  /** The number of the operand that is limited. */
  readonly of: 0 | 1
  /** The limit stands for the operand where this holds between the operand and the limit. */
  readonly when: '<' | '<=' | '>' | '>='
}

/** The limit that a `max` or `min` with a constant sets; NaN is never beyond it, so it passes. */
export function boundOf({ op, args }: OpScalar): Bound | undefined {
  if (op !== 'max' && op !== 'min') return undefined
  const of = args[1]!.kind === 'const' ? 0 : 1
  const limit = args[1 - of]!
  if (limit.kind !== 'const' || Number.isNaN(limit.value)) return undefined
  // Of two zeros the maximum is the positive one, the minimum the negative one.
  if (op === 'max') return { of, when: Object.is(limit.value, 0) ? '<=' : '<' }
  return { of, when: Object.is(limit.value, -0) ? '>=' : '>' }
}

/** Whether data decides: comparisons of fractions and loaded bools, and what is made of them. */
function isUnforeseen(condition: Scalar): boolean {
  if (condition.kind === 'load') return condition.type === 'bool'
  if (condition.kind !== 'op') return false
  if (comparisonOf(condition.op) !== undefined) return condition.args.some(isData)
  const isMade = condition.op === 'and' || condition.op === 'or' || condition.op === 'not'
  return isMade && condition.type === 'bool' && condition.args.every(isUnforeseen)
}

/** Whether a compared operand is more than a position: a fraction, or an integer that is loaded. */
const isData = (node: Scalar): boolean =>
  isFloat(node.type) || reach([node]).order.some(({ kind }) => kind === 'load')

/** What is a choice itself has been made by then. */
const isQuick = (operands: readonly Scalar[], made: ReadonlyMap<Scalar, Choice>) =>
  costOf(operands, node => !made.has(node)) <= MOST_COST
