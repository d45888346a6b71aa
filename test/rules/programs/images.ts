// Networks of images: convolutions, pools and what stands between them.

import {
  avgPool2d,
  conv2d,
  conv2dTranspose,
  f32,
  globalAvgPool,
  i32,
  matmul,
  maxPool2d,
  mean,
  model,
  param,
  relu,
  reshape,
  sigmoid,
  softmaxCrossEntropy,
  squaredError,
} from '../../../src/index.ts'
import { batchNorm, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** Two stages of convolution, batch norm, ReLU and pool, as courses draw them. */
const classifier = model({
  name: 'cnn',
  inputs: { x: f32('batch', 8, 8, 1), y: i32('batch') },
  params: {
    c1: param([3, 3, 1, 2], xavier()),
    bn1: batchNorm(2),
    c2: param([3, 3, 2, 3], xavier()),
    out: param([12, 3], xavier()),
  },
  body({ x, y }, { c1, bn1, c2, out }) {
    const h1 = maxPool2d(relu(bn1(conv2d(x, c1, { padding: 'same' }))), { size: 2 })
    const h2 = maxPool2d(relu(conv2d(h1, c2, { padding: 'same' })), { size: 2 })
    const logits = matmul(reshape(h2, [-1, 12]), out)
    return { loss: mean(softmaxCrossEntropy(logits, y)) }
  },
})

/** Depthwise and strided, with means for pools. */
const separable = model({
  name: 'separable_cnn',
  inputs: { x: f32(2, 7, 7, 2), y: i32(2) },
  params: { depth: param([3, 3, 1, 2], xavier()), point: param([1, 1, 2, 3], xavier()) },
  body({ x, y }, { depth, point }) {
    const each = conv2d(x, depth, { stride: 2, padding: 'same', groups: 2 })
    const mixed = relu(conv2d(avgPool2d(each, { size: 2, stride: 1 }), point))
    return { loss: mean(softmaxCrossEntropy(globalAvgPool(mixed), y)) }
  },
})

/** An image made smaller and larger again. */
const autoencoder = model({
  name: 'conv_autoencoder',
  inputs: { x: f32(2, 6, 6, 1) },
  params: { down: param([3, 3, 1, 2], xavier()), up: param([3, 3, 1, 2], xavier()) },
  body({ x }, { down, up }) {
    const code = relu(conv2d(x, down, { stride: 2, padding: 'same' }))
    const again = sigmoid(conv2dTranspose(code, up, { stride: 2, padding: 'same' }))
    return { loss: mean(squaredError(again, x)) }
  },
})

/** The programs of this file. */
export const images: readonly Program[] = [
  program(classifier, { dims: { batch: 3 }, loss: 'loss' }),
  program(separable, { loss: 'loss' }),
  program(autoencoder, { loss: 'loss' }),
]
