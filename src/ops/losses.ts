// Losses of one element each: squared error, and the cross-entropy of a sigmoid. Both are
// composites, so that a model reads as it is taught; take the `mean` of either.

import { number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { type Operator, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { sigmoid, softplus } from './activation.ts'
import { add, mul, neg, scale, shift, square, sub } from './arithmetic.ts'
import { fullLike } from './creation.ts'
import { type BinaryOp, dtypeConstraint, dtypeViolation, equalTypes, FLOATS } from './families.ts'

const squaredErrorOp = defineComposite({
  name: 'squared_error',
  operands: ['x', 'y'],
  constraints: {
    C1: dtypeConstraint('x', FLOATS),
    C2: 'x and y have equal shape',
    C3: 'x and y have equal dtype',
  },
  type: ({ x, y }) => dtypeViolation(x, 'x', FLOATS) ?? equalTypes(x, y) ?? x,
  body: ({ x, y }) => square(sub(x, y)),
  vjp: ({ x, y, ct }) => {
    const cotangent = mul(scale(ct, 2), sub(x, y))
    return { x: cotangent, y: neg(cotangent) }
  },
  samples: draw => {
    const shape = draw.shape()
    const dtype = draw.pick(FLOATS)
    return { operands: [operand(dtype, shape), operand(dtype, shape)], attributes: {} }
  },
})

/**
 * Squared difference, elementwise.
 *
 *   out = (x − y)²          x̄ = 2 ct · (x − y), ȳ = −x̄
 *
 * The rule shares one product between both operands.
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Errors    E101 when C1, C2 or C3 fails
 *
 * @example
 * mean(squaredError(prediction, target))
 */
export const squaredError: BinaryOp = operator(
  squaredErrorOp,
  (x: Value, y: Value): Value => x.builder.append(squaredErrorOp, [x, y], {}, squaredError)[0]!,
)

const sigmoidCrossEntropyOp = defineComposite({
  name: 'sigmoid_cross_entropy',
  operands: ['logits', 'targets'],
  attributes: { positive_weight: number },
  defaults: () => ({ positive_weight: 1 }),
  constraints: {
    C1: dtypeConstraint('logits', FLOATS),
    C2: 'logits and targets have equal shape',
    C3: 'logits and targets have equal dtype',
    C4: 'positive_weight is a number from 0 on',
  },
  type: ({ logits, targets }, { positive_weight: weight }) => {
    const refused =
      dtypeViolation(logits, 'logits', FLOATS) ?? equalTypes(logits, targets, ['logits', 'targets'])
    if (refused !== undefined) return refused
    if (weight >= 0 && weight < Number.POSITIVE_INFINITY) return logits
    const help = 'give the ratio of negative to positive targets'
    return violation('C4', `positive_weight must be a number from 0 on, got ${weight}`, {}, help)
  },
  // Both terms are positive, so a loss near 0 keeps its digits, and smooth, so the derivative is
  // right at z = 0 too, where training from zero weights starts.
  body: ({ logits, targets }, { positive_weight: weight }) => {
    const positive = weight === 1 ? targets : scale(targets, weight)
    const negative = sub(fullLike(targets, 1), targets)
    return add(mul(positive, softplus(neg(logits))), mul(negative, softplus(logits)))
  },
  vjp: ({ logits, targets, ct, attributes: { positive_weight: weight } }) => {
    const probability = sigmoid(logits)
    if (weight === 1) {
      return { logits: mul(ct, sub(probability, targets)), targets: neg(mul(ct, logits)) }
    }
    const mass = mul(probability, shift(scale(targets, weight - 1), 1))
    const steepness = sub(scale(softplus(neg(logits)), weight - 1), logits)
    return {
      logits: mul(ct, sub(mass, scale(targets, weight))),
      targets: mul(ct, steepness),
    }
  },
  samples: draw => {
    const shape = draw.shape()
    const dtype = draw.pick(FLOATS)
    const attributes = { positive_weight: draw.pick([1, 0, 3]) }
    return { operands: [operand(dtype, shape), operand(dtype, shape, 0, 1)], attributes }
  },
})

/** Options of `sigmoidCrossEntropy`. */
export interface SigmoidCrossEntropyOptions {
  /**
   * What an error on a positive target counts, relative to one on a negative target; 1 by default.
   */
  readonly positiveWeight?: number | undefined
}

/**
 * Cross-entropy of a sigmoid and targets in [0, 1], elementwise.
 *
 *   out = −w · y · log σ(z) − (1 − y) · log(1 − σ(z))
 *   z̄ = ct · (σ(z) · (1 + (w − 1) · y) − w · y), ȳ = ct · ((w − 1) · softplus(−z) − z)
 *
 * z are the logits, y the targets, w is `positiveWeight`. With w = 1 that is
 * z̄ = ct · (σ(z) − y) and ȳ = −ct · z.
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes. C4 positive_weight is a number from
 *           0 on.
 * Numerics  computed from softplus, so neither logarithm meets 0; an infinite logit gives NaN
 * Errors    E101 when C1, C2, C3 or C4 fails
 *
 * @example
 * mean(sigmoidCrossEntropy(logits, targets, { positiveWeight: 3 }))
 */
export const sigmoidCrossEntropy: Operator &
  ((logits: Value, targets: Value, options?: SigmoidCrossEntropyOptions) => Value) = operator(
  sigmoidCrossEntropyOp,
  (
    logits: Value,
    targets: Value,
    { positiveWeight = 1 }: SigmoidCrossEntropyOptions = {},
  ): Value => {
    const [operands, attributes] = [[logits, targets], { positive_weight: positiveWeight }]
    return logits.builder.append(
      sigmoidCrossEntropyOp,
      operands,
      attributes,
      sigmoidCrossEntropy,
    )[0]!
  },
)
