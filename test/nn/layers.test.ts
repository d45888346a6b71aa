// Layer normalization and dropout: formulas in double, what draws depend on, both modes, and the
// part they have in derivatives and training.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  compile,
  dropout as dropoutOp,
  f32,
  gradient,
  type Host,
  layerNorm as layerNormOp,
  mean,
  model,
  op,
  square,
  sub,
} from '../../src/index.ts'
import { dense, dropout, layerNorm } from '../../src/nn/index.ts'
import { gradientDescent } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5) => {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < got.length; i++) {
    expect(Math.abs(got[i]! - wanted[i]!), `element ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

const vector = (...values: readonly number[]): Host<[4], 'f32'> => {
  return { shape: [4], dtype: 'f32', data: Float32Array.from(values) }
}

describe('layerNorm', () => {
  const m = model({
    inputs: { x: f32('batch', 4) },
    params: { ln: layerNorm(4, { epsilon: 0.5 }) },
    body: ({ x }, { ln }) => {
      const out = ln(x)
      return { out, loss: mean(square(sub(out, 1))) }
    },
  })
  const rows = [
    [1, 2, 3, 6],
    [-5, 0, 100, 5],
  ]
  const x = Float32Array.from(rows.flat())
  const params = { ln: { gamma: vector(1, 2, -1, 0.5), beta: vector(0, 1, 2, 3) } }

  it('normalizes every example by its own features, in both modes', async () => {
    const wanted = rows.flatMap(row => {
      const average = row.reduce((sum, v) => sum + v, 0) / 4
      const variance = row.reduce((sum, v) => sum + (v - average) ** 2, 0) / 4
      return row.map((v, j) => {
        const unit = (v - average) / Math.sqrt(variance + 0.5)
        return params.ln.gamma.data[j]! * unit + params.ln.beta.data[j]!
      })
    })
    for (const mode of ['train', 'eval'] as const) {
      const run = await compile(m, { target: 'js', dims: { batch: 2 }, mode })
      const { out } = run({ x }, params)
      expectTypeOf(out).toEqualTypeOf<Host<[2, 4], 'f32'>>()
      near(out.data, wanted)
    }
  })

  it('keeps no state, and may be called more than once', () => {
    const twice = model({
      inputs: { x: f32('batch', 't', 4) },
      params: { ln: layerNorm(4) },
      body: ({ x: of }, { ln }) => ({ out: ln(ln(of)) }),
    })
    expectTypeOf(twice.init().state).toEqualTypeOf<Readonly<Record<never, never>>>()
    expect(twice.declarations.map(({ path }) => path)).toEqual(['ln.gamma', 'ln.beta'])
    expect(String(twice).match(/layer_norm/g)).toHaveLength(2)
  })

  it('has gradients for gamma and beta', async () => {
    const run = await compile(gradient(m, { of: 'loss' }), { target: 'js', dims: { batch: 2 } })
    const { out, grads } = run({ x }, params)
    const wanted = [0, 1, 2, 3].map(j => {
      return [0, 1].reduce((sum, i) => sum + (2 * (out.data[4 * i + j]! - 1)) / 8, 0)
    })
    near(grads.ln.beta.data, wanted)
    expect(Math.max(...grads.ln.gamma.data.map(Math.abs))).toBeGreaterThan(0.01)
  })

  it('refuses an epsilon that is no number above 0 where it is declared', () => {
    expect(() => layerNorm(4, { epsilon: -1 })).toThrow(
      'E126 layerNorm: epsilon must be a number above 0, got -1',
    )
    expect(() => layerNorm(4, { epsilon: -1 })).toThrow(/made at .*layers\.test\.ts/)
  })

  it('is of one name as an op and as a layer, and the op is what the layer calls', () => {
    expect(String(m)).toContain(layerNormOp.op.name)
  })
})

describe('dropout', () => {
  const COUNT = 20_000
  const rate = 0.3
  const m = model({
    inputs: { x: f32(COUNT) },
    params: { first: dropout(rate), second: dropout(rate) },
    body: ({ x }, { first, second }) => {
      const out = first(x)
      return { out, other: second(x), loss: mean(square(out)) }
    },
  })
  const { params } = m.init()
  const x = Float32Array.from({ length: COUNT }, (_, i) => 1 + (i % 7))
  const train = () => compile(m, { target: 'js', dims: {}, mode: 'train' })

  it('leaves out a share of the elements, and scales the others so that the mean stays', async () => {
    const { out } = (await train())({ x }, params, {}, { seed: 1, step: 0 })
    const gone = out.data.filter(value => value === 0).length
    // The deviation of the share is √(rate (1 − rate) / COUNT), of which these are five.
    expect(Math.abs(gone / COUNT - rate)).toBeLessThan(5 * Math.sqrt((rate * 0.7) / COUNT))
    for (const [i, value] of out.data.entries()) {
      if (value !== 0) expect(value).toBeCloseTo(x[i]! / 0.7, 5)
    }
    const meanOf = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / COUNT
    expect(Math.abs(meanOf(out.data) / meanOf(x) - 1)).toBeLessThan(0.03)
  })

  it('draws the same for the same seed and step, other elements for others', async () => {
    const run = await train()
    const at = (seed: number, step: number) => run({ x }, params, {}, { seed, step }).out.data
    const first = at(1, 0).slice()
    expect(at(1, 0)).toEqual(first)
    expect(at(2, 0)).not.toEqual(first)
    expect(at(1, 1)).not.toEqual(first)
  })

  it('draws for every layer by itself', async () => {
    const { out, other } = (await train())({ x }, params, {}, { seed: 1, step: 0 })
    const both = out.data.filter((value, i) => value === 0 && other.data[i] === 0).length
    expect(Math.abs(both / COUNT - rate * rate)).toBeLessThan(5 * Math.sqrt(0.09 / COUNT))
  })

  it('is the identity in evaluation, which draws nothing', async () => {
    const run = await compile(m, { target: 'js', dims: {} })
    expect(run({ x }, params).out.data).toEqual(x)
    expect(run.explain().source).not.toContain('threefry')
  })

  it('leaves the same elements out of the gradient', async () => {
    const program = gradient(m, { of: 'loss', inputs: ['x'] })
    const run = await compile(program, { target: 'js', dims: {} })
    const { out, inputGrads } = run({ x }, params, {}, { seed: 5, step: 3 })
    const wanted = out.data.map(value => (2 * value) / COUNT / 0.7)
    near(inputGrads.x.data, wanted, 1e-9)
  })

  it('differs from step to step of a trainer', async () => {
    const net = model({
      inputs: { x: f32('batch', 64) },
      params: { drop: dropout(0.5), l1: dense(64, 1) },
      body: ({ x: of }, { drop, l1 }) => ({ loss: mean(square(sub(l1(drop(of)), 1))) }),
    })
    const started = (seed: number) =>
      trainer(net, {
        loss: 'loss',
        optimizer: gradientDescent(0),
        target: 'js',
        dims: { batch: 2 },
        seed,
      })
    const data = { x: Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)) }
    const losses = async () => {
      const t = await started(4)
      return [await t.step(data), await t.step(data), await t.step(data)].map(({ loss }) => loss)
    }
    const first = await losses()
    expect(new Set(first).size).toBe(3)
    expect(await losses()).toEqual(first)
  })

  it.each([1, -0.5, Number.NaN])('refuses a rate of %d where it is declared', bad => {
    expect(() => dropout(bad)).toThrow(`E126 dropout: rate must be from 0 to below 1, got ${bad}`)
    expect(() => dropout(bad)).toThrow(/made at .*layers\.test\.ts/)
  })

  it('cannot be a part of an op, which draws nothing', () => {
    const drawing = op({
      name: 'drawing',
      input: f32('...'),
      output: f32('...'),
      forward: of => dropoutOp(of, 0.5),
    })
    const build = () => model({ inputs: { x: f32(3) }, body: ({ x: of }) => ({ y: drawing(of) }) })
    expect(build).toThrow(/^E121 dropout: must draw outside of the body of an op/)
  })
})
