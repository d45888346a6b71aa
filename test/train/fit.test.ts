// fit: epochs, batches, history, progress, and what it refuses.

import { describe, expect, it } from 'vitest'
import { augment, digits, split } from '../../src/data/index.ts'
import {
  argmax,
  cast,
  constantOf,
  equal,
  f32,
  i32,
  mean,
  model,
  param,
  relu,
  softmaxCrossEntropy,
  square,
  sub,
} from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'
import { adam, gradientDescent } from '../../src/optim/index.ts'
import { averages, NO_HISTORY, withEpoch } from '../../src/train/history.ts'
import { evaluate, fit, type Standing, trainer } from '../../src/train/index.ts'
import { barProgress, defaultProgress, plainProgress } from '../../src/train/progress.ts'

const small = model({
  name: 'small',
  inputs: { x: f32('batch', 784), y: i32('batch') },
  params: { l1: dense(784, 16), l2: dense(16, 10) },
  body({ x, y }, { l1, l2 }) {
    const logits = l2(relu(l1(x)))
    return {
      loss: mean(softmaxCrossEntropy(logits, y)),
      accuracy: mean(cast(equal(argmax(logits, 1), y), 'f32')),
    }
  },
})

/** The loss is the mean square of the examples. */
const counting = model({
  name: 'counting',
  inputs: { x: f32('batch') },
  params: { w: param([], constantOf(0)) },
  body: ({ x }, { w }) => ({ loss: mean(square(sub(w, x))) }),
})

const [train, dev] = split(digits({ count: 300, seed: 1 }), [250, 50], 1)
const started = () =>
  trainer(small, {
    loss: 'loss',
    optimizer: adam(3e-3),
    target: 'js',
    dims: { batch: 64 },
    seed: 1,
  })

describe('fit', () => {
  it('learns, with a last partial batch, and says so epoch by epoch', async () => {
    const t = await started()
    const lines: string[] = []
    const history = await fit(t, { train, dev, epochs: 8, log: line => lines.push(line) })
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(history.epochs.map(({ steps }) => steps)).toEqual(new Array(8).fill(4))
    expect(t.stepCount).toBe(32)
    const [first, last] = [history.epochs[0]!, history.epochs[7]!]
    expect(last.train.loss).toBeLessThan(first.train.loss! / 2)
    expect(last.dev?.accuracy).toBeGreaterThan(0.5)
    expect(lines).toHaveLength(8)
    expect(lines[0]).toMatch(
      /^epoch 1\/8 4\/4 {2}\d+\.\ds {2}\S+ ms\/step {2}loss \S+ {2}accuracy \S+ {2}dev_loss \S+ {2}dev_accuracy \S+$/,
    )
  })

  it('gives the same losses for the same seed, other ones for another order', async () => {
    const losses = async (seed: number) => {
      const history = await fit(await started(), { train, dev, epochs: 2, seed, log: false })
      return history.epochs.map(row => [row.train, row.dev])
    }
    const first = await losses(5)
    expect(await losses(5)).toEqual(first)
    expect(await losses(6)).not.toEqual(first)
  })

  it('weighs batches by their examples', async () => {
    const t = await trainer(counting, {
      loss: 'loss',
      optimizer: gradientDescent(0),
      target: 'js',
      dims: { batch: 4 },
    })
    const data = { x: { shape: [5], dtype: 'f32', data: Float32Array.of(1, 1, 1, 1, 3) } } as const
    const { epochs } = await fit(t, { train: data, dev: data, epochs: 1, log: false })
    // (4 · 1 + 9) / 5, not the mean of the means of both batches.
    expect(epochs[0]!.train.loss).toBeCloseTo(13 / 5, 6)
    expect(epochs[0]!.dev?.loss).toBeCloseTo(13 / 5, 6)
    expect((await evaluate(t, data)).loss).toBeCloseTo(13 / 5, 6)
  })

  it('takes the examples of every epoch in another order, or in that of the data', async () => {
    const plain = model({
      name: 'plain',
      inputs: { x: f32('batch') },
      params: { w: param([], constantOf(0)) },
      body: ({ x }, { w }) => ({ loss: mean(sub(x, w)) }),
    })
    const x = Float32Array.from({ length: 32 }, (_, i) => i)
    const data = { x: { shape: [32], dtype: 'f32', data: x } } as const
    const firsts = async (shuffle: boolean) => {
      const optimizer = gradientDescent(0)
      const t = await trainer(plain, { loss: 'loss', optimizer, target: 'js', dims: { batch: 1 } })
      const seen: number[] = []
      const log = {
        step: ({ step, values }: Standing) => void (step === 1 && seen.push(values.loss!)),
        epoch: () => {},
      }
      await fit(t, { train: data, epochs: 4, shuffle, log })
      return seen
    }
    expect(await firsts(false)).toEqual([0, 0, 0, 0])
    expect(new Set(await firsts(true)).size).toBeGreaterThan(1)
  })

  it('learns from what augment makes of every batch, and measures the dev set as it is', async () => {
    const places: object[] = []
    const t = await trainer(counting, {
      loss: 'loss',
      optimizer: gradientDescent(0),
      target: 'js',
      dims: { batch: 4 },
      seed: 9,
    })
    const data = { x: { shape: [6], dtype: 'f32', data: new Float32Array(6).fill(1) } } as const
    const { epochs } = await fit(t, {
      train: data,
      dev: data,
      epochs: 2,
      log: false,
      augment: ({ x }, place) => {
        places.push(place)
        return { x: { ...x, data: x.data.map(value => value + 2) } }
      },
    })
    expect(epochs.map(({ train, dev }) => [train.loss, dev?.loss])).toEqual([
      [9, 1],
      [9, 1],
    ])
    expect(places).toEqual([
      { seed: 9, epoch: 1, start: 0 },
      { seed: 9, epoch: 1, start: 4 },
      { seed: 9, epoch: 2, start: 0 },
      { seed: 9, epoch: 2, start: 4 },
    ])
    expect(data.x.data).toEqual(new Float32Array(6).fill(1))
  })

  it('gives the same losses from augmented images for the same seed', async () => {
    const losses = async (shift: number) => {
      const change = { size: [28, 28], shift, rotate: 10 } as const
      const { epochs } = await fit(await started(), {
        train,
        epochs: 2,
        log: false,
        augment: ({ x, y }, place) => ({ x: augment(x, change, place), y }),
      })
      return epochs.map(row => row.train.loss)
    }
    const first = await losses(2)
    expect(await losses(2)).toEqual(first)
    expect(await losses(1)).not.toEqual(first)
  })

  it('compiles before the first epoch, and gives back what measures the dev set', async () => {
    const t = await started()
    const told: string[] = []
    const watched = Object.assign(Object.create(t) as typeof t, {
      prepare: (dims: object) => {
        told.push(`prepare ${JSON.stringify(dims)} at ${t.stepCount}`)
        return t.prepare(dims as never)
      },
      executable: async (...of: Parameters<typeof t.executable>) => {
        const program = await t.executable(...of)
        told.push(`measure at ${t.stepCount}`)
        return Object.assign(program, { dispose: () => told.push('given back') })
      },
    })
    await fit(watched as typeof t, { train, dev, epochs: 1, log: false })
    expect(told).toEqual(['prepare {"batch":58} at 0', 'measure at 0', 'given back'])
  })

  it('lets timers run meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await fit(await started(), { train, epochs: 30, log: false })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
  })

  it('stops where a callback says so', async () => {
    const rows: number[] = []
    const history = await fit(await started(), {
      train,
      epochs: 9,
      log: false,
      callbacks: [
        {
          epochEnd: row => {
            rows.push(row.epoch)
            return row.epoch === 2 ? 'stop' : undefined
          },
        },
      ],
    })
    expect([rows, history.epochs.length]).toEqual([[1, 2], 2])
  })

  it('is over at once after no epochs', async () => {
    expect(await fit(await started(), { train, epochs: 0, log: false })).toEqual({ epochs: [] })
  })
})

describe('fit refuses', () => {
  const attempt = async (more: object) =>
    fit(await started(), { train, epochs: 1, log: false, ...more } as never)

  it.each<[string, object, RegExp]>([
    [
      'data without an input',
      { train: { x: train.x } },
      /E110 fit: the data must have an array for input y, got x/,
    ],
    ['data of unequal lengths', { train: { x: train.x, y: dev.y } }, /E110 .*got 250 and 50/],
    ['dev data without an input', { dev: { y: dev.y } }, /E110 fit: .*input x, got y/],
    ['an option that there is none of', { epoch: 3 }, /E137 fit: options must be .*"epoch"/],
    [
      'epochs that are no number of epochs',
      { epochs: 1.5 },
      /E137 fit: epochs must be a whole number, got 1\.5/,
    ],
    [
      'an augment that returns nothing',
      { augment: () => {} },
      /E110 fit: augment must return a batch, got undefined[\s\S]*return a batch such as/,
    ],
    [
      'an augment that loses an input',
      { augment: ({ x }: typeof train) => ({ x }) },
      /E110 fit: the data must have an array for input y, got x/,
    ],
    [
      'an augment that loses examples',
      { augment: () => dev },
      /E110 fit: augment must return all 64 examples of the batch, got 50/,
    ],
  ])('%s', async (_, more, wanted) => {
    await expect(attempt(more)).rejects.toThrow(wanted)
  })

  it('a loss that is no longer finite, with epoch and step', async () => {
    const t = await trainer(small, {
      loss: 'loss',
      optimizer: gradientDescent(1e30),
      target: 'js',
      dims: { batch: 64 },
    })
    await expect(fit(t, { train, epochs: 3, log: false })).rejects.toThrow(
      /E139 fit: the loss must stay finite, got \S+ at epoch 1, step \d[\s\S]*lower the learning rate/,
    )
  })

  it('a model whose inputs count no examples', async () => {
    const fixed = model({
      name: 'fixed',
      inputs: { x: f32(3) },
      params: { w: param([3]) },
      body: ({ x }, { w }) => ({ loss: mean(square(sub(x, w))) }),
    })
    const t = await trainer(fixed, { loss: 'loss', optimizer: adam(), target: 'js', dims: {} })
    const data = { x: { shape: [3], dtype: 'f32', data: new Float32Array(3) } } as const
    await expect(fit(t, { train: data, epochs: 1 })).rejects.toThrow(
      /E138 fit: inputs must share a symbolic first dim that counts examples, got x \[3\]/,
    )
  })
})

describe('progress', () => {
  const standing = (step: number, elapsed: number): Standing => ({
    epoch: 2,
    epochs: 10,
    step,
    steps: 4,
    elapsed,
    values: { loss: 0.000123, accuracy: 0.5 },
  })

  it('draws a bar over itself on a terminal, at most every 50 ms, and leaves a line', () => {
    const written: string[] = []
    const bar = barProgress({ isTTY: true, columns: 100, write: text => written.push(text) })
    bar.step(standing(1, 100))
    bar.step(standing(2, 120))
    bar.step(standing(3, 160))
    bar.epoch(standing(4, 200))
    expect(written).toHaveLength(3)
    expect(written[0]).toBe(
      '\r\x1b[Kepoch  2/10 ━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 1/4  eta 0.3s  100.0 ms/step  loss 1.23e-4  accuracy 0.5000',
    )
    expect(written[2]).toBe(
      '\r\x1b[Kepoch  2/10 4/4  0.2s  50.0 ms/step  loss 1.23e-4  accuracy 0.5000\n',
    )
  })

  it('stays within the columns of the terminal', () => {
    const written: string[] = []
    const bar = barProgress({ isTTY: true, columns: 30, write: text => written.push(text) })
    bar.step(standing(1, 100))
    expect(written[0]!.length).toBe('\r\x1b[K'.length + 29)
  })

  it('goes to standard error: drawn on a terminal that can, else in lines; else to the console', () => {
    const shown = (io: Parameters<typeof defaultProgress>[0]) => {
      defaultProgress(io).step(standing(1, 100))
      defaultProgress(io).epoch(standing(4, 200))
    }
    const written: string[] = []
    const stderr = { isTTY: true, write: (text: string) => written.push(text) }
    shown({ process: { stderr, env: {} } })
    expect(written.every(text => text.startsWith('\r\x1b[K'))).toBe(true)
    expect(written.splice(0)).toHaveLength(2)
    shown({ process: { stderr, env: { TERM: 'dumb' } } })
    shown({ process: { stderr: { ...stderr, isTTY: false } } })
    shown({ console: { log: text => written.push(`${text}\n`) } })
    const line = 'epoch  2/10 4/4  0.2s  50.0 ms/step  loss 1.23e-4  accuracy 0.5000\n'
    expect(written).toEqual([line, line, line])
  })

  it('writes plain lines elsewhere, without escape sequences', () => {
    const lines: string[] = []
    const plain = plainProgress(line => lines.push(line))
    plain.step(standing(1, 100))
    plain.epoch(standing(4, 200))
    expect(lines).toEqual(['epoch  2/10 4/4  0.2s  50.0 ms/step  loss 1.23e-4  accuracy 0.5000'])
  })
})

describe('the history', () => {
  it('is a new value for every epoch', () => {
    const row = { epoch: 1, steps: 2, seconds: 1, msPerStep: 3, train: { loss: 1 } }
    const one = withEpoch(NO_HISTORY, row)
    expect(NO_HISTORY).toEqual({ epochs: [] })
    expect(withEpoch(one, { ...row, epoch: 2 }).epochs).toHaveLength(2)
    expect(one.epochs).toEqual([row])
  })

  it('averages over examples', () => {
    const totals = averages()
    totals.add({ loss: 1 }, 3)
    totals.add({ loss: 5 }, 1)
    expect(totals.means()).toEqual({ loss: 2 })
  })
})
