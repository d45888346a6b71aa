// The batch normalization layer: what it does in training and in evaluation, and the averages that
// lead from the one to the other.

import { sizeOf } from '../ir/dim.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import { byMode } from '../model/by-mode.ts'
import { declarationError } from '../model/declaration-error.ts'
import { ones, zeros } from '../model/initializers.ts'
import { layer } from '../model/layer.ts'
import { add, div, maximum, mul, sub } from '../model/ops/binary.ts'
import {
  batchNormInference,
  type NormOptions,
  batchNorm as normalize,
} from '../model/ops/normalization.ts'
import { param } from '../model/param.ts'
import type { AxesArgument } from '../model/shapes/axes.ts'
import { batchAxes, dimsOf } from '../model/shapes/normalization.ts'
import { f32, type Slot } from '../model/slot.ts'
import { size } from '../ops/creation.ts'
import { checkEpsilon } from './check-options.ts'

/** Options of `batchNorm`. */
export interface BatchNormOptions<A extends AxesArgument = AxesArgument> {
  /**
   * The axes of the batch, where the features are not the last: all but one, which has the
   * features. All but the last by default.
   */
  readonly axes?: A
  /** How much of the running averages a step keeps, from 0 to 1; 0.9 by default. */
  readonly momentum?: number | undefined
  /** What keeps the root away from 0; 1e-5 by default. */
  readonly epsilon?: number | undefined
  /**
   * Whether the running variance is an average of n / (n − 1) · variance, the estimate for a
   * population. False by default: the variance of the batch as it is, as in the paper.
   */
  readonly unbiased?: boolean | undefined
}

/**
 * A layer that centres and scales every feature, then learns where it should be.
 *
 *   in training     x̂ = (x − mean) / √(variance + ε), mean and variance those of the batch
 *                   running ← momentum · running + (1 − momentum) · batch, of both
 *   in evaluation   x̂ = (x − running mean) / √(running variance + ε)
 *   out = gamma · x̂ + beta
 *
 * The batch is all axes but the last, unless `axes` say otherwise. In evaluation an example has the
 * result that it has alone. The layer keeps state: it may be called once in a program. A bias
 * before it has no influence, as the mean takes it away again.
 *
 * Shapes  x: f32 [..., features] → f32 [..., features]; gamma, beta: [features];
 *         state: mean, variance: [features]
 * Source  Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing
 *         internal covariate shift", 2015
 * Throws  E126 where an option is out of its range.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 784) },
 *   params: { l1: dense(784, 256), bn1: batchNorm(256) },
 *   body: ({ x }, { l1, bn1 }) => ({ h: relu(bn1(l1(x))) }),
 * })
 */
export const batchNorm = <F extends number, const A extends AxesArgument = undefined>(
  features: F,
  options: BatchNormOptions<A> = {},
) => {
  const { momentum = 0.9, epsilon = 1e-5, unbiased = false } = options
  checkEpsilon('batchNorm', epsilon, batchNorm)
  if (!(momentum >= 0 && momentum <= 1)) {
    const help = 'give the share of the averages that a step keeps, such as 0.9'
    const message = `momentum must be from 0 to 1, got ${momentum}`
    throw declarationError('batchNorm', message, help, batchNorm)
  }
  const blend = (running: Tensor<Shape, 'f32'>, batch: Tensor<Shape, 'f32'>) =>
    add(mul(running, momentum), mul(batch, 1 - momentum))
  const slot = slotOf<F, A>(features, options.axes)
  const over: NormOptions = { axes: options.axes, epsilon }
  return layer({
    name: 'batchNorm',
    input: slot,
    output: slot,
    params: { gamma: param([features], ones()), beta: param([features], zeros()) },
    state: { mean: param([features], zeros()), variance: param([features], ones()) },
    apply: (x, { gamma, beta }, running) => {
      const batch = normalize(x, gamma, beta, over)
      const { mean, variance } = running
      const evaluated = batchNormInference(x, gamma, beta, mean, variance, over)
      const spread = unbiased ? mul(batch.variance, freedom(x, over)) : batch.variance
      return {
        output: byMode({ train: batch.output, eval: evaluated }),
        state: { mean: blend(mean, batch.mean), variance: blend(variance, spread) },
      }
    },
  })
}

/** What the layer takes and gives: where axes are given, only the build knows which are left. */
type SlotOf<F extends number, A> = Slot<
  [A] extends [undefined] ? readonly ['...', F] : readonly ['...'],
  'f32'
>

function slotOf<F extends number, A extends AxesArgument>(features: F, axes: A | undefined) {
  return (axes === undefined ? f32('...', features) : f32('...')) as SlotOf<F, A>
}

/** n / (n − 1) for n examples; a single one has a variance of 0, whatever it is multiplied by. */
function freedom(x: Tensor, { axes }: NormOptions) {
  // The op has taken these axes before.
  const reduced = batchAxes('batchNorm', x.shape, axes) as readonly number[]
  const n = size(x.builder, sizeOf(dimsOf(x.shape, reduced)), 'f32') as Tensor<[], 'f32'>
  return div(n, maximum(sub(n, 1), 1))
}
