// The launches of a whole training step, each with the reason why it is one of its own.

import { expect, it } from 'vitest'
import { cnn } from '../../examples/cnn-model.ts'
import {
  type Explanation,
  f32,
  i32,
  mean,
  model,
  relu,
  softmaxCrossEntropy,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'

const network = model({
  inputs: { x: f32('batch', 784), y: i32('batch') },
  params: {
    l1: dense(784, 256),
    n1: batchNorm(256),
    l2: dense(256, 256),
    n2: batchNorm(256),
    l3: dense(256, 10),
  },
  body({ x, y }, { l1, n1, l2, n2, l3 }) {
    const h = relu(n1(l1(x)))
    return { loss: mean(softmaxCrossEntropy(l3(relu(n2(l2(h)))), y)) }
  },
})

/** Launches by phase, layer and kernel. */
function launchesOf({ explain }: { explain: () => Explanation }): readonly string[] {
  return explain().launches.map(({ path, phase, kernel }) => {
    const name = kernel.replace(/(_in_place|_\d+)*$/g, '')
    return `${phase} ${path === '' ? name : `${path}: ${name}`}`
  })
}

it('the step of 784-256-256-10 with batch norm and Adam is 16 launches', async () => {
  const options = {
    loss: 'loss',
    optimizer: adam(1e-3),
    target: 'js',
    dims: { batch: 64 },
  } as const
  const steps = await trainer(network, { ...options, seed: 1 })
  expect(launchesOf(steps)).toEqual([
    // A product, then the statistics of its columns: every column needs all rows.
    'forward l1: matmul',
    // Statistics, both running averages, normalization, activation.
    'forward n1: batch_norm_add_mul_relu',
    'forward l2: matmul',
    'forward n2: batch_norm_add_mul_relu',
    'forward l3: matmul_add',
    // By rows: the losses of the examples and the gradient of the logits.
    'backward softmax_cross_entropy_with_gradient',
    // Over all rows: their mean.
    'forward softmax_cross_entropy_mean',
    // By columns: the gradient of the bias.
    'backward l3: broadcast_to_gradient',
    // Products: of the weights, and of the activations with the mask of the activation.
    'backward l3: matmul_gradient',
    'backward l3: matmul_gradient_relu_gradient',
    // By columns: both sums, then the gradients of gamma, beta and the input.
    'backward n2: batch_norm_gradient',
    'backward l2: matmul_gradient',
    'backward l2: matmul_gradient_relu_gradient',
    // The same, with the gradients of both biases before a batch norm: zeros of equal size.
    'backward n1: batch_norm_gradient',
    // No gradient of the images.
    'backward l1: matmul_gradient',
    // All parameters and both averages of Adam.
    'update update',
  ])
  steps.dispose()
})

it('the step of the convolutional example is 21 launches', async () => {
  const dims = { batch: 16 }
  const steps = await trainer(cnn, { loss: 'loss', optimizer: adam(), target: 'js', dims, seed: 1 })
  expect(launchesOf(steps)).toEqual([
    'forward c1: conv2d',
    // Statistics and averages: a pool reads the normalized image, which is never stored.
    'forward bn1: batch_norm_mul_add',
    // Normalization, the largest of each window, where it is (for the way back), ReLU of it.
    'backward batch_norm_max_pool2d_relu_max_gradient',
    'forward c2: conv2d',
    'forward bn2: batch_norm_mul_add',
    'backward batch_norm_max_pool2d_relu_max_gradient',
    'forward out: matmul_add',
    'backward softmax_cross_entropy_with_gradient_argm',
    'forward softmax_cross_entropy_mean_equal_cast',
    'backward out: broadcast_to_gradient',
    'backward out: matmul_gradient',
    'backward out: matmul_gradient',
    // The mask of ReLU on pooled elements, with the gradient of beta.
    'backward bn2: relu_gradient_max_gradient_batch_norm_gr',
    // Every pixel asks the window that covers it.
    'backward max_gradient_broadcast_to_gradient',
    'backward bn2: batch_norm_gradient',
    // Of the kernel; of the image, with the mask of the ReLU before it.
    'backward c2: conv2d_gradient',
    'backward c2: conv2d_gradient_relu_gradient',
    'backward max_gradient_broadcast_to_gradient',
    'backward bn1: max_gradient_batch_norm_gradient',
    // No gradient of the images.
    'backward c1: conv2d_gradient',
    'update update',
  ])
  steps.dispose()
})
