// What launches cost: counts by hand, sums by layer and phase, and profiles that leave no trace.

import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/compile/explain.ts'
import {
  compile,
  dot,
  dropout,
  f32,
  gradient,
  i32,
  mean,
  model,
  mul,
  param,
  relu,
  select,
  softmaxCrossEntropy,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainer } from '../../src/train/index.ts'
import { batch, classifier, stateful, values } from './models.ts'

const js = { target: 'js' } as const
const training = { ...js, loss: 'loss', optimizer: adam(0.01), seed: 3 } as const

/** A batch norm and a draw: a profile could change averages, params, slots and draws. */
const drawing = model({
  inputs: { x: f32('batch', 5), y: i32('batch') },
  params: { hidden: dense(5, 4), norm: batchNorm(4), head: dense(4, 3) },
  body({ x, y }, { hidden, norm, head }) {
    const h = dropout(relu(norm(hidden(x))), 0.5)
    return { loss: mean(softmaxCrossEntropy(head(h), y)) }
  },
})

const sum = (figures: readonly number[]) => figures.reduce((a, b) => a + b, 0)
const measured = ({ launches }: Explanation) => launches.map(({ measuredMs }) => measuredMs)

describe('the launches of a product', () => {
  const product = model({
    inputs: { x: f32(6, 5) },
    params: { w: param([5, 4]) },
    body: ({ x }, { w }) => ({ y: dot(x, w) }),
  })

  it('have its operations, its bytes, its line and a time that follows from them', async () => {
    const { launches } = (await compile(product, js)).explain()
    expect(launches).toHaveLength(1)
    const [launch] = launches
    const [flops, bytes] = [2 * 6 * 5 * 4, 4 * (30 + 20 + 24)]
    expect(launch).toMatchObject({ kernel: 'matmul', path: '', phase: 'forward', flops, bytes })
    expect(launch!.sources).toEqual([
      expect.stringMatching(/^test\/compile\/explain-costs.test.ts:\d+:\d+$/),
    ])
    expect(launch!.estimatedMs).toBeCloseTo(1e-4 + flops / 5e6 + bytes / 12e6, 12)
    expect(launch).not.toHaveProperty('measuredMs')
  })
})

describe('the launches of a training step', () => {
  const explained = async () =>
    (await trainer(classifier, { ...training, dims: { batch: 8 } })).explain()

  it('come in phases, the update last, and belong to layers', async () => {
    const { launches } = await explained()
    const order = launches.map(({ phase }) => phase)
    // The losses of the examples and their gradient are one launch, of the later phase; the mean of
    // the losses is forward.
    const [losses, mean] = [order.indexOf('backward'), order.lastIndexOf('forward')]
    expect(mean).toBe(losses + 1)
    expect(new Set(order.slice(0, losses))).toEqual(new Set(['forward']))
    expect(new Set(order.slice(mean + 1, -1))).toEqual(new Set(['backward']))
    expect(order.filter(phase => phase === 'update')).toEqual([order.at(-1)])
    const of = (path: string, phase: string) =>
      launches.filter(one => one.path === path && one.phase === phase)
    for (const path of ['hidden', 'head']) {
      expect(of(path, 'forward').length, path).toBeGreaterThan(0)
      expect(of(path, 'backward').length, path).toBeGreaterThan(0)
    }
    // A dense layer and the activation after it are one launch, of the layer.
    expect(of('hidden', 'forward').map(({ kernel }) => kernel)).toEqual(['matmul_add_relu'])
  })

  it('name the lines of the model, the update that of the trainer', async () => {
    const { launches, layers } = await explained()
    const update = launches.find(({ phase }) => phase === 'update')!
    expect(update.sources).toEqual([expect.stringMatching(/explain-costs\.test\.ts:\d+:\d+$/)])
    const hidden = layers.find(({ path }) => path === 'hidden')!
    expect(hidden.sources.every(line => /models\.ts:\d+:\d+$/.test(line))).toBe(true)
  })

  it('count the update by hand: three blocks read and written, and the gradient', async () => {
    const { launches } = await explained()
    const update = launches.find(({ phase }) => phase === 'update')!
    // All params but the last end at multiples of 16 bytes; a rate and two corrections.
    const size = 20 + 4 + 12 + 3
    expect(update.bytes).toBe(4 * (7 * size + 3))
  })

  it('sum up by layer and by phase to the whole', async () => {
    const { launches, layers, phases } = await explained()
    for (const sums of [layers, phases]) {
      expect(sum(sums.map(of => of.launches))).toBe(launches.length)
      for (const field of ['flops', 'bytes'] as const) {
        expect(sum(sums.map(of => of[field]))).toBe(sum(launches.map(one => one[field])))
      }
      const whole = sum(launches.map(one => one.estimatedMs))
      expect(sum(sums.map(of => of.estimatedMs))).toBeCloseTo(whole, 9)
    }
  })
})

describe('a profile', () => {
  const dims = { batch: 6 }

  it('measures every launch, before and after the first run', async () => {
    const run = await compile(gradient(classifier, { of: 'loss' }), { ...js, dims })
    const { params } = classifier.init(1)
    const first = run.explain({ profile: true })
    run(batch(6), params)
    for (const times of [first, run.explain({ profile: true })].map(measured)) {
      expect(times.every(ms => ms !== undefined && ms >= 0)).toBe(true)
      expect(sum(times as number[])).toBeGreaterThan(0)
    }
    expect(measured(run.explain()).every(ms => ms === undefined)).toBe(true)
  })

  it('leaves params, state, slots, outputs and draws as they were, bit for bit', async () => {
    const trained = async (isProfiled: boolean) => {
      const t = await trainer(drawing, { ...training, dims })
      const seen: unknown[] = []
      for (let step = 0; step < 3; step++) {
        if (isProfiled) t.explain({ profile: true })
        await t.step(batch(6, step), { read: 'none' })
        if (isProfiled) t.explain({ profile: true })
        seen.push(await t.read(['loss']), await t.params(), await t.state())
        seen.push(await t.optimizerState())
      }
      return seen
    }
    expect(await trained(true)).toEqual(await trained(false))
  })

  it('works on programs that share the params of a trainer, and with debug modes on', async () => {
    const debug = { nanGuard: true, checkRewrites: true, verify: true }
    const t = await trainer(stateful, { ...training, dims, debug })
    const shared = await t.executable(select(stateful, { inputs: ['x'], outputs: ['out'] }), {
      dims,
    })
    const x = values(18, 1)
    await t.step({ x })
    const before = [shared({ x }), await t.state()]
    for (const one of [t, shared]) {
      expect(measured(one.explain({ profile: true })).every(ms => ms! >= 0)).toBe(true)
    }
    expect([shared({ x }), await t.state()]).toEqual(before)
  })

  it('is refused after dispose, and where it is misspelt', async () => {
    const run = await compile(classifier, { ...js, dims })
    const misspelt = { profil: true } as never
    expect(() => run.explain(misspelt)).toThrow(
      /E137 explain: options must be among profile, got "profil"[\s\S]*did you mean profile\?/,
    )
    const t = await trainer(classifier, { ...training, dims })
    expect(() => t.explain(misspelt)).toThrow(/E137[\s\S]*did you mean profile\?/)
    run.dispose()
    expect(() => run.explain({ profile: true })).toThrow(/E108/)
  })
})

describe('the text', () => {
  it('fits 100 columns, shows times first, and shares that are those of the sums', async () => {
    const deep = model({
      inputs: { x: f32('batch', 4) },
      params: { layers: Array.from({ length: 12 }, () => dense(4, 4)) },
      body({ x }, { layers }) {
        let h = x
        for (const layer of layers) h = relu(layer(h)) as typeof x
        return { loss: mean(mul(h, h)) }
      },
    })
    const t = await trainer(deep, { ...training, dims: { batch: 2 } })
    for (const profile of [false, true]) {
      const explanation = t.explain({ profile })
      const text = String(explanation)
      const costs = /\n(launches by[\s\S]*)\n\nmemory/.exec(text)![1]!.split('\n')
      expect(Math.max(...costs.map(line => line.length))).toBeLessThanOrEqual(100)
      expect(costs[0]).toBe(`launches by ${profile ? 'measured' : 'estimated'} time`)
      expect(costs[1]!.trim().split(/\s+/).slice(0, 3)).toEqual(
        profile ? ['ms', 'estimate', 'share'] : ['estimate', 'share', 'flops'],
      )
      expect(text).toContain(`  and ${explanation.launches.length - 10} more launches, `)
      const times = explanation.phases.map(one => one.measuredMs ?? one.estimatedMs)
      explanation.phases.forEach(({ phase }, i) => {
        const share = Math.round((100 * times[i]!) / sum(times))
        expect(text).toMatch(new RegExp(` ${share}% .* ${phase} `))
      })
    }
  })
})
