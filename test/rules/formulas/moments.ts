// Means, variances and losses whose formula cancels: shifts that are taken away again, squares of
// large numbers, and a small loss as the difference of two large terms.

import type { Value } from '../../../src/ir/builder.ts'
import { softplus } from '../../../src/ops/activation.ts'
import { add, mul, neg, square, sub } from '../../../src/ops/arithmetic.ts'
import { broadcastAlong } from '../../../src/ops/broadcast.ts'
import { full } from '../../../src/ops/creation.ts'
import { sigmoidCrossEntropy } from '../../../src/ops/losses.ts'
import { batchNorm, layerNorm } from '../../../src/ops/normalization.ts'
import { mean, variance } from '../../../src/ops/statistics.ts'
import type { Formula } from './formula.ts'

/** Where f32 keeps multiples of 4 only. */
const FAR = 2 ** 25
/** One less than this is lost beside 41: f32 keeps multiples of 2⁻¹⁸ there. */
const NEARLY_ONE = 1 - 2 ** -20

/** x + c along the last axis. */
function shifted(x: Value, c: Value): Value {
  const { shape } = x.type
  return add(x, broadcastAlong(c, shape, [shape.length - 1]))
}

/** A value in every place of a shape, of the dtype of `like`. */
const filled = (like: Value, value: number, shape: readonly number[]) =>
  full(like.builder, value, { dtype: like.type.dtype, shape })

/** ε with which the deviation of 0, 1, 2, 3 is √(1.25 + ε) = 1.25. */
const EPSILON = 0.3125

const NORMALIZED = [-1.2, -0.4, 0.4, 1.2]
/** 0.8 · (w − mean(w) − x̂ · mean(w · x̂)) for w = (1, 0, 0, 0). */
const SLOPES = [0.312, -0.296, -0.104, 0.088]
const NORMALIZATION = 'x̂ = (x − 1.5) / 1.25, slope 0.8 · (w − mean(w) − x̂ · mean(w · x̂)); 0 by c'

/** Formulas of moments, and of what is built on them. */
export const moments: readonly Formula[] = [
  {
    rules: ['variance-by-squares'],
    written: 'mean(x²) − mean(x)²',
    build: x => sub(mean(square(x!)), square(mean(x!))),
    at: [[4096, 4097, 4098, 4099]],
    derivation: 'the deviations are ±1.5 and ±0.5, slope 2 (x − mean) / 4',
    value: [1.25],
    gradients: [[-0.75, -0.25, 0.25, 0.75]],
    wrong: 'value',
  },
  {
    rules: ['variance-shift'],
    written: 'variance(x + c)',
    build: (x, c) => variance(shifted(x!, c!)),
    at: [[0, 1, 2, 3], FAR],
    derivation: 'the deviations are ±1.5 and ±0.5, slope 2 (x − mean) / 4; 0 by c',
    value: [1.25],
    gradients: [[-0.75, -0.25, 0.25, 0.75], [0]],
    wrong: 'value and gradient',
  },
  {
    rules: ['deviation-shift'],
    written: '(x + c) − mean(x + c)',
    build: (x, c) => {
      const z = shifted(x!, c!)
      return sub(z, broadcastAlong(mean(z), z.type.shape, [0]))
    },
    at: [[0, 1, 2, 3], FAR],
    weights: [1, 0, 0, 0],
    derivation: 'x − 1.5, slope w − mean(w); 0 by c',
    value: [-1.5, -0.5, 0.5, 1.5],
    gradients: [[0.75, -0.25, -0.25, -0.25], [0]],
    wrong: 'value',
  },
  {
    rules: ['batch-norm-bias'],
    written: 'batch_norm(x + c)',
    build: (x, c) => {
      const [gamma, beta] = [filled(x!, 1, []), filled(x!, 0, [])]
      return batchNorm(shifted(x!, c!), gamma, beta, { axes: [0], epsilon: EPSILON }).output
    },
    at: [[0, 1, 2, 3], FAR],
    weights: [1, 0, 0, 0],
    derivation: NORMALIZATION,
    value: NORMALIZED,
    gradients: [SLOPES, [0]],
    wrong: 'value and gradient',
  },
  {
    rules: ['layer-norm-bias'],
    written: 'layer_norm(x + c)',
    build: (x, c) => {
      const [gamma, beta] = [filled(x!, 1, [4]), filled(x!, 0, [4])]
      return layerNorm(shifted(x!, c!), gamma, beta, { axes: [1], epsilon: EPSILON })
    },
    at: [[[0, 1, 2, 3]], [FAR]],
    weights: [1, 0, 0, 0],
    derivation: NORMALIZATION,
    value: NORMALIZED,
    gradients: [SLOPES, [0]],
    wrong: 'value and gradient',
  },
  {
    rules: ['sigmoid-cross-entropy-flip'],
    written: 'sigmoid_cross_entropy(−z, 1 − y)',
    build: (z, y) => sigmoidCrossEntropy(neg(z!), sub(filled(y!, 1, []), y!)),
    at: [-40, 2 ** -30],
    derivation: 'y · softplus(40) + (1 − y) · softplus(−40); slopes sigmoid(z) − y and −z',
    value: [40 * 2 ** -30],
    gradients: [[-(2 ** -30)], [40]],
    wrong: 'value and gradient',
  },
  {
    rules: ['sigmoid-cross-entropy-of-logits'],
    written: 'softplus(z) − z · y',
    build: (z, y) => sub(softplus(z!), mul(z!, y!)),
    at: [41, NEARLY_ONE],
    derivation: '(1 − y) · z + exp(−z) + …, slopes σ(z) − y and −z',
    value: [41 * 2 ** -20],
    gradients: [[2 ** -20], [-41]],
    wrong: 'value',
  },
]
