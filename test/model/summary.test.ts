// The summary of a model against counts by hand.

import { describe, expect, it } from 'vitest'
import { f32, matmul, model, param, softmax, sum, summarize, tanh, zeros } from '../../src/index.ts'
import { batchNorm, dense, dropout, layerNorm } from '../../src/nn/index.ts'

/** [b, 3] · [3, 4] · [4, 5], summed. */
const products = model({
  name: 'products',
  inputs: { x: f32('b', 3) },
  params: { w: param([3, 4]), v: param([4, 5], zeros(), { trainable: false }) },
  body: ({ x }, { w, v }) => ({ loss: sum(matmul(tanh(matmul(x, w)), v)) }),
})

const rowsOf = (of: string | undefined, b: number) =>
  summarize(products, { of, dims: { b } }).rows.map(({ name, forward, backward }) => {
    return [name, forward, backward]
  })

describe('a summary', () => {
  it('counts products twice per element that is summed, other ops once per element', () => {
    expect(rowsOf(undefined, 2)).toEqual([
      ['x', 0, 0],
      ['matmul', 2 * 2 * 3 * 4, 0],
      ['tanh', 2 * 4, 0],
      ['matmul', 2 * 2 * 4 * 5, 0],
      ['sum', 2 * 5, 0],
    ])
  })

  it('counts what a gradient adds at the op that it belongs to', () => {
    const rows = rowsOf('loss', 2)
    // The cotangent of w, and the one of the hidden values; v is frozen and has none.
    expect(rows[1]).toEqual(['matmul', 48, 48])
    expect(rows[3]).toEqual(['matmul', 80, 80])
    // 1 - tanh², times the cotangent: three ops on eight elements.
    expect(rows[2]).toEqual(['tanh', 8, 24])
  })

  it('grows with its dims, and adds up', () => {
    const [two, four] = [2, 4].map(b => summarize(products, { of: 'loss', dims: { b } }))
    expect(four!.forward).toBe(2 * two!.forward)
    const total = two!.rows.reduce((all, row) => all + row.forward + row.backward, 0)
    expect(two!.forward + two!.backward).toBe(total)
    expect([two!.parameters, two!.trainable]).toEqual([32, 12])
  })

  it('has a row per layer with its params and the line that calls it, and prints a table', () => {
    const net = model({
      name: 'net',
      inputs: { x: f32('b', 3) },
      params: { l1: dense(3, 4) },
      body: ({ x }, { l1 }) => ({ p: softmax(l1(x)) }),
    })
    const summary = summarize(net, { dims: { b: 2 } })
    const layer = summary.rows.find(row => row.name === 'l1')!
    expect(layer).toMatchObject({ kind: 'layer', output: [2, 4], parameters: 16 })
    expect(layer.source?.file).toMatch(/summary\.test\.ts$/)
    expect(String(summary)).toMatch(/^l1 +\[2, 4\] +16 +56 +- {2}summary\.test\.ts:\d+$/m)
    expect(String(summary)).toMatch(/^net: 16 trainable, 0 frozen$/m)
  })

  it('counts a normalization as training does it, state and all, and shows what it gives', () => {
    const net = model({
      name: 'net',
      inputs: { x: f32('b', 4) },
      params: { bn: batchNorm(4), ln: layerNorm(4), drop: dropout(0.5) },
      body: ({ x }, { bn, ln, drop }) => ({ loss: sum(drop(ln(bn(x)))) }),
    })
    const summary = summarize(net, { of: 'loss', dims: { b: 2 } })
    const [bn, ln, drop] = ['bn', 'ln', 'drop'].map(name =>
      summary.rows.find(row => row.name === name),
    )
    // mean 12, variance 40, √(variance + ε) into gamma 12, three ops on x 24, two averages 24.
    expect(bn).toMatchObject({ output: [2, 4], parameters: 8, forward: 112 })
    // The same on two examples, each by itself: mean 10, variance 36, root 4, four ops on x.
    expect(ln).toMatchObject({ output: [2, 4], parameters: 8, forward: 82 })
    expect(drop).toMatchObject({ output: [2, 4], parameters: 0 })
    expect(drop!.forward).toBeGreaterThan(2 * 8)
    for (const row of [bn, ln, drop]) expect(row!.backward).toBeGreaterThan(8)
    expect(summary.trainable).toBe(16)
  })

  it('shows the result of a layer that others use, not the last thing that it computes', () => {
    const shapes = (b: number) => {
      const net = model({
        inputs: { x: f32('b', 4) },
        params: { bn: batchNorm(4) },
        body: ({ x }, { bn }) => ({ y: bn(x) }),
      })
      return summarize(net, { dims: { b } }).rows.map(({ name, output }) => [name, output])
    }
    expect(shapes(3)).toEqual([
      ['x', [3, 4]],
      ['bn', [3, 4]],
    ])
  })
})
