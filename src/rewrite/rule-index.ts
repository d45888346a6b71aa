// Rules by what they can match: by the op of a node, and by the ops that make its operands. Most
// nodes are thereby spared most rules, and a list of rules is gone through once for each kind of
// neighbourhood instead of once for each node.

import type { Node } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { admits, type MakerOp, type PatternView } from './pattern.ts'
import type { Rule } from './rule.ts'

/** Rules of one list, as far as they have been asked for. */
export interface RuleIndex {
  readonly rules: readonly Rule[]
  readonly asSet: ReadonlySet<Rule>
  /** How deep the rules look. */
  readonly depth: number
  readonly byOp: Map<Op, OpRules>
}

/** The rules whose root one op can be. */
interface OpRules {
  readonly rules: readonly Rule[]
  readonly byMakers: Map<MakerOp, Map<MakerOp, readonly Rule[]>>
}

const indexes = new WeakMap<readonly Rule[], RuleIndex>()

/** The index of a list of rules, worked out once. */
export function indexOf(rules: readonly Rule[]): RuleIndex {
  const known = indexes.get(rules)
  if (known !== undefined) return known
  const depth = Math.max(0, ...rules.map(rule => rule.depth))
  const index: RuleIndex = { rules, asSet: new Set(rules), depth, byOp: new Map() }
  indexes.set(rules, index)
  return index
}

/** The rules that may match at a node, in the order of their list. */
export function candidates(index: RuleIndex, node: Node, view: PatternView): readonly Rule[] {
  const { op, operands } = node
  const ofOp = index.byOp.get(op) ?? rulesOf(index, op)
  if (operands.length === 0 || operands.length > 2 || ofOp.rules.length === 0) return ofOp.rules
  const [first, second] = operands
  const x = view.definition(first!)?.op
  const y = second === undefined ? undefined : view.definition(second)?.op
  return ofOp.byMakers.get(x)?.get(y) ?? admitted(ofOp, op, operands.length === 1 ? [x] : [x, y])
}

function rulesOf(index: RuleIndex, op: Op): OpRules {
  const rules = index.rules.filter(({ match }) => admits(match, op))
  const found: OpRules = { rules, byMakers: new Map() }
  index.byOp.set(op, found)
  return found
}

function admitted(ofOp: OpRules, op: Op, makers: readonly MakerOp[]): readonly Rule[] {
  const found = ofOp.rules.filter(({ match }) => admits(match, op, makers))
  const byFirst = ofOp.byMakers.get(makers[0]) ?? new Map<MakerOp, readonly Rule[]>()
  ofOp.byMakers.set(makers[0], byFirst.set(makers[1], found))
  return found
}
