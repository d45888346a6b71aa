// The models of the demo: ten digits from 784 pixels by two hidden layers, with and without batch
// norm. What a user writes; it imports nothing of the demo.

import {
  argmax,
  cast,
  equal,
  f32,
  i32,
  mean,
  model,
  relu,
  softmax,
  softmaxCrossEntropy,
  type Tensor,
} from '../src/index.ts'
import { batchNorm, dense } from '../src/nn/index.ts'

const inputs = { x: f32('batch', 784), y: i32('batch') }

/** Softmax cross-entropy, and the share of right answers. */
const judged = (logits: Tensor<['batch', 10], 'f32'>, y: Tensor<['batch'], 'i32'>) => ({
  loss: mean(softmaxCrossEntropy(logits, y)),
  accuracy: mean(cast(equal(argmax(logits, 1), y), 'f32')),
  probabilities: softmax(logits),
})

/** 784-128-64-10 with ReLU. */
export const mnist = model({
  name: 'mnist',
  inputs,
  params: { l1: dense(784, 128), l2: dense(128, 64), l3: dense(64, 10) },
  body({ x, y }, { l1, l2, l3 }) {
    const h1 = relu(l1(x))
    const h2 = relu(l2(h1))
    return judged(l3(h2), y)
  },
})

/** 784-256-256-10 with a batch norm before every ReLU. */
export const mnistBatchNorm = model({
  name: 'mnist_batch_norm',
  inputs,
  params: {
    l1: dense(784, 256),
    bn1: batchNorm(256),
    l2: dense(256, 256),
    bn2: batchNorm(256),
    l3: dense(256, 10),
  },
  body({ x, y }, { l1, bn1, l2, bn2, l3 }) {
    const h1 = relu(bn1(l1(x)))
    const h2 = relu(bn2(l2(h1)))
    return judged(l3(h2), y)
  },
})
