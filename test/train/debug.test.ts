// Debug modes in training: which step was damaged and where, with params as they were before it;
// rewrites checked on every step; programs that share the params are guarded as the trainer is.

import { describe, expect, it } from 'vitest'
import { f32, layer, log, mean, model, mul, param, square, sub, zeros } from '../../src/index.ts'
import { batchNorm, dense, dropout } from '../../src/nn/index.ts'
import { adam, gradientDescent } from '../../src/optim/index.ts'
import { fit, trainer } from '../../src/train/index.ts'
import { saidOf } from '../compile/guarded.ts'
import { batch, classifier, stateful, values } from '../compile/models.ts'

const options = { loss: 'loss', target: 'js', dims: { batch: 6 }, seed: 2 } as const
const guarded = { ...options, debug: { nanGuard: true } } as const

const logged = layer({
  name: 'logged',
  input: f32('batch', 2),
  output: f32('batch', 2),
  params: { scale: param([2]), shift: param([2], zeros()) },
  apply: (x, { scale, shift }) => log(sub(mul(x, scale), shift)),
})

/** The scale falls with every step, and then the logarithm is of a negative number. */
const falling = model({
  name: 'falling',
  inputs: { x: f32('batch', 2) },
  params: { logged },
  body: ({ x }, { logged: apply }) => {
    const out = apply(x)
    return { loss: mean(out), out }
  },
})

const x = Float32Array.from({ length: 12 }, (_, i) => 1 + (i % 3))

describe('a guarded trainer', () => {
  it('names the step, the layer and the line, and leaves params as they were', async () => {
    const params = {
      logged: {
        scale: { shape: [2] as [2], dtype: 'f32' as const, data: Float32Array.of(0.5, 1) },
        shift: { shape: [2] as [2], dtype: 'f32' as const, data: Float32Array.of(0, 0) },
      },
    }
    const t = await trainer(falling, {
      ...guarded,
      optimizer: gradientDescent(0.4),
      params,
    })
    await t.step({ x })
    const before = [await t.params(), await t.state(), await t.optimizerState()]
    expect(await saidOf(() => t.step({ x }))).toMatchInlineSnapshot(`
      "E402 step 2: every value must be finite, got NaN at [0, 0] from log
        %6 = log %5 : f32[6,2]
             %5: f32[6,2], -0.14444 … 2.2778
        4 of 12 elements, layer logged
        it reaches output loss, output out at [0, 0]
        made at test/train/debug.test.ts
          apply: (x, { scale, shift }) => log(sub(mul(x, scale), shift)),
                                          ^
        help: logarithms are of positive numbers: write log(maximum(x, 1e-7))"
    `)
    expect([await t.params(), await t.state(), await t.optimizerState()]).toEqual(before)
    expect(t.stepCount).toBe(1)
  })

  it('looks at steps of which nothing is read', async () => {
    const t = await trainer(classifier, { ...guarded, optimizer: adam(0.1) })
    const { x: inputs, y } = batch(6)
    inputs[3] = Number.NaN
    const said = await saidOf(() => t.step({ x: inputs, y }, { read: 'none' }))
    expect(said).toContain(
      'E402 step 1: every value must be finite, got NaN in input x at [0, 3]\n',
    )
  })

  it('names a param within its block', async () => {
    const t = await trainer(classifier, { ...guarded, optimizer: adam(0.1) })
    const params = await t.params()
    params.head.w.data[4] = Number.NEGATIVE_INFINITY
    await t.setParams(params)
    const said = await saidOf(() => t.step(batch(6)))
    expect(said).toContain('-infinity in param head.w at [1, 1]\n')
  })

  it('speaks before fit does', async () => {
    const t = await trainer(falling, { ...guarded, optimizer: gradientDescent(10) })
    const train = { x: { shape: [6, 2], dtype: 'f32', data: x } } as const
    const said = await saidOf(() => fit(t, { train, epochs: 9, log: false }))
    expect(said).toMatch(/^E402 step \d: /)
    const plain = await trainer(falling, { ...options, optimizer: gradientDescent(10) })
    const unguarded = await saidOf(() => fit(plain, { train, epochs: 9, log: false }))
    expect(unguarded).toMatch(/^E139 fit: [\s\S]*debug: \{ nanGuard: true \}/)
  })

  it('guards the programs that share its params, unless told otherwise', async () => {
    const t = await trainer(falling, { ...guarded, optimizer: gradientDescent(0.1) })
    const dims = { batch: 6 }
    const run = await t.executable(falling, { dims })
    expect(await saidOf(() => run({ x: x.map(v => -v) }))).toMatch(/^E402 run: .* from log\n/)
    const plain = await t.executable(falling, { dims, debug: {} })
    expect(plain({ x: x.map(v => -v) }).loss).not.toSatisfy(Number.isFinite)
    const wrong = { dims, debug: { nanGaurd: true } }
    expect(await saidOf(() => t.executable(falling, wrong as never))).toMatch(
      /^E137 debug: [\s\S]*did you mean nanGuard\?/,
    )
  })

  it('makes the steps that it makes without a guard', async () => {
    const steps = async (debug: object) => {
      const t = await trainer(stateful, { ...options, optimizer: adam(0.05), debug })
      for (const seed of [1, 2, 3]) await t.step({ x: values(18, seed) })
      return [await t.params(), await t.state(), await t.optimizerState()]
    }
    expect(await steps({ nanGuard: true, checkRewrites: true, verify: true })).toEqual(
      await steps({}),
    )
  })
})

describe('a trainer that checks rewrites', () => {
  it('finds nothing wrong with the steps of a network with batch norm and dropout', async () => {
    const network = model({
      name: 'network',
      inputs: { x: f32('batch', 5) },
      params: { first: dense(5, 4), bn: batchNorm(4), drop: dropout(0.5), last: dense(4, 1) },
      body: ({ x: inputs }, { first, bn, drop, last }) => ({
        loss: mean(square(last(drop(bn(first(inputs)))))),
      }),
    })
    const checked = { ...options, debug: { checkRewrites: true } }
    const t = await trainer(network, { ...checked, optimizer: adam(0.05) })
    for (const seed of [1, 2]) await t.step({ x: values(30, seed) })
    const run = await t.executable(network, { dims: { batch: 3 } })
    expect(run({ x: values(15, 3) }).loss).toBeGreaterThan(0)
  })
})
