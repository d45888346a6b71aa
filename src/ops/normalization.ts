// Normalization by mean and deviation: over the batch in training, by running averages in
// evaluation, and per example. Bodies and rules are made of the same nodes over `mean` and
// `variance`, so that after decomposition backward reads what forward has computed.

import { integers, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, defineSeveral, operator } from '../ir/define.ts'
import { type Derivative, type Operator, zero } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { add, mul, neg, scale, shift, sub } from './arithmetic.ts'
import { absoluteAxes, dimsAt, dropAxes, otherAxes } from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { rsqrt } from './exponential.ts'
import {
  batchAxes,
  checkNormalization,
  constraintsOn,
  EPSILON,
  featureAxes,
  type NormalizationAttributes,
  type NormalizationOptions,
  SAMPLE_EPSILON,
  sampleAxes,
  sampleOperands,
} from './normalizing.ts'
import { mean, perElement, variance } from './statistics.ts'

/** 1 / √(variance + ε): the reciprocal deviation. */
const reciprocalDeviation = (of: Value, epsilon: number) => rsqrt(shift(of, epsilon))

/** One value per kept axis, repeated over the others. */
const over = (x: Value, axes: readonly number[]) => (value: Value) =>
  broadcastAlong(value, x.type.shape, axes)

interface Moments {
  readonly mean: Value
  readonly variance: Value
}

interface ScaleAndShift {
  readonly x: Value
  readonly gamma: Value
  readonly beta: Value
}

/** (x − mean) · γ/√(variance + ε) + β, with one factor per element of γ. */
function normalized(
  { x, gamma, beta }: ScaleAndShift,
  moments: Moments,
  { axes, epsilon }: NormalizationAttributes,
): Value {
  const spread = over(x, axes)
  const factor = mul(gamma, reciprocalDeviation(moments.variance, epsilon))
  return add(mul(sub(x, spread(moments.mean)), spread(factor)), spread(beta))
}

/** What both rules of batch normalization need of a cotangent of the output. */
function backward(
  { x, gamma, mean, variance, ct }: Moments & BatchCotangent,
  of: NormalizationAttributes,
) {
  const spread = over(x, of.axes)
  const deviation = reciprocalDeviation(variance, of.epsilon)
  const unit = mul(sub(x, spread(mean)), spread(deviation))
  return { spread, unit, deviation, factor: mul(gamma, deviation), dot: mul(ct, unit) }
}

interface BatchCotangent {
  readonly x: Value
  readonly gamma: Value
  readonly ct: Value
}

const batchNormOp = defineSeveral({
  name: 'batch_norm',
  operands: ['x', 'gamma', 'beta'],
  results: ['out', 'mean', 'variance'],
  attributes: { axes: integers, epsilon: number },
  defaults: ({ x }) => ({ axes: batchAxes(x), epsilon: EPSILON }),
  constraints: constraintsOn('gamma and beta', 'without'),
  type: ({ x, gamma, beta }, attributes) =>
    checkNormalization(x, { gamma, beta }, dropAxes, attributes) ?? {
      out: x,
      mean: gamma,
      variance: gamma,
    },
  body: (operands, attributes) => {
    const { x } = operands
    const moments = { mean: mean(x, attributes.axes), variance: variance(x, attributes.axes) }
    return { out: normalized(operands, moments, attributes), ...moments }
  },
  vjp: ({ x, gamma, outs, cts, attributes }) => {
    const { axes } = attributes
    const direct = throughMoments(x, outs, cts, axes)
    if (cts.out === undefined) return { x: total(direct), gamma: zero, beta: zero }
    const ct = cts.out
    const { spread, unit, factor, dot } = backward({ x, gamma, ct, ...outs }, attributes)
    const [dGamma, dBeta] = [sum(dot, axes), sum(ct, axes)]
    const per = (reduced: Value) => spread(perElement(reduced, x, axes))
    const inner = sub(sub(ct, per(dBeta)), mul(unit, per(dGamma)))
    return { x: total([mul(spread(factor), inner), ...direct]), gamma: dGamma, beta: dBeta }
  },
  samples: draw => {
    const shape = draw.shape()
    const axes = sampleAxes(draw, shape)
    const operands = sampleOperands(draw, otherAxes(shape.length, axes), shape, 2)
    return { operands, attributes: { axes, epsilon: SAMPLE_EPSILON } }
  },
})

/** What cotangents of the mean and of the variance give x: ct/n, and ct · 2 (x − mean)/n. */
function throughMoments(
  x: Value,
  { mean }: Moments,
  cts: Readonly<Record<'mean' | 'variance', Value | undefined>>,
  axes: readonly number[],
): Value[] {
  const spread = over(x, axes)
  const shares: Value[] = []
  if (cts.mean !== undefined) shares.push(spread(perElement(cts.mean, x, axes)))
  if (cts.variance !== undefined) {
    const weight = scale(perElement(cts.variance, x, axes), 2)
    shares.push(mul(spread(weight), sub(x, spread(mean))))
  }
  return shares
}

/** The sum of what flows to one operand; nothing is zero. */
function total([first, ...others]: readonly Value[]): Derivative {
  return first === undefined ? zero : others.reduce(add, first)
}

/** What `batchNorm` gives. */
export interface BatchNormalized {
  readonly output: Value
  readonly mean: Value
  /** Biased: the mean of squared deviations. */
  readonly variance: Value
}

/**
 * Batch normalization in training: every feature has mean β and deviation |γ| over the examples.
 *
 *   mean[k…] = (1/n) Σ x, variance[k…] = (1/n) Σ (x − mean)², x̂ = (x − mean)/√(variance + ε)
 *   out = γ · x̂ + β
 *   γ̄ = Σ ct · x̂, β̄ = Σ ct, x̄ = γ/√(variance + ε) · (ct − β̄/n − x̂ · γ̄/n)
 *
 * Sums run over `axes`, by default all but the last; n is the number of elements that they have.
 * The rule reads mean and variance of the forward pass and takes two sums, where the body's own
 * derivative takes four. Cotangents of mean and variance, results like the output, add ct/n and
 * ct · 2 (x − mean)/n to x̄.
 *
 * Shapes    x: [k…, n…]; gamma, beta: [k…] → [k…, n…], [k…], [k…]
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank. C3, C4 gamma and beta have
 *           x's shape without the axes, and its dtype. C5 epsilon is 0 or more.
 * Numerics  a constant feature, a batch of one example and no axes at all have variance 0 and give
 *           β; the moments of no elements are NaN
 * Errors    E101 when C1, C3, C4 or C5 fails, or where an axis is out of range or repeated
 * Source    Ioffe, Szegedy, Batch normalization: accelerating deep network training by reducing
 *           internal covariate shift, 2015, algorithm 1 and section 3
 *
 * @example
 * batchNorm(x, gamma, beta).output // f32[batch,64] of f32[batch,64], f32[64], f32[64]
 */
export const batchNorm: Operator &
  ((x: Value, gamma: Value, beta: Value, options?: NormalizationOptions) => BatchNormalized) =
  operator(
    batchNormOp,
    (x: Value, gamma: Value, beta: Value, options: NormalizationOptions = {}): BatchNormalized => {
      const { epsilon = EPSILON } = options
      const axes = absoluteAxes('batch_norm', x, options.axes ?? batchAxes(x.type), batchNorm)
      const operands = [x, gamma, beta]
      const results = x.builder.append(batchNormOp, operands, { axes, epsilon }, batchNorm)
      return { output: results[0]!, mean: results[1]!, variance: results[2]! }
    },
  )

const batchNormInferenceOp = defineComposite({
  name: 'batch_norm_inference',
  operands: ['x', 'gamma', 'beta', 'mean', 'variance'],
  attributes: { axes: integers, epsilon: number },
  defaults: ({ x }) => ({ axes: batchAxes(x), epsilon: EPSILON }),
  constraints: constraintsOn('gamma, beta, mean and variance', 'without'),
  type: ({ x, ...per }, attributes) => checkNormalization(x, per, dropAxes, attributes) ?? x,
  body: (operands, attributes) => normalized(operands, operands, attributes),
  vjp: ({ x, gamma, mean, variance, ct, attributes }) => {
    const { axes } = attributes
    const found = backward({ x, gamma, mean, variance, ct }, attributes)
    const { spread, deviation, factor, dot } = found
    const [dGamma, dBeta] = [sum(dot, axes), sum(ct, axes)]
    return {
      x: mul(ct, spread(factor)),
      gamma: dGamma,
      beta: dBeta,
      mean: neg(mul(factor, dBeta)),
      variance: scale(mul(mul(factor, deviation), dGamma), -0.5),
    }
  },
  samples: draw => {
    const shape = draw.shape()
    const axes = draw.axes(shape.length)
    const kept = otherAxes(shape.length, axes)
    const operands = sampleOperands(draw, kept, shape, 3)
    const { dtype } = operands[0]!.type
    const variances = operand(dtype, dimsAt(shape, kept), 0.5, 2)
    return { operands: [...operands, variances], attributes: { axes, epsilon: SAMPLE_EPSILON } }
  },
})

/**
 * Batch normalization in evaluation: by mean and variance that training has collected.
 *
 *   x̂ = (x − mean)/√(variance + ε), out = γ · x̂ + β
 *   γ̄ = Σ ct · x̂, β̄ = Σ ct, x̄ = ct · γ/√(variance + ε)
 *   mean̄ = −γ/√(variance + ε) · β̄, variancē = −½ γ/(variance + ε) · γ̄
 *
 * The rule takes the two sums of γ̄ and β̄ and gives mean and variance theirs without another.
 *
 * Shapes    x: [k…, n…]; gamma, beta, mean, variance: [k…] → [k…, n…]
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank. C3, C4 the others have x's
 *           shape without the axes, and its dtype. C5 epsilon is 0 or more.
 * Numerics  finite where variance + ε is above 0
 * Errors    E101 when C1, C3, C4 or C5 fails, or where an axis is out of range or repeated
 * Source    Ioffe, Szegedy, Batch normalization, 2015, algorithm 2
 */
export const batchNormInference: Operator &
  ((
    x: Value,
    gamma: Value,
    beta: Value,
    mean: Value,
    variance: Value,
    options?: NormalizationOptions,
  ) => Value) = operator(
  batchNormInferenceOp,
  (
    x: Value,
    gamma: Value,
    beta: Value,
    mean: Value,
    variance: Value,
    options: NormalizationOptions = {},
  ): Value => {
    const { epsilon = EPSILON } = options
    const given = options.axes ?? batchAxes(x.type)
    const axes = absoluteAxes('batch_norm_inference', x, given, batchNormInference)
    const operands = [x, gamma, beta, mean, variance]
    const attributes = { axes, epsilon }
    return x.builder.append(batchNormInferenceOp, operands, attributes, batchNormInference)[0]!
  },
)

/** x̂ = (x − mean) · 1/√(variance + ε), and the reciprocal deviation. */
function standardized(x: Value, { axes, epsilon }: NormalizationAttributes) {
  const spread = over(x, axes)
  const deviation = spread(reciprocalDeviation(variance(x, axes), epsilon))
  return { unit: mul(sub(x, spread(mean(x, axes))), deviation), deviation }
}

const layerNormOp = defineComposite({
  name: 'layer_norm',
  operands: ['x', 'gamma', 'beta'],
  attributes: { axes: integers, epsilon: number },
  defaults: ({ x }) => ({ axes: featureAxes(x), epsilon: EPSILON }),
  constraints: constraintsOn('gamma and beta', 'at'),
  type: ({ x, gamma, beta }, attributes) =>
    checkNormalization(x, { gamma, beta }, dimsAt, attributes) ?? x,
  body: ({ x, gamma, beta }, attributes) => {
    const perRow = over(x, otherAxes(x.type.shape.length, attributes.axes))
    return add(mul(standardized(x, attributes).unit, perRow(gamma)), perRow(beta))
  },
  vjp: ({ x, gamma, ct, attributes }) => {
    const { axes } = attributes
    const others = otherAxes(x.type.shape.length, axes)
    const { unit, deviation } = standardized(x, attributes)
    const scaled = mul(ct, over(x, others)(gamma))
    const average = (value: Value) => over(x, axes)(mean(value, axes))
    const inner = sub(sub(scaled, average(scaled)), mul(unit, average(mul(scaled, unit))))
    return {
      x: mul(deviation, inner),
      gamma: sum(mul(ct, unit), others),
      beta: sum(ct, others),
    }
  },
  samples: draw => {
    const shape = draw.shape()
    const axes = sampleAxes(draw, shape)
    const operands = sampleOperands(draw, axes, shape, 2)
    return { operands, attributes: { axes, epsilon: SAMPLE_EPSILON } }
  },
})

/**
 * Layer normalization: every example has mean 0 and deviation 1 over its features, which are then
 * scaled and shifted each.
 *
 *   x̂ = (x − mean)/√(variance + ε), out = γ · x̂ + β, with the moments over `axes`, the last one
 *   by default
 *   g = ct · γ, γ̄ = Σ ct · x̂, β̄ = Σ ct, x̄ = (g − mean(g) − x̂ · mean(g · x̂))/√(variance + ε)
 *
 * γ̄ and β̄ are summed over the other axes, those of the examples. The rule writes down the moments
 * as the body does, so that they are computed once.
 *
 * Shapes    x: [k…, n…]; gamma, beta: [n…], the dims at the axes → [k…, n…]
 * Requires  C1 a float dtype. C2 axes are distinct and within the rank. C3, C4 gamma and beta have
 *           x's shape at the axes, and its dtype. C5 epsilon is 0 or more.
 * Numerics  an example whose features are all equal gives β
 * Errors    E101 when C1, C3, C4 or C5 fails, or where an axis is out of range or repeated
 * Source    Ba, Kiros, Hinton, Layer normalization, 2016
 */
export const layerNorm: Operator &
  ((x: Value, gamma: Value, beta: Value, options?: NormalizationOptions) => Value) = operator(
  layerNormOp,
  (x: Value, gamma: Value, beta: Value, options: NormalizationOptions = {}): Value => {
    const { epsilon = EPSILON } = options
    const axes = absoluteAxes('layer_norm', x, options.axes ?? featureAxes(x.type), layerNorm)
    const attributes = { axes, epsilon }
    return x.builder.append(layerNormOp, [x, gamma, beta], attributes, layerNorm)[0]!
  },
)
