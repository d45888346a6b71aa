// Means by their formula. Normal form: a sum divided by the number of its elements is a mean, and a
// shift along the axes of a mean is added after it. What divides by another number stays as it is.

import { dimension, integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { type Dim, multiplyDims, sizeOf } from '../../ir/dim.ts'
import { roundTo } from '../../ir/literal.ts'
import { add, div, mul, neg, reciprocal } from '../../ops/arithmetic.ts'
import { dimsAt, otherAxes } from '../../ops/axes.ts'
import { broadcastTo, sum } from '../../ops/broadcast.ts'
import { size } from '../../ops/creation.ts'
import { reshape } from '../../ops/movement.ts'
import { mean } from '../../ops/statistics.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { constantAlong } from '../constant-along.ts'
import { NESTED } from '../flatten.ts'
import { fillOf } from '../known.ts'

type MadeBy = RuleContext['madeBy']

/** The number that a value repeats: a known one, or a dim by its node `size`. */
function repeated(value: Value, madeBy: MadeBy): Dim | undefined {
  const of = madeBy(value)
  if (of === undefined) return undefined
  if (of.op === size.op) return attribute(of, 'of', dimension)
  if (of.op === broadcastTo.op || of.op === reshape.op) return repeated(of.operands[0]!, madeBy)
  if (of.op !== mul.op) return fillOf(of)
  const [a, b] = of.operands.map(operand => repeated(operand, madeBy))
  return isDim(a) && isDim(b) ? multiplyDims(a, b) : undefined
}

const isDim = (found: Dim | undefined): found is Dim =>
  typeof found === 'string' || Number.isInteger(found)

/** A sum over axes, and by what it, or every element of it, is divided or multiplied. */
interface Scaled {
  readonly axes: readonly number[]
  readonly x: Value
  readonly by: Value
  readonly divides: boolean
}

/** 1 where x is divided by `count` or multiplied by one over it, −1 by minus that, else 0. */
function signOf({ by, divides }: Scaled, count: Dim, madeBy: MadeBy): number {
  if (divides) return isCount(repeated(by, madeBy), count)
  const of = madeBy(by)
  const scalar = of?.op === broadcastTo.op ? madeBy(of.operands[0]!) : of
  if (scalar?.op === reciprocal.op) return isCount(repeated(scalar.operands[0]!, madeBy), count)
  const found = repeated(by, madeBy)
  if (typeof found !== 'number' || typeof count !== 'number') return 0
  return roundTo(by.type.dtype)(1 / count) === Math.abs(found) ? Math.sign(found) : 0
}

function isCount(found: Dim | undefined, count: Dim): number {
  if (found === count) return 1
  return typeof found === 'number' && -found === count ? -1 : 0
}

/** Sets of axes to look for a count in: all of them, then leading ones before others. */
function* setsOf(axes: readonly number[]): Iterable<readonly number[]> {
  yield axes
  for (const axis of axes) yield [axis]
  for (let i = 0; i < axes.length; i++) {
    for (let j = i + 2; j <= axes.length; j++) yield axes.slice(i, j)
  }
}

interface Share {
  /** Those of the summed axes whose size is divided by. */
  readonly over: readonly number[]
  readonly sign: number
}

/** The axes of a sum that its divisor counts. */
function counted(scaled: Scaled, madeBy: MadeBy): Share | undefined {
  for (const over of setsOf(scaled.axes)) {
    const count = sizeOf(dimsAt(scaled.x.type.shape, over))
    const sign = count === 1 ? 0 : signOf(scaled, count, madeBy)
    if (sign !== 0) return { over, sign }
  }
  return undefined
}

/** The mean over the counted axes of what is summed over the others. */
function meanOf({ x, axes }: Scaled, { over, sign }: Share): Value {
  const others = axes.filter(axis => !over.includes(axis))
  const kept = otherAxes(x.type.shape.length, others)
  const places = over.map(axis => kept.indexOf(axis))
  const found = mean(others.length === 0 ? x : sum(x, others), places)
  return sign < 0 ? neg(found) : found
}

/** The divided sum, or the sum of what is divided. */
function scaledSum(x: Value, by: Value, total: Matched, divided: Matched): Scaled {
  return { axes: attribute(total, 'axes', integers), x, by, divides: divided.op === div.op }
}

const meanByCount = rule({
  name: 'mean-by-count',
  why: 'a sum divided by the number of its elements is their mean',
  exactness: 'rounding',
  match: pattern([div, mul], pattern(sum, any('x')).as('total'), any('by')),
  when: ({ x, by, total, root, madeBy }) =>
    counted(scaledSum(x, by, total, root), madeBy) !== undefined,
  depth: NESTED + 3,
  build: ({ x, by, total, root, madeBy }) => {
    const scaled = scaledSum(x, by, total, root)
    return meanOf(scaled, counted(scaled, madeBy)!)
  },
  example: {
    given: '%x: f32[6,4]',
    before: `
      %0 = sum %x {axes = [0]} : f32[4]
      %1 = full {value = 6, shape = [4], dtype = f32} : f32[4]
      %2 = div %0, %1 : f32[4]`,
    after: '%0 = mean %x {axes = [0]} : f32[4]',
  },
  also: [
    {
      given: '%x: f32[n,4]',
      before: `
        %0 = sum %x {axes = [0, 1]} : f32[]
        %1 = size {of = n, dtype = f32} : f32[]
        %2 = div %0, %1 : f32[]`,
      after: `
        %0 = sum %x {axes = [1]} : f32[n]
        %1 = mean %0 {axes = [0]} : f32[]`,
    },
    {
      given: '%x: f32[6,n]',
      before: `
        %0 = sum %x {axes = [0]} : f32[n]
        %1 = full {value = -0.1666666716337204, shape = [n], dtype = f32} : f32[n]
        %2 = mul %0, %1 : f32[n]`,
      after: `
        %0 = mean %x {axes = [0]} : f32[n]
        %1 = neg %0 : f32[n]`,
    },
    {
      given: '%x: f32[n,m]',
      before: `
        %0 = sum %x {axes = [0, 1]} : f32[]
        %1 = size {of = m*n, dtype = f32} : f32[]
        %2 = reciprocal %1 : f32[]
        %3 = mul %0, %2 : f32[]`,
      after: '%0 = mean %x {axes = [0, 1]} : f32[]',
    },
    {
      given: '%x: f32[4,n,m]',
      before: `
        %0 = sum %x {axes = [0, 1, 2]} : f32[]
        %1 = size {of = n, dtype = f32} : f32[]
        %2 = size {of = m, dtype = f32} : f32[]
        %3 = mul %1, %2 : f32[]
        %4 = div %0, %3 : f32[]`,
      after: `
        %0 = sum %x {axes = [0]} : f32[n,m]
        %1 = mean %0 {axes = [0, 1]} : f32[]`,
    },
    {
      given: '%x: f32[n,4]',
      before: `
        %0 = sum %x {axes = [0, 1]} : f32[]
        %1 = size {of = n, dtype = f32} : f32[]
        %2 = full {value = 4, shape = [], dtype = f32} : f32[]
        %3 = mul %1, %2 : f32[]
        %4 = div %0, %3 : f32[]`,
      after: '%0 = mean %x {axes = [0, 1]} : f32[]',
    },
  ],
})

const meanOfShares = rule({
  name: 'mean-of-shares',
  why: 'a sum of elements divided by their number is their mean',
  exactness: 'rounding',
  match: pattern(sum, pattern([div, mul], any('x'), any('by')).as('share')),
  when: ({ x, by, share, root, madeBy }) =>
    counted(scaledSum(x, by, root, share), madeBy) !== undefined,
  depth: NESTED + 3,
  build: ({ x, by, share, root, madeBy }) => {
    const scaled = scaledSum(x, by, root, share)
    return meanOf(scaled, counted(scaled, madeBy)!)
  },
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = size {of = n, dtype = f32} : f32[]
      %1 = broadcast_to %0 {shape = [n], axes = [0]} : f32[n]
      %2 = div %x, %1 : f32[n]
      %3 = sum %2 {axes = [0]} : f32[]`,
    after: '%0 = mean %x {axes = [0]} : f32[]',
  },
})

const meanShift = rule({
  name: 'mean-shift',
  why: 'what is the same for all elements shifts their mean: mean(x + c) = mean(x) + c',
  exactness: 'rounding',
  match: pattern(mean, pattern(add, any('x'), any('c')).as('shifted')),
  // Where x + c is needed anyway, its mean is as cheap as that of x, and tells what it is of.
  when: ({ c, shifted, root, madeBy, into }) =>
    shifted.useCount === 1 &&
    constantAlong(c, attribute(root, 'axes', integers), { madeBy, into }) !== undefined,
  depth: 3,
  build: ({ x, c, root, madeBy, into }) => {
    const axes = attribute(root, 'axes', integers)
    return add(mean(x, axes), constantAlong(c, axes, { madeBy, into })!())
  },
  example: {
    given: '%x: f32[n,4], %b: f32[4]',
    before: `
      %0 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
      %1 = add %x, %0 : f32[n,4]
      %2 = mean %1 {axes = [0]} : f32[4]`,
    after: `
      %0 = mean %x {axes = [0]} : f32[4]
      %1 = add %0, %b : f32[4]`,
  },
})

/** Rules of means; see the head of this file. */
export const meanRules: readonly Rule[] = [meanByCount, meanOfShares, meanShift]
