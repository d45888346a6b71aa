// Random graphs through everything that `compile` does, on js: outputs, updates and gradients are
// what the graph means, every program verifies, and two runs give the same bits.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { runs } from '../counts.ts'
import { runOnJs } from '../generic/on-js.ts'
import { expectAgreement, Tally } from './agreement.ts'
import { DIMS, type RandomGraph, randomArguments, randomGraphOf } from './random-graph.ts'

/** The graph with the derivatives of its loss by everything that is no state. */
function withGradient(graph: Graph): Graph {
  const arguments_ = graph.arguments.map(argument =>
    argument.role === 'state' ? argument : { ...argument, role: 'param' as const },
  )
  return gradient({ ...graph, arguments: arguments_ }, { of: 'loss' })
}

function expectMeaning(graph: Graph, from: number, tally: Tally): void {
  const given = randomArguments(graph, from)
  const got = runOnJs(graph, given, DIMS)
  expectAgreement({ graph, given, dims: DIMS, got }, tally)
}

/** Runs a property of random graphs and values on js, and looks at what it could compare. */
function check(graphs: fc.Arbitrary<RandomGraph>, change: (graph: Graph) => Graph): void {
  const tally = new Tally()
  const property = fc.property(graphs, fc.nat(2 ** 31 - 1), ({ graph }, from) =>
    expectMeaning(change(graph), from, tally),
  )
  fc.assert(property, runs())
  tally.check()
}

describe.each(['f32', 'f64'] as const)('a random graph of %s on js', dtype => {
  const graphs = randomGraphOf({ dtype, hasState: true })

  it('gives the outputs and updates that it means', () => {
    check(graphs, graph => graph)
  })

  it('has a gradient that gives what it means', () => {
    check(graphs, withGradient)
  })
})

describe('agreement', () => {
  const graphs = randomGraphOf({ dtype: 'f32' })
  const [{ graph }] = fc.sample(graphs, { seed: 1, numRuns: 1 }) as [RandomGraph]

  it('is refused to a result that is off', () => {
    const given = randomArguments(graph, 1)
    const { outputs, updates } = runOnJs(graph, given, DIMS)
    const wrong = { ...outputs, loss: outputs.loss!.map(x => x + 0.001) }
    const answer = { graph, given, dims: DIMS, got: { outputs: wrong, updates } }
    expect(() => expectAgreement(answer, new Tally())).toThrow('loss')
  })

  it('is refused where too little could be compared', () => {
    const tally = new Tally()
    expect(() => tally.check()).toThrow()
    Object.assign(tally, { compared: 900, excluded: 100 })
    expect(() => tally.check()).toThrow('0.1')
  })
})
