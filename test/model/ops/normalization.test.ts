// The public normalizations, penalties and dropout: values by hand, axes in any spelling, where
// nodes are said to come from, and which draw is made.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { tensorType } from '../../../src/ir/type.ts'
import { logAddExp, xlog1py, xlogy } from '../../../src/model/ops/binary.ts'
import { dropout } from '../../../src/model/ops/dropout.ts'
import { batchNorm, batchNormInference, layerNorm } from '../../../src/model/ops/normalization.ts'
import { l1Penalty, l2Penalty } from '../../../src/model/ops/penalties.ts'
import { log1mexp } from '../../../src/model/ops/unary.ts'
import { traced } from '../../../src/model/tracing.ts'
import { elements } from '../../ops/known.ts'
import { argument, filled, origins, refusalOf } from './evaluated.ts'

/** Two examples of two features. */
const x = filled([2, 2], 'f64', [1, 10, 3, 30])
const gamma = filled([2], 'f64', [2, 1])
const beta = filled([2], 'f64', [0, 5])

const close = (found: Tensor, wanted: readonly number[]) => {
  const got = elements(found)
  expect(got).toHaveLength(wanted.length)
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 12)
}

describe('batchNorm', () => {
  it('gives the output and the statistics over all axes but the last', () => {
    const { output, mean, variance } = batchNorm(x, gamma, beta, { epsilon: 3 })
    close(mean, [2, 20])
    close(variance, [1, 100])
    close(output, [-1, 5 - 10 / Math.sqrt(103), 1, 5 + 10 / Math.sqrt(103)])
  })

  it('takes axes from either end', () => {
    close(batchNorm(x, gamma, beta, { axes: -1 }).mean, [5.5, 16.5])
    close(batchNorm(x, gamma, beta, { axes: [1] }).variance, [20.25, 182.25])
  })

  it('uses given statistics instead in inference', () => {
    const [mean, variance] = [filled([2], 'f64', [1, 0]), filled([2], 'f64', [1, 22])]
    const out = batchNormInference(x, gamma, beta, mean, variance, { epsilon: 3 })
    close(out, [0, 5 + 10 / 5, 2, 5 + 30 / 5])
  })

  it('is nodes of the line that calls it', () => {
    const places = origins([2, 3], of => {
      const of1 = argument([3], 'f32', of.builder as GraphBuilder)
      return [batchNorm(of, of1, of1), layerNorm(of, of1, of1), l1Penalty([of, of1], 1)]
    })
    expect(places).toHaveLength(5)
    for (const place of places) expect(place?.file).toMatch(/normalization\.test\.ts$/)
  })

  it('refuses what is no tensor', () => {
    const nothing = undefined as unknown as Tensor<[2], 'f64'>
    expect(refusalOf(() => batchNorm(x, nothing, beta)).code).toBe('E104')
    expect(refusalOf(() => batchNormInference(x, gamma, beta, beta, nothing)).code).toBe('E104')
    expect(refusalOf(() => layerNorm(nothing, gamma, beta)).code).toBe('E104')
    expect(refusalOf(() => l1Penalty([x, nothing], 1)).code).toBe('E104')
    expect(refusalOf(() => dropout(nothing, 0.5)).code).toBe('E104')
  })
})

describe('layerNorm', () => {
  it('is over the features of each example by default', () => {
    const out = layerNorm(x, gamma, beta, { epsilon: 1e-300 })
    close(out, [-2, 6, -2, 6])
  })

  it('has gamma and beta of x at the axes', () => {
    const out = layerNorm(x, gamma, beta, { axes: 0, epsilon: 1e-300 })
    close(out, [-2, -2, 6, 6])
  })
})

describe('a penalty', () => {
  it('is of one tensor, or the sum over several', () => {
    close(l1Penalty(filled([2], 'f64', [3, -4]), 0.5), [3.5])
    close(l2Penalty(filled([2], 'f64', [3, -4]), 0.5), [0.5 * 0.5 * 25])
    close(l2Penalty([x, beta], 2), [1 + 100 + 9 + 900 + 25])
  })
})

describe('logarithms', () => {
  it('broadcast, and take numbers', () => {
    close(logAddExp(beta, filled([1], 'f64', [0])), [Math.log(2), Math.log(Math.exp(5) + 1)])
    close(xlogy(beta, filled([1], 'f64', [0.5])), [0, 5 * Math.log(0.5)])
    close(xlogy(0, gamma), [0, 0])
    close(xlog1py(beta, -0.5), [0, 5 * Math.log(0.5)])
    close(xlog1py(0, filled([1], 'f64', [-1])), [0])
    close(log1mexp(filled([1], 'f64', [-2])), [Math.log(1 - Math.exp(-2))])
  })
})

describe('dropout', () => {
  it('draws from what is traced, each call another stream', () => {
    const into = new GraphBuilder()
    const key = into.rng('key', tensorType('u32', [2]))
    const counter = into.rng('counter', tensorType('u32', []))
    const of = argument(['n', 4], 'f32', into)
    let stream = 7
    const draw = () => ({ key, counter, stream: stream++ })
    const made = traced({ into, draw }, () => [dropout(of, 0.25), dropout(of, 0.25)])
    const nodes = made.map(({ id }) => into.definition(id)!)
    expect(nodes.map(({ attributes }) => attributes)).toEqual([
      { rate: 0.25, stream: 7 },
      { rate: 0.25, stream: 8 },
    ])
    expect(nodes[0]!.operands).toEqual([of.id, key.id, counter.id])
    expect(nodes[0]!.origin.source?.location?.file).toMatch(/normalization\.test\.ts$/)
  })

  it('is refused in the body of an op', () => {
    const into = new GraphBuilder()
    const of = argument([4], 'f32', into)
    const error = refusalOf(() => traced({ into }, () => dropout(of, 0.5)))
    expect(error.message).toMatch(/^E121 dropout: must draw outside of the body/)
    expect(error.source?.file).toMatch(/normalization\.test\.ts$/)
  })
})
