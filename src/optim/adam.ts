// Adam: steps of even size per parameter, from averages of the gradient and of its square.

import { add, div, mul, scale, shift, square, sub } from '../ops/arithmetic.ts'
import { sqrt } from '../ops/exponential.ts'
import { checkFraction, checkPositive, checkRate } from './check.ts'
import type { Optimizer } from './optimizer.ts'

/** Options of `adam`. */
export interface AdamOptions {
  /** The share of the average of gradients that a step keeps, in [0, 1); 0.9 by default. */
  readonly beta1?: number | undefined
  /** The same for the average of squares; 0.999 by default. */
  readonly beta2?: number | undefined
  /** Added to the root, so that nothing is divided by zero; 1e-8 by default. */
  readonly epsilon?: number | undefined
}

/**
 * Adam with bias correction; epsilon is outside of the root.
 *
 *   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
 *   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)          t counts steps from 1
 *
 * Numerics  the corrections 1 / (1 − βᵗ) are computed in double for every step
 * Errors    E137 where the rate is not finite, a beta not in [0, 1), or epsilon not positive
 * Source    Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1
 */
export function adam(learningRate = 1e-3, options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  checkRate('adam', learningRate, adam)
  checkFraction('adam', 'beta1', beta1, adam)
  checkFraction('adam', 'beta2', beta2, adam)
  checkPositive('adam', 'epsilon', epsilon, adam)
  return {
    name: 'adam',
    learningRate,
    slots: ['m', 'v'],
    scalars: {
      rate: (_, rate) => rate,
      unbias1: step => 1 / (1 - beta1 ** step),
      unbias2: step => 1 / (1 - beta2 ** step),
    },
    update: ({ param, gradient, slots, scalars: { rate, unbias1, unbias2 } }) => {
      const m = add(scale(slots.m!, beta1), scale(gradient, 1 - beta1))
      const v = add(scale(slots.v!, beta2), scale(square(gradient), 1 - beta2))
      const size = shift(sqrt(mul(v, unbias2!)), epsilon)
      return { param: sub(param, mul(rate!, div(mul(m, unbias1!), size))), slots: { m, v } }
    },
  }
}
