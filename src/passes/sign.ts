// Which values cannot be negative, whatever the arguments are: what rules ask that are right on one
// side of zero only. Worked out op by op from the values below, as deep as a rule looks. NaN has no
// sign, and is never in the way.

import { number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { sizeOf } from '../ir/dim.ts'
import { Literal } from '../ir/literal.ts'
import type { Op, Operator } from '../ir/op.ts'
import { relu, sigmoid, softplus } from '../ops/activation.ts'
import { add, div, mul, reciprocal, square } from '../ops/arithmetic.ts'
import { broadcastTo, sum } from '../ops/broadcast.ts'
import { byMode } from '../ops/by-mode.ts'
import { matmul } from '../ops/contraction.ts'
import { constant, full, iota, size } from '../ops/creation.ts'
import { cumsum } from '../ops/cumulative.ts'
import { erf, exp, expm1, log1p, pow, rsqrt, sqrt } from '../ops/exponential.ts'
import { concat } from '../ops/joining.ts'
import { reshape, reverse, transpose } from '../ops/movement.ts'
import { pad } from '../ops/padding.ts'
import { abs, ceil, clamp, floor, maximum, minimum, round, sign } from '../ops/piecewise.ts'
import { prod } from '../ops/product.ts'
import { max, min } from '../ops/reduction.ts'
import { cast, where } from '../ops/select.ts'
import { slice } from '../ops/slicing.ts'
import { softmax } from '../ops/softmax.ts'
import { mean, variance } from '../ops/statistics.ts'
import { tanh } from '../ops/trigonometric.ts'
import type { Matched } from '../rewrite/pattern.ts'
import { attribute, type RuleContext } from '../rewrite/rule.ts'
import { isFloat } from '../support/dtype.ts'

/** Nothing is known; −0 or above; above 0 as a real number, and where that underflows, +0. */
type Sign = 0 | 1 | 2
const UNKNOWN = 0
const NONNEGATIVE = 1
const POSITIVE = 2
const NAMES = [undefined, 'nonnegative', 'positive'] as const

/**
 * How many nodes deep a sign is looked for: the `depth` of a rule that asks about an operand is one
 * more.
 */
export const SIGN_DEPTH = 4

/** Constants with more elements are not looked through. */
const MOST_ELEMENTS = 1000

/**
 * What is known of every element of a value: that it is above 0 as a real number, or that it is not
 * below 0; undefined where it may be.
 */
export function signOf(
  value: Value,
  madeBy: RuleContext['madeBy'],
): 'positive' | 'nonnegative' | undefined {
  return NAMES[signs(madeBy)(value)]
}

/** Answers one question: values that are met again on the way are not gone into again. */
function signs(madeBy: RuleContext['madeBy']): (value: Value) => Sign {
  const known = new Map<number, Sign>()
  const signAt = (value: Value, depth: number): Sign => {
    const found = known.get(value.id)
    if (found !== undefined) return found
    const of = depth === 0 ? undefined : madeBy(value)
    const { dtype } = value.type
    const fallback = dtype === 'u32' || dtype === 'bool' ? NONNEGATIVE : UNKNOWN
    const rule = of && SIGNS.get(of.op)
    const isRuled = rule !== undefined && (isFloat(dtype) || of!.operands.length === 0)
    const result = isRuled ? rule(of!, at => signAt(of!.operands[at]!, depth - 1)) : fallback
    known.set(value.id, result)
    return result
  }
  return value => signAt(value, SIGN_DEPTH)
}

/** The sign of a result, given those of operands. Integers wrap, so results here are floats. */
type SignRule = (of: Matched, sign: (operand: number) => Sign) => Sign

const signOfNumber = (x: number): Sign => (x > 0 ? POSITIVE : x === 0 ? NONNEGATIVE : UNKNOWN)

const weakest = (...of: readonly Sign[]) => Math.min(...of) as Sign

const always =
  (result: Sign): SignRule =>
  () =>
    result

/** The sign of the operand. */
const same: SignRule = (_, sign) => sign(0)

/** The sign of the operand, as long as every result has an element to come from. */
const sameUnlessEmpty: SignRule = ({ operands: [x], out }, sign) => {
  const [from, to] = [sizeOf(x!.type.shape), sizeOf(out.type.shape)]
  const isFull = typeof from === 'number' && from > 0 && typeof to === 'number'
  return isFull ? sign(0) : UNKNOWN
}

const nonnegativeIfAll: SignRule = ({ operands }, sign) =>
  operands.every((_, at) => sign(at) >= NONNEGATIVE) ? NONNEGATIVE : UNKNOWN

const weakestOfAll: SignRule = ({ operands }, sign) => weakest(...operands.map((_, at) => sign(at)))

/** Where the operand is positive the result is; else it is not negative. */
const atLeastNonnegative: SignRule = (_, sign) => (sign(0) === POSITIVE ? POSITIVE : NONNEGATIVE)

/** The reciprocal of −0 is −∞, so it is not enough that the operand is not negative. */
const ifPositive: SignRule = (_, sign) => (sign(0) === POSITIVE ? POSITIVE : UNKNOWN)

const ROWS: readonly (readonly [SignRule, readonly Operator[]])[] = [
  [always(POSITIVE), [exp, sigmoid, softplus, softmax]],
  [always(NONNEGATIVE), [variance, size, iota]],
  [atLeastNonnegative, [abs, square, sqrt, relu]],
  [ifPositive, [reciprocal, rsqrt, pow]],
  [same, [tanh, erf, expm1, log1p, sign, mean, prod, min]],
  [same, [broadcastTo, reshape, transpose, reverse, slice]],
  [nonnegativeIfAll, [sum, cumsum, matmul, floor, ceil, round]],
  [weakestOfAll, [mul, minimum, byMode, concat]],
  [sameUnlessEmpty, [max]],
  [({ attributes }) => signOfNumber(Number(attributes.value)), [full]],
  [of => signOfConstant(of), [constant]],
  [(_, sign) => (weakest(sign(0), sign(1)) === UNKNOWN ? UNKNOWN : strongest(sign)), [add]],
  [(_, sign) => strongest(sign), [maximum]],
  [(_, sign) => (sign(1) === POSITIVE ? sign(0) : UNKNOWN), [div]],
  [(_, sign) => weakest(sign(1), sign(2)), [where]],
  [of => signOfNumber(attribute(of, 'low', number)), [clamp]],
  [(of, sign) => weakest(sign(0), signOfNumber(attribute(of, 'value', number))), [pad]],
  [same, [cast]],
]

const strongest = (sign: (operand: number) => Sign) => Math.max(sign(0), sign(1)) as Sign

function signOfConstant({ attributes: { value } }: Matched): Sign {
  if (!(value instanceof Literal) || value.size > MOST_ELEMENTS) return UNKNOWN
  return weakest(POSITIVE, ...Array.from(value.values(), signOfNumber))
}

const SIGNS: ReadonlyMap<Op, SignRule> = new Map(
  ROWS.flatMap(([rule, ops]) => ops.map(({ op }) => [op, rule] as const)),
)
