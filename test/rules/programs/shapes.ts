// Programs in which shapes do the work: masks and biases repeated along new axes, pairs of all with
// all, images made larger and smaller again, and sizes that turn out to be 0 or 1.

import {
  abs,
  add,
  bool,
  broadcastTo,
  cast,
  concat,
  div,
  dot,
  exp,
  expandDims,
  f32,
  full,
  iota,
  matmul,
  max,
  mean,
  model,
  mul,
  neg,
  not,
  notEqual,
  pad,
  param,
  reshape,
  reverse,
  sigmoid,
  softmax,
  square,
  squeeze,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  where,
} from '../../../src/index.ts'
import { dense, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** All distances between points on a line, their kernel, and a penalty on points that are close. */
const pairwise = model({
  name: 'pairwise_distances',
  inputs: { weight: f32(4) },
  params: { at: param([4], xavier()) },
  body({ weight }, { at }) {
    const rows = broadcastTo(at, [4, 4])
    const distance = abs(sub(rows, transpose(rows)))
    const isOther = notEqual(iota([4, 4], 0), iota([4, 4], 1))
    const kernel = where(isOther, exp(neg(square(distance))), 0)
    return { loss: sum(mul(kernel, broadcastTo(weight, [4, 4]))), distance }
  },
})

/** A bias per pair of positions, the same for all heads and examples; nothing is hidden. */
const biasedAttention = model({
  name: 'biased_attention',
  inputs: { scores: f32('batch', 2, 3, 3), isPadding: bool('batch', 3) },
  params: { bias: param([3, 3], xavier()), slopes: param([2], xavier()) },
  body({ scores, isPadding }, { bias, slopes }) {
    const perHead = broadcastTo(bias, [2, 3, 3])
    const perExample = broadcastTo(perHead, ['batch', 2, 3, 3])
    const slope = broadcastTo(reshape(slopes, [2, 1, 1]), ['batch', 2, 1, 1])
    const everything = full([3, 3], 1, 'bool')
    const kept = where(everything, mul(add(scores, perExample), slope), -1e9)
    const keys = expandDims(broadcastTo(expandDims(isPadding, 1), ['batch', 3, 3]), 1)
    return { loss: mean(square(softmax(where(keys, -1e9, kept)))), kept }
  },
})

/** Nearest-neighbour upsampling and pooling, one after the other, as a decoder and its check. */
const upsampled = model({
  name: 'upsampling',
  inputs: { x: f32('batch', 3) },
  params: { gain: param([3], xavier()) },
  body({ x }, { gain }) {
    const code = tanh(mul(x, gain))
    const twice = broadcastTo(expandDims(code, 2), ['batch', 3, 2])
    const larger = reshape(twice, ['batch', 6])
    const windows = reshape(larger, ['batch', 3, 2])
    const peaks = max(windows, 2)
    const average = mean(windows, 2)
    return { loss: mean(square(sub(average, peaks))), larger, total: sum(larger) }
  },
})

/** A vector per example that is added to all its tokens, and tokens averaged at the end. */
const conditioned = model({
  name: 'conditioned_tokens',
  inputs: { tokens: f32('batch', 4, 3), time: f32('batch', 2) },
  params: { embed: param([2, 3], xavier()), position: param([4, 3], xavier()) },
  body({ tokens, time }, { embed, position }) {
    const shift = expandDims(matmul(time, embed), 1)
    const h = add(add(tokens, position), shift)
    const pooled = mean(h, 1)
    return { loss: mean(square(pooled)) }
  },
})

/** A sequence read in both directions; compiled for single steps too. */
const bidirectional = model({
  name: 'bidirectional',
  inputs: { x: f32('batch', 'time', 2) },
  params: { forth: dense(2, 3), back: dense(2, 3) },
  body({ x }, { forth, back }) {
    const there = tanh(forth(x))
    const again = reverse(tanh(back(reverse(x, 1))), 1)
    const both = concat([there, again], 2)
    return { loss: mean(square(mean(both, 1))), flipped: reverse(both, 1), last: sum(both, 1) }
  },
})

/** A learned prefix before the tokens; its length may be 0. */
const prefixed = model({
  name: 'prefix',
  inputs: { prefix: f32('prefix', 3), tokens: f32('time', 3) },
  params: { w: param([3, 1], xavier()) },
  body({ prefix, tokens }, { w }) {
    const all = concat([prefix, tokens], 0)
    return { loss: mean(square(matmul(all, w))), all }
  },
})

/** The features of a list of sources, filled up to a width; here there is one, and it fits. */
function gathered(sources: readonly Tensor<['batch', 4], 'f32'>[], width: number) {
  const joined = concat(sources as readonly [Tensor<['batch', 4], 'f32'>], 1)
  return pad(joined, [
    [0, 0],
    [0, width - 4],
  ])
}

/** Sums over the axes that a caller names, which may be none. */
const summedOver = (x: Tensor<['batch', number], 'f32'>, axes: readonly number[]) => sum(x, axes)

/** Code that is written for any number of sources, axes and slopes, used for the simplest ones. */
const general = model({
  name: 'general_code',
  inputs: { x: f32('batch', 4), isMissing: bool('batch', 4) },
  params: { w: param([4, 4], xavier()) },
  body({ x, isMissing }, { w }) {
    const known = where(not(isMissing), x, 0)
    const features = gathered([known], 4) as Tensor<['batch', 4], 'f32'>
    const h = summedOver(matmul(features, w), []) as Tensor<['batch', 4], 'f32'>
    const slope = 1
    const leaky = where(isMissing, mul(h, slope), h)
    const flat = reshape(reverse(leaky, []), ['batch', 4])
    return { loss: mean(square(sigmoid(flat))), share: mean(cast(isMissing, 'f32')) }
  },
})

/** Attention pooling: one score per token by a vector, and a weighted mean. */
const pooling = model({
  name: 'attention_pooling',
  inputs: { tokens: f32('batch', 3, 4) },
  params: { v: param([4], xavier()), w: param([4, 4], xavier()) },
  body({ tokens }, { v, w }) {
    const perExample = broadcastTo(expandDims(v, 1), ['batch', 4, 1])
    const scores = squeeze(matmul(tanh(matmul(tokens, w)), perExample), 2)
    const weights = expandDims(softmax(scores), 2)
    const pooled = sum(mul(weights, tokens), 1)
    const both = stack([pooled, div(sum(tokens, 1), 3)], 0)
    return { loss: mean(square(both)), same: dot(tokens, v) }
  },
})

/** Programs about shapes. */
export const shapes: readonly Program[] = [
  program(pairwise, { loss: 'loss' }),
  program(biasedAttention, { dims: { batch: 2 }, loss: 'loss' }),
  program(upsampled, { dims: { batch: 2 }, loss: 'loss' }),
  program(conditioned, { dims: { batch: 2 }, loss: 'loss' }),
  program(bidirectional, { dims: { batch: 2, time: 3 }, loss: 'loss' }),
  program(bidirectional, { name: 'bidirectional_step', dims: { batch: 1, time: 1 }, loss: 'loss' }),
  program(prefixed, { dims: { prefix: 2, time: 3 }, loss: 'loss' }),
  program(prefixed, { name: 'no_prefix', dims: { prefix: 0, time: 3 }, loss: 'loss' }),
  program(general, { dims: { batch: 3 }, loss: 'loss' }),
  program(pooling, { dims: { batch: 2 }, loss: 'loss' }),
]
