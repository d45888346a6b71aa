// Normalizations on numbers worked out by hand, at the ends where a deviation is 0, and what a
// training graph computes of them.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Value } from '../../src/ir/builder.ts'
import { nodesOf } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { tensorType } from '../../src/ir/type.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { broadcastAlong } from '../../src/ops/broadcast.ts'
import { batchNorm, batchNormInference, layerNorm } from '../../src/ops/normalization.ts'
import type { NormalizationOptions } from '../../src/ops/normalizing.ts'
import { ops } from '../../src/ops/registry.ts'
import { prepared } from '../lower/run.ts'
import { cotangentsOf, tensor, typeOf, valuesOf } from './functions.ts'

const { NaN: nan } = Number

function expectClose(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length)
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 12)
}

/** One feature of mean 0 and variance 1, a scale and a shift of it, and a weight per example. */
const FOUR = [
  tensor([[-1], [-1], [1], [1]]),
  tensor([2]),
  tensor([5]),
  tensor([[1], [0], [0], [0]]),
] as const

const output =
  (options: NormalizationOptions = {}) =>
  (x: Value, gamma: Value, beta: Value) =>
    batchNorm(x, gamma, beta, options).output
const moment = (name: 'mean' | 'variance', options: NormalizationOptions = {}) => {
  return (x: Value, gamma: Value, beta: Value) => batchNorm(x, gamma, beta, options)[name]
}

describe('batchNorm', () => {
  it('gives every feature the mean beta and the deviation gamma', () => {
    const x = tensor([
      [1, 10],
      [3, 30],
    ])
    const operands = [x, tensor([2, 1]), tensor([5, 0])] as const
    expect(valuesOf(output({ epsilon: 0 }), ...operands)).toEqual([3, -1, 7, 1])
    expect(valuesOf(moment('mean'), ...operands)).toEqual([2, 20])
    expect(valuesOf(moment('variance'), ...operands)).toEqual([1, 100])
  })

  it('adds epsilon to the variance, 1e-5 where none is given', () => {
    const operands = [tensor([[-1], [1]]), tensor([1]), tensor([0])] as const
    expect(valuesOf(output({ epsilon: 3 }), ...operands)).toEqual([-0.5, 0.5])
    const usual = 1 / Math.sqrt(1 + 1e-5)
    expectClose(valuesOf(output(), ...operands), [-usual, usual])
  })

  it('has the gradient of the textbook', () => {
    const weighed = (x: Value, gamma: Value, beta: Value, w: Value) =>
      mul(output({ epsilon: 0 })(x, gamma, beta), w)
    const [x, gamma, beta] = cotangentsOf(weighed, ...FOUR)
    expectClose(x!, [1, -1, 0, 0])
    expect(gamma).toEqual([-1])
    expect(beta).toEqual([1])
  })

  it('passes on the cotangents of mean and variance alone, and then none to gamma and beta', () => {
    const [x, gamma, beta] = FOUR
    const of = (name: 'mean' | 'variance') => cotangentsOf(moment(name), x, gamma, beta)
    expect(of('mean')).toEqual([[0.25, 0.25, 0.25, 0.25], undefined, undefined])
    expect(of('variance')).toEqual([[-0.5, -0.5, 0.5, 0.5], undefined, undefined])
  })

  it('adds up the cotangents of all three results', () => {
    const all = (x: Value, gamma: Value, beta: Value, w: Value) => {
      const { output: out, mean, variance } = batchNorm(x, gamma, beta, { epsilon: 0 })
      return mul(mul(out, w), mul(spread(mean, w), spread(variance, w)))
    }
    const spread = (value: Value, like: Value) => broadcastAlong(value, like.type.shape, [0])
    const [x, gamma, beta, w] = FOUR
    const shifted = x.map(value => value + 2)
    const [got] = cotangentsOf(all, shifted, gamma, beta, w)
    expect(got!.every(Number.isFinite)).toBe(true)
    const step = 1e-6
    const total = (at: number, by: number) => {
      const moved = shifted.values()
      moved[at]! += by
      const values = valuesOf(all, tensor([...moved].map(value => [value])), gamma, beta, w)
      return values.reduce((a, b) => a + b, 0)
    }
    for (const [i, ct] of got!.entries()) {
      expect(ct).toBeCloseTo((total(i, step) - total(i, -step)) / (2 * step), 6)
    }
  })

  it('gives beta for constant features, a batch of one and no axes', () => {
    const [gamma, beta] = [tensor([3]), tensor([7])]
    expect(valuesOf(output(), tensor([[4], [4]]), gamma, beta)).toEqual([7, 7])
    expect(valuesOf(output(), tensor([[4]]), gamma, beta)).toEqual([7])
    expect(valuesOf(output({ axes: [] }), tensor([4]), gamma, beta)).toEqual([7])
    expect(cotangentsOf(output(), tensor([[4]]), gamma, beta)).toEqual([[0], [0], [1]])
  })

  it('has moments that are NaN over no examples', () => {
    const operands = [tensor([]), tensor(1), tensor(0)] as const
    expect(valuesOf(output({ axes: 0 }), ...operands)).toEqual([])
    expect(valuesOf(moment('mean', { axes: 0 }), ...operands)).toEqual([nan])
    expect(valuesOf(moment('variance', { axes: 0 }), ...operands)).toEqual([nan])
  })

  it('takes any axes, counted from either end', () => {
    const image = tensorType('f32', ['batch', 3, 'height', 'width'])
    const feature = tensorType('f32', [3])
    const axes = (given: NormalizationOptions) => typeOf(output(given), image, feature, feature)
    expect(axes({ axes: [0, -1, 2] })).toEqual(image)
    expect(typeOf(moment('mean', { axes: [0, 2, 3] }), image, feature, feature)).toEqual(feature)
    expect(() => axes({ axes: [0, 4] })).toThrow('axis 4 is out of range')
    expect(() => axes({ axes: [0] })).toThrow('gamma must be [3,height,width], got [3]')
    expect(() => axes({ epsilon: -1, axes: [0, 2, 3] })).toThrow('epsilon must be 0 or more')
  })
})

describe('batchNormInference', () => {
  const infer = (...operands: Parameters<typeof batchNormInference>) =>
    batchNormInference(...(operands.slice(0, 5) as [Value, Value, Value, Value, Value]), {
      epsilon: 1,
    })

  it('normalizes by the moments that it is given', () => {
    const operands = [[[4], [10]], [3], [1], [4], [8]].map(value => tensor(value))
    expect(valuesOf(infer as (...x: Value[]) => Value, ...operands)).toEqual([1, 7])
  })

  it('gives moments their gradient too', () => {
    const operands = [[[4], [10]], [3], [1], [4], [8]].map(value => tensor(value))
    const cts = cotangentsOf(infer as (...x: Value[]) => Value, ...operands)
    expectClose(cts.flat() as number[], [1, 1, 2, 2, -2, -1 / 3])
  })
})

describe('layerNorm', () => {
  it('gives every example mean 0 and deviation 1, then scales and shifts its features', () => {
    const x = tensor([
      [1, 3],
      [10, 30],
    ])
    const norm = (a: Value, b: Value, c: Value) => layerNorm(a, b, c, { epsilon: 0 })
    expectClose(valuesOf(norm, x, tensor([2, 4]), tensor([0, 1])), [-2, 5, -2, 5])
  })

  it('has the gradient of the textbook', () => {
    const norm = (x: Value, gamma: Value, beta: Value, w: Value) =>
      mul(layerNorm(x, gamma, beta, { epsilon: 0 }), w)
    const ones = tensor([1, 1, 1, 1])
    const w = tensor([[1, 0, 0, 0]])
    const [x, gamma, beta] = cotangentsOf(norm, tensor([[-1, -1, 1, 1]]), ones, ones, w)
    expectClose(x!, [0.5, -0.5, 0, 0])
    expect(gamma).toEqual([-1, 0, 0, 0])
    expect(beta).toEqual([1, 0, 0, 0])
  })

  it('gives beta for an example whose features are equal, and takes several axes', () => {
    const norm = (x: Value, gamma: Value, beta: Value) => layerNorm(x, gamma, beta)
    const both = (x: Value, gamma: Value, beta: Value) =>
      layerNorm(x, gamma, beta, { axes: [1, 2] })
    expect(valuesOf(norm, tensor([[9, 9]]), tensor([1, 1]), tensor([3, 4]))).toEqual([3, 4])
    const [x, feature] = [tensorType('f32', ['batch', 2, 5]), tensorType('f32', [2, 5])]
    expect(typeOf(both, x, feature, feature)).toEqual(x)
    expect(() => typeOf(norm, x, feature, feature)).toThrow('gamma must be [5], got [2,5] (C3)')
  })
})

describe('the training graph of a normalization', () => {
  const counts = (applied: string) => {
    const text = `graph @net(param %x: f32[batch,8], param %g: f32[8], param %b: f32[8], input %w: f32[batch,8]) {
  ${applied}
  %1 = mul %0, %w : f32[batch,8]
  %2 = sum %1 {axes = [0, 1]} : f32[]
  return loss = %2
}`
    const graph = gradient(parseGraph('net.ir', text, ops), { of: 'loss' })
    const nodes = nodesOf(prepared(graph, { batch: 32 }))
    const of = (name: string) => nodes.filter(({ op }) => op.name === name).length
    return { rsqrt: of('rsqrt'), square: of('square'), sum: of('sum') }
  }

  it('computes mean, deviations and reciprocal deviation once for forward and backward', () => {
    // Sums: the loss, two for the moments, and two for what flows back.
    const batch = counts('%0, %m, %v = batch_norm %x, %g, %b : f32[batch,8], f32[8], f32[8]')
    expect(batch).toEqual({ rsqrt: 1, square: 1, sum: 5 })
    // Sums per example beside those for gamma and beta.
    const layer = counts('%0 = layer_norm %x, %g, %b : f32[batch,8]')
    expect(layer).toEqual({ rsqrt: 1, square: 1, sum: 7 })
  })
})
