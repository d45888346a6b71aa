// The parameters of a layer within a body: penalties on weights that a layer declares.

import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  add,
  block,
  compile,
  f32,
  gradient,
  l2Penalty,
  mean,
  model,
  mul,
  repeat,
  type Tensor,
} from '../../src/index.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'

const STRENGTH = 0.5

const penalized = model({
  inputs: { x: f32('batch', 3) },
  params: { l1: dense(3, 2), l2: dense(2, 1) },
  body({ x }, { l1, l2 }) {
    expectTypeOf(l1.params.w).toEqualTypeOf<Tensor<[3, 2], 'f32'>>()
    // No part in the loss but the penalty: its gradient is then the whole gradient.
    const out = mul(mean(l2(l1(x))), 0)
    return { loss: add(out, l2Penalty([l1.params.w, l2.params.w], STRENGTH)) }
  },
})

describe('the parameters of a layer', () => {
  it('can be penalized: the gradient is strength times the weights', async () => {
    const run = await compile(gradient(penalized, { of: 'loss' }), {
      target: 'js',
      dims: { batch: 2 },
    })
    const { params } = penalized.init(3)
    const { loss, grads } = run({ x: new Float32Array(6) }, params)
    const weights = [...params.l1.w.data, ...params.l2.w.data]
    const squares = weights.reduce((sum, w) => sum + w * w, 0)
    expect(loss).toBeCloseTo((STRENGTH / 2) * squares, 6)
    expect([...grads.l1.w.data]).toEqual([...params.l1.w.data.map(w => STRENGTH * w)])
    expect([...grads.l2.w.data]).toEqual([...params.l2.w.data.map(w => STRENGTH * w)])
  })

  it('are there through blocks, lists and layers with state', () => {
    const encoder = block({
      name: 'encoder',
      input: f32('...', 4),
      params: { fc: dense(4, 4), bn: batchNorm(4) },
      body: (x, { fc, bn }) => {
        expectTypeOf(bn.params.gamma).toEqualTypeOf<Tensor<[4], 'f32'>>()
        return add(bn(fc(x)), mul(mean(fc.params.w), 0))
      },
    })
    const deep = model({
      inputs: { x: f32('batch', 4) },
      params: { parts: repeat(2, encoder) },
      body({ x }, { parts }) {
        let h = x
        for (const part of parts) h = part(h)
        const weights = parts.map(({ params }) => params.fc.params.w)
        return { loss: add(mean(h), l2Penalty(weights, 1e-3)) }
      },
    })
    expect(deep.toString()).toMatch(/l2_penalty %"parts\.1\.fc\.w"/)
  })
})
