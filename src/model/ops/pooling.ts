// The public pools. Formulas and numerics stand with the core ops in src/ops.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Both, Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { avgPool2d as coreAvg, maxPool2d as coreMax } from '../../ops/pooling.ts'
import { mean } from '../../ops/statistics.ts'
import type { AvgPool2dOptions, Pool2dOptions } from '../../ops/window-options.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { accepted } from '../shapes/checked.ts'
import type { GroupName, NeedsRule } from '../shapes/dtypes.ts'
import {
  type CheckedOptions,
  type GlobalPoolRule,
  globalPoolRule,
  type Pool2d,
  type Pool2dRule,
  pool2dRule,
} from '../shapes/pooling.ts'
import { windowHelp } from '../shapes/windows.ts'
import type { DTypeIn, ShapeIn, Step, Steps } from '../step.ts'
import { calledFrom } from '../tracing.ts'
import { type Boundary, checkGroup, checkOperand } from './elementwise.ts'

/** The type of a pool with options `Most` on dtypes of group `G`. */
interface PoolFunction<Op extends Pool2d, G extends GroupName, Most extends Pool2dOptions>
  extends Operator {
  <X extends Shape, D extends DTypeName, const O extends Most>(
    x: Checked<Tensor<X, D>, Both<NeedsRule<Op, D, G>, Pool2dRule<Op, X, O>>>,
    options: CheckedOptions<Op, O>,
  ): Tensor<Out<Pool2dRule<Op, X, O>>, D>
}

const HELP = 'images are [n, h, w, c]; { size: 2 } halves height and width'

/**
 * The largest element of every window over an image [n, h, w, c], channel by channel. Windows start
 * `stride` apart, by default their size. Padding never wins; NaN does. The first of equal maxima in
 * row-major order gets the cotangent. Throws E101 where sizes or options do not fit.
 *
 * @example
 * maxPool2d(x, { size: 2 })                             // f32[batch,14,14,8] of f32[batch,28,28,8]
 * maxPool2d(x, { size: 3, stride: 2, padding: 'same' }) // the same, of windows that overlap
 */
export const maxPool2d: PoolFunction<'maxPool2d', 'number', Pool2dOptions> = operator(
  coreMax.op,
  (x: Value, options: Pool2dOptions): Value => {
    check('maxPool2d', 'number', x, options, maxPool2d)
    return calledFrom(x.builder, maxPool2d, () => coreMax(x, options))
  },
) as Operator as PoolFunction<'maxPool2d', 'number', Pool2dOptions>

/**
 * The mean of every window over an image [n, h, w, c], channel by channel: of the pixels of the
 * image in it, or, with `countPadding`, of padding too, which is 0. Windows start `stride` apart,
 * by default their size. Throws E101 where sizes or options do not fit.
 *
 * @example
 * avgPool2d(x, { size: 2 }) // f32[batch,14,14,8] of f32[batch,28,28,8]
 */
export const avgPool2d: PoolFunction<'avgPool2d', 'float', AvgPool2dOptions> = operator(
  coreAvg.op,
  (x: Value, options: AvgPool2dOptions): Value => {
    check('avgPool2d', 'float', x, options, avgPool2d)
    return calledFrom(x.builder, avgPool2d, () => coreAvg(x, options))
  },
) as Operator as PoolFunction<'avgPool2d', 'float', AvgPool2dOptions>

interface GlobalPoolStep extends Step {
  readonly result: GlobalPoolAnswer<ShapeIn<this>, DTypeIn<this>> extends infer Answer
    ? Answer extends Shape
      ? Tensor<Answer, DTypeIn<this>>
      : Answer
    : never
}

type GlobalPoolAnswer<S extends Shape, D> = NeedsRule<
  'globalAvgPool',
  D,
  'float',
  GlobalPoolRule<S>
>

/** The type of `globalAvgPool`. */
interface GlobalPoolFunction extends Operator, Steps<GlobalPoolStep> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, GlobalPoolAnswer<S, D>>,
  ): Tensor<Out<GlobalPoolRule<S>>, D>
}

/**
 * The mean of every channel over the whole image: [n, h, w, c] → [n, c]. Throws E101 for another
 * rank, or another dtype than a float.
 *
 * @example
 * globalAvgPool(x) // f32[batch,64] of f32[batch,7,7,64]
 */
export const globalAvgPool: GlobalPoolFunction = operator(mean.op, (x: Value): Value => {
  checkOperand(mean, x, globalAvgPool)
  checkGroup('globalAvgPool', 'float', x, globalAvgPool)
  accepted(globalPoolRule(x.shape), [x], globalAvgPool, 'images are [n, h, w, c]')
  return calledFrom(x.builder, globalAvgPool, () => mean(x, [1, 2]))
}) as Operator as GlobalPoolFunction

/** Throws E101 where an image has no pool of these options. */
function check(
  name: Pool2d,
  group: GroupName,
  x: Value,
  options: Pool2dOptions,
  boundary: Boundary,
): void {
  checkOperand(name === 'maxPool2d' ? coreMax : coreAvg, x, boundary)
  checkGroup(name, group, x, boundary)
  const answer = pool2dRule(name, x.shape, options)
  accepted(answer, [x], boundary, windowHelp(answer, HELP))
}
