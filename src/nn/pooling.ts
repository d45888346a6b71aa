// The layers of pooling: the ops with their options given beforehand, for sequences.

import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { Boundary } from '../model/declaration-error.ts'
import { layer, typed } from '../model/layer.ts'
import { avgPool2d as average, maxPool2d as largest } from '../model/ops/pooling.ts'
import {
  type CheckedOptions,
  type Pool2d,
  type Pool2dRule,
  pool2dOptionsRule,
} from '../model/shapes/pooling.ts'
import { f32 } from '../model/slot.ts'
import type { DTypeIn, ShapeIn, Step, Stepped } from '../model/step.ts'
import type { AvgPool2dOptions, Pool2dOptions } from '../ops/window-options.ts'
import { checkDeclared } from './check-options.ts'
import type { ImageResult } from './image-result.ts'

interface PoolStep<Op extends Pool2d, O> extends Step {
  readonly result: ImageResult<Op, DTypeIn<this>, Pool2dRule<Op, ShapeIn<this>, O>>
}

/**
 * A layer that keeps the largest element of every window over an image, channel by channel: the op
 * `maxPool2d` with these options. Windows start `stride` apart, by default their size.
 *
 * Shapes  x: f32 [n, h, w, c] → f32 [n, oh, ow, c], oh and ow as of the op
 * Throws  E126 where an option is out of its range.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 28, 28, 1) },
 *   params: { net: sequential(conv2d(1, 8, 3), relu, maxPool2d({ size: 2 }), flatten) },
 *   body: ({ x }, { net }) => ({ h: net(x) }), // f32[batch,1352]
 * })
 */
export const maxPool2d = <const O extends Pool2dOptions>(
  options: CheckedOptions<'maxPool2d', O>,
) => {
  const given = options as Pool2dOptions
  const of = pool('maxPool2d', given, x => largest(x, given), maxPool2d)
  return typed<Stepped<PoolStep<'maxPool2d', O>>>()(of)
}

/**
 * A layer that keeps the mean of every window over an image, channel by channel: the op `avgPool2d`
 * with these options. Windows start `stride` apart, by default their size.
 *
 * Shapes  x: f32 [n, h, w, c] → f32 [n, oh, ow, c], oh and ow as of the op
 * Throws  E126 where an option is out of its range.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 28, 28, 1) },
 *   params: { half: avgPool2d({ size: 2 }) },
 *   body: ({ x }, { half }) => ({ h: half(x) }), // f32[batch,14,14,1]
 * })
 */
export const avgPool2d = <const O extends AvgPool2dOptions>(
  options: CheckedOptions<'avgPool2d', O>,
) => {
  const given = options as AvgPool2dOptions
  const of = pool('avgPool2d', given, x => average(x, given), avgPool2d)
  return typed<Stepped<PoolStep<'avgPool2d', O>>>()(of)
}

type Image = Tensor<Shape, 'f32'>

function pool(name: Pool2d, options: Pool2dOptions, apply: (x: Image) => Image, at: Boundary) {
  checkDeclared(name, pool2dOptionsRule(name, options), 'write { size: 2 }', at)
  return layer({ name, input: f32('...'), output: f32('n', 'h', 'w', 'c'), apply })
}
