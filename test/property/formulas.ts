// Formulas as people write them by hand, as steps of random graphs: what the passes before a
// derivative look for. Operands are bounded, so that in double precision the naive form still means
// what it says and can be compared with what became of it.

import type { Value } from '../../src/ir/builder.ts'
import { sizeOf } from '../../src/ir/dim.ts'
import { sigmoid } from '../../src/ops/activation.ts'
import {
  add,
  div,
  mul,
  neg,
  reciprocal,
  scale,
  shift,
  square,
  sub,
} from '../../src/ops/arithmetic.ts'
import { dimsAt, otherAxes } from '../../src/ops/axes.ts'
import { broadcastAlong, sum } from '../../src/ops/broadcast.ts'
import { fullLike, size } from '../../src/ops/creation.ts'
import { exp, log, sqrt } from '../../src/ops/exponential.ts'
import { reshape } from '../../src/ops/movement.ts'
import { max } from '../../src/ops/reduction.ts'
import { softmax } from '../../src/ops/softmax.ts'
import { mean } from '../../src/ops/statistics.ts'
import { tanh } from '../../src/ops/trigonometric.ts'
import type { Choices, Move } from './moves.ts'

const one = (x: Value) => fullLike(x, 1)
const bounded = (x: Value) => scale(tanh(x), 3)
const positive = (x: Value) => shift(square(tanh(x)), 0.5)
const byHand = (x: Value) => reciprocal(add(one(x), exp(neg(x))))

/** One of several ways to write the same. */
const either = ({ pick }: Choices, ...ways: readonly (() => Value)[]) => ways[pick(ways.length)]!()

/** Applies `move` along one axis of a value that has axes. */
const along =
  (move: (x: Value, axis: number, choices: Choices) => Value | undefined): Move =>
  (x, choices) =>
    x.shape.length === 0 ? undefined : move(x, choices.pick(x.shape.length), choices)

/** What was reduced over one axis, repeated along it again; also by way of an axis of size 1. */
function back(reduced: Value, like: Value, axis: number, { pick }: Choices): Value {
  if (pick(2) === 0) return broadcastAlong(reduced, like.shape, [axis])
  const kept = reshape(
    reduced,
    like.shape.map((extent, i) => (i === axis ? 1 : extent)),
  )
  return broadcastAlong(reshape(kept, reduced.shape), like.shape, [axis])
}

function softmaxByHand(x: Value, axis: number, choices: Choices): Value {
  const inner = choices.pick(2) === 0 ? x : sub(x, back(max(x, axis), x, axis, choices))
  const above = exp(inner)
  const total = back(sum(above, axis), x, axis, choices)
  return either(
    choices,
    () => div(above, total),
    () => mul(above, reciprocal(total)),
  )
}

function meanByHand(x: Value, axis: number, choices: Choices): Value {
  const total = sum(x, axis)
  const count = size(x.builder, sizeOf(dimsAt(x.shape, [axis])), x.dtype)
  const spread = broadcastAlong(count, total.shape, otherAxes(total.shape.length, []))
  return either(
    choices,
    () => mean(x, axis),
    () => div(total, spread),
    () => mul(total, reciprocal(spread)),
  )
}

function varianceByHand(x: Value, middle: Value, axis: number, choices: Choices): Value {
  return either(
    choices,
    () => mean(square(sub(x, broadcastAlong(middle, x.shape, [axis]))), axis),
    () => sub(mean(mul(x, x), axis), square(middle)),
  )
}

/** Normalization over one axis, with a factor and an offset of the shape that is left. */
function normalized(x: Value, axis: number, choices: Choices): Value {
  const middle = meanByHand(x, axis, choices)
  const variance = varianceByHand(x, middle, axis, choices)
  const deviation = sqrt(shift(variance, 1e-3))
  const centred = sub(x, back(middle, x, axis, choices))
  const [gamma, beta] = [shift(tanh(middle), 2), tanh(variance)]
  const spread = (y: Value) => back(y, x, axis, choices)
  const scaled = either(
    choices,
    () => div(mul(spread(gamma), centred), spread(deviation)),
    () => mul(div(centred, spread(deviation)), spread(gamma)),
    () => mul(centred, spread(div(gamma, deviation))),
  )
  return add(scaled, spread(beta))
}

/** −Σ y · log softmax(z) over the last axis. */
function crossEntropy(x: Value, choices: Choices): Value | undefined {
  const last = x.shape.length - 1
  if (last < 0) return undefined
  const labels = softmax(tanh(x), last)
  const logarithms = log(softmaxByHand(bounded(x), last, choices))
  return either(
    choices,
    () => neg(sum(mul(labels, logarithms), last)),
    () => sum(mul(neg(labels), logarithms), last),
    () => neg(mean(sum(mul(labels, logarithms), last))),
    () => scale(sum(mul(labels, logarithms)), -0.25),
  )
}

/** The course's loss of a logistic regression, element by element. */
function logisticLoss(x: Value, choices: Choices): Value {
  const z = bounded(x)
  const labels = sigmoid(tanh(x))
  const a = either(
    choices,
    () => sigmoid(z),
    () => byHand(z),
    () => div(exp(z), add(one(z), exp(z))),
  )
  const [hit, miss] = [mul(labels, log(a)), mul(sub(one(z), labels), log(sub(one(z), a)))]
  return either(
    choices,
    () => neg(add(hit, miss)),
    () => sub(neg(miss), hit),
  )
}

/** Formulas by hand, as moves of a random graph. */
export const FORMULAS: readonly Move[] = [
  x => log(add(one(x), square(tanh(x)))),
  x => sub(exp(bounded(x)), one(x)),
  x => log(add(exp(bounded(x)), one(x))),
  x => log(sigmoid(bounded(x))),
  x => log(sub(one(x), sigmoid(bounded(x)))),
  x => sub(one(x), sigmoid(bounded(x))),
  x => byHand(bounded(x)),
  x => div(exp(bounded(x)), add(one(x), exp(bounded(x)))),
  x => div(sigmoid(bounded(x)), sub(one(x), sigmoid(bounded(x)))),
  x => log(add(exp(bounded(x)), exp(tanh(x)))),
  x => log(sub(one(x), exp(neg(positive(x))))),
  x => log(div(exp(bounded(x)), positive(x))),
  x => div(positive(x), sqrt(positive(x))),
  x => sqrt(square(x)),
  x => mul(positive(x), log(positive(x))),
  along((x, axis, choices) => softmaxByHand(bounded(x), axis, choices)),
  along((x, axis, choices) => log(softmaxByHand(bounded(x), axis, choices))),
  along((x, axis) => log(sum(exp(bounded(x)), axis))),
  along((x, axis, choices) => meanByHand(x, axis, choices)),
  along((x, axis, choices) => normalized(bounded(x), axis, choices)),
  crossEntropy,
  logisticLoss,
]
