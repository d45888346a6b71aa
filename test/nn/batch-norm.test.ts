// The batch normalization layer: both modes against formulas in double, averages after many steps,
// what one program may hold, derivatives, and training with it.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  add,
  compile,
  f32,
  gradient,
  type Host,
  i32,
  mean,
  model,
  mul,
  param,
  relu,
  select,
  softmax,
  softmaxCrossEntropy,
  square,
  sub,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { evaluate, trainer } from '../../src/train/index.ts'

const FEATURES = 3

/** A batch norm and nothing else; the target makes gradients differ between elements. */
const bare = (options: Parameters<typeof batchNorm>[1] = {}) =>
  model({
    inputs: { x: f32('batch', FEATURES), t: f32('batch', FEATURES) },
    params: { bn: batchNorm(FEATURES, options) },
    body: ({ x, t }, { bn }) => {
      const out = bn(x)
      return { out, loss: mean(square(sub(out, t))) }
    },
  })

/** Numbers without a pattern, with another mean in every column. */
const numbers = (rows: number, seed = 0) =>
  Float32Array.from({ length: rows * FEATURES }, (_, i) => {
    return 3 * Math.sin(7 * i + 13 * seed + 1) + 2 * (i % FEATURES) - 1
  })

interface Moments {
  readonly mean: readonly number[]
  readonly variance: readonly number[]
}

/** Mean and biased variance of every column, in double. */
function moments(x: Float32Array): Moments {
  const rows = x.length / FEATURES
  const columns = Array.from({ length: FEATURES }, (_, j) =>
    Array.from({ length: rows }, (_row, i) => x[i * FEATURES + j]!),
  )
  const average = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / rows
  const means = columns.map(average)
  const variance = columns.map((column, j) => average(column.map(v => (v - means[j]!) ** 2)))
  return { mean: means, variance }
}

/** gamma · (x − mean) / √(variance + ε) + beta, in double. */
function normalized(x: Float32Array, of: Moments, gamma = [1, 1, 1], beta = [0, 0, 0]): number[] {
  return Array.from(x, (value, i) => {
    const j = i % FEATURES
    const deviation = Math.sqrt(of.variance[j]! + 1e-5)
    return (gamma[j]! * (value - of.mean[j]!)) / deviation + beta[j]!
  })
}

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5) => {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(got[i]! - wanted[i]!), `element ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

const host = (values: readonly number[]): Host<[3], 'f32'> => {
  return { shape: [3], dtype: 'f32', data: Float32Array.from(values) }
}

const js = (batch: number) => ({ target: 'js', dims: { batch } }) as const

describe('batchNorm', () => {
  it('normalizes by the batch in training, by its averages in evaluation', async () => {
    const m = bare()
    const [x, t] = [numbers(5), numbers(5, 1)]
    const [gamma, beta] = [
      [2, -1, 0.5],
      [0.25, 3, -1],
    ]
    const params = { bn: { gamma: host(gamma), beta: host(beta) } }
    const seen: Moments = { mean: [0.5, -1, 2], variance: [2, 0.1, 9] }
    const state = { bn: { mean: host(seen.mean), variance: host(seen.variance) } }
    const trained = (await compile(m, { ...js(5), mode: 'train' }))({ x, t }, params, state)
    near(trained.out.data, normalized(x, moments(x), gamma, beta))
    const evaluated = (await compile(m, js(5)))({ x, t }, params, state)
    near(evaluated.out.data, normalized(x, seen, gamma, beta))
    expect(evaluated.state).toEqual(state)
  })

  it.each([
    [{}, 0.9, 1],
    [{ momentum: 0.5 }, 0.5, 1],
    [{ unbiased: true }, 0.9, 4 / 3],
  ])('averages mean and variance over the steps: %j', async (options, momentum, factor) => {
    const m = bare(options)
    const run = await compile(m, { ...js(4), mode: 'train' })
    const { params } = m.init(1)
    let { state } = m.init(1)
    const wanted = { mean: [0, 0, 0], variance: [1, 1, 1] }
    for (let step = 0; step < 6; step++) {
      const x = numbers(4, step)
      state = run({ x, t: x }, params, state).state
      const batch = moments(x)
      const blend = (old: number, now: number) => momentum * old + (1 - momentum) * now
      wanted.mean = wanted.mean.map((old, j) => blend(old, batch.mean[j]!))
      wanted.variance = wanted.variance.map((old, j) => blend(old, factor * batch.variance[j]!))
    }
    near(state.bn.mean.data, wanted.mean)
    near(state.bn.variance.data, wanted.variance)
  })

  it('gives beta for a batch of one, whose unbiased variance counts as 0', async () => {
    const m = bare({ unbiased: true })
    const run = await compile(m, { ...js(1), mode: 'train' })
    const { params, state } = m.init(1)
    const r = run({ x: numbers(1), t: numbers(1) }, params, state)
    expect([...r.out.data]).toEqual([0, 0, 0])
    near(r.state.bn.variance.data, [0.9, 0.9, 0.9], 1e-7)
  })

  it('gives an example in evaluation what it has alone, and in training another result', async () => {
    const m = bare()
    const x = numbers(5)
    const { params } = m.init(1)
    const state = { bn: { mean: host([1, 2, 3]), variance: host([4, 5, 6]) } }
    const all = (await compile(m, js(5)))({ x, t: x }, params, state)
    const one = { x: x.slice(6, 9), t: x.slice(6, 9) }
    const alone = (await compile(m, js(1)))(one, params, state)
    near(alone.out.data, all.out.data.slice(6, 9), 1e-6)
    const trained = (await compile(m, { ...js(5), mode: 'train' }))({ x, t: x }, params, state)
    expect(Math.abs(trained.out.data[6]! - alone.out.data[0]!)).toBeGreaterThan(0.1)
  })

  it('takes the statistics over all axes but the last, whatever the rank', async () => {
    const m = model({
      inputs: { x: f32('batch', 2, FEATURES) },
      params: { bn: batchNorm(FEATURES) },
      body: ({ x }, { bn }) => ({ out: bn(x) }),
    })
    const x = numbers(6)
    const { params, state } = m.init(1)
    const run = await compile(m, { target: 'js', dims: { batch: 3 }, mode: 'train' })
    const r = run({ x }, params, state)
    expectTypeOf(r.out).toEqualTypeOf<Host<[3, 2, 3], 'f32'>>()
    near(r.out.data, normalized(x, moments(x)))
  })

  it('takes them over the axes that are named, where the features are elsewhere', async () => {
    const channelsFirst = model({
      inputs: { x: f32('batch', FEATURES, 2) },
      params: { bn: batchNorm(FEATURES, { axes: [0, -1], unbiased: true }) },
      body: ({ x }, { bn }) => ({ out: bn(x) }),
    })
    // The same examples with the features last are what the other tests have.
    const last = numbers(6)
    const first = Float32Array.from(last, (_, i) => {
      const [b, j, t] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2]
      return last[b * 6 + t * 3 + j]!
    })
    const { params, state } = channelsFirst.init(1)
    const options = { target: 'js', dims: { batch: 3 }, mode: 'train' } as const
    const r = (await compile(channelsFirst, options))({ x: first }, params, state)
    expectTypeOf(r.out).toEqualTypeOf<Host<[3, 3, 2], 'f32'>>()
    const wanted = normalized(last, moments(last))
    for (const [i, value] of r.out.data.entries()) {
      const [b, j, t] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2]
      expect(value).toBeCloseTo(wanted[b * 6 + t * 3 + j]!, 5)
    }
    const spread = moments(last).variance.map(v => 0.9 + 0.1 * (6 / 5) * v)
    near(r.state.bn.variance.data, spread)
  })

  it('says at the call where the features are not what is left', () => {
    const wrong = () =>
      model({
        inputs: { x: f32('batch', 4, 2) },
        params: { bn: batchNorm(FEATURES, { axes: [0, 2] }) },
        body: ({ x }, { bn }) => ({ out: bn(x) }),
      })
    expect(wrong).toThrow('E101 batchNorm: x [batch, 4, 2] needs gamma [4], got [3]')
    expect(wrong).toThrow('body: ({ x }, { bn }) => ({ out: bn(x) })')
  })

  it('starts as the identity of what is normalized, and names its values by its place', () => {
    const m = bare()
    const { params, state } = m.init(9)
    expect([...params.bn.gamma.data, ...params.bn.beta.data]).toEqual([1, 1, 1, 0, 0, 0])
    expect([...state.bn.mean.data, ...state.bn.variance.data]).toEqual([0, 0, 0, 1, 1, 1])
    expect(m.declarations.map(({ path, role }) => `${role} ${path}`)).toEqual([
      'param bn.gamma',
      'param bn.beta',
      'state bn.mean',
      'state bn.variance',
    ])
  })

  it('may be called once in a program', () => {
    const twice = () =>
      model({
        inputs: { x: f32('batch', FEATURES) },
        params: { bn: batchNorm(FEATURES) },
        body: ({ x }, { bn }) => ({ out: bn(bn(x)) }),
      })
    expect(twice).toThrow(/^E123 batchNorm: "bn" keeps state and must be called once/)
  })

  it.each([
    [{ epsilon: 0 }, 'epsilon must be a number above 0, got 0'],
    [{ epsilon: Number.NaN }, 'epsilon must be a number above 0, got NaN'],
    [{ momentum: 1.5 }, 'momentum must be from 0 to 1, got 1.5'],
    [{ momentum: Number.NaN }, 'momentum must be from 0 to 1, got NaN'],
  ])('refuses %j where it is declared', (options, sentence) => {
    expect(() => batchNorm(4, options)).toThrow(`E126 batchNorm: ${sentence}`)
    expect(() => batchNorm(4, options)).toThrow(/made at .*batch-norm\.test\.ts/)
  })
})

describe('the derivative of batchNorm', () => {
  it('is that of the mode, against a difference in double', async () => {
    const m = bare()
    const [x, t] = [numbers(5), numbers(5, 1)]
    const seen: Moments = { mean: [0.5, -1, 2], variance: [2, 0.5, 9] }
    const state = { bn: { mean: host(seen.mean), variance: host(seen.variance) } }
    const { params } = m.init(1)
    const lossOf = (values: Float32Array, mode: string) => {
      const out = normalized(values, mode === 'train' ? moments(values) : seen)
      return out.reduce((sum, v, i) => sum + (v - t[i]!) ** 2, 0) / out.length
    }
    for (const mode of ['train', 'eval'] as const) {
      const program = gradient(m, { of: 'loss', inputs: ['x'], mode })
      const { inputGrads } = (await compile(program, js(5)))({ x, t }, params, state)
      const wanted = Array.from(x, (_, i) => {
        const moved = (by: number) =>
          lossOf(
            x.map((value, at) => (at === i ? value + by : value)),
            mode,
          )
        return (moved(2 ** -8) - moved(-(2 ** -8))) / 2 ** -7
      })
      near(inputGrads.x.data, wanted, 1e-4)
    }
  })

  it('has no part in the running averages', async () => {
    const m = bare()
    const program = gradient(m, { of: 'loss' })
    const names = program.graph.outputs.map(({ name }) => name)
    expect(names).toEqual(['out', 'loss', 'grads.bn.gamma', 'grads.bn.beta'])
    const before = compile(m, { ...js(4), mode: 'train' })
    const { params, state } = m.init(1)
    const [x, t] = [numbers(4), numbers(4, 1)]
    const [plain, derived] = [await before, await compile(program, js(4))]
    const wanted = plain({ x, t }, params, state).state
    const got = derived({ x, t }, params, state).state
    near(got.bn.mean.data, wanted.bn.mean.data, 1e-6)
    near(got.bn.variance.data, wanted.bn.variance.data, 1e-6)
  })
})

/** The model of the documentation: a batch norm between a dense layer and its activation. */
const classifier = model({
  name: 'classifier',
  inputs: { x: f32('batch', 4), y: i32('batch') },
  params: { l1: dense(4, 16), bn1: batchNorm(16), head: dense(16, 2) },
  body({ x, y }, { l1, bn1, head }) {
    const logits = head(relu(bn1(l1(x))))
    return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
  },
})

/** Whether the first two numbers of an example have one sign. */
function examples(count: number) {
  const data = Float32Array.from({ length: count * 4 }, (_, i) => Math.sin(5 * i + (i % 11)))
  const labels = Int32Array.from({ length: count }, (_, i) =>
    data[4 * i]! * data[4 * i + 1]! > 0 ? 1 : 0,
  )
  return {
    x: { shape: [count, 4], dtype: 'f32', data },
    y: { shape: [count], dtype: 'i32', data: labels },
  } as const
}

describe('a model with batchNorm', () => {
  it('learns, and its averages make it as good in evaluation', async () => {
    const t = await trainer(classifier, {
      loss: 'loss',
      optimizer: adam(0.02),
      target: 'js',
      dims: { batch: 64 },
      seed: 1,
    })
    const data = examples(64)
    const first = await t.step(data)
    const stateAfterOne = await t.state()
    for (let step = 1; step < 150; step++) await t.step(data)
    const last = await t.step(data)
    expect(last.loss).toBeLessThan(first.loss / 4)
    const { loss } = await evaluate(t, data)
    expect(Math.abs(loss! - last.loss)).toBeLessThan(0.05)
    expect((await t.state()).bn1.mean.data).not.toEqual(stateAfterOne.bn1.mean.data)
    const program = select(classifier, { inputs: ['x'], outputs: ['probabilities'] })
    const predict = await t.executable(program, { dims: { batch: 1 } })
    const { probabilities } = predict({ x: data.x.data.slice(0, 4) })
    expect(probabilities.data[data.y.data[0]!]!).toBeGreaterThan(0.5)
    t.dispose()
  })

  it('keeps its params and averages under the paths of a checkpoint', () => {
    expect(classifier.declarations.map(({ path }) => path)).toEqual([
      'l1.w',
      'l1.b',
      'bn1.gamma',
      'bn1.beta',
      'bn1.mean',
      'bn1.variance',
      'head.w',
      'head.b',
    ])
  })

  it('has a bias before it that nothing depends on', async () => {
    const program = gradient(classifier, { of: 'loss', wrt: ['l1'] })
    const { params, state } = classifier.init(3)
    const { x, y } = examples(32)
    const run = await compile(program, js(32))
    const { grads } = run({ x: x.data, y: y.data }, params, state)
    expectTypeOf(grads.l1.b).toEqualTypeOf<Host<[16], 'f32'>>()
    expect(grads.l1.b.data).toEqual(new Float32Array(16))
    expect(Math.max(...grads.l1.w.data.map(Math.abs))).toBeGreaterThan(1e-3)
    expect(Math.max(...grads.l1.w.data.map(Math.abs))).toBeGreaterThan(1e-3)
  })

  it('has zeros for a gradient that is asked for and that the norm takes away', async () => {
    const m = model({
      inputs: { x: f32('batch', FEATURES) },
      params: { b: param([FEATURES]), bn: batchNorm(FEATURES), scale: param([FEATURES]) },
      body: ({ x }, { b, bn, scale }) => ({ loss: mean(square(mul(bn(add(x, b)), scale))) }),
    })
    const run = await compile(gradient(m, { of: 'loss', wrt: ['b'] }), js(4))
    const { params, state } = m.init(1)
    const scaled = { ...params, b: host([1, 2, 3]), scale: host([1, 2, 3]) }
    const { loss, grads } = run({ x: numbers(4) }, scaled, state)
    expect(loss).toBeGreaterThan(1)
    expect(grads.b.data).toEqual(new Float32Array(FEATURES))
    // Evaluation does not take the mean of the batch away.
    const evaluated = gradient(m, { of: 'loss', wrt: ['b'], mode: 'eval' })
    const { grads: others } = (await compile(evaluated, js(4)))({ x: numbers(4) }, scaled, state)
    expect(Math.min(...others.b.data.map(Math.abs))).toBeGreaterThan(1e-3)
  })
})
