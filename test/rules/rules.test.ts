// Every rewrite rule, through one test: its example rewrites as it says, both sides mean the same
// to the promised exactness, types stay, the measure falls, and no other default rule takes its
// place.

import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../src/ir/parser.ts'
import { ops } from '../../src/ops/registry.ts'
import { defaultRules, rules } from '../../src/passes/rules.ts'
import { scale } from '../../src/passes/scale.ts'
import { isSmaller, measure } from '../../src/rewrite/measure.ts'
import type { Rule } from '../../src/rewrite/rule.ts'
import { cases, seed } from '../counts.ts'
import {
  checkExample,
  checkMeaning,
  checkMeasure,
  checkTypes,
  examplesOf,
  rewritten,
} from './checks.ts'

/** Every example of the given rules, each under the rule's name. */
const examples = (of: readonly Rule[]) =>
  of.flatMap(rule =>
    examplesOf(rule).map((sides, i) => [`${rule.name} ${i + 1}`, rule, sides] as const),
  )

describe.each(examples(rules))('rule %s', (_, rule, sides) => {
  it('rewrites its example as it says', () => checkExample(rule, sides))
  it('keeps the types of results', () => checkTypes(sides))
  it('keeps the meaning, to the exactness that it promises', () => {
    checkMeaning(rule, sides, seed, cases())
  })
  it('makes the graph smaller by the measure', () => checkMeasure(sides))
})

describe.each(examples(defaultRules))('default rule %s', (_, rule, sides) => {
  it('is reached among all others: it fires on its example', () => {
    expect(rewritten(sides.before, defaultRules).fired).toContain(rule.name)
  })
})

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
    expect(twice! - add!).toBe(2n * (single! - 1n))
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
