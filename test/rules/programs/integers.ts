// Programs on integers and bools: masks, counts, positions, buckets. They have no derivative.

import {
  abs,
  add,
  and,
  argmax,
  bool,
  cast,
  ceil,
  equal,
  f32,
  floor,
  full,
  greater,
  greaterEqual,
  i32,
  iota,
  less,
  maximum,
  mean,
  min,
  minimum,
  model,
  mul,
  not,
  notEqual,
  oneHot,
  or,
  reshape,
  round,
  sub,
  sum,
  transpose,
  where,
  xor,
} from '../../../src/index.ts'
import { type Program, program } from './program.ts'

/** Which positions may be attended to: causal, within a window, not padding; each is optional. */
const visibility = model({
  name: 'visibility',
  inputs: { isPadding: bool('batch', 5) },
  body({ isPadding }) {
    const from = iota([5, 5], 0)
    const to = iota([5, 5], 1)
    const causal = greaterEqual(from, to)
    const near = less(abs(sub(from, to)), 3)
    const everywhere = full([5, 5], 1, 'bool')
    const window = and(and(causal, near), everywhere)
    const isKept = reshape(not(isPadding), ['batch', 1, 5])
    const isHidden = not(and(window, isKept))
    return {
      visible: not(isHidden),
      unrestricted: or(everywhere, causal),
      hidden: xor(isHidden, not(isKept)),
    }
  },
})

/** Precision, recall and mistakes of predicted classes. */
const metrics = model({
  name: 'classification_metrics',
  inputs: { scores: f32('batch', 3), y: i32('batch') },
  body({ scores, y }) {
    const guess = argmax(scores, 1)
    const isWrong = not(equal(guess, y))
    const isRight = not(notEqual(guess, y))
    const counts = sum(cast(cast(oneHot(y, 3), 'i32'), 'f32'), 0)
    const hits = cast(cast(isRight, 'i32'), 'f32')
    const confusion = transpose(
      sum(
        mul(reshape(oneHot(y, 3), ['batch', 3, 1]), reshape(oneHot(guess, 3), ['batch', 1, 3])),
        0,
      ),
    )
    return { errorRate: mean(cast(isWrong, 'f32')), accuracy: mean(hits), counts, confusion }
  },
})

/** Numbers put into buckets, and back: quantized values. */
const buckets = model({
  name: 'buckets',
  inputs: { x: f32('batch') },
  body({ x }) {
    const level = minimum(maximum(floor(mul(x, 4)), 0), 15)
    const quantized = round(mul(x, 16))
    const whole = cast(floor(quantized), 'i32')
    const upper = ceil(ceil(mul(x, 8)))
    return { level: cast(level, 'i32'), quantized: mul(round(quantized), 1 / 16), whole, upper }
  },
})

/** Scores of a game in integers: penalties that are off, offsets that start at zero. */
const scoring = model({
  name: 'scoring',
  inputs: { points: i32('players', 4), isActive: bool('players') },
  body({ points, isActive }) {
    const penalty = 0
    const total = sub(sum(points, 1), mul(sum(points, 1), penalty))
    const bonus = mul(add(add(points, 2), 3), 1)
    const best = maximum(total, total)
    const lead = sub(total, min(total, 0))
    const shown = where(isActive, where(isActive, total, -1), lead)
    return { total, bonus, best, shown, isTied: greater(sub(total, total), 0) }
  },
})

/** Integer programs of the corpus. */
export const integers: readonly Program[] = [
  program(visibility, { dims: { batch: 2 } }),
  program(metrics, { dims: { batch: 4 } }),
  program(buckets, { dims: { batch: 5 } }),
  program(scoring, { dims: { players: 3 } }),
]
