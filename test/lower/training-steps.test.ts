// Training steps of random graphs: every parameter gets a new value that depends on old values of
// many, each parameter by itself or all in one block with gaps.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { StateLayout } from '../../src/lower/lowered.ts'
import { sub } from '../../src/ops/arithmetic.ts'
import { momentum } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { runs, seed } from '../counts.ts'
import { difference } from '../generic/tolerances.ts'
import { DIMS, randomArguments, randomGraph } from '../property/random-graph.ts'
import { lowered, plainState, prepared, runLowered, TARGET } from './run.ts'

/** The gradient of the loss in all arguments that it depends on, sizes bound. */
function backwardOf(graph: Graph): Graph {
  const known = graphDims(graph)
  const dims = Object.entries(DIMS).filter(([name]) => known.includes(name))
  const bound = bindGraph(graph, Object.fromEntries(dims))
  const params = bound.arguments.map(argument => ({ ...argument, role: 'param' as const }))
  return gradient({ ...bound, arguments: params }, { of: 'loss' })
}

const gradientNames = (graph: Graph) =>
  graph.outputs.flatMap(({ name }) => (name.startsWith('grads.') ? [name.slice(6)] : []))

/** Every parameter less its gradient. */
function descent(graph: Graph): Graph {
  const builder = GraphBuilder.from(graph)
  for (const name of gradientNames(graph)) {
    builder.update(name, sub(builder.argumentNamed(name), builder.outputNamed(`grads.${name}`)))
  }
  return builder.finish()
}

function expectMeaning(graph: Graph, state: StateLayout): void {
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
    const property = fc.property(randomGraph, ({ graph }) => {
      const step = prepared(descent(backwardOf(graph)))
      expectMeaning(step, plainState(step))
    })
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })

  it('updates a block of all parameters, and what the optimizer remembers', () => {
    const property = fc.property(randomGraph, ({ graph }) => {
      const backward = backwardOf(graph)
      const names = gradientNames(backward)
      const trained = backward.arguments.filter(({ name }) => names.includes(name))
      const others = backward.arguments.filter(({ name }) => !names.includes(name))
      const optimizer = momentum(0.1)
      const layout = trainingLayout(trained, others, optimizer)
      expectMeaning(prepared(trainingStep(backward, layout.blocks, optimizer)), layout.state)
    })
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })
})
