// What every op answers where it has no derivative: a refusal with its own code, never a wrong
// value.

import assert from 'node:assert/strict'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { cast } from '../../src/ops/select.ts'
import { GraphError } from '../../src/support/diagnostic.ts'
import { isFloat } from '../../src/support/dtype.ts'
import type { Check } from './checks.ts'
import * as d from './differentiate.ts'

/** A graph that returns the sum of all results of the trial's op; every operand is an input. */
function lossOf({ op, sample, operands }: d.Trial): Graph {
  const builder = new GraphBuilder('refusal')
  const values = operands.map((operand, i) => builder.input(`x${i}`, operand.type))
  const results = builder.append(op, values, sample.attributes)
  const sums = results.map(result => sum(cast(result, 'f64')))
  return builder
    .output(
      'loss',
      sums.reduce((a, b) => add(a, b)),
    )
    .finish()
}

/** The code of the refusal, or undefined where there is a gradient. */
function refusal(graph: Graph, argument: string): string | undefined {
  try {
    gradient(graph, { of: 'loss', wrt: [argument] })
    return undefined
  } catch (error) {
    if (error instanceof GraphError) return error.code
    throw error
  }
}

/**
 * E201 for an operand that is no float; for a float, a gradient exactly where the op's rule sends a
 * cotangent, else E203 where the result is a choice or a number of another kind, or E202 where the
 * derivative is zero everywhere.
 */
export const checkRefusals: Check = (op, seed, repeats) => {
  let outcome: 'pass' | 'none' = 'none'
  for (let from = seed; from < seed + 4 * repeats; from++) {
    const trial = d.trial(op, from, 'any')
    if (trial.operands.length === 0) continue
    outcome = 'pass'
    const graph = lossOf(trial)
    const results = d.run(trial, trial.operands)
    const isSmooth = results.some(result => isFloat(result.dtype))
    const one = results.find(result => isFloat(result.dtype))?.map(() => 1)
    const cts = one === undefined ? [] : d.runPullback(trial, one)
    trial.operands.forEach((operand, i) => {
      const got = refusal(graph, `x${i}`)
      const where = `${op.name}, operand ${i} (${operand.dtype}), seed ${from}: got ${got}`
      if (!isFloat(operand.dtype)) assert.equal(got, 'E201', where)
      else if (cts[i] !== undefined) assert.equal(got, undefined, where)
      else assert(isSmooth ? got === 'E202' || got === 'E203' : got === 'E203', where)
    })
  }
  return outcome
}
