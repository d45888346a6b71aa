// Values whose logarithm can be had without the value itself, which may overflow or underflow:
// exponentials, sums of them, and functions between 0 and 1. Broadcasts, reshapes and transposes
// stand outside of functions in normal form, so they are seen through.

import { integer, integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import type { Op } from '../../ir/op.ts'
import { sigmoid, softplus } from '../../ops/activation.ts'
import { add, neg } from '../../ops/arithmetic.ts'
import { broadcastTo, sum } from '../../ops/broadcast.ts'
import { exp } from '../../ops/exponential.ts'
import { logAddExp } from '../../ops/logarithms.ts'
import { reshape, transpose } from '../../ops/movement.ts'
import { logSoftmax, logSumExp, softmax } from '../../ops/softmax.ts'
import type { Matched } from '../../rewrite/pattern.ts'
import { attribute, type RuleContext } from '../../rewrite/rule.ts'
import { fillOf } from '../known.ts'

/** Builds a value when it is asked for: conditions build nothing. */
export type Build = () => Value

type MadeBy = RuleContext['madeBy']

/** What gives the logarithm of a value that a node makes; undefined for any other node. */
type Finder = (of: Matched, madeBy: MadeBy, depth: number) => Build | undefined

/** How far below a value its logarithm is looked for. */
const NESTED = 4

/**
 * How many nodes deep that looks, with the other term of the last sum: the `depth` of a rule that
 * asks about an operand is one more.
 */
export const LOGARITHM_DEPTH = NESTED + 1

const MOVEMENTS: readonly Op[] = [broadcastTo.op, reshape.op, transpose.op]

/** What `find` finds at a value, or below movements that stand above it. */
function found(find: Finder, value: Value, madeBy: MadeBy, depth: number): Build | undefined {
  const of = depth > 0 ? madeBy(value) : undefined
  if (of === undefined) return undefined
  if (!MOVEMENTS.includes(of.op)) return find(of, madeBy, depth)
  const inner = found(find, of.operands[0]!, madeBy, depth - 1)
  return inner && (() => value.builder.append(of.op, [inner()], of.attributes)[0]!)
}

const exponent: Finder = ({ op, operands }) => (op === exp.op ? () => operands[0]! : undefined)

/** x of exp(x). */
export function exponentOf(value: Value, madeBy: MadeBy): Build | undefined {
  return found(exponent, value, madeBy, NESTED)
}

const isOne = (value: Value, madeBy: MadeBy) => {
  const of = madeBy(value)
  return of !== undefined && fillOf(of) === 1
}

/** exp(x), Σ exp(x), 1 + exp(x), and sums of two of these. */
const ofExponentials: Finder = (of, madeBy, depth) => {
  const below = (value: Value) => found(ofExponentials, value, madeBy, depth - 1)
  const [x, y] = of.operands
  if (of.op === sum.op) {
    const inner = found(exponent, x!, madeBy, depth - 1)
    return inner && (() => logSumExp(inner(), attribute(of, 'axes', integers)))
  }
  if (of.op !== add.op) return exponent(of, madeBy, depth)
  const first = below(x!)
  if (first !== undefined && isOne(y!, madeBy)) return () => softplus(first())
  const second = first && below(y!)
  return second && (() => logAddExp(first!(), second()))
}

/** The logarithm of exp(x) or of a sum of exponentials. */
export function logarithmOfExponentials(value: Value, madeBy: MadeBy): Build | undefined {
  return found(ofExponentials, value, madeBy, NESTED)
}

const ofProbability: Finder = of => {
  const [x] = of.operands
  if (of.op === sigmoid.op) return () => neg(softplus(neg(x!)))
  return of.op === softmax.op ? () => logSoftmax(x!, attribute(of, 'axis', integer)) : undefined
}

/** The logarithm of a value that is a sum of exponentials, a sigmoid or a softmax. */
export function stableLogarithm(value: Value, madeBy: MadeBy): Build | undefined {
  return logarithmOfExponentials(value, madeBy) ?? found(ofProbability, value, madeBy, NESTED)
}
