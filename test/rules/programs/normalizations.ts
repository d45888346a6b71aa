// Normalization by hand: the batch norm of the paper with either formula of the variance, a
// transformer block with attention and layer norms, an RMS norm, whitened data.

import {
  add,
  bool,
  broadcastTo,
  div,
  exp,
  expandDims,
  f32,
  i32,
  matmul,
  max,
  mean,
  model,
  mul,
  ones,
  param,
  pow,
  relu,
  reshape,
  rsqrt,
  softmax,
  softmaxCrossEntropy,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  variance,
  where,
} from '../../../src/index.ts'
import { dense, layerNorm, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

const EPSILON = 1e-5

/** Batch norms by both formulas of the variance, each after a bias that it takes away again. */
const batchNorms = model({
  name: 'batch_norm_by_hand',
  inputs: { x: f32('batch', 4), y: i32('batch') },
  params: {
    l1: dense(4, 5),
    gamma1: param([5], ones()),
    beta1: param([5]),
    l2: dense(5, 4),
    gamma2: param([4], ones()),
    beta2: param([4]),
    out: dense(4, 3),
  },
  body({ x, y }, { l1, gamma1, beta1, l2, gamma2, beta2, out }) {
    const z1 = l1(x)
    const mu = mean(z1, 0)
    const spread = mean(square(sub(z1, mu)), 0)
    const h1 = relu(add(mul(gamma1, div(sub(z1, mu), sqrt(add(spread, EPSILON)))), beta1))
    const z2 = l2(h1)
    const mean2 = mean(z2, 0)
    const spread2 = sub(mean(square(z2), 0), square(mean2))
    const normalized = div(sub(z2, mean2), sqrt(add(spread2, EPSILON)))
    const h2 = relu(add(mul(normalized, gamma2), beta2))
    return { loss: mean(softmaxCrossEntropy(out(h2), y)), mean: mu, spread }
  },
})

/** The paper's order of steps, with kept axes and rsqrt, and running statistics beside it. */
const batchNormOfThePaper = model({
  name: 'batch_norm_of_the_paper',
  inputs: { x: f32('batch', 3), running: f32(3) },
  params: { gamma: param([3], ones()), beta: param([3]) },
  body({ x, running }, { gamma, beta }) {
    const mu = mean(x, 0, { keepDims: true })
    const xmu = sub(x, mu)
    const sigma2 = variance(x, 0, { keepDims: true })
    const xhat = mul(xmu, rsqrt(add(sigma2, EPSILON)))
    const out = add(mul(gamma, xhat), beta)
    const blended = add(mul(0.9, running), mul(0.1, reshape(mu, [3])))
    return { loss: mean(square(sub(out, 1))), blended, rms: sqrt(mean(square(x))) }
  },
})

type Sequence = Tensor<['batch', 4, 6], 'f32'>

/** Layer norm over the last axis, written out. */
function normalizedRows(x: Sequence, gain: Tensor<[6]>, bias: Tensor<[6]>) {
  const mu = mean(x, -1, { keepDims: true })
  const centred = sub(x, mu)
  const spread = mean(mul(centred, centred), -1, { keepDims: true })
  return add(mul(div(centred, sqrt(add(spread, EPSILON))), gain), bias)
}

/** One head of attention over four steps, masked, between two layer norms. */
const attention = model({
  name: 'attention',
  inputs: { x: f32('batch', 4, 6), visible: bool('batch', 4, 4) },
  params: {
    gain: param([6], ones()),
    bias: param([6]),
    q: param([6, 6], xavier()),
    k: param([6, 6], xavier()),
    v: param([6, 6], xavier()),
    norm: layerNorm(6),
    ff: dense(6, 6),
  },
  body({ x, visible }, { gain, bias, q, k, v, norm, ff }) {
    const h = normalizedRows(x, gain, bias)
    const [queries, keys, values] = [matmul(h, q), matmul(h, k), matmul(h, v)]
    const scores = div(matmul(queries, transpose(keys, [0, 2, 1])), Math.sqrt(6))
    const masked = where(visible, scores, -1e9)
    const mixed = matmul(softmax(masked), values)
    const out = add(x, relu(ff(norm(add(x, mixed)))))
    return { loss: mean(square(out)), scores: transpose(transpose(masked, [0, 2, 1]), [0, 2, 1]) }
  },
})

/** Two heads by reshapes and transposes, the softmax by hand. */
const heads = model({
  name: 'attention_heads',
  inputs: { x: f32('batch', 3, 4) },
  params: { q: dense(4, 4), k: dense(4, 4), v: dense(4, 4) },
  body({ x }, { q, k, v }) {
    const split = (h: Tensor<['batch', 3, 4], 'f32'>) =>
      transpose(reshape(h, ['batch', 3, 2, 2]), [0, 2, 1, 3])
    const scores = matmul(split(q(x)), transpose(split(k(x)), [0, 1, 3, 2]))
    const scaled = mul(scores, 1 / Math.sqrt(2))
    const e = exp(sub(scaled, max(scaled, -1, { keepDims: true })))
    const weights = div(e, sum(e, -1, { keepDims: true }))
    const mixed = transpose(matmul(weights, split(v(x))), [0, 2, 1, 3])
    const joined = reshape(mixed, ['batch', 3, 4])
    return { loss: mean(square(sub(joined, x))), flat: reshape(joined, ['batch', 12]) }
  },
})

/** Norms by rows, and unit-sized weights. */
const rootMeanSquare = model({
  name: 'rms_norm',
  inputs: { x: f32('batch', 5) },
  params: { gain: param([5], ones()), w: param([5, 3], xavier()), g: param([3], ones()) },
  body({ x }, { gain, w, g }) {
    const scale = rsqrt(add(mean(square(x), -1, { keepDims: true }), EPSILON))
    const h = mul(mul(x, scale), gain)
    const direction = div(w, sqrt(sum(mul(w, w), 0, { keepDims: true })))
    return { loss: mean(square(mul(matmul(h, direction), g))) }
  },
})

/** Each column to mean 0 and deviation 1, each row divided by what it sums to. */
const whitened = model({
  name: 'standardized_features',
  inputs: { x: f32('batch', 4), prices: f32('batch', 4) },
  params: { w: param([4, 1], xavier()) },
  body({ x, prices }, { w }) {
    const columns = broadcastTo(expandDims(mean(x, 0), 0), ['batch', 4])
    const deviation = sqrt(variance(x, 0))
    const z = div(sub(x, columns), add(deviation, 1e-8))
    const shares = div(prices, sum(prices, 1, { keepDims: true }))
    const ratio = div(prices, sqrt(prices))
    return { loss: mean(square(sub(matmul(mul(z, shares), w), 1))), ratio }
  },
})

/** Layer norms among other terms: a shift per example before one, a position's after another. */
const shiftedNorms = model({
  name: 'shifted_layer_norms',
  inputs: { x: f32('batch', 4), time: f32('batch') },
  params: { first: layerNorm(4), second: layerNorm(4), l1: dense(4, 4), offset: param([4]) },
  body({ x, time }, { first, second, l1, offset }) {
    const timed = add(x, expandDims(time, 1))
    const h = relu(l1(first(timed)))
    return { loss: mean(square(add(second(add(x, h)), offset))) }
  },
})

/** A metric learner: embeddings of unit length by a power of −½, distances by one of ½. */
const embeddings = model({
  name: 'embeddings',
  inputs: { x: f32('batch', 3), same: f32('batch', 3) },
  params: { embed: dense(3, 4) },
  body({ x, same }, { embed }) {
    const unit = (of: typeof x) => {
      const h = embed(of)
      return mul(h, pow(add(sum(square(h), 1, { keepDims: true }), EPSILON), -0.5))
    }
    const apart = sum(square(sub(unit(x), unit(same))), 1)
    return { loss: mean(pow(add(apart, EPSILON), 0.5)) }
  },
})

/** Normalizations of the corpus. */
export const normalizations: readonly Program[] = [
  program(batchNorms, { dims: { batch: 5 }, loss: 'loss' }),
  program(batchNormOfThePaper, { dims: { batch: 4 }, loss: 'loss' }),
  program(attention, { dims: { batch: 2 }, loss: 'loss' }),
  program(heads, { dims: { batch: 2 }, loss: 'loss' }),
  program(embeddings, { dims: { batch: 3 }, loss: 'loss' }),
  program(rootMeanSquare, { dims: { batch: 3 }, loss: 'loss' }),
  program(shiftedNorms, { dims: { batch: 3 }, loss: 'loss' }),
  program(whitened, { dims: { batch: 5 }, loss: 'loss', ranges: { prices: [0.5, 2] } }),
]
