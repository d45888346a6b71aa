// The layer normalization layer.

import { ones, zeros } from '../model/initializers.ts'
import { layer } from '../model/layer.ts'
import { layerNorm as normalize } from '../model/ops/normalization.ts'
import { param } from '../model/param.ts'
import { f32 } from '../model/slot.ts'
import { checkEpsilon } from './check-options.ts'

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** What keeps the root away from 0; 1e-5 by default. */
  readonly epsilon?: number | undefined
}

/**
 * A layer that centres and scales the features of each example, then learns where they should be.
 *
 *   out = gamma · (x − mean) / √(variance + ε) + beta, mean and variance over the last axis
 *
 * It keeps no state, and is the same in training and evaluation, for a batch of any size.
 *
 * Shapes  x: f32 [..., features] → f32 [..., features]; gamma, beta: [features]
 * Source  Ba, Kiros, Hinton, "Layer normalization", 2016
 * Throws  E126 where epsilon is no number above 0.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 'time', 64) },
 *   params: { ln: layerNorm(64), fc: dense(64, 64) },
 *   body: ({ x }, { ln, fc }) => ({ h: add(x, fc(ln(x))) }),
 * })
 */
export const layerNorm = <F extends number>(
  features: F,
  { epsilon = 1e-5 }: LayerNormOptions = {},
) => {
  checkEpsilon('layerNorm', epsilon, layerNorm)
  return layer({
    name: 'layerNorm',
    input: f32('...', features),
    output: f32('...', features),
    params: { gamma: param([features], ones()), beta: param([features], zeros()) },
    apply: (x, { gamma, beta }) => normalize(x, gamma, beta, { epsilon }),
  })
}
