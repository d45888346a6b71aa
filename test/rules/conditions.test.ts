// Where rules must keep away.

import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../src/ir/parser.ts'
import { ops } from '../../src/ops/registry.ts'
import { rules } from '../../src/passes/rules.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { exampleText } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { CASES } from './conditions.ts'
import { MOVEMENT_CASES } from './movement-conditions.ts'

describe.each([...CASES, ...MOVEMENT_CASES])('rule %s', (name, why, given, before) => {
  it(`keeps away: ${why}`, () => {
    const rule = rules.find(candidate => candidate.name === name)
    expect(rule).toBeDefined()
    const graph = parseGraph('test.ir', exampleText({ given, before, after: '' }, 'before'), ops)
    expect(applyRules(new Workspace(graph), [rule!])).toEqual([])
  })
})
