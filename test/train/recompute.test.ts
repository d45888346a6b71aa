// A training within less memory than it takes: values are computed again, and everything that comes
// out is the same to the bit.

import { describe, expect, it } from 'vitest'
import { cnn } from '../../examples/cnn-model.ts'
import { digits } from '../../src/data/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'

const BATCH = 32
const STEPS = 3

const { x, y } = digits({ count: BATCH * STEPS, seed: 1 })

const batchAt = (step: number) => ({
  x: x.data.slice(784 * BATCH * step, 784 * BATCH * (step + 1)),
  y: y.data.slice(BATCH * step, BATCH * (step + 1)),
})

async function trained(maxBytes?: number) {
  const t = await trainer(cnn, {
    loss: 'loss',
    optimizer: adam(1e-2),
    target: 'js',
    dims: { batch: BATCH },
    seed: 1,
    maxBytes,
    debug: { verify: true },
  })
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) losses.push((await t.step(batchAt(step))).loss)
  const { memory } = t.explain()
  const end = { params: await t.params(), state: await t.state() }
  t.dispose()
  return { losses, end, memory }
}

describe('the network of the example in 60 % of its scratch', () => {
  it('trains to the same losses, params and averages bit for bit', async () => {
    const kept = await trained()
    const { state, scratch, input, output } = kept.memory
    const least = state + input + output + Math.floor(0.6 * scratch)
    const within = await trained(least)
    expect(within.memory.scratch).toBeLessThanOrEqual(0.6 * scratch)
    expect(within.losses).toEqual(kept.losses)
    expect(within.end).toEqual(kept.end)
    expect(new Set(kept.losses).size).toBe(STEPS)
    const { values, savedBytes, addedFlops } = within.memory.recomputed!
    expect(savedBytes).toBe(scratch - within.memory.scratch)
    // The first convolution, of one channel: dear to keep and cheap to repeat.
    const [first] = values
    expect(first!.bytes).toBe(4 * BATCH * 28 * 28 * 16)
    expect(first!.flops).toBe(2 * BATCH * 28 * 28 * 16 * 9)
    expect(addedFlops).toBeGreaterThanOrEqual(first!.flops)
  })
})
