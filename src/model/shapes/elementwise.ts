// The rules of ops of two tensors or numbers, element by element, and of a choice between two. A
// number is a tensor of shape [] and of no dtype, `never`, that takes the dtype of the other. Types
// range over whole operands: a type parameter for the shape alone would find nothing to be in a
// number, and tsc would then take it from what the result is used for.

import type { Value } from '../../ir/builder.ts'
import type { Both, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type BroadcastRule, broadcastRule } from './broadcast.ts'
import type { Answer } from './checked.ts'
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
export type Operand = Tensor | number

// `infer` from one member, not `X extends Tensor`: within a function that is generic over shapes
// tsc decides a condition only where no shape is asked for.

/** The shape of an operand: a number has no axes. */
export type ShapeOf<X> = X extends { readonly shape: infer S extends Shape } ? S : []

/** The dtype of an operand: a number takes that of the other. */
export type DTypeOf<X> = X extends { readonly dtype: infer D extends DTypeName } ? D : never

/** The dtype of what two operands are combined to: the better known of both. */
export type Joint<A, B> = [DTypeOf<A>] extends [DTypeOf<B>]
  ? [DTypeOf<A>] extends [never]
    ? DTypeOf<B>
    : DTypeOf<A>
  : [DTypeOf<B>] extends [never]
    ? DTypeOf<A>
    : DTypeOf<B>

/** Whether a binary op takes `A` and `B`, else why not; of `A` alone the dtype is not asked. */
export type BinaryRule<Op extends string, A, B, G extends GroupName> = [B] extends [number]
  ? [A] extends [number]
    ? `${Op}: one operand must be a tensor, got two numbers`
    : true
  : [A] extends [number]
    ? NeedsRule<Op, DTypeOf<B>, G>
    : Both<TensorsRule<Op, DTypeOf<A>, DTypeOf<B>, G>, BroadcastRule<Op, ShapeOf<A>, ShapeOf<B>>>

/** Whether tensors of dtypes `D` and `E` can be combined, whatever their shapes; else why not. */
type TensorsRule<Op extends string, D, E, G extends GroupName> = Both<
  DTypesRule<Op, D, E>,
  NeedsRule<Op, E, G>
>

/** The shape of a binary op on `A` and `B`. */
export type BinaryShape<Op extends string, A, B> = [B] extends [number]
  ? ShapeOf<A>
  : [A] extends [number]
    ? ShapeOf<B>
    : Out<BroadcastRule<Op, ShapeOf<A>, ShapeOf<B>>>

/** The shape of a binary op on two operands, or why there is none. */
export function binaryRule(
  op: string,
  a: Value | number,
  b: Value | number,
  group: GroupName,
): Answer {
  return operandsRule(op, a, b, group) ?? broadcastRule(op, shapeOf(a), shapeOf(b))
}

/** Why two operands cannot be combined whatever their shapes. */
function operandsRule(
  op: string,
  a: Value | number,
  b: Value | number,
  group: GroupName,
): string | undefined {
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

function shapeOf(x: Value | number): Shape {
  return typeof x === 'number' ? [] : x.shape
}

/** The shape of `where` for a condition of shape `C`, or why there is none. */
export type WhereRule<C extends Shape, A, B> = [A, B] extends [number, number]
  ? 'where: one of the two choices must be a tensor, got two numbers'
  : Both<
      DTypesRule<'where', DTypeOf<A>, DTypeOf<B>>,
      BroadcastRule<'where', Out<BroadcastRule<'where', C, ShapeOf<A>>>, ShapeOf<B>>
    >

/** The shape of `where`, or why there is none. */
export function whereRule(condition: Value, a: Value | number, b: Value | number): Answer {
  if (typeof a === 'number' && typeof b === 'number') {
    return 'where: one of the two choices must be a tensor, got two numbers'
  }
  const refused =
    wantRule('where', 'condition', condition.dtype, 'bool') ?? operandsRule('where', a, b, 'any')
  if (refused !== undefined) return refused
  const first = broadcastRule('where', condition.shape, shapeOf(a))
  return typeof first === 'string' ? first : broadcastRule('where', first, shapeOf(b))
}
