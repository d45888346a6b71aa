// Rematerialization on random programs: whatever is computed again to take less scratch, the
// program is well formed, takes what it should, and gives the same bits, interpreted and on js.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { tensorType } from '../../src/ir/type.ts'
import { bytesOf } from '../../src/kernel/program.ts'
import { verifyProgram } from '../../src/kernel/verify.ts'
import { lower } from '../../src/lower/lower.ts'
import type { Lowered } from '../../src/lower/lowered.ts'
import { relu, sigmoid } from '../../src/ops/activation.ts'
import { conv2d } from '../../src/ops/convolution.ts'
import { batchNorm } from '../../src/ops/normalization.ts'
import { avgPool2d, maxPool2d } from '../../src/ops/pooling.ts'
import { mean } from '../../src/ops/statistics.ts'
import { tanh } from '../../src/ops/trigonometric.ts'
import { adam, gradientDescent, momentum } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { beforeDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { load, memoryOf, now } from '../backends/js/programs.ts'
import { runs, seed } from '../counts.ts'
import { prepared, runLowered, TARGET } from '../lower/run.ts'
import { blockStep, descentStep, type Step } from '../lower/steps.ts'
import { randomArguments, randomGraph } from './random-graph.ts'

/** The step with `share` of the scratch that it takes without a limit, or as near as it gets. */
function within({ graph, state }: Step, share: number) {
  const kept = lower(graph, { target: TARGET, state })
  const own = kept.program.buffers.filter(({ region }) => region === 'input' || region === 'output')
  const passed = own.reduce((sum, buffer) => sum + bytesOf(buffer), 0)
  const maxBytes = state.bytes + passed + Math.floor(kept.memory.bytes * share)
  return { kept, smaller: lower(graph, { target: TARGET, state, maxBytes }) }
}

/** What a program leaves on js: its outputs, and all of state. */
function onJs({ graph, state }: Step, { program, inputs, outputs, constants }: Lowered) {
  const given = randomArguments(graph, seed)
  const memory = memoryOf(state.bytes)
  for (const [name, { offset }] of state.slots) {
    if (given[name] !== undefined) now(memory.write(offset, given[name].toHost().data))
  }
  const known = new Map([...constants].map(([name, literal]) => [name, literal.toHost().data]))
  const loaded = load(program, memory, known)
  const data = [...inputs].map(([name, buffer]) => [buffer, given[name]!.toHost().data] as const)
  now(loaded.run(Object.fromEntries(data)))
  const read = [...outputs].map(([name, buffer]) => [name, now(loaded.read(buffer))])
  return [Object.fromEntries(read), now(memory.read(0, 'f64', state.bytes / 8))]
}

/** How many values were computed again. */
function expectSameBits(step: Step, share: number): number {
  const { kept, smaller } = within(step, share)
  expect(smaller.keptBytes).toBe(kept.memory.bytes)
  const isSmaller = smaller.memory.bytes < kept.memory.bytes
  if (!isSmaller) expect(smaller.program).toEqual(kept.program)
  // Results in the place of operands may be enough.
  if (smaller.recomputed.length > 0) expect(isSmaller).toBe(true)
  expect(verifyProgram(smaller.program)).toEqual([])
  const given = randomArguments(step.graph, seed)
  const interpreted = (of: Lowered) => {
    const { outputs, updates } = runLowered(step.graph, of, given, step.state)
    return [outputs, updates].map(kind =>
      Object.entries(kind).map(([name, literal]) => [name, literal.toHost().data]),
    )
  }
  expect(interpreted(smaller)).toEqual(interpreted(kept))
  expect(onJs(step, smaller)).toEqual(onJs(step, kept))
  return smaller.recomputed.length
}

const shares = fc.constantFrom(0, 0.5, 0.7, 0.9)

describe('a program that computes values again gives the same bits', () => {
  it.each<[string, (graph: Graph) => Step]>([
    ['a training step of parameters by themselves', descentStep],
    ['a training step of a block with two slots', graph => blockStep(graph, adam())],
  ])('%s', (_, make) => {
    const property = fc.property(randomGraph, shares, ({ graph }, share) => {
      expectSameBits(make(graph), share)
    })
    fc.assert(property, runs({ test: 20, ci: 60, deep: 1000 }))
  })

  it('a training step of a convolutional network', () => {
    let recomputed = 0
    const optimizers = fc.constantFrom(gradientDescent(0.1), momentum(0.1), adam())
    const property = fc.property(randomNetwork, optimizers, shares, (graph, optimizer, share) => {
      const forward = runPipeline(graph, beforeDerivative(), { verify: false }).graph
      const backward = gradient(forward, { of: 'loss' })
      const trained = backward.arguments.filter(({ role }) => role === 'param')
      const layout = trainingLayout(trained, [], optimizer)
      const step = prepared(trainingStep(backward, layout.blocks, optimizer))
      recomputed += expectSameBits({ graph: step, state: layout.state }, share)
    })
    fc.assert(property, runs({ test: 20, ci: 60, deep: 500 }))
    expect(recomputed).toBeGreaterThan(0)
  })
})

const randomStage = fc.record({
  channels: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 2 }),
  isNormalized: fc.boolean(),
  activation: fc.constantFrom(relu, tanh, sigmoid, (x: Value) => x),
  pool: fc.constantFrom('max', 'mean', 'none'),
})

/** Stages of convolution, batch norm, activation and pool. */
const randomNetwork = fc
  .record({
    batch: fc.integer({ min: 1, max: 4 }),
    side: fc.integer({ min: 6, max: 9 }),
    channels: fc.integer({ min: 1, max: 3 }),
    stages: fc.array(randomStage, { minLength: 1, maxLength: 3 }),
  })
  .map(({ batch, side, channels, stages }) => {
    const builder = new GraphBuilder('network')
    let h = builder.input('x', tensorType('f32', [batch, side, side, channels]))
    stages.forEach((stage, i) => {
      const [, , , before] = h.type.shape as readonly number[]
      const kernel = tensorType('f32', [3, 3, before!, stage.channels])
      const made = conv2d(h, builder.param(`${i}.kernel`, kernel), {
        stride: stage.stride,
        padding: 'same',
      })
      const normalized = stage.isNormalized ? normalizedBy(builder, i, made) : made
      h = pooled(stage.activation(normalized), stage.pool)
    })
    return builder.output('loss', mean(h)).finish()
  })

function normalizedBy(builder: GraphBuilder, i: number, x: Value): Value {
  const features = tensorType('f32', [x.type.shape[3]!])
  const gamma = builder.param(`${i}.gamma`, features)
  return batchNorm(x, gamma, builder.param(`${i}.beta`, features)).output
}

function pooled(x: Value, pool: string): Value {
  const size = Math.min(2, x.type.shape[1] as number)
  if (pool === 'none') return x
  return pool === 'max' ? maxPool2d(x, { size }) : avgPool2d(x, { size })
}
