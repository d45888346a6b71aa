// Formulas around exponentials and logarithms as papers, courses and cautious people write them:
// some naive, some half stable, some stable already.

import {
  abs,
  add,
  div,
  exp,
  f32,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  max,
  maximum,
  mean,
  model,
  mul,
  neg,
  param,
  reciprocal,
  relu,
  sigmoid,
  sigmoidCrossEntropy,
  size,
  softmax,
  softplus,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tanh,
  uniform,
  variance,
} from '../../../src/index.ts'
import { dense, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** Binary cross-entropy, by log1p, by its stable parts, and for the other class. */
const careful = model({
  name: 'careful_cross_entropy',
  inputs: { x: f32('batch', 3), y: f32('batch') },
  params: { unit: dense(3, 1) },
  body({ x, y }, { unit }) {
    const z = squeeze(unit(x), 1)
    const p = sigmoid(z)
    const byHand = neg(add(mul(y, log(p)), mul(sub(1, y), log1p(neg(p)))))
    const failure = sigmoidCrossEntropy(neg(z), sub(1, y))
    return { loss: add(mean(byHand), mean(failure)), ofOnes: mean(sub(softplus(z), z)) }
  },
})

/** The stable parts of the same loss, averaged by hand, and the sums over either class. */
const byParts = model({
  name: 'cross_entropy_by_parts',
  inputs: { x: f32('batch', 3), y: f32('batch', 1) },
  params: { unit: dense(3, 1) },
  body({ x, y }, { unit }) {
    const z = unit(x)
    const m = size(x.builder, 'batch', 'f32') as Tensor<[], 'f32'>
    const parts = add(sub(maximum(z, 0), mul(z, y)), log(add(1, exp(neg(abs(z))))))
    const positives = neg(sum(mul(y, log(sigmoid(z)))))
    const negatives = neg(sum(mul(sub(1, y), log(sub(1, sigmoid(z))))))
    return { loss: sum(div(parts, m)), total: add(positives, negatives) }
  },
})

/** Log-probabilities and back, the ways in which they are computed without the op. */
const logProbabilities = model({
  name: 'log_probabilities',
  inputs: { x: f32('batch', 3), y: f32('batch', 4) },
  params: { head: dense(3, 4), other: dense(3, 4) },
  body({ x, y }, { head, other }) {
    const z = head(x)
    const m = max(z, 1, { keepDims: true })
    const logZ = add(m, logSumExp(sub(z, m), 1, { keepDims: true }))
    const logP = sub(z, logSumExp(z, 1, { keepDims: true }))
    const e = exp(other(x))
    const q = mul(e, reciprocal(sum(e, 1, { keepDims: true })))
    const surprise = sum(mul(q, log(div(1, q))), 1)
    const loss = neg(mean(sum(mul(y, logP), 1)))
    return { loss: add(loss, mean(surprise)), logZ, p: exp(logSoftmax(z)) }
  },
})

/** Which of two is preferred, and by how much: ratios of exponentials. */
const preferences = model({
  name: 'preferences',
  inputs: { a: f32('pairs', 3), b: f32('pairs', 3), advantage: f32('pairs', 1) },
  params: { score: dense(3, 1) },
  body({ a, b, advantage }, { score }) {
    const [r, s] = [score(a), score(b)]
    const preferred = div(exp(r), add(exp(r), exp(s)))
    const ratio = div(exp(r), exp(s))
    const surrogate = mul(ratio, advantage)
    const kernel = mul(exp(neg(square(r))), exp(neg(square(s))))
    const odds = exp(r)
    const back = mul(odds, sub(1, sigmoid(r)))
    const margin = sub(mul(2, sigmoid(r)), 1)
    return { loss: sub(mean(kernel), mean(add(log(preferred), surrogate))), back, margin }
  },
})

/** The importance-weighted bound: a log of a mean of exponentials over samples. */
const importance = model({
  name: 'importance_weights',
  inputs: { x: f32('batch', 5) },
  params: { w: param([5], xavier()) },
  body({ x }, { w }) {
    const logWeights = mul(x, w)
    const bound = log(mean(exp(logWeights), 1))
    const weights = softmax(logWeights, 1)
    const effective = div(1, sum(square(weights), 1))
    return { loss: neg(mean(bound)), effective, average: sum(div(logWeights, 5), 1) }
  },
})

/** The hyperbolic tangent and the logistic function by each other and by exponentials. */
const gates = model({
  name: 'gates_by_hand',
  inputs: { x: f32('batch', 3) },
  params: { l1: dense(3, 3), l2: dense(3, 3), l3: dense(3, 3), l4: dense(3, 3) },
  body({ x }, { l1, l2, l3, l4 }) {
    const z = l1(x)
    const th = div(sub(exp(z), exp(neg(z))), add(exp(z), exp(neg(z))))
    const twice = mul(2, l2(th))
    const th2 = div(sub(exp(twice), 1), add(exp(twice), 1))
    const gate = mul(0.5, add(1, tanh(mul(0.5, l3(th2)))))
    const gelu = mul(mul(0.5, l4(gate)), add(1, tanh(mul(0.8, l4(gate)))))
    return { loss: mean(square(gelu)), gate }
  },
})

/** Chances that are parameters themselves, and counts with their own spread. */
const chances = model({
  name: 'chances',
  inputs: { y: f32('batch', 3), hours: f32('batch', 3) },
  params: { chance: param([3], uniform(0.2, 0.8)), rate: param([3], uniform(0.5, 1.5)) },
  body({ y, hours }, { chance, rate }) {
    const bernoulli = add(mul(y, log(chance)), mul(sub(1, y), log(sub(1, chance))))
    const failed = log1p(neg(exp(neg(mul(rate, hours)))))
    const expected = mul(rate, hours)
    const relative = div(sqrt(expected), expected)
    const direction = div(y, abs(y))
    const temperature = 1
    const tempered = exp(mul(log(square(hours)), 1 / temperature))
    const spread = abs(variance(hours, 0))
    return {
      loss: neg(mean(add(bernoulli, failed))),
      relative,
      direction,
      tempered,
      spread: add(spread, mean(relu(exp(y)))),
    }
  },
})

/** Programs about numerical stability. */
export const stability: readonly Program[] = [
  program(careful, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(byParts, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(logProbabilities, { dims: { batch: 3 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(preferences, { dims: { pairs: 3 }, loss: 'loss' }),
  program(importance, { dims: { batch: 3 }, loss: 'loss' }),
  program(gates, { dims: { batch: 3 }, loss: 'loss' }),
  program(chances, {
    dims: { batch: 4 },
    loss: 'loss',
    ranges: { y: [0, 1], hours: [0.5, 1.5], chance: [0.2, 0.8], rate: [0.5, 1.5] },
  }),
]
