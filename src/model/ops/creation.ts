// Tensors made from nothing, in whatever is being built: the body of a model, layer or op.

import { operator } from '../../ir/define.ts'
import { dim } from '../../ir/dim.ts'
import { Literal } from '../../ir/literal.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import { type Shape, tensorType } from '../../ir/type.ts'
import * as core from '../../ops/creation.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type AxesRule, axesRule } from '../shapes/axes.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import {
  type ConstantValue,
  type DTypeOfConstant,
  type ExtentsRule,
  extentsRule,
  type ShapeOfConstant,
} from '../shapes/creation.ts'
import { type NeedsRule, needsRule, numberRule } from '../shapes/dtypes.ts'
import { calledFrom, placed, tracingFor } from '../tracing.ts'
import type { Boundary } from './elementwise.ts'

// Where a dtype may be left out there are two signatures: the dtype of a default that tsc could
// infer, it would infer from what the result is used for.

/** The type of `constant`. */
interface ConstantFunction extends Operator {
  <const V extends ConstantValue>(value: V): Tensor<ShapeOfConstant<V>, DTypeOfConstant<V>>
  <const V extends ConstantValue, D extends DTypeName>(
    value: V,
    dtype: D,
  ): Tensor<ShapeOfConstant<V>, D>
}

/**
 * A tensor of known elements: a number, a nested array, a typed array, or a host tensor
 * `{ shape, dtype, data }`. Numbers are f32, booleans bool, where no dtype is given.
 * Throws E110 where the value is ragged or does not fit its shape, E120 outside of a graph.
 */
export const constant: ConstantFunction = operator(
  core.constant.op,
  (value: ConstantValue, dtype?: DTypeName) => {
    const { into } = tracingFor('constant', constant)
    const literal = placed(constant, () => Literal.from(value, dtype))
    return calledFrom(into, constant, () => core.constant(into, literal))
  },
) as Operator as ConstantFunction

/** The type of `full`. */
interface FullFunction extends Operator {
  <const S extends Shape>(
    shape: Checked<S, ExtentsRule<'full', [...S]>>,
    value: number,
  ): Tensor<[...S], 'f32'>
  <const S extends Shape, D extends DTypeName>(
    shape: Checked<S, ExtentsRule<'full', [...S]>>,
    value: number,
    dtype: D,
  ): Tensor<[...S], D>
}

/**
 * A tensor of one repeated value, f32 by default.
 * Throws E101 where the value is none of the dtype, E120 outside of a graph.
 */
export const full: FullFunction = operator(
  core.full.op,
  (shape: Shape, value: number, dtype: DTypeName = 'f32') => {
    const { into } = tracingFor('full', full)
    const extents = writtenShape('full', shape, full)
    const type = placed(full, () => tensorType(dtype, extents))
    const refused = numberRule('full', value, dtype)
    if (refused !== undefined) throw refusal(refused, [], full)
    return calledFrom(into, full, () => core.full(into, value, type))
  },
) as Operator as FullFunction

/** The type of `iota`. */
interface IotaFunction extends Operator {
  <const S extends Shape, A extends number>(
    shape: Checked<S, ExtentsRule<'iota', [...S]>>,
    axis: Checked<A, AxesRule<'iota', [...S], A>>,
  ): Tensor<[...S], 'i32'>
  <const S extends Shape, A extends number, D extends DTypeName>(
    shape: Checked<S, ExtentsRule<'iota', [...S]>>,
    axis: Checked<A, AxesRule<'iota', [...S], A>>,
    dtype: Checked<D, NeedsRule<'iota', D, 'number'>>,
  ): Tensor<[...S], D>
}

/**
 * The position along one axis, i32 by default; axes may count from the end.
 * Throws E101 where the axis is out of range, E120 outside of a graph.
 */
export const iota: IotaFunction = operator(
  core.iota.op,
  (shape: Shape, axis: number, dtype: DTypeName = 'i32') => {
    const { into } = tracingFor('iota', iota)
    const extents = writtenShape('iota', shape, iota)
    accepted(axesRule('iota', extents, axis), [], iota, 'name an axis that the shape has')
    const refused = needsRule('iota', dtype, 'number')
    if (refused !== undefined) throw refusal(refused, [], iota)
    return calledFrom(into, iota, () => core.iota(into, extents, axis, dtype))
  },
) as Operator as IotaFunction

/** The canonical dims of a shape that a user wrote. Throws E101 where no tensor has it. */
export function writtenShape(name: string, shape: Shape, boundary: Boundary): Shape {
  const help = "write a dim as 784 or 'batch'"
  const extents = accepted(extentsRule(name, shape), [], boundary, help)
  return placed(boundary, () => extents.map(dim))
}
