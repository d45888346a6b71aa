// Random symbolic graphs through everything a graph goes through.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient, jvp } from '../../src/autodiff/gradient.ts'
import { bindGraph } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret, type RunResult } from '../../src/ir/interpret.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { graphsEqual, printGraph } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { runs, seed } from '../counts.ts'
import { toleranceOf } from '../generic/tolerances.ts'
import { DIMS, randomArguments, randomGraph } from './random-graph.ts'

/** Rewriting may reorder roundings. */
const TOLERANCE = toleranceOf('f64', 'graph')

const NAMES = ['x', 'w', 'b', 's']

/** Forward and backward of a random graph with respect to every argument it depends on. */
function withGradient(graph: Graph): Graph {
  const params = {
    ...graph,
    arguments: graph.arguments.map(a => ({ ...a, role: 'param' as const })),
  }
  return gradient(params, { of: 'loss' })
}

function expectSame(got: RunResult, wanted: RunResult): void {
  expect(Object.keys(got.outputs)).toEqual(Object.keys(wanted.outputs))
  for (const [name, literal] of Object.entries(wanted.outputs)) {
    const other = got.outputs[name]!
    expect(other.type).toEqual(literal.type)
    for (let i = 0; i < literal.size; i++) expectClose(name, other.at(i), literal.at(i))
  }
}

function expectClose(name: string, got: number, wanted: number): void {
  if (Object.is(got, wanted)) return
  const gap = Math.abs(got - wanted)
  if (!(gap <= TOLERANCE * (1 + Math.abs(wanted))))
    throw new Error(`${name}: ${got}, not ${wanted}`)
}

describe('a random graph', () => {
  it('verifies, and is the same after printing and parsing', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        expect(verifyGraph(graph)).toEqual([])
        const text = printGraph(graph)
        const parsed = parseGraph('random.ir', text, ops)
        expect(graphsEqual(parsed, graph)).toBe(true)
        expect(printGraph(parsed)).toBe(text)
      }),
      runs(),
    )
  })

  it('differentiates to a graph that verifies and is the same after printing and parsing', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        const backward = withGradient(graph)
        expect(verifyGraph(backward)).toEqual([])
        const text = printGraph(backward)
        expect(printGraph(parseGraph('random.ir', text, ops))).toBe(text)
      }),
      runs(),
    )
  })

  it('has one derivative in forward and in reverse mode', () => {
    fc.assert(
      fc.property(randomGraph, fc.nat(2 ** 31), ({ graph }, from) => {
        const values = randomArguments(graph, from)
        const tangents = randomArguments(graph, from + 1)
        const perturbed = Object.fromEntries(
          NAMES.map(name => [`tangents.${name}`, tangents[name]!]),
        )
        const options = { dims: DIMS }
        const forward = interpret(
          jvp(graph, { of: 'loss', wrt: NAMES }),
          { ...values, ...perturbed },
          options,
        )
        const backward = interpret(withGradient(graph), values, options)
        let sum = 0
        for (const name of NAMES) {
          const ct = backward.outputs[`grads.${name}`]!
          for (let i = 0; i < ct.size; i++) sum += ct.at(i) * tangents[name]!.at(i)
        }
        expectClose('directional derivative', sum, forward.outputs.tangent!.at(0))
      }),
      runs(),
    )
  })

  it('means the same after the whole pipeline, forward and backward', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        const backward = withGradient(graph)
        const values = randomArguments(graph, seed)
        const bound = bindGraph(backward, DIMS)
        const { graph: optimized } = runPipeline(backward, afterDerivative(DIMS))
        expect(verifyGraph(optimized, ['bound', 'core'])).toEqual([])
        expectSame(interpret(optimized, values), interpret(bound, values))
      }),
      runs(),
    )
  })
})
