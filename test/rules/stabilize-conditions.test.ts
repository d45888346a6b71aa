// Where stabilizing rules must keep away: formulas that look like those that they stabilize, and
// mean something else.

import { describe, expect, it } from 'vitest'
import { stabilizingRules } from '../../src/passes/rules.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { exampleText } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { graphOf } from '../passes/graphs.ts'
import { likeExponentials } from './formulas/like-exponentials.ts'
import { likeLogarithms } from './formulas/like-logarithms.ts'

const CASES = [...likeLogarithms, ...likeExponentials]

describe.each(CASES)('rule %s', (name, why, given, before) => {
  it(`keeps away: ${why}`, () => {
    const rule = stabilizingRules.find(candidate => candidate.name === name)
    expect(rule).toBeDefined()
    const graph = graphOf(exampleText({ given, before, after: '' }, 'before'))
    expect(applyRules(new Workspace(graph), [rule!])).toEqual([])
  })
})
