// What a run has to do, counted from graphs small enough to count by hand, and the time that makes.

import { describe, expect, it } from 'vitest'
import { flopsOf, forwardWork, idealOf, stepWork } from '../../bench/ideal.ts'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Dims } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { ops } from '../../src/ops/registry.ts'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'

const parse = (text: string) => parseGraph('test', text, ops)
const core = (graph: Graph, dims: Dims = {}) => runPipeline(graph, afterDerivative(dims)).graph

/** Two dense layers on a batch; the loss sums the squares of what comes out. */
const NETWORK = parse(`
graph @network(input %x: f32[batch,5], param %w1: f32[5,4], param %b1: f32[4], param %w2: f32[4,3]) {
  %0 = matmul %x, %w1 : f32[batch,4]
  %1 = broadcast_to %b1 {shape = [batch,4], axes = [0]} : f32[batch,4]
  %2 = add %0, %1 : f32[batch,4]
  %3 = tanh %2 : f32[batch,4]
  %4 = matmul %3, %w2 : f32[batch,3]
  %5 = mul %4, %4 : f32[batch,3]
  %loss = sum %5 {axes = [0, 1]} : f32[]
  return loss = %loss
}
`)
const BATCH = 7
const F32 = 4

describe('operations of matrix products', () => {
  it('are a multiplication and an addition per element and step of the sum', () => {
    expect(flopsOf(core(NETWORK, { batch: BATCH }))).toBe(2 * BATCH * (5 * 4 + 4 * 3))
  })

  it('do not depend on which axes are summed, nor on batch axes', () => {
    const graph = parse(`
graph @forms(input %a: f32[6,2,3], input %b: f32[6,4,2]) {
  %0 = matmul %a, %b {batch = [[0], [0]], contract = [[1], [2]]} : f32[6,3,4]
  return out = %0
}
`)
    expect(flopsOf(graph)).toBe(2 * 6 * 3 * 4 * 2)
  })

  it('of a derivative leave out the gradient of an input that nobody asked for', () => {
    const derivative = core(gradient(NETWORK, { of: 'loss' }), { batch: BATCH })
    const first = 2 * BATCH * 5 * 4
    const second = 2 * BATCH * 4 * 3
    expect(flopsOf(derivative)).toBe(2 * first + 3 * second)
  })

  it('of a strided convolution are the same forward and back: none is with a zero between', () => {
    const forward = parse(`
graph @strided(param %x: f32[2,8,9,4], param %k: f32[3,2,4,5]) {
  %0 = conv2d %x, %k {stride = [2, 3], padding = [[0, 1], [0, 0]]} : f32[2,4,3,5]
  %loss = sum %0 {axes = [0, 1, 2, 3]} : f32[]
  return loss = %loss
}
`)
    const part = (wrt: readonly string[]) => {
      const both = gradient(forward, { of: 'loss', wrt })
      return flopsOf(core({ ...both, outputs: both.outputs.slice(1) }))
    }
    const once = 2 * 2 * 4 * 3 * 5 * 3 * 2 * 4
    expect(flopsOf(core(forward))).toBe(once)
    expect(part(['k'])).toBe(once)
    expect(part(['x'])).toBe(once)
  })

  it('are counted with bytes, on bound graphs only', () => {
    const words = 'work is counted on bound graphs, got the shape [batch,5]'
    expect(() => forwardWork(NETWORK)).toThrow(words)
  })
})

describe('the work of a forward program', () => {
  it('reads arguments once and writes outputs once, whatever is fused in between', () => {
    const graph = parse(`
graph @chain(input %x: f32[10], input %y: f32[10]) {
  %0 = mul %x, %y : f32[10]
  %1 = exp %0 : f32[10]
  return out = %1
}
`)
    expect(forwardWork(graph)).toEqual({ flops: 0, bytes: 3 * 10 * F32 })
  })

  it('writes and reads what a product makes for another kernel, but an output once only', () => {
    const inner = parse(`
graph @twice(input %a: f32[3,3]) {
  %0 = matmul %a, %a : f32[3,3]
  %1 = matmul %0, %a : f32[3,3]
  return out = %1
}
`)
    expect(forwardWork(inner)).toEqual({ flops: 2 * 2 * 27, bytes: (1 + 2 + 1) * 9 * F32 })
  })

  it('counts an output that two names share once, and wide elements as wide', () => {
    const graph = parse(`
graph @shared(input %x: f64[10]) {
  %0 = exp %x : f64[10]
  return one = %0, two = %0
}
`)
    expect(forwardWork(graph).bytes).toBe(2 * 10 * 8)
  })
})

describe('the work of a training step', () => {
  const forward = core(NETWORK, { batch: BATCH })
  const derivative = core(gradient(NETWORK, { of: 'loss' }), { batch: BATCH })
  const input = BATCH * 5
  const params = 5 * 4 + 4 + 4 * 3
  const activations = BATCH * 4 + BATCH * 3 + 1

  it('reads and writes params and slots, and moves activations three times', () => {
    const plain = stepWork(forward, derivative, 0)
    expect(plain.flops).toBe(flopsOf(derivative))
    expect(plain.bytes).toBe((input + 2 * params + 3 * activations) * F32)
  })

  it('grows with every slot that the optimizer keeps', () => {
    const [plain, adam] = [0, 2].map(slots => stepWork(forward, derivative, slots).bytes)
    expect(adam! - plain!).toBe(2 * 2 * params * F32)
  })
})

describe('the work of a step with batch norm', () => {
  const given = parse(`
graph @normalized(input %x: f32[batch,5], param %w: f32[5,4], param %gamma: f32[4], param %beta: f32[4], state %mean: f32[4]) {
  %0 = matmul %x, %w : f32[batch,4]
  %1, %2, %3 = batch_norm %0, %gamma, %beta {axes = [0], epsilon = 0.00001} : f32[batch,4], f32[4], f32[4]
  %4 = add %mean, %2 : f32[4]
  %5 = mul %1, %1 : f32[batch,4]
  %loss = sum %5 {axes = [0, 1]} : f32[]
  return loss = %loss
  update mean = %4
}
`)
  const [forward, derivative] = [given, gradient(given, { of: 'loss' })].map(graph =>
    core(graph, { batch: BATCH }),
  )

  it('moves the product three times and what is normalized never, and state there and back', () => {
    const activations = BATCH * 4 + 4 + 4 + 1
    const numbers = BATCH * 5 + 2 * (5 * 4 + 4 + 4) + 2 * 4 + 3 * activations
    expect(stepWork(forward!, derivative!, 0).bytes).toBe(numbers * F32)
  })
})

describe('the ideal time', () => {
  it('is that of the operations plus that of the bytes', () => {
    const yardstick = { gflops: 5, gbps: 40 }
    const ideal = idealOf({ flops: 20e6, bytes: 80e6 }, yardstick)
    expect(ideal).toEqual({ yardstick, ms: 6, flopsMs: 4, bytesMs: 2 })
  })
})
