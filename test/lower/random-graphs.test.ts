// Random graphs and their gradients, lowered: the program gives what the graph means, is verified,
// and comes out the same twice.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Target } from '../../src/kernel/target.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { runs, seed } from '../counts.ts'
import { difference } from '../generic/tolerances.ts'
import { DIMS, randomArguments, randomGraph } from '../property/random-graph.ts'
import { lowered, prepared, runLowered, TARGET } from './run.ts'

/** Reductions of few points are never cut here: all sizes are small. */
function expectMeaning(graph: Graph, target: Target = TARGET): void {
  const core = prepared(graph, DIMS)
  const given = randomArguments(graph, seed)
  const program = lowered(core, target)
  const got = runLowered(core, program, given)
  const wanted = interpret(core, given)
  for (const [name, literal] of Object.entries(wanted.outputs)) {
    expect(difference(got.outputs[name]!, literal, 'graph'), name).toBeUndefined()
  }
}

const textOf = (graph: Graph) => {
  const { program } = lowered(prepared(graph, DIMS))
  return printKernels({ programs: [program], kernels: program.kernels })
}

describe('a random graph', () => {
  it('gives as a program what it means as a graph', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => expectMeaning(graph)),
      runs({ test: 100, ci: 200, deep: 1000 }),
    )
  })

  it('has a gradient whose program gives what it means', () => {
    const property = fc.property(randomGraph, ({ graph }) => {
      const params = graph.arguments.map(argument => ({ ...argument, role: 'param' as const }))
      expectMeaning(gradient({ ...graph, arguments: params }, { of: 'loss' }))
    })
    fc.assert(property, runs({ test: 60, ci: 120, deep: 1000 }))
  })

  it('is lowered to the same text twice', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        expect(textOf(graph)).toBe(textOf(graph))
      }),
      runs({ test: 20, ci: 50, deep: 300 }),
    )
  })
})
