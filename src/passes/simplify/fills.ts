// Fills, and what is computed from them alone. Normal form: a fill where every element is the same
// known number; pass fold does the like for tensors whose elements differ.

import { dimension } from '../../ir/attribute.ts'
import { evaluateOp } from '../../ir/evaluate.ts'
import type { Node } from '../../ir/graph.ts'
import { Literal } from '../../ir/literal.ts'
import type { Op } from '../../ir/op.ts'
import { full, size } from '../../ops/creation.ts'
import { application, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { fillOf } from '../known.ts'

const isElementwise = ({ lowering, operands }: Op) =>
  lowering.kind === 'elementwise' && operands.length > 0

const isFill = (node: Node | undefined) => node !== undefined && fillOf(node) !== undefined

/** The repeated numbers of all operands; undefined where one is not known. */
function fillsOf({ root, madeBy }: RuleContext): readonly Literal[] | undefined {
  const fills = root.operands.map(operand => {
    const maker = madeBy(operand)
    const value = maker === undefined ? undefined : fillOf(maker)
    return value === undefined ? undefined : Literal.scalar(operand.type.dtype, value)
  })
  return fills.every(fill => fill !== undefined) ? fills : undefined
}

const fillOfFills = rule({
  name: 'fill-of-fills',
  why: 'a function of known numbers is a known number, computed once',
  exactness: 'rounding',
  match: application(isElementwise).near(({ operands }, view) =>
    operands.every(id => isFill(view.definition(id))),
  ),
  when: context => fillsOf(context) !== undefined,
  depth: 2,
  build: context => {
    const { root, into } = context
    const [result] = evaluateOp(root.op, fillsOf(context)!, root.attributes, 'dtype')
    return full(into, result!.at(0), root.out.type)
  },
  example: {
    given: '',
    before: `
      %0 = full {value = 4, shape = [n], dtype = f32} : f32[n]
      %1 = sqrt %0 : f32[n]`,
    after: '%0 = full {value = 2, shape = [n], dtype = f32} : f32[n]',
  },
})

const extentOf = (of: Matched) => attribute(of, 'of', dimension)

const knownSize = rule({
  name: 'known-size',
  why: 'a dim without names is a number',
  exactness: 'bitwise',
  match: pattern(size),
  when: ({ root }) => typeof extentOf(root) === 'number',
  build: ({ root, into }) => {
    const [result] = evaluateOp(root.op, [], root.attributes, 'dtype')
    return full(into, result!.at(0), root.out.type)
  },
  example: {
    given: '',
    before: '%0 = size {of = 12, dtype = f32} : f32[]',
    after: '%0 = full {value = 12, shape = [], dtype = f32} : f32[]',
  },
})

/** Rules of fills; see the head of this file. */
export const fillRules: readonly Rule[] = [fillOfFills, knownSize]
