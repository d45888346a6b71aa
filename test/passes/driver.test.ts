// The driver, the workspace and the commit: what fires, what is logged, what a pass's diff says.

import { applyPatches } from 'immer'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { commit, diffGraphs } from '../../src/ir/edit.ts'
import { nodesOf } from '../../src/ir/graph.ts'
import { Literal } from '../../src/ir/literal.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { add, mul, neg, sub } from '../../src/ops/arithmetic.ts'
import { constant } from '../../src/ops/creation.ts'
import { exp } from '../../src/ops/exponential.ts'
import type { UnaryOp } from '../../src/ops/families.ts'
import { cos, sin, tanh } from '../../src/ops/trigonometric.ts'
import { simplify } from '../../src/passes/simplify.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { any, type Matched, pattern } from '../../src/rewrite/pattern.ts'
import { type Rule, type RuleSection, rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { canonical, graphOf, network } from './graphs.ts'

const example = { given: '', before: '', after: '' }
const common = { why: 'for a test', exactness: 'bitwise', example } as const

const exchange = (name: string) =>
  rule({
    ...common,
    name,
    match: pattern(sub, any('x'), any('y')),
    build: ({ x, y }) => sub(y, x),
  })

const TEXT = `graph @g(input %x: f32[4], input %y: f32[4]) {
  %0 = neg %y : f32[4]
  %1 = add %x, %0 : f32[4]
  %2 = exp %1 : f32[4]
  return y = %2
}`

function rewritten(text: string, rules: readonly Rule[], stepLimit?: number) {
  const graph = graphOf(text)
  const workspace = new Workspace(graph)
  const firings = applyRules(workspace, rules, { stepLimit })
  return { ...workspace.commit(), firings, before: graph }
}

describe('a pattern', () => {
  it('types its captures, so that a rule builds from nothing it does not have', () => {
    const match = pattern(mul, any('x'), pattern(neg, any('y')).as('negated'))
    type Captures = Parameters<RuleSection<NonNullable<typeof match.captures>>['build']>[0]
    expectTypeOf<Captures['x']>().toEqualTypeOf<Value>()
    expectTypeOf<Captures['negated']>().toEqualTypeOf<Matched>()
    // @ts-expect-error the pattern captures no "z"
    expectTypeOf<Captures['z']>().toBeUnknown()
  })

  it('takes one name twice for one value', () => {
    const doubled = rule({
      ...common,
      name: 'doubled',
      match: pattern(add, any('x'), any('x')),
      build: ({ x }) => neg(x),
    })
    const text = (second: string) => `graph @g(input %x: f32[4], input %y: f32[4]) {
      %0 = add %x, %${second} : f32[4]
      return y = %0
    }`
    expect(rewritten(text('x'), [doubled]).firings).toHaveLength(1)
    expect(rewritten(text('y'), [doubled]).firings).toHaveLength(0)
  })

  it('tries both orders of commuting operands, with the condition as part of the search', () => {
    const namesOf = (of: string) => {
      const seen: (number | undefined)[] = []
      const looking = rule({
        ...common,
        name: 'looking',
        match: pattern({ op: of === 'add' ? add.op : sub.op }, any('x'), any('y')),
        when: ({ x, y }) => {
          seen.push(x.id, y.id)
          return false
        },
        build: ({ x }) => x,
      })
      const text = `graph @g(input %a: f32[4], input %b: f32[4]) {
        %0 = ${of} %a, %b : f32[4]
        return y = %0
      }`
      expect(rewritten(text, [looking]).firings).toEqual([])
      return seen
    }
    expect(namesOf('add')).toEqual([0, 1, 1, 0])
    expect(namesOf('sub')).toEqual([0, 1])
  })

  it('refuses a number of operands that the op does not take', () => {
    expect(() => pattern(neg, any('x'), any('y'))).toThrow(/neg takes 1 operands/)
  })
})

describe('the driver', () => {
  it('logs every firing with the rule, the node and its source line', () => {
    const { firings } = simplify.run(graphOf(TEXT), {})
    expect(firings.map(({ rule, op }) => [rule, op])).toEqual([['add-neg', 'add']])
    expect(firings[0]!.origin.source?.location).toMatchObject({ file: 'test.ir', line: 3 })
  })

  it('gives new nodes the origin, and the name, of what they replace', () => {
    const text = TEXT.replaceAll('%1', '%difference')
    const before = graphOf(text)
    const { graph } = simplify.run(before, {})
    const [difference] = nodesOf(graph)
    expect(difference!.op).toBe(sub.op)
    expect(difference!.origin).toBe(nodesOf(before)[1]!.origin)
    expect(printGraph(graph)).toContain('%difference = sub %x, %y')
  })

  it('stops rules that do not end, and names the last ten that fired', () => {
    const text = `graph @g(input %x: f32[4], input %y: f32[4]) {
      %0 = sub %x, %y : f32[4]
      return y = %0
    }`
    expect(() => rewritten(text, [exchange('ping'), exchange('pong')], 20)).toThrow(
      /E902 rewriting: .* within 20 steps.*the last ten: (ping, ){9}ping$/ms,
    )
  })

  it('names the rule whose build does not fit', () => {
    const broken = (build: (x: Value) => Value) =>
      rule({
        ...common,
        name: 'broken',
        match: pattern(exp, any('x')),
        build: ({ x }) => build(x),
      })
    const run = (build: (x: Value) => Value) => () => rewritten(TEXT, [broken(build)])
    expect(run(x => constant(x.builder, 1))).toThrow(
      /rule "broken": builds what does not fit: .*must have type f32\[4\], got f32\[\]/,
    )
    expect(run(x => add(x, constant(x.builder, 1)))).toThrow(/rule "broken".*C2/)
  })

  it('leaves nodes alone that no output needs', () => {
    const text = TEXT.replace('return y = %2', 'return y = %x')
    expect(rewritten(text, [exchange('never')]).firings).toEqual([])
    expect(simplify.run(graphOf(text), {}).firings).toEqual([])
  })

  it('comes back to nodes that stand above a later rewrite, as far up as patterns reach', () => {
    const step = (name: string, from: UnaryOp, build: (x: Value) => Value) =>
      rule({ ...common, name, match: pattern(from, any('x')), build: ({ x }) => build(x) })
    const inner = pattern(tanh, pattern(sin, any('x')))
    const above = rule({
      ...common,
      name: 'above',
      match: pattern(neg, inner),
      build: ({ x }) => x,
    })
    const rules = [step('first', exp, x => tanh(cos(x))), step('later', cos, x => sin(x)), above]
    const text = `graph @g(input %x: f32[4]) {
      %0 = exp %x : f32[4]
      %1 = neg %0 : f32[4]
      return y = %1
    }`
    const { firings } = rewritten(text, rules)
    expect(firings.map(firing => firing.rule)).toEqual(['first', 'later', 'above'])
  })

  it('looks again at what a rewrite uncovers, above it and below', () => {
    const text = `graph @g(input %x: f32[4], input %y: f32[4]) {
      %0 = neg %y : f32[4]
      %1 = neg %0 : f32[4]
      %2 = neg %1 : f32[4]
      %3 = add %x, %2 : f32[4]
      %4 = sub %3, %0 : f32[4]
      return y = %4
    }`
    expect(printGraph(simplify.run(graphOf(text), {}).graph)).toBe(
      canonical(`graph @g(input %x: f32[4], input %y: f32[4]) {
        %0 = sub %x, %y : f32[4]
        %1 = add %0, %y : f32[4]
        return y = %1
      }`),
    )
  })
})

describe('the commit of a pass', () => {
  it('shares what did not change, and its patches lead from before to after', () => {
    const before = graphOf(TEXT)
    const { graph } = simplify.run(before, {})
    const patches = diffGraphs(before, graph)
    expect(patches.length).toBeGreaterThan(0)
    expect(printGraph(applyPatches(before, [...patches]))).toBe(printGraph(graph))
    const base = network(2)
    const { graph: changed } = simplify.run(base, {})
    const few = diffGraphs(base, changed)
    const touched = new Set(few.map(patch => Number(patch.path[1])))
    for (const node of nodesOf(changed)) {
      if (!touched.has(node.id)) expect(node).toBe(base.nodes[node.id])
    }
  })

  it('gives the same object back for an empty change, and for one that changes nothing', () => {
    const graph = graphOf(TEXT)
    const same = { order: [...graph.order], nodes: new Map(Object.entries(graph.nodes)) }
    expect(commit(graph, {}).graph).toBe(graph)
    const nodes = new Map([...same.nodes].map(([id, node]) => [Number(id), node] as const))
    expect(commit(graph, { order: same.order, nodes }).graph).toBe(graph)
  })

  it('never lets immer into a literal or an op', () => {
    const graph = graphOf(`graph @g() {
      %0 = constant {value = f32[2] [1, 2]} : f32[2]
      %1 = neg %0 : f32[2]
      %2 = neg %1 : f32[2]
      return y = %2
    }`)
    const { graph: after } = simplify.run(graph, {})
    const [node] = nodesOf(after)
    expect(node!.attributes.value).toBe(nodesOf(graph)[0]!.attributes.value)
    expect(node!.attributes.value).toBeInstanceOf(Literal)
    expect(node!.op).toBe(constant.op)
  })
})
