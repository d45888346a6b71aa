// The public ops that put tensors side by side and take them apart again.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as joining from '../../ops/joining.ts'
import { slice } from '../../ops/slicing.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { AXES_HELP, type AxisRule, axesRule, type InsertRule } from '../shapes/axes.ts'
import { accepted } from '../shapes/checked.ts'
import {
  type ConcatRule,
  concatRule,
  type DTypeOf,
  type FirstShape,
  type StackRule,
  stackRule,
  type Tensors,
} from '../shapes/join.ts'
import { type Parts, type SplitRule, splitRule } from '../shapes/split.ts'
import { calledFrom } from '../tracing.ts'
import { type Boundary, checkOperand } from './elementwise.ts'

/** The type of `concat`. */
interface ConcatFunction extends Operator {
  <const T extends Tensors, A extends number>(
    tensors: Checked<T, ConcatRule<T, A>>,
    axis: Checked<A, AxisRule<'concat', FirstShape<T>, A>>,
  ): Tensor<Out<ConcatRule<T, A>>, DTypeOf<T>>
}

/**
 * Tensors one after another along an axis. Throws E101 where they differ in dtype, or in shape
 * outside the axis, or there are none.
 */
export const concat: ConcatFunction = operator(
  joining.concat.op,
  (tensors: readonly Value[], axis: number): Value => {
    checkOperands(tensors, concat)
    const help = 'give tensors that differ along the axis only'
    accepted(concatRule(tensors, axis), tensors, concat, help)
    return calledFrom(tensors[0]!.builder, concat, () => joining.concat(tensors, axis))
  },
) as Operator as ConcatFunction

/**
 * Tensors of one shape side by side along a new axis, whose position in the result is `axis`.
 * Throws E101 where they differ in dtype or shape, there are none, or the position is out of range.
 */
export function stack<const T extends Tensors, A extends number>(
  tensors: Checked<T, StackRule<T, A>>,
  axis: Checked<A, InsertRule<'stack', FirstShape<T>, A, 1>>,
): Tensor<Out<StackRule<T, A>>, DTypeOf<T>>
export function stack(tensors: readonly Value[], axis: number): Value {
  checkOperands(tensors, stack)
  const help = 'give tensors of one shape; use concat where they differ along an axis'
  accepted(stackRule(tensors, axis), tensors, stack, help)
  return calledFrom(tensors[0]!.builder, stack, () => joining.stack(tensors, axis))
}

function checkOperands(tensors: readonly Value[], boundary: Boundary): void {
  for (const x of tensors) checkOperand(joining.concat, x, boundary)
}

/** Tensors of one dtype, by their shapes. */
export type TensorsOf<Ss, D extends DTypeName> = {
  readonly [I in keyof Ss]: Tensor<Ss[I] extends Shape ? Ss[I] : Shape, D>
}

/** The parts that a split gives; a list of unknown length where it is refused. */
export type SplitParts<Rule, D extends DTypeName> = Rule extends string
  ? readonly Tensor<Shape, D>[]
  : TensorsOf<Rule, D>

/**
 * The parts of a tensor along an axis: a number of equal ones, or one per size given. Throws E101
 * where the axis is not divisible by the number, or the sizes do not add up to it.
 */
export function split<
  S extends Shape,
  D extends DTypeName,
  const P extends Parts,
  A extends number,
>(
  x: Tensor<S, D>,
  sizesOrCount: Checked<P, SplitRule<S, P, A>>,
  axis: Checked<A, AxisRule<'split', S, A>>,
): SplitParts<SplitRule<S, P, A>, D>
export function split(x: Value, sizesOrCount: Parts, axis: number): readonly Value[] {
  checkOperand(slice, x, split)
  accepted(axesRule('split', x.shape, axis), [x], split, AXES_HELP)
  const help = 'give sizes that add up to the axis, or a number that divides it'
  const sizes = accepted(splitRule(x.shape, sizesOrCount, axis), [x], split, help)
  return calledFrom(x.builder, split, () => joining.split(x, sizes, axis))
}
