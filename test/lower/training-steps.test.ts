// Training steps of random graphs: every parameter gets a new value that depends on old values of
// many, each parameter by itself or all in one block with gaps.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { asLoops } from '../../src/kernel/kernel.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { broadcastTo } from '../../src/ops/broadcast.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { mean } from '../../src/ops/statistics.ts'
import { tanh } from '../../src/ops/trigonometric.ts'
import { adam } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { runs, seed } from '../counts.ts'
import { difference } from '../generic/tolerances.ts'
import { randomArguments, randomGraph } from '../property/random-graph.ts'
import { lowered, prepared, runLowered, TARGET } from './run.ts'
import { blockStep, descentStep, normalizedStep, type Step } from './steps.ts'

function expectMeaning({ graph, state }: Step): void {
  const given = randomArguments(graph, seed)
  const got = runLowered(graph, lowered(graph, TARGET, state), given, state)
  const wanted = interpret(graph, given)
  expect(Object.keys(wanted.updates).length).toBeGreaterThan(0)
  for (const kind of ['outputs', 'updates'] as const) {
    for (const [name, literal] of Object.entries(wanted[kind])) {
      expect(difference(got[kind][name]!, literal, 'graph'), name).toBeUndefined()
    }
  }
}

describe('a training step of a random graph', () => {
  it('updates parameters that lie each by themselves', () => {
    const property = fc.property(randomGraph, ({ graph }) => expectMeaning(descentStep(graph)))
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })

  it('updates two states together of which one waits for totals', () => {
    const property = fc.property(randomGraph, ({ graph }) => expectMeaning(normalizedStep(graph)))
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })

  it('updates a block of all parameters, and what the optimizer remembers', () => {
    const property = fc.property(randomGraph, ({ graph }) => expectMeaning(blockStep(graph)))
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })
})

/** A training step of equal layers, lowered. */
function deepStep(layers: number) {
  const builder = new GraphBuilder('deep')
  let x = builder.input('x', tensorType('f32', [8, 6]))
  for (let i = 0; i < layers; i++) {
    const w = builder.param(`${i}.w`, tensorType('f32', [6, 6]))
    const b = builder.param(`${i}.b`, tensorType('f32', [6]))
    const product = matmul(x, w)
    x = tanh(add(product, broadcastTo(b, product.type.shape)))
  }
  const backward = gradient(builder.output('loss', mean(x)).finish(), { of: 'loss' })
  const trained = backward.arguments.filter(({ role }) => role === 'param')
  const layout = trainingLayout(trained, [], adam())
  const graph = prepared(trainingStep(backward, layout.blocks, adam()))
  return { graph, state: layout.state, made: lowered(graph, TARGET, layout.state) }
}

describe('a training step of equal layers', () => {
  it('has as many kernels as one of fewer layers, and copies nothing', () => {
    const [few, many] = [deepStep(4).made.program, deepStep(9).made.program]
    // Which results are stored in place depends on where memory is at its highest.
    const kernelsOf = ({ kernels }: typeof few) =>
      new Set(kernels.map(({ name }) => name.replace(/_in_place$/, '')))
    expect(kernelsOf(many)).toEqual(kernelsOf(few))
    const names = many.items.map(({ kernel }) => kernel)
    expect(names.filter(name => /copy|concat|slice|reshape/.test(name))).toEqual([])
    // Four launches a layer, the ends aside: forward; the gradients of input, weights and bias. The
    // derivative of the activation is in the epilogue of the first of these.
    expect(many.items.length - few.items.length).toBe(4 * 5)
  })

  it('ends in one kernel that updates the block and both slots in place', () => {
    const { graph, state, made } = deepStep(3)
    const last = made.program.items.at(-1)!
    const kernel = made.program.kernels.find(({ name }) => name === last.kernel)!
    expect(asLoops(kernel).body.map(({ kind }) => kind)).toEqual(['store', 'store', 'store'])
    const updated = kernel.params.flatMap(({ access }, i) =>
      access === 'update' ? last.args[i] : [],
    )
    expect(updated).toEqual(['m:f32', 'v:f32', 'params:f32'])
    const given = randomArguments(graph, seed)
    // The average of squares is positive; elements are at most 1.5 in size.
    const squares = given['v:f32']!.map(value => value ** 2)
    const got = runLowered(graph, made, { ...given, 'v:f32': squares }, state)
    const wanted = interpret(graph, { ...given, 'v:f32': squares })
    for (const [name, literal] of Object.entries(wanted.updates)) {
      expect(difference(got.updates[name]!, literal, 'graph'), name).toBeUndefined()
    }
  })
})
