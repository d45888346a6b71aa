// The public reductions: over the axes given, or all of them; and running sums. Formulas and
// numerics stand with the core ops in src/ops.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as sums from '../../ops/broadcast.ts'
import * as cumulative from '../../ops/cumulative.ts'
import * as products from '../../ops/product.ts'
import type { ReduceOp } from '../../ops/reducing.ts'
import * as extremes from '../../ops/reduction.ts'
import * as exponentials from '../../ops/softmax.ts'
import * as moments from '../../ops/statistics.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { AXES_HELP, type AxesArgument, type AxisRule, axesOf, axesRule } from '../shapes/axes.ts'
import { accepted } from '../shapes/checked.ts'
import { type GroupName, type NeedsRule, needsRule } from '../shapes/dtypes.ts'
import type { ReduceRule } from '../shapes/reduce.ts'
import { calledFrom } from '../tracing.ts'
import { checkOperand } from './elementwise.ts'

/** Options of every reduction. */
export interface ReduceOptions<K extends boolean = boolean> {
  /** Whether reduced axes stay, with size 1; they do not by default. */
  readonly keepDims?: K | undefined
}

/**
 * A reduction of tensors of the dtypes of group `G`, over one axis, a list of axes, or all of them.
 * The result has dtype `R`, or the operand's. Throws E101 for an axis that is out of range or given
 * twice, and for another dtype.
 */
export interface Reduction<Op extends string, G extends GroupName, R extends DTypeName = never>
  extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    const A extends AxesArgument = undefined,
    K extends boolean = false,
  >(
    x: Checked<Tensor<S, D>, NeedsRule<Op, D, G>>,
    axes?: Checked<A, ReduceRule<Op, S, A, K>>,
    options?: ReduceOptions<K>,
  ): Tensor<Out<ReduceRule<Op, S, A, K>>, [R] extends [never] ? D : R>
}

function reduction<Op extends string, G extends GroupName, R extends DTypeName = never>(
  name: Op,
  group: G,
  core: ReduceOp,
): Reduction<Op, G, R> {
  const call = (x: Value, axes?: AxesArgument, options?: ReduceOptions): Value => {
    checkOperand(core, x, call)
    const answer = needsRule(name, x.dtype, group) ?? axesOf(name, x.shape, axes)
    const meant = accepted(answer, [x], call, AXES_HELP)
    return calledFrom(x.builder, call, () => core(x, meant, options))
  }
  return operator(core.op, call) as Operator as Reduction<Op, G, R>
}

/** The sum. */
export const sum: Reduction<'sum', 'number'> = reduction('sum', 'number', sums.sum)

/** The product. */
export const prod: Reduction<'prod', 'number'> = reduction('prod', 'number', products.prod)

/** The arithmetic mean of floats. */
export const mean: Reduction<'mean', 'float'> = reduction('mean', 'float', moments.mean)

/** The biased variance of floats: the mean of squared deviations. */
export const variance: Reduction<'variance', 'float'> = reduction(
  'variance',
  'float',
  moments.variance,
)

/** The largest element; the derivative goes to the first of equal ones. */
export const max: Reduction<'max', 'number'> = reduction('max', 'number', extremes.max)

/** The smallest element; the derivative goes to the first of equal ones. */
export const min: Reduction<'min', 'number'> = reduction('min', 'number', extremes.min)

/** The logarithm of the sum of exponentials: a smooth maximum. */
export const logSumExp: Reduction<'logSumExp', 'float'> = reduction(
  'logSumExp',
  'float',
  exponentials.logSumExp,
)

/** Where the first of the largest elements is, as i32; over several axes, row by row. */
export const argmax: Reduction<'argmax', 'number', 'i32'> = reduction(
  'argmax',
  'number',
  extremes.argmax,
)

/** Where the first of the smallest elements is, as i32; over several axes, row by row. */
export const argmin: Reduction<'argmin', 'number', 'i32'> = reduction(
  'argmin',
  'number',
  extremes.argmin,
)

/** The type of `cumsum`. */
interface CumsumFunction extends Operator {
  <S extends Shape, D extends DTypeName, A extends number>(
    x: Checked<Tensor<S, D>, NeedsRule<'cumsum', D, 'number'>>,
    axis: Checked<A, AxisRule<'cumsum', S, A>>,
    options?: cumulative.CumulativeOptions,
  ): Tensor<S, D>
}

/**
 * Running sums along an axis; `exclusive` leaves an element out of its own sum, `reverse` starts at
 * the end. Throws E101 where the axis is out of range, or the elements are no numbers.
 */
export const cumsum: CumsumFunction = operator(
  cumulative.cumsum.op,
  (x: Value, axis: number, options?: cumulative.CumulativeOptions): Value => {
    checkOperand(cumulative.cumsum, x, cumsum)
    const answer = needsRule('cumsum', x.dtype, 'number') ?? axesRule('cumsum', x.shape, axis)
    accepted(answer, [x], cumsum, AXES_HELP)
    return calledFrom(x.builder, cumsum, () => cumulative.cumsum(x, axis, options))
  },
) as Operator as CumsumFunction
