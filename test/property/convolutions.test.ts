// Random convolutions, transposed ones and pools against plain loops: what the reference
// interpreter gives, the kernel interpreter on the lowered program, and js; the value, its
// derivatives by every operand, and the derivatives of those.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { runs } from '../counts.ts'
import { runOnJs } from '../generic/on-js.ts'
import { difference } from '../generic/tolerances.ts'
import { type Arguments, lowered, prepared, runLowered } from '../lower/run.ts'
import { argumentsOf, graphOf, ORDERS, TRIALS, type Trial } from './convolution-trials.ts'
import { type Config, configs } from './random-convolution.ts'

type Outputs = (graph: Graph, given: Arguments) => Arguments

/** Runs the graphs of a trial; every output must be what the loops give. */
function expectMeaning(trial: Trial, dtype: 'f32' | 'f64', outputs: Outputs): void {
  const missing = new Set(Object.keys(trial.wanted))
  for (const order of ORDERS) {
    const graph = graphOf(trial, order, dtype)
    const got = outputs(graph, argumentsOf(graph, trial))
    for (const [name, literal] of Object.entries(got)) {
      const wanted = trial.wanted[name]!.map(value => value, dtype)
      expect(difference(literal, wanted, 'accumulation'), `${order} ${name}`).toBeUndefined()
      missing.delete(name)
    }
  }
  expect([...missing]).toEqual([])
}

const interpreted: Outputs = (graph, given) => interpret(graph, given).outputs

const underKernels: Outputs = (graph, given) => {
  const core = prepared(graph)
  return runLowered(core, lowered(core), given).outputs
}

const onJs: Outputs = (graph, given) => runOnJs(graph, given).outputs

function check(trialOf: (config: Config) => Trial, dtype: 'f32' | 'f64', outputs: Outputs): void {
  const property = fc.property(configs, config => {
    expectMeaning(trialOf(config), dtype, outputs)
  })
  fc.assert(property, runs({ test: 25, ci: 60, deep: 500 }))
}

describe.each([
  ['a random convolution', TRIALS.convolution],
  ['a random transposed convolution', TRIALS.transposed],
  ['a random pool of maxima', TRIALS.largestOf],
  ['a random pool of means', TRIALS.meanOf],
] as const)('%s', (_, trialOf) => {
  it('means what its formula says', () => {
    check(trialOf, 'f64', interpreted)
  })

  it('is a program that gives it under the kernel interpreter', () => {
    check(trialOf, 'f64', underKernels)
  })

  it.each(['f32', 'f64'] as const)('of %s is one that gives it on js, twice the same', dtype => {
    check(trialOf, dtype, onJs)
  })
})
