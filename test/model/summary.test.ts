// The summary of a model against counts by hand.

import { describe, expect, it } from 'vitest'
import { f32, matmul, model, param, softmax, sum, summarize, tanh, zeros } from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'

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
})
