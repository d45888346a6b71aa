// The rules of ops of two tensors or numbers, element by element, and of a choice between two. A
// number is a tensor of shape [] and of no dtype, `never`, that takes the dtype of the other.

import type { Value } from '../../ir/builder.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type BroadcastRule, broadcastRule } from './broadcast.ts'
import type { Answer, Out } from './checked.ts'
import {
  type DTypesRule,
  dtypesRule,
  type GroupName,
  type NeedsRule,
  needsRule,
  numberRule,
  wantRule,
} from './dtypes.ts'

/** An operand as users write it: a number stands for a tensor that is this number everywhere. */
export type Operand = Value | number

/** The shape of a binary op on `A` of dtype `D` and `B` of dtype `E`, or why there is none. */
export type BinaryRule<
  Op extends string,
  A extends Shape,
  D extends DTypeName,
  B extends Shape,
  E extends DTypeName,
  G extends GroupName,
> = [D | E] extends [never]
  ? `${Op}: one operand must be a tensor, got two numbers`
  : DTypesRule<Op, D, E, NeedsRule<Op, E, G, BroadcastRule<Op, A, B>>>

/** The shape of a binary op on two operands, or why there is none. */
export function binaryRule(op: string, a: Operand, b: Operand, group: GroupName): Answer {
  return operandsRule(op, a, b, group) ?? broadcastRule(op, shapeOf(a), shapeOf(b))
}

/** Why two operands cannot be combined whatever their shapes. */
function operandsRule(op: string, a: Operand, b: Operand, group: GroupName): string | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    return `${op}: one operand must be a tensor, got two numbers`
  }
  if (typeof b === 'number') return elementRule(op, a as Value, b, group)
  if (typeof a === 'number') return elementRule(op, b, a, group)
  return needsRule(op, a.dtype, group) ?? dtypesRule(op, a.dtype, b.dtype)
}

function elementRule(op: string, x: Value, value: number, group: GroupName): string | undefined {
  return needsRule(op, x.dtype, group) ?? numberRule(op, value, x.dtype)
}

/** The shape of an operand: a number has no axes. */
export function shapeOf(x: Operand): Shape {
  return typeof x === 'number' ? [] : x.shape
}

/** The shape of `where` for a condition of shape `C`, or why there is none. */
export type WhereRule<
  C extends Shape,
  A extends Shape,
  D extends DTypeName,
  B extends Shape,
  E extends DTypeName,
> = [D | E] extends [never]
  ? 'where: one of the two choices must be a tensor, got two numbers'
  : DTypesRule<'where', D, E, BroadcastRule<'where', Out<BroadcastRule<'where', C, A>>, B>>

/** The shape of `where`, or why there is none. */
export function whereRule(condition: Value, a: Operand, b: Operand): Answer {
  if (typeof a === 'number' && typeof b === 'number') {
    return 'where: one of the two choices must be a tensor, got two numbers'
  }
  const refused =
    wantRule('where', 'condition', condition.dtype, 'bool') ?? operandsRule('where', a, b, 'any')
  if (refused !== undefined) return refused
  const first = broadcastRule('where', condition.shape, shapeOf(a))
  return typeof first === 'string' ? first : broadcastRule('where', first, shapeOf(b))
}
