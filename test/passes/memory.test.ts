// What passes of one run hand on: what one left in normal form, another looks at again only where
// something around it has changed. Whatever is spared, the graph that results is the same.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { exp } from '../../src/ops/exponential.ts'
import { cos, sin, tanh } from '../../src/ops/trigonometric.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { reaches } from '../../src/rewrite/glance.ts'
import type { Pipeline } from '../../src/rewrite/pass.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { any, pattern } from '../../src/rewrite/pattern.ts'
import { type Rule, rule } from '../../src/rewrite/rule.ts'
import type { Memory } from '../../src/rewrite/settled.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { runs } from '../counts.ts'
import { DIMS, randomGraph } from '../property/random-graph.ts'
import { graphOf, network } from './graphs.ts'

const common = { why: 'for a test', exactness: 'bitwise' } as const
const example = { given: '', before: '', after: '' }

const CHAIN = `graph @g(input %x: f32[4]) {
  %0 = exp %x : f32[4]
  %1 = sin %0 : f32[4]
  %2 = cos %1 : f32[4]
  return y = %2
}`

/** A rule that never applies, and the nodes that it was asked about. */
function asking(name: string, op: typeof sin, depth = 1): { rule: Rule; asked: number[] } {
  const asked: number[] = []
  const made = rule({
    ...common,
    example,
    name,
    match: pattern(op, any('x')),
    when: ({ root }) => asked.push(root.out.id) === 0,
    depth,
    build: ({ x }) => x,
  })
  return { rule: made, asked }
}

const replacing = (name: string, from: typeof sin, to: typeof sin): Rule =>
  rule({ ...common, example, name, match: pattern(from, any('x')), build: ({ x }) => to(x) })

/** The graph after some rules, which remember. */
function settled(graph: Graph, rules: readonly Rule[], memory: Memory): Graph {
  const workspace = new Workspace(graph)
  applyRules(workspace, rules, { memory })
  return workspace.commit().graph
}

describe('a later run of the same rules', () => {
  it('asks nothing about what the first left in normal form', () => {
    const { rule: ofSin, asked } = asking('of-sin', sin)
    const [rules, memory]: [Rule[], Memory] = [[ofSin], {}]
    const graph = settled(graphOf(CHAIN), rules, memory)
    expect(asked).toHaveLength(1)
    settled(graph, rules, memory)
    expect(asked).toHaveLength(1)
    settled(graph, rules, {})
    expect(asked).toHaveLength(2)
  })

  it('asks about what stands above a change, as deep as a rule looks', () => {
    const near = asking('near', cos, 1)
    const far = asking('far', cos, 2)
    const [rules, memory]: [Rule[], Memory] = [[near.rule, far.rule], {}]
    const graph = settled(graphOf(CHAIN), rules, memory)
    // The node of sin names another operand now; that of cos names the same.
    const changed = settled(graph, [replacing('other', exp, tanh)], {})
    settled(changed, rules, memory)
    expect([near.asked.length, far.asked.length]).toEqual([1, 2])
  })

  it('asks about what is used more or less often than before', () => {
    const { rule: ofSin, asked } = asking('of-sin', sin)
    const [rules, memory]: [Rule[], Memory] = [[ofSin], {}]
    const twice = graphOf(CHAIN.replace('return y = %2', 'return y = %2, z = %1'))
    const graph = settled(twice, rules, memory)
    settled({ ...graph, outputs: graph.outputs.slice(0, 1) }, rules, memory)
    expect(asked).toHaveLength(2)
  })

  it('asks rules that the first did not have about everything', () => {
    const [first, second] = [asking('first', sin), asking('second', cos)]
    const memory: Memory = {}
    const graph = settled(graphOf(CHAIN), [first.rule], memory)
    settled(graph, [first.rule, second.rule], memory)
    expect([first.asked.length, second.asked.length]).toEqual([1, 1])
  })
})

describe('a glance', () => {
  const glancing = (depth: number) =>
    rule({
      ...common,
      example,
      name: 'glancing',
      match: pattern(cos, any('x')).near(reaches(tanh, depth)),
      build: ({ x }) => x,
    })
  const fires = (text: string, depth: number) =>
    applyRules(new Workspace(graphOf(text)), [glancing(depth)]).length === 1
  const above = (line: string) => CHAIN.replace('%0 = exp %x : f32[4]', line)

  it('finds an op as far below as it is told to look, and no farther', () => {
    const text = above('%0 = tanh %x : f32[4]')
    expect([1, 2, 3].map(depth => fires(text, depth))).toEqual([false, true, true])
    expect(fires(CHAIN, 9)).toBe(false)
  })

  it('sees through a contraction, and not through a composite of several operands', () => {
    const through = (line: string) => `graph @g(input %x: f32[4,4], input %i: i32[4]) {
      %0 = tanh %x : f32[4,4]
      ${line}
      %2 = cos %1 : f32[${line.includes('matmul') ? '4,4' : '4'}]
      return y = %2
    }`
    expect(fires(through('%1 = matmul %0, %x : f32[4,4]'), 2)).toBe(true)
    expect(fires(through('%1 = softmax_cross_entropy %0, %i : f32[4]'), 9)).toBe(false)
  })
})

/** The passes one by one, none of which knows of another. */
const oneByOne = (graph: Graph, pipeline: Pipeline): Graph =>
  pipeline.reduce((of, { pass, options = {} }) => pass.run(of, options).graph, graph)

function expectSame(graph: Graph, pipeline: Pipeline): Graph {
  const { graph: got } = runPipeline(graph, pipeline, { verify: false })
  expect(printGraph(got)).toBe(printGraph(oneByOne(graph, pipeline)))
  return got
}

describe('a pipeline whose passes remember', () => {
  it('makes the graph that its passes make one by one', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        expectSame(expectSame(graph, beforeDerivative()), afterDerivative(DIMS))
      }),
      runs(),
    )
  })

  it('makes the same gradient of a network', () => {
    const joint = gradient(expectSame(network(4), beforeDerivative()), { of: 'loss' })
    expectSame(joint, afterDerivative({ batch: 3 }))
  })
})
