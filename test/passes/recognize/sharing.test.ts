// What a normalization needs several times, its program computes once: mean, variance and
// reciprocal deviation serve the output, the running averages and the gradient, by hand as by the
// composite.

import { describe, expect, it } from 'vitest'
import {
  add,
  batchNorm,
  div,
  f32,
  gradient,
  matmul,
  mean,
  model,
  mul,
  param,
  sqrt,
  square,
  sub,
} from '../../../src/index.ts'
import { type Graph, nodesOf } from '../../../src/ir/graph.ts'
import { afterDerivative } from '../../../src/passes/pipeline.ts'
import { runPipeline } from '../../../src/rewrite/pass-manager.ts'

const inputs = { x: f32('batch', 3), y: f32('batch', 4) }
const params = { w: param([3, 4]), b: param([4]), gamma: param([4]), beta: param([4]) }

const composite = model({
  inputs,
  params,
  body({ x, y }, { w, b, gamma, beta }) {
    const norm = batchNorm(add(matmul(x, w), b), gamma, beta)
    const averages = { mean: mul(0.1, norm.mean), variance: mul(0.1, norm.variance) }
    return { loss: mean(mul(norm.output, y)), ...averages }
  },
})

const byHand = model({
  inputs,
  params,
  body({ x, y }, { w, b, gamma, beta }) {
    const z = add(matmul(x, w), b)
    const mu = mean(z, 0)
    const v = sub(mean(square(z), 0), square(mu))
    const out = add(div(mul(gamma, sub(z, mu)), sqrt(add(v, 1e-5))), beta)
    return { loss: mean(mul(out, y)), mean: mul(0.1, mu), variance: mul(0.1, v) }
  },
})

/** The ops of a training program, sorted. */
function opsOf(graph: Graph): string[] {
  const program = runPipeline(graph, afterDerivative({ batch: 8 })).graph
  return nodesOf(program)
    .map(({ op }) => op.name)
    .sort()
}

describe('batch normalization with running averages', () => {
  const ops = opsOf(gradient(byHand, { of: 'loss' }).graph)
  const count = (name: string) => ops.filter(op => op === name).length

  it('sums for mean and variance once, besides the loss and the two sums of the gradient', () => {
    expect(count('sum')).toBe(5)
    expect(count('rsqrt')).toBe(1)
  })

  it('is the program of the composite', () => {
    expect(ops).toEqual(opsOf(gradient(composite, { of: 'loss' }).graph))
  })
})
