// Losses of one element each: squared error, and the cross-entropy of a sigmoid. Both are
// composites, so that a model reads as it is taught; take the `mean` of either.

import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import type { Operator } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { sigmoid, softplus } from './activation.ts'
import { add, mul, neg, scale, square, sub } from './arithmetic.ts'
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
  constraints: {
    C1: dtypeConstraint('logits', FLOATS),
    C2: 'logits and targets have equal shape',
    C3: 'logits and targets have equal dtype',
  },
  type: ({ logits, targets }) =>
    dtypeViolation(logits, 'logits', FLOATS) ??
    equalTypes(logits, targets, ['logits', 'targets']) ??
    logits,
  body: ({ logits, targets }) => weightedBody(logits, targets, targets),
  vjp: ({ logits, targets, ct }) => ({
    logits: mul(ct, sub(sigmoid(logits), targets)),
    targets: neg(mul(ct, logits)),
  }),
  samples: draw => {
    const shape = draw.shape()
    const dtype = draw.pick(FLOATS)
    return { operands: [operand(dtype, shape), operand(dtype, shape, 0, 1)], attributes: {} }
  },
})

/**
 * positive · softplus(−z) + (1 − y) · softplus(z). Both terms are positive, so a loss near 0 keeps
 * its digits, and smooth, so the derivative is right at z = 0 too, where training from zero weights
 * starts.
 */
function weightedBody(logits: Value, targets: Value, positive: Value): Value {
  const negative = sub(fullLike(targets, 1), targets)
  return add(mul(positive, softplus(neg(logits))), mul(negative, softplus(logits)))
}

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
 *   out = −y · log σ(z) − (1 − y) · log(1 − σ(z))          z̄ = ct · (σ(z) − y), ȳ = −ct · z
 *
 * z are the logits, y the targets. With `positiveWeight` the first term counts that often; the
 * graph then holds both terms in ops, and the derivative is theirs.
 *
 * Requires  C1 a float dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  computed from softplus, so neither logarithm meets 0; an infinite logit gives NaN
 * Errors    E101 when C1, C2 or C3 fails
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
    if (positiveWeight !== 1) {
      return weightedBody(logits, targets, scale(targets, positiveWeight))
    }
    const operands = [logits, targets]
    return logits.builder.append(sigmoidCrossEntropyOp, operands, {}, sigmoidCrossEntropy)[0]!
  },
)
