// The optimizers that follow the gradient, or its average over the last steps.

import { add, mul, scale, sub } from '../ops/arithmetic.ts'
import { checkFraction, checkRate } from './check.ts'
import type { Optimizer } from './optimizer.ts'

/**
 * Gradient descent.
 *
 *   p ← p − lr · g
 *
 * Throws E137 where the learning rate is not a finite number.
 */
export function gradientDescent(learningRate: number): Optimizer {
  checkRate('gradientDescent', learningRate, gradientDescent)
  return {
    name: 'gradientDescent',
    learningRate,
    slots: [],
    scalars: { rate: (_, rate) => rate },
    update: ({ param, gradient, scalars: { rate } }) => ({
      param: sub(param, mul(rate!, gradient)),
      slots: {},
    }),
  }
}

/** Options of `momentum`. */
export interface MomentumOptions {
  /** The share of the average that a step keeps, in [0, 1); 0.9 by default. */
  readonly beta?: number | undefined
}

/**
 * Gradient descent along the exponentially weighted average of the gradients, without bias
 * correction.
 *
 *   v ← β v + (1 − β) g          p ← p − lr · v
 *
 * Throws E137 where the learning rate is not finite or β not in [0, 1).
 */
export function momentum(learningRate: number, { beta = 0.9 }: MomentumOptions = {}): Optimizer {
  checkRate('momentum', learningRate, momentum)
  checkFraction('momentum', 'beta', beta, momentum)
  return {
    name: 'momentum',
    learningRate,
    slots: ['v'],
    scalars: { rate: (_, rate) => rate },
    update: ({ param, gradient, slots, scalars: { rate } }) => {
      const v = add(scale(slots.v!, beta), scale(gradient, 1 - beta))
      return { param: sub(param, mul(rate!, v)), slots: { v } }
    },
  }
}
