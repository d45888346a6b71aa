// Formulas that look like a composite and are none: the rule keeps away, and whatever else both
// pipelines make of them means the same.

import { describe, expect, it } from 'vitest'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { ops } from '../../src/ops/registry.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { recognitionRules } from '../../src/passes/rules.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { exampleText } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { random } from '../../src/support/random.ts'
import { seed } from '../counts.ts'
import { drawArgument, SIZES } from './draw.ts'
import { LOSSES } from './near-misses/losses.ts'
import { MOMENTS } from './near-misses/moments.ts'
import { NORMALIZATIONS } from './near-misses/normalizations.ts'

const graphOf = (given: string, before: string) =>
  parseGraph('test.ir', exampleText({ given, before, after: '' }, 'before'), ops)

describe.each([...MOMENTS, ...NORMALIZATIONS, ...LOSSES])('rule %s', (name, why, given, before) => {
  it(`keeps away: ${why}`, () => {
    const rule = recognitionRules.find(candidate => candidate.name === name)
    expect(rule).toBeDefined()
    expect(applyRules(new Workspace(graphOf(given, before)), [rule!])).toEqual([])
  })

  it(`leaves the meaning to both pipelines: ${why}`, () => {
    const graph = graphOf(given, before)
    const stream = random(seed)
    const names = graphDims(graph)
    const dims = Object.fromEntries(Object.entries(SIZES).filter(([dim]) => names.includes(dim)))
    const values = Object.fromEntries(
      graph.arguments.map(argument => [argument.name, drawArgument(argument, stream, 'none')]),
    )
    const bound = bindGraph(graph, dims)
    const rewritten = runPipeline(graph, [...beforeDerivative(), ...afterDerivative(dims)]).graph
    const [expected, got] = [bound, rewritten].map(of => interpret(of, values).outputs.out!)
    for (const [i, value] of expected!.values().entries()) expect(got!.at(i)).toBeCloseTo(value, 6)
  })
})
