// Deviations and variances. Normal form: the op, however a variance is written; and neither a
// deviation from a mean nor a variance is taken of a value that is shifted along the axes.

import { integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import type { Op } from '../../ir/op.ts'
import { add, square, sub } from '../../ops/arithmetic.ts'
import { broadcastAlong, broadcastTo } from '../../ops/broadcast.ts'
import { mean, variance } from '../../ops/statistics.ts'
import { reaches } from '../../rewrite/glance.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { constantAlong } from '../constant-along.ts'
import { NESTED, type Part, type Whole } from '../flatten.ts'
import { exchanged, sumOf } from '../sums.ts'
import { centredOf, sameAxes } from './centred.ts'

const axesOf = (of: Matched) => attribute(of, 'axes', integers)

const varianceByDeviations = rule({
  name: 'variance-by-deviations',
  why: 'the mean of squared deviations from the mean is the variance',
  exactness: 'rounding',
  match: pattern(mean, pattern(square, any('deviation'))),
  when: ({ deviation, root, madeBy }) => {
    const centred = centredOf(deviation, madeBy)
    return centred !== undefined && sameAxes(centred.axes, axesOf(root))
  },
  depth: NESTED + 3,
  build: ({ deviation, root, madeBy }) => variance(centredOf(deviation, madeBy)!.x, axesOf(root)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = mean %x {axes = [0]} : f32[4]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [0]} : f32[n,4]
      %2 = sub %x, %1 : f32[n,4]
      %3 = square %2 : f32[n,4]
      %4 = mean %3 {axes = [0]} : f32[4]`,
    after: '%0 = variance %x {axes = [0]} : f32[4]',
  },
  also: [
    {
      given: '%x: f32[n,4]',
      before: `
        %0 = mean %x {axes = [1]} : f32[n]
        %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
        %2 = sub %1, %x : f32[n,4]
        %3 = square %2 : f32[n,4]
        %4 = mean %3 {axes = [1]} : f32[n]`,
      after: '%0 = variance %x {axes = [1]} : f32[n]',
    },
  ],
})

interface Squares {
  readonly sum: Whole
  /** mean(x²) and mean(x)², of different signs. */
  readonly taken: readonly [Part, Part]
  readonly x: Value
  readonly axes: readonly number[]
}

/** The node of `outer` of a value of a node of `inner`: that one's operand, and the axes. */
function nested(value: Value, outer: Op, inner: Op, madeBy: RuleContext['madeBy']) {
  const of = madeBy(value)
  const below = of?.op === outer ? madeBy(of.operands[0]!) : undefined
  if (of === undefined || below?.op !== inner) return undefined
  return { x: below.operands[0]!, axes: axesOf(inner === mean.op ? below : of) }
}

/** Two terms of a sum that are the difference of mean(x²) and mean(x)². */
function squaresIn(root: Matched, madeBy: RuleContext['madeBy']): Squares | undefined {
  const whole = sumOf(root.out, madeBy)
  for (const first of whole.parts) {
    const squares = nested(first.value, mean.op, square.op, madeBy)
    if (squares === undefined) continue
    const { x, axes } = squares
    const second = whole.parts.find(part => {
      const found = nested(part.value, square.op, mean.op, madeBy)
      return part.power === -first.power && found?.x.id === x.id && sameAxes(found.axes, axes)
    })
    if (second !== undefined) return { sum: whole, taken: [first, second], x, axes }
  }
  return undefined
}

const varianceBySquares = rule({
  name: 'variance-by-squares',
  why: 'mean(x²) − mean(x)² is the variance, and cancels where the mean is far from 0',
  exactness: 'stabilizing',
  match: pattern([add, sub], any('left'), any('right')).near(reaches(square, 6)),
  when: ({ root, madeBy }) => squaresIn(root, madeBy) !== undefined,
  depth: NESTED + 3,
  build: ({ root, madeBy }) => {
    const { sum, taken, x, axes } = squaresIn(root, madeBy)!
    return exchanged(sum, taken, taken[0].power, variance(x, axes))
  },
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = square %x : f32[n,4]
      %1 = mean %0 {axes = [0]} : f32[4]
      %2 = mean %x {axes = [0]} : f32[4]
      %3 = square %2 : f32[4]
      %4 = sub %1, %3 : f32[4]`,
    after: '%0 = variance %x {axes = [0]} : f32[4]',
  },
  also: [
    {
      given: '%x: f32[n,4]',
      before: `
        %0 = square %x : f32[n,4]
        %1 = mean %0 {axes = [0]} : f32[4]
        %2 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
        %3 = add %1, %2 : f32[4]
        %4 = mean %x {axes = [0]} : f32[4]
        %5 = square %4 : f32[4]
        %6 = sub %3, %5 : f32[4]`,
      after: `
        %0 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
        %1 = variance %x {axes = [0]} : f32[4]
        %2 = add %0, %1 : f32[4]`,
    },
  ],
})

const varianceShift = rule({
  name: 'variance-shift',
  why: 'deviations do not notice a shift, which only rounds digits of x away: Var(x ± c) = Var(x)',
  exactness: 'stabilizing',
  match: pattern(variance, pattern([add, sub], any('x'), any('c'))),
  when: ({ c, root, madeBy, into }) =>
    constantAlong(c, axesOf(root), { madeBy, into }) !== undefined,
  depth: 3,
  build: ({ x, root }) => variance(x, axesOf(root)),
  example: {
    given: '%x: f32[n,4], %b: f32[4]',
    before: `
      %0 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
      %1 = add %x, %0 : f32[n,4]
      %2 = variance %1 {axes = [0]} : f32[4]`,
    after: '%0 = variance %x {axes = [0]} : f32[4]',
  },
})

const deviationShift = rule({
  name: 'deviation-shift',
  why: 'a shift moves the mean as well: x + c − mean(x + c) = x − mean(x), without rounding by c',
  exactness: 'stabilizing',
  match: pattern(
    sub,
    pattern([add, sub], any('x'), any('c')).as('shifted'),
    pattern(broadcastTo, pattern(mean, any('z'))),
  ),
  when: ({ c, root, madeBy, into }) => {
    const centred = centredOf(root.out, madeBy)
    return centred !== undefined && constantAlong(c, centred.axes, { madeBy, into }) !== undefined
  },
  depth: 4,
  build: ({ x, root, madeBy }) => {
    const { axes } = centredOf(root.out, madeBy)!
    return sub(x, broadcastAlong(mean(x, axes), x.type.shape, axes))
  },
  example: {
    given: '%x: f32[n,4], %b: f32[4]',
    before: `
      %0 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
      %1 = add %x, %0 : f32[n,4]
      %2 = mean %1 {axes = [0]} : f32[4]
      %3 = broadcast_to %2 {shape = [n, 4], axes = [0]} : f32[n,4]
      %4 = sub %1, %3 : f32[n,4]`,
    after: `
      %0 = mean %x {axes = [0]} : f32[4]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [0]} : f32[n,4]
      %2 = sub %x, %1 : f32[n,4]`,
  },
})

/** Rules of deviations and variances; see the head of this file. */
export const varianceRules: readonly Rule[] = [
  varianceByDeviations,
  varianceBySquares,
  varianceShift,
  deviationShift,
]
