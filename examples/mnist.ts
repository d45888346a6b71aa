// The model of the demo: ten digits from 784 pixels by two hidden layers. What a user writes; it
// imports nothing of the demo.

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
} from '../src/index.ts'
import { dense } from '../src/nn/index.ts'

/** 784-128-64-10 with ReLU, softmax cross-entropy, and the share of right answers. */
export const mnist = model({
  name: 'mnist',
  inputs: { x: f32('batch', 784), y: i32('batch') },
  params: { l1: dense(784, 128), l2: dense(128, 64), l3: dense(64, 10) },
  body({ x, y }, { l1, l2, l3 }) {
    const h1 = relu(l1(x))
    const h2 = relu(l2(h1))
    const logits = l3(h2)
    return {
      loss: mean(softmaxCrossEntropy(logits, y)),
      accuracy: mean(cast(equal(argmax(logits, 1), y), 'f32')),
      probabilities: softmax(logits),
    }
  },
})
