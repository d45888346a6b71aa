// Rules look no deeper than they say, on their examples and in whole programs.

import { describe, expect, it } from 'vitest'
import { rules } from '../../src/passes/rules.ts'
import { examplesOf } from './checks.ts'
import { checkDepth } from './depth.ts'
import { programs } from './programs/index.ts'

describe('the depth that a rule says', () => {
  it.each(rules.map(rule => [rule.name, rule] as const))('is enough for %s', (_, rule) => {
    for (const { before } of examplesOf(rule)) checkDepth([rule], before)
  })

  it.each(programs.map(program => [program.name, program] as const))('is enough in %s', (_, of) => {
    checkDepth(rules, of.model.graph)
  })

  it('is too little for a rule that says less than it looks', () => {
    const rule = rules.find(({ name }) => name === 'log-add-of-exp')!
    const { before } = examplesOf(rule).at(-1)!
    expect(() => checkDepth([{ ...rule, depth: 5 }], before)).toThrow('deeper than 5 nodes')
  })
})
