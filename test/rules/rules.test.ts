// Every rewrite rule, through one test: its example rewrites as it says, both sides mean the same to
// the promised exactness, types stay, the measure falls, and no other default rule takes its place.

import { describe, expect, it } from 'vitest'
import { bindGraph, graphDims } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph, valueTypes } from '../../src/ir/printer.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { ops } from '../../src/ops/registry.ts'
import { defaultRules, rules } from '../../src/passes/rules.ts'
import { scale } from '../../src/passes/scale.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { isSmaller, measure } from '../../src/rewrite/measure.ts'
import { exampleText, type Rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { random } from '../../src/support/random.ts'
import { cases, rerun, seed } from '../counts.ts'
import { drawArgument, SIZES } from './draw.ts'

const sideOf = (rule: Rule, side: 'before' | 'after') =>
  parseGraph(`${rule.name}.${side}.ir`, exampleText(rule.example, side), ops)

function rewritten(graph: Graph, using: readonly Rule[]) {
  const workspace = new Workspace(graph)
  const firings = applyRules(workspace, using)
  return { graph: workspace.commit().graph, fired: firings.map(firing => firing.rule) }
}

const outputTypes = (graph: Graph) => {
  const types = valueTypes(graph)
  return graph.outputs.map(({ value }) => types.get(value))
}

const bound = (graph: Graph) => {
  const names = graphDims(graph)
  return bindGraph(
    graph,
    Object.fromEntries(Object.entries(SIZES).filter(([n]) => names.includes(n))),
  )
}

/** Some dozen units in the last place of f32: what a few roundings in another order come to. */
const TOLERANCE = 5e-6

function isNear(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b))
}

function agree(rule: Rule, before: Literal, after: Literal): boolean {
  if (rule.exactness === 'bitwise') return before.equals(after)
  return before.values().every((value, i) => isNear(value, after.at(i)))
}

describe.each(rules.map(rule => [rule.name, rule] as const))('rule %s', (_, rule) => {
  const before = sideOf(rule, 'before')
  const after = sideOf(rule, 'after')

  it('rewrites its example as it says', () => {
    const { graph, fired } = rewritten(before, [rule])
    expect(printGraph(graph)).toBe(printGraph(after))
    expect(fired).toEqual([rule.name])
    expect(verifyGraph(graph)).toEqual([])
  })

  it('keeps the types of results', () => {
    expect(outputTypes(after)).toEqual(outputTypes(before))
  })

  it('keeps the meaning, to the exactness that it promises', () => {
    const stream = random(seed)
    const [left, right] = [bound(before), bound(after)]
    for (let round = 0; round < cases(); round++) {
      const awkward = rule.exactness !== 'assumes-finite' && round % 2 === 0
      const values = Object.fromEntries(
        left.arguments.map(argument => [argument.name, drawArgument(argument, stream, awkward)]),
      )
      const expected = interpret(left, values, { rounding: 'dtype' }).outputs.out!
      const got = interpret(right, values, { rounding: 'dtype' }).outputs.out!
      const shown = () => `${[...expected.values()]} became ${[...got.values()]}\n${rerun()}`
      expect(agree(rule, expected, got), agree(rule, expected, got) ? '' : shown()).toBe(true)
    }
  })

  it('makes the graph smaller by the measure', () => {
    expect(isSmaller(measure(after, scale), measure(before, scale))).toBe(true)
  })
})

describe.each(defaultRules.map(rule => [rule.name, rule] as const))(
  'default rule %s',
  (_, rule) => {
    it('is reached among all others: it fires on its example', () => {
      expect(rewritten(sideOf(rule, 'before'), defaultRules).fired).toContain(rule.name)
    })
  },
)

describe('the measure', () => {
  const of = (text: string) => measure(parseGraph('test.ir', text, ops), scale)

  it('is no smaller than itself', () => {
    const one = of('graph @g(input %x: f32[2]) { return y = %x }')
    expect(isSmaller(one, one)).toBe(false)
  })

  it('counts a shared value once per use, and nothing that no output needs', () => {
    const sum = (lines: string) => of(`graph @g(input %x: f32[2]) { ${lines} return y = %1 }`)
    const neg = '%0 = neg %x : f32[2]'
    const [single] = sum('%1 = neg %x : f32[2]')
    const [twice] = sum(`${neg} %1 = add %0, %0 : f32[2]`)
    const [add] = sum('%1 = add %x, %x : f32[2]')
    expect(twice - add).toBe(2n * (single - 1n))
    expect(sum(`${neg} %1 = add %x, %x : f32[2]`)).toEqual(sum('%1 = add %x, %x : f32[2]'))
  })
})

describe('the list of rules', () => {
  it('names each rule once, in kebab case', () => {
    const names = rules.map(rule => rule.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  it('has no rule by default that changes values beyond rounding', () => {
    expect(defaultRules.filter(rule => rule.exactness === 'assumes-finite')).toEqual([])
    expect(defaultRules.length).toBeLessThan(rules.length)
  })
})
