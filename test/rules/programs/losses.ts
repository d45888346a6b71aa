// Losses and likelihoods as papers write them, naive where papers are.

import {
  abs,
  add,
  bool,
  clamp,
  constant,
  div,
  exp,
  f32,
  less,
  lessEqual,
  log,
  logSoftmax,
  matmul,
  maximum,
  mean,
  model,
  mul,
  neg,
  param,
  pow,
  reciprocal,
  relu,
  sigmoid,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  where,
} from '../../../src/index.ts'
import { dense } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** Quadratic near the target, linear far from it. */
const huber = model({
  name: 'huber',
  inputs: { x: f32('batch', 3), y: f32('batch', 2) },
  params: { head: dense(3, 2) },
  body({ x, y }, { head }) {
    const delta = 1.5
    const r = sub(head(x), y)
    const near = mul(0.5, square(r))
    const far = mul(delta, sub(abs(r), 0.5 * delta))
    return {
      loss: mean(where(lessEqual(abs(r), delta), near, far)),
      pseudo: mean(sub(sqrt(add(1, square(r))), 1)),
    }
  },
})

/** How far two predicted distributions are from each other, and how spread out one is. */
const divergence = model({
  name: 'divergence',
  inputs: { x: f32('batch', 4) },
  params: { a: dense(4, 3), b: dense(4, 3) },
  body({ x }, { a, b }) {
    const p = softmax(a(x))
    const q = softmax(b(x))
    const kl = sum(mul(p, log(div(p, q))), 1)
    const entropy = neg(sum(mul(p, log(p)), 1))
    const middle = mul(0.5, add(p, q))
    const half = sum(mul(p, sub(log(p), log(middle))), 1)
    return { loss: mean(sub(kl, mul(0.1, entropy))), js: mean(half) }
  },
})

/** The likelihood of a normal distribution whose variance is learned as its logarithm. */
const gaussian = model({
  name: 'gaussian_likelihood',
  inputs: { x: f32('batch', 3), y: f32('batch', 2) },
  params: { mu: dense(3, 2), logVariance: dense(3, 2) },
  body({ x, y }, { mu, logVariance }) {
    const s = logVariance(x)
    const r = sub(y, mu(x))
    const perElement = add(div(mul(r, r), mul(2, exp(s))), mul(0.5, add(s, Math.log(2 * Math.PI))))
    const deviation = exp(mul(0.5, s))
    return { loss: mean(perElement), z: div(sub(y, mu(x)), deviation) }
  },
})

/** A variational autoencoder: the divergence from the unit normal by formula, Bernoulli pixels. */
const autoencoder = model({
  name: 'variational_autoencoder',
  inputs: { x: f32('batch', 5), noise: f32('batch', 2) },
  params: { mean: dense(5, 2), logVariance: dense(5, 2), decoder: dense(2, 5) },
  body({ x, noise }, parts) {
    const mu = parts.mean(x)
    const s = parts.logVariance(x)
    const z = add(mu, mul(exp(div(s, 2)), noise))
    const p = sigmoid(parts.decoder(z))
    const pixels = neg(sum(add(mul(x, log(p)), mul(sub(1, x), log(sub(1, p)))), 1))
    const kl = mul(-0.5, sum(sub(sub(add(1, s), square(mu)), exp(s)), 1))
    return { loss: mean(add(pixels, kl)) }
  },
})

/** Binary losses around a probability: odds, the focal loss, and the one by cases. */
const binary = model({
  name: 'binary_losses',
  inputs: { x: f32('batch', 3), y: f32('batch', 1), isPositive: bool('batch', 1) },
  params: { head: dense(3, 1) },
  body({ x, y, isPositive }, { head }) {
    const p = sigmoid(head(x))
    const logOdds = log(div(p, sub(1, p)))
    const odds = div(p, sub(1, p))
    const focal = neg(mul(pow(sub(1, p), 2), log(p)))
    const byCases = neg(where(isPositive, log(p), log(sub(1, p))))
    const weighted = neg(add(mul(mul(3, y), log(p)), mul(sub(1, y), log(sub(1, p)))))
    return { loss: mean(add(add(focal, byCases), weighted)), odds: mean(odds), logOdds }
  },
})

/** Smooth functions written out: softplus, mish, ELU, SELU, a swish by exponentials. */
const activations = model({
  name: 'activations_by_hand',
  inputs: { x: f32('batch', 4) },
  params: { l1: dense(4, 4), l2: dense(4, 4), l3: dense(4, 4) },
  body({ x }, { l1, l2, l3 }) {
    const softplus = log(add(1, exp(l1(x))))
    const mish = mul(softplus, tanh(softplus))
    const elu = where(less(mish, 0), sub(exp(mish), 1), mish)
    const gate = div(exp(l2(elu)), add(1, exp(l2(elu))))
    const swish = div(l3(gate), add(1, exp(neg(l3(gate)))))
    const saturating = log(sub(1, exp(neg(softplus))))
    return { loss: mean(add(square(swish), saturating)), leaky: maximum(swish, mul(0.1, swish)) }
  },
})

/** A mixture of two normal components, and counts that are log-linear. */
const mixture = model({
  name: 'mixture',
  inputs: { x: f32('batch'), counts: f32('batch') },
  params: { a: param([]), b: param([]), weights: param([2]), rate: param([]) },
  body({ x, counts }, { a, b, weights, rate }) {
    const [first, second] = [neg(mul(0.5, square(sub(x, a)))), neg(mul(0.5, square(sub(x, b))))]
    const logWeights = logSoftmax(weights)
    const likelihood = log(add(exp(first), exp(second)))
    const logRate = mul(rate, x)
    const poisson = sub(exp(logRate), mul(counts, logRate))
    const cloglog = log(sub(1, exp(neg(exp(logRate)))))
    return { loss: sub(mean(sub(poisson, likelihood)), mean(logWeights)), cloglog: mean(cloglog) }
  },
})

/** The partition function of a small conditional model, with and without the shift. */
const partition = model({
  name: 'partition',
  inputs: { x: f32('batch', 4), target: f32('batch', 3) },
  params: { w: param([4, 3]) },
  body({ x, target }, { w }) {
    const score = matmul(x, w)
    const logZ = log(sum(exp(score), 1))
    const loss = mean(sub(logZ, sum(mul(score, target), 1)))
    return { loss, probabilities: div(exp(score), sum(exp(score), 1, { keepDims: true })) }
  },
})

/** Distances: the direction of vectors, a contrastive margin, a root of a square. */
const distances = model({
  name: 'distances',
  inputs: { a: f32('batch', 4), b: f32('batch', 4), same: f32('batch') },
  params: { w: param([4, 3]) },
  body({ a, b, same }, { w }) {
    const [u, v] = [matmul(a, w), matmul(b, w)]
    const norm = (x: typeof u) => sqrt(sum(square(x), 1, { keepDims: true }))
    const cosine = sum(mul(div(u, norm(u)), div(v, norm(v))), 1)
    const apart = sqrt(sum(pow(sub(u, v), 2), 1))
    const margin = relu(sub(1, apart))
    const contrastive = add(mul(same, square(apart)), mul(sub(1, same), square(margin)))
    const rootMeanSquare = sqrt(mean(square(sub(u, v))))
    const size = mean(sqrt(square(u)))
    return { loss: add(mean(contrastive), rootMeanSquare), cosine, size }
  },
})

/** Robust regression: weights from residuals, a quantile, a saturating square. */
const robust = model({
  name: 'robust_regression',
  inputs: { x: f32('batch', 3), y: f32('batch', 1) },
  params: { head: dense(3, 1) },
  body({ x, y }, { head }) {
    const r = sub(y, head(x))
    const cauchy = log(add(1, square(r)))
    const tau = 0.9
    const quantile = maximum(mul(tau, r), mul(tau - 1, r))
    const geman = div(square(r), add(square(abs(r)), 1))
    const weight = reciprocal(sqrt(add(square(r), 1)))
    const charbonnier = div(1, sqrt(add(mul(r, r), 1e-3)))
    return {
      loss: mean(add(add(cauchy, quantile), geman)),
      weighted: mean(mul(weight, charbonnier)),
      clipped: mean(clamp(r, -1, 1)),
    }
  },
})

/** Label smoothing and class weights by hand. */
const smoothed = model({
  name: 'label_smoothing',
  inputs: { x: f32('batch', 4), y: f32('batch', 3) },
  params: { head: dense(4, 3) },
  body({ x, y }, { head }) {
    const eps = 0.1
    const target = add(mul(y, 1 - eps), eps / 3)
    const weights = constant([0.5, 1, 2])
    const logP = logSoftmax(head(x))
    const plain = neg(sum(mul(target, logP), 1))
    const weighted = neg(sum(mul(mul(y, weights), logP), 1))
    return { loss: mean(add(plain, weighted)) }
  },
})

/** Losses of the corpus. */
export const losses: readonly Program[] = [
  program(huber, { dims: { batch: 3 }, loss: 'loss' }),
  program(divergence, { dims: { batch: 3 }, loss: 'loss' }),
  program(gaussian, { dims: { batch: 3 }, loss: 'loss' }),
  program(autoencoder, { dims: { batch: 3 }, loss: 'loss', ranges: { x: [0, 1] } }),
  program(binary, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(activations, { dims: { batch: 3 }, loss: 'loss' }),
  program(mixture, { dims: { batch: 5 }, loss: 'loss', ranges: { counts: [0, 4] } }),
  program(partition, { dims: { batch: 3 }, loss: 'loss' }),
  program(distances, { dims: { batch: 4 }, loss: 'loss', ranges: { same: [0, 1] } }),
  program(robust, { dims: { batch: 4 }, loss: 'loss' }),
  program(smoothed, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
]
