// A training step of a small convolutional network on images of digits: two blocks of convolution,
// batch norm, ReLU and pool, then a dense layer. What is timed is `step` of a trainer that reads
// nothing back. Peers are left out, as where there are running averages to keep (steps.ts).

import {
  conv2d,
  f32,
  gradient,
  heNormal,
  i32,
  maxPool2d,
  mean,
  model,
  param,
  relu,
  softmaxCrossEntropy,
} from '../../src/index.ts'
import { batchNorm, dense, flatten } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { floats, labels } from '../data.ts'
import { stepWork } from '../ideal.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'
import { memoryFigures } from './steps.ts'

const BATCH = 128
const SIDE = 28
const CHANNELS = [1, 16, 32] as const
const CLASSES = 10
const SEED = 1

const [INPUT, FIRST, SECOND] = CHANNELS

const network = model({
  inputs: { x: f32('batch', SIDE, SIDE, INPUT), y: i32('batch') },
  params: {
    // No biases: a batch norm would take them away again.
    first: param([3, 3, INPUT, FIRST], heNormal()),
    firstNorm: batchNorm(FIRST),
    second: param([3, 3, FIRST, SECOND], heNormal()),
    secondNorm: batchNorm(SECOND),
    head: dense(7 * 7 * SECOND, CLASSES),
  },
  body({ x, y }, { first, firstNorm, second, secondNorm, head }) {
    const wide = relu(firstNorm(conv2d(x, first, { padding: 'same' })))
    const halved = maxPool2d(wide, { size: 2 })
    const deep = relu(secondNorm(conv2d(halved, second, { padding: 'same' })))
    const quartered = maxPool2d(deep, { size: 2 })
    return { loss: mean(softmaxCrossEntropy(head(flatten(quartered)), y)) }
  },
})

async function prepare({ backend }: Context): Promise<Prepared> {
  const inputs = { x: floats(BATCH * SIDE * SIDE * INPUT, 2), y: labels(BATCH, CLASSES, 3) }
  const optimizer = adam(1e-3)
  const dims = { batch: BATCH }
  const options = { loss: 'loss', optimizer, target: backend, dims, seed: SEED } as const
  const steps = await trainer(network, options)
  const derivative = gradient(network, { of: 'loss' })
  const [forward, both] = [network, derivative].map(({ graph }) => coreGraph(graph, dims))
  return {
    run: () => steps.step(inputs, { read: 'none' }),
    work: stepWork(forward!, both!, optimizer.slots.length),
    extra: memoryFigures(steps.explain().memory),
    dispose: () => steps.dispose(),
  }
}

/** A training step of convolutions. */
export const stepCnn: Bench = timed({
  name: 'step-cnn',
  summary: `a training step of two convolutions, batch norm and pools, batch ${BATCH}, Adam`,
  prepare,
})
