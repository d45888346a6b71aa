// How deep rules look, against what they say: a rule is tried again where something changed as far
// below as its `depth`, so what its condition asks of deeper nodes would go unnoticed.

import assert from 'node:assert/strict'
import type { Value } from '../../src/ir/builder.ts'
import type { Graph, ValueId } from '../../src/ir/graph.ts'
import type { Rule, RuleContext } from '../../src/rewrite/rule.ts'
import { rewritten } from './checks.ts'

type Look = Pick<RuleContext, 'root' | 'madeBy'>

/** The values whose makers lie at most `depth` nodes deep, the root being the first. */
function within(depth: number, { root, madeBy }: Look): ReadonlySet<ValueId> {
  const found = new Set([root.out.id])
  let level = root.operands
  for (let at = 2; at <= depth; at++) {
    for (const { id } of level) found.add(id)
    level = level.flatMap(value => madeBy(value)?.operands ?? [])
  }
  return found
}

/** The rule, with a condition that throws where it asks for a node deeper than the rule says. */
function watched(rule: Rule): Rule {
  const { name, depth, when } = rule
  const watch = (captures: Readonly<Record<string, unknown>>) => {
    const look = captures as unknown as Look
    const seen = within(depth, look)
    const madeBy = (value: Value) => {
      const made = look.madeBy(value)
      assert(made === undefined || seen.has(value.id), `${name} looks deeper than ${depth} nodes`)
      return made
    }
    return when({ ...captures, madeBy })
  }
  return { ...rule, when: watch }
}

/** On their way through a graph none of the rules looks deeper than it says. */
export function checkDepth(rules: readonly Rule[], graph: Graph): void {
  rewritten(graph, rules.map(watched))
}
