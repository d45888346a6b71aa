// Selections: what is kept, what goes, and what still needs an input that was left out.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../src/ir/tensor.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { gradient, jvp } from '../../src/model/derivative.ts'
import { layer } from '../../src/model/layer.ts'
import { type Model, model } from '../../src/model/model.ts'
import { add, mul } from '../../src/model/ops/binary.ts'
import { softmaxCrossEntropy } from '../../src/model/ops/losses.ts'
import { randomUniform } from '../../src/model/ops/random.ts'
import { mean } from '../../src/model/ops/reduction.ts'
import { softmax } from '../../src/model/ops/softmax.ts'
import { param } from '../../src/model/param.ts'
import { select } from '../../src/model/select.ts'
import { f32, i32 } from '../../src/model/slot.ts'
import { dense } from '../../src/nn/dense.ts'
import { batchNorm } from '../types/parts.ts'

type Parts<M> = M extends Model<infer I, infer P, infer _S, infer O> ? [I, P, O] : never

const net = model({
  inputs: { x: f32('n', 4), y: i32('n') },
  params: { l1: dense(4, 3), bn: batchNorm(3), unused: param([2]) },
  body({ x, y }, { l1, bn }) {
    const logits = bn(l1(x))
    const noise = randomUniform([3])
    return {
      loss: mean(softmaxCrossEntropy(logits, y)),
      probabilities: softmax(logits),
      noisy: add(logits, noise),
    }
  },
})

const names = (of: { readonly graph: Model['graph'] }, role: string) =>
  of.graph.arguments.filter(argument => argument.role === role).map(({ name }) => name)

describe('select', () => {
  const inference = select(net, { inputs: ['x'], outputs: ['probabilities'] })

  it('keeps the inputs and outputs asked for, in types as in fact', () => {
    expectTypeOf<Parts<typeof inference>[0]>().toEqualTypeOf<{ x: Tensor<['n', 4], 'f32'> }>()
    expectTypeOf<Parts<typeof inference>[2]>().toEqualTypeOf<{
      probabilities: Tensor<['n', 3], 'f32'>
    }>()
    expect(names(inference, 'input')).toEqual(['x'])
    expect(inference.outputs).toEqual({ probabilities: 'probabilities' })
    expect(String(inference)).not.toContain('softmax_cross_entropy')
    expect(verifyGraph(inference.graph)).toEqual([])
  })

  it('keeps params and state whole, so that the same values fit', () => {
    expectTypeOf<Parts<typeof inference>[1]>().toEqualTypeOf<Parts<typeof net>[1]>()
    expect(names(inference, 'param')).toEqual(names(net, 'param'))
    expect(inference.params).toBe(net.params)
    expect(inference.init(1)).toEqual(net.init(1))
    expect(inference.graph.updates).toEqual(net.graph.updates)
  })

  it('keeps the arguments of draws exactly where it still draws', () => {
    expect(names(net, 'rng')).toEqual(['key', 'counter'])
    expect(names(inference, 'rng')).toEqual([])
    expect(names(select(net, { outputs: ['noisy'] }), 'rng')).toEqual(['key', 'counter'])
  })

  it('keeps all inputs where none are named', () => {
    expect(names(select(net, { outputs: ['probabilities'] }), 'input')).toEqual(['x', 'y'])
  })

  it('takes part of a derivative', () => {
    const grads = select(gradient(net, { of: 'loss' }), { outputs: ['grads'] })
    expect(Object.keys(grads.outputs)).toEqual(['grads'])
    expect(grads.graph.outputs.map(({ name }) => name)).toContain('grads.l1.w')
    const tangent = select(jvp(net, { of: 'loss' }), { outputs: ['tangent'] })
    expect(names(tangent, 'input')).toContain('tangents.l1.w')
    const again = gradient(select(net, { outputs: ['loss'] }), { of: 'loss' })
    expect(Object.keys(again.outputs)).toEqual(['loss', 'grads'])
  })
})

describe('select refuses', () => {
  it('to leave out an input that an output needs', () => {
    expect(() => select(net, { inputs: ['x'], outputs: ['loss'] })).toThrow(
      "E124 select: output 'loss' needs the input 'y', which is left out",
    )
    expect(() => select(net, { inputs: ['x'], outputs: ['loss'] })).toThrow(
      /made at .*select\.test\.ts/,
    )
  })

  it('to leave out an input that a new state needs', () => {
    const tracking = layer({
      name: 'tracking',
      input: f32('...'),
      output: f32('...'),
      state: { last: param([2]) },
      apply: x => ({ output: x, state: { last: x } }),
    })
    const m = model({
      inputs: { x: f32(2), z: f32(2) },
      params: { tracking },
      body: ({ x, z }, { tracking: track }) => ({ y: mul(x, 2), z: track(z) }),
    })
    expect(() => select(m, { inputs: ['x'], outputs: ['y'] })).toThrow(
      "E124 select: the new state 'tracking.last' needs the input 'z', which is left out",
    )
  })

  it('names that are not there', () => {
    expect(() => select(net, { outputs: ['probs' as 'loss'] })).toThrow(
      "E105 select: there is no output 'probs'; the program has loss, probabilities, noisy",
    )
    expect(() => select(net, { inputs: ['X' as 'x'], outputs: ['loss'] })).toThrow(
      /no input 'X'[\s\S]*did you mean 'x'\?/,
    )
  })
})
