// Training with full batches, a last partial batch and predictions in between, all in one memory:
// to the bit what each of them gives in a memory of its own, poisoned or not.

import { expect, it } from 'vitest'
import { f32, i32, mean, model, relu, softmax, softmaxCrossEntropy } from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam, gradientDescent } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { batch } from '../compile/models.ts'

const normed = model({
  name: 'normed',
  inputs: { x: f32('batch', 5), y: i32('batch') },
  params: { hidden: dense(5, 7), norm: batchNorm(7), head: dense(7, 3) },
  body({ x, y }, { hidden, norm, head }) {
    const logits = head(relu(norm(hidden(x))))
    return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
  },
})

const options = { loss: 'loss', target: 'js', dims: { batch: 32 }, seed: 4 } as const
const optimizer = gradientDescent(0.1)

/** Sizes of the batches in turn; after each one, a prediction is made on one example. */
const TURNS = [32, 32, 6, 32, 1, 6, 32]

it.each([false, true])('interleaved programs of several sizes (poison: %s)', async poison => {
  const shared = await trainer(normed, { ...options, optimizer, debug: { poison } })
  const predict = await shared.executable(normed, { dims: { batch: 1 } })
  for (const [turn, size] of TURNS.entries()) {
    const [params, state] = [await shared.params(), await shared.state()]
    const alone = await trainer(normed, {
      ...options,
      dims: { batch: size },
      optimizer,
      params,
      state,
    })
    const given = batch(size, turn)
    const policy = { read: ['loss', 'probabilities'] } as const
    const got = await shared.step(given, { ...policy, dims: { batch: size } })
    expect(got).toEqual(await alone.step(given, policy))
    expect(await shared.params()).toEqual(await alone.params())
    expect(await shared.state()).toEqual(await alone.state())
    const apart = await alone.executable(normed, { dims: { batch: 1 } })
    expect(predict(batch(1, turn))).toEqual(apart(batch(1, turn)))
  }
})

it('poison changes no bit of a training with Adam, and is written into the program', async () => {
  const plain = await trainer(normed, { ...options, optimizer: adam() })
  const debugged = await trainer(normed, { ...options, optimizer: adam(), debug: { poison: true } })
  expect(debugged.explain().source).toContain('poison(')
  for (let step = 0; step < 5; step++) {
    const sizes = { dims: { batch: step % 2 === 0 ? 32 : 6 } }
    const given = batch(sizes.dims.batch, step)
    expect(await debugged.step(given, sizes)).toEqual(await plain.step(given, sizes))
  }
  expect(await debugged.params()).toEqual(await plain.params())
  expect(await debugged.optimizerState()).toEqual(await plain.optimizerState())
})
