// The model of `examples/cnn.ts`: ten digits from images of 28 × 28 by two convolutions, each with
// batch norm, ReLU and a pool that halves the image, and one dense layer. It imports nothing of the
// example.

import {
  argmax,
  cast,
  equal,
  f32,
  i32,
  maxPool2d,
  mean,
  model,
  relu,
  softmax,
  softmaxCrossEntropy,
} from '../src/index.ts'
import { batchNorm, conv2d, dense, flatten } from '../src/nn/index.ts'

/** 28 × 28 × 1, convolved to 14 × 14 × 16 and 7 × 7 × 32, then 10. */
export const cnn = model({
  name: 'cnn',
  inputs: { x: f32('batch', 28, 28, 1), y: i32('batch') },
  params: {
    // No biases: a batch norm follows, which would take them away again.
    c1: conv2d(1, 16, 3, { padding: 'same', bias: false }),
    bn1: batchNorm(16),
    c2: conv2d(16, 32, 3, { padding: 'same', bias: false }),
    bn2: batchNorm(32),
    out: dense(7 * 7 * 32, 10),
  },
  body({ x, y }, { c1, bn1, c2, bn2, out }) {
    const h1 = maxPool2d(relu(bn1(c1(x))), { size: 2 })
    const h2 = maxPool2d(relu(bn2(c2(h1))), { size: 2 })
    const logits = out(flatten(h2))
    return {
      loss: mean(softmaxCrossEntropy(logits, y)),
      accuracy: mean(cast(equal(argmax(logits, 1), y), 'f32')),
      probabilities: softmax(logits),
    }
  },
})
