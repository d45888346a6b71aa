// The heap under a long training: a small classifier with batch norm and dropout, of which every
// step does everything that a step does and hardly takes time. What is run is the step itself,
// without the promise that the public call answers.

import {
  dropout,
  f32,
  i32,
  type Model,
  mean,
  model,
  relu,
  softmaxCrossEntropy,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { startTraining } from '../../src/train/start.ts'
import { floats, labels } from '../data.ts'
import { heapFigures } from '../heap.ts'
import { digits, figures } from '../row.ts'
import type { Bench } from '../workload.ts'
import type { BackendName } from '../yardstick.ts'

const BATCH = 8
const STEPS = 10_000

const small = model({
  inputs: { x: f32('batch', 4), y: i32('batch') },
  params: { hidden: dense(4, 8), norm: batchNorm(8), head: dense(8, 3) },
  body({ x, y }, { hidden, norm, head }) {
    const h = dropout(relu(norm(hidden(x))), 0.25)
    return { loss: mean(softmaxCrossEntropy(head(h), y)) }
  },
})

/** A training whose `step` makes one step on resident params, and the memory that it runs in. */
export async function smallTraining(target: BackendName) {
  const options = { loss: 'loss', optimizer: adam(), target }
  const untyped = small as unknown as Model
  const running = await startTraining(untyped, options as never, { batch: BATCH }, smallTraining)
  const inputs = { x: floats(BATCH * 4, 1), y: labels(BATCH, 3, 2) }
  let count = 0
  const step = () => void running.first.run(inputs, ++count)
  return { step, memory: running.training.session.memory, dispose: running.dispose }
}

/** Bytes of the heap per training step. */
export const heapGrowth: Bench = {
  name: 'heap-growth',
  summary: `what ${STEPS} steps of a small network leave on the heap, in bytes per step`,
  async run({ backend, threads, measure, say }) {
    say('heap-growth: running')
    const { step, dispose } = await smallTraining(backend)
    const { growth, allocated } = heapFigures(step, STEPS)
    const timing = figures(await measure(step))
    dispose()
    const heap = { growthBytesPerStep: digits(growth), allocatedBytesPerStep: digits(allocated) }
    return [{ name: 'heap-growth', backend, threads, ...timing, ...heap }]
  },
}
