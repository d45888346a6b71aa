// The walkthroughs of CONTRIBUTING.md: the op passes what every op must, the rule does what its
// example says.

import { expect, it } from 'vitest'
import type { Operator } from '../../src/ir/op.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { ops } from '../../src/ops/registry.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { exampleText, type Rule } from '../../src/rewrite/rule.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { root } from '../architecture/sources.ts'
import { CHECKS } from '../generic/checks.ts'
import { blocksOf, load } from './blocks.ts'

/** What the file has imported already where the walkthrough puts its op. */
const OP_HEADER = `
import * as s from '${root}src/kernel/scalar.ts'
import { add, div, mul, square } from '${root}src/ops/arithmetic.ts'
import { rsqrt } from '${root}src/ops/exponential.ts'
import { type BinaryOp, binary, FLOATS } from '${root}src/ops/families.ts'
`

it.each(Object.keys(CHECKS) as (keyof typeof CHECKS)[])(
  'hypot passes the check %s',
  async check => {
    const section = blocksOf('CONTRIBUTING.md').find(block => block.language === 'ts op')
    const { hypot } = (await load(OP_HEADER + section!.text)) as { hypot: Operator }
    // It states no kinks, so the checks at kinks have nothing to look at.
    const wanted = /kinks/i.test(check) ? 'none' : 'pass'
    expect(CHECKS[check](hypot.op, 17, 2, { ...ops, hypot })).toBe(wanted)
  },
)

/** What the file has imported already where the walkthrough puts its rule. */
const RULE_HEADER = `
import { square } from '${root}src/ops/arithmetic.ts'
import { abs } from '${root}src/ops/piecewise.ts'
import { any, pattern } from '${root}src/rewrite/pattern.ts'
import { rule } from '${root}src/rewrite/rule.ts'
`

it('abs-square turns its before into its after', async () => {
  const section = blocksOf('CONTRIBUTING.md').find(block => block.language === 'ts rule')
  const { absSquare } = (await load(`${RULE_HEADER}export ${section!.text}`)) as { absSquare: Rule }
  const workspace = new Workspace(
    parseGraph('abs-square', exampleText(absSquare.example, 'before'), ops),
  )
  expect(applyRules(workspace, [absSquare])).toHaveLength(1)
  const after = parseGraph('abs-square', exampleText(absSquare.example, 'after'), ops)
  expect(printGraph(workspace.commit().graph)).toBe(printGraph(after))
})
