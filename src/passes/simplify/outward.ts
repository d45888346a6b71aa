// Movements on their way out of elementwise ops. Normal form: what is reshaped, transposed or
// repeated is computed before, not after: on fewer elements where it is repeated, and next to other
// movements, which then compose or cancel. So keepDims forms come to nothing.

import { printAttributes } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import type { Node } from '../../ir/graph.ts'
import type { Op } from '../../ir/op.ts'
import { type Shape, shapesEqual } from '../../ir/type.ts'
import { neg } from '../../ops/arithmetic.ts'
import { broadcastTo } from '../../ops/broadcast.ts'
import { full } from '../../ops/creation.ts'
import { reshape, transpose } from '../../ops/movement.ts'
import { application, type Matched } from '../../rewrite/pattern.ts'
import { type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { fillOf } from '../known.ts'

const MOVEMENTS: ReadonlySet<Op> = new Set([reshape, transpose, broadcastTo].map(({ op }) => op))

/** Signs stay outside of movements, so a sign is no reason to move one. */
const isFunction = ({ lowering, operands }: Op) =>
  lowering.kind === 'elementwise' && operands.length > 0

/** An operand that is moved: the movement, and what it is of. */
interface Moved {
  readonly by: Matched
  readonly of: Value
  /** Whether the movement stands below a sign. */
  readonly isNegative: boolean
}

function movedOperand(operand: Value, madeBy: RuleContext['madeBy']): Moved | undefined {
  const maker = madeBy(operand)
  const isNegative = maker?.op === neg.op
  const by = isNegative ? madeBy(maker.operands[0]!) : maker
  return by !== undefined && MOVEMENTS.has(by.op)
    ? { by, of: by.operands[0]!, isNegative }
    : undefined
}

function isFill(operand: Value, madeBy: RuleContext['madeBy']): boolean {
  const maker = madeBy(operand)
  return maker !== undefined && fillOf(maker) !== undefined
}

const movedSame = (a: Matched, b: Matched) =>
  a.op === b.op &&
  shapesEqual(a.operands[0]!.type.shape, b.operands[0]!.type.shape) &&
  (a.attributes === b.attributes ||
    printAttributes(a.op.attributes, a.attributes) ===
      printAttributes(b.op.attributes, b.attributes))

const mayBeMoved = (maker: Node | undefined) =>
  maker !== undefined &&
  (MOVEMENTS.has(maker.op) || maker.op === neg.op || fillOf(maker) !== undefined)

/** The movement that all operands but fills have in common; undefined where there is none. */
function commonMovement({ root, madeBy }: RuleContext): Matched | undefined {
  let common: Matched | undefined
  for (const operand of root.operands) {
    if (isFill(operand, madeBy)) continue
    const by = movedOperand(operand, madeBy)?.by
    if (by === undefined || (common !== undefined && !movedSame(common, by))) return undefined
    common = by
  }
  return common
}

/** An operand as it is before the movement. */
function unmoved(operand: Value, shape: Shape, { madeBy, into }: RuleContext): Value {
  const moved = movedOperand(operand, madeBy)
  if (moved !== undefined) return moved.isNegative ? neg(moved.of) : moved.of
  return full(into, fillOf(madeBy(operand)!)!, { dtype: operand.type.dtype, shape })
}

const moveOutward = rule({
  name: 'move-outward',
  why: 'f of moved elements is what f gives of the elements, moved: f(B(x), B(y)) = B(f(x, y))',
  exactness: 'bitwise',
  match: application(op => isFunction(op) && op !== neg.op).near(({ operands }, view) =>
    operands.every(id => mayBeMoved(view.definition(id))),
  ),
  when: context => commonMovement(context) !== undefined,
  depth: 3,
  build: context => {
    const { root, into } = context
    const movement = commonMovement(context)!
    const { shape } = movement.operands[0]!.type
    const operands = root.operands.map(operand => unmoved(operand, shape, context))
    const result = into.append(root.op, operands, root.attributes)[0]!
    return into.append(movement.op, [result], movement.attributes)[0]!
  },
  example: {
    given: '%x: f32[n], %y: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [n, 4], axes = [1]} : f32[n,4]
      %1 = broadcast_to %y {shape = [n, 4], axes = [1]} : f32[n,4]
      %2 = mul %0, %1 : f32[n,4]`,
    after: `
      %0 = mul %x, %y : f32[n]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]`,
  },
  also: [
    {
      given: '%x: f32[n]',
      before: `
        %0 = reshape %x {shape = [n, 1]} : f32[n,1]
        %1 = full {value = 3, shape = [n, 1], dtype = f32} : f32[n,1]
        %2 = add %0, %1 : f32[n,1]`,
      after: `
        %0 = full {value = 3, shape = [n], dtype = f32} : f32[n]
        %1 = add %x, %0 : f32[n]
        %2 = reshape %1 {shape = [n, 1]} : f32[n,1]`,
    },
    {
      given: '%x: f32[2,n]',
      before: `
        %0 = transpose %x {permutation = [1, 0]} : f32[n,2]
        %1 = neg %0 : f32[n,2]
        %2 = exp %1 : f32[n,2]`,
      after: `
        %0 = neg %x : f32[2,n]
        %1 = exp %0 : f32[2,n]
        %2 = transpose %1 {permutation = [1, 0]} : f32[n,2]`,
    },
  ],
})

/** Rules of movements that come out; see the head of this file. */
export const outwardRules: readonly Rule[] = [moveOutward]
