// Cross-entropy of a softmax, from class numbers or from probabilities. The op itself takes no
// options: smoothing, weights and ignored labels are composed around it by the public function.

import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { notDifferentiable, type Operator, type Violation, violation } from '../ir/op.ts'
import { type Draw, operand, type Sample } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual, type TensorType } from '../ir/type.ts'
import { add, mul, neg, reciprocal, scale, sub } from './arithmetic.ts'
import { argumentError } from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { greaterEqual, less, notEqual } from './comparison.ts'
import { fullLike, size } from './creation.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { and } from './logic.ts'
import { isClass, oneHot } from './one-hot.ts'
import { where } from './select.ts'
import { logSoftmax, logSoftmaxBody, softmax } from './softmax.ts'

const CONSTRAINTS = {
  C1: dtypeConstraint('logits', FLOATS),
  C2: 'logits have a last axis, the classes',
  C3: 'labels are i32, or of the dtype of logits',
  C4: 'i32 labels have the shape of logits without the last axis, others that of logits',
} as const

function checkTypes(logits: TensorType, labels: TensorType): Violation | undefined {
  const refused = dtypeViolation(logits, 'logits', FLOATS)
  if (refused !== undefined) return refused
  const rank = logits.shape.length
  if (rank === 0) {
    const help = 'give logits the shape [..., classes]'
    return violation(
      'C2',
      'logits need a last axis, the classes, got []',
      { logits: 'whole' },
      help,
    )
  }
  if (labels.dtype !== 'i32' && labels.dtype !== logits.dtype) {
    const message = `labels must be i32 (classes) or ${logits.dtype} (probabilities), got ${labels.dtype}`
    return violation('C3', message, { labels: 'dtype' }, "use cast(labels, 'i32')")
  }
  const wanted = labels.dtype === 'i32' ? logits.shape.slice(0, -1) : logits.shape
  if (shapesEqual(labels.shape, wanted)) return undefined
  const [z, y, w] = [logits.shape, labels.shape, wanted].map(printShape)
  const kind = labels.dtype === 'i32' ? 'labels' : 'probabilities'
  const help = `give labels the shape ${w}`
  return violation('C4', `logits ${z} need ${kind} ${w}, got ${y}`, { labels: 'whole' }, help)
}

const lastAxis = (x: Value) => x.type.shape.length - 1
const classesOf = (logits: Value) => logits.type.shape[lastAxis(logits)]!

/** A value per example, repeated for every class. */
const perClass = (x: Value, logits: Value) =>
  broadcastAlong(x, logits.type.shape, [lastAxis(logits)])

/** A scalar, repeated to a shape. */
const everywhere = (x: Value, shape: Shape) =>
  broadcastAlong(
    x,
    shape,
    shape.map((_, axis) => axis),
  )

/**
 * The loss where the label names a class, else NaN: a wrong label must not pass for a small loss.
 */
function whereNamed(loss: Value, labels: Value, logits: Value): Value {
  const count = everywhere(size(labels.builder, classesOf(logits), 'i32'), labels.type.shape)
  const isNamed = and(greaterEqual(labels, fullLike(labels, 0)), less(labels, count))
  return where(isNamed, loss, fullLike(loss, Number.NaN))
}

function sampleLabels(draw: Draw): Sample {
  const shape = draw.shape(1)
  const dtype = draw.pick(FLOATS)
  const classes = shape.at(-1)!
  const labels = draw.pick([
    operand('i32', shape.slice(0, -1), 0, Math.max(classes - 1, 0)),
    operand(dtype, shape, 0, 1),
  ])
  return { operands: [operand(dtype, shape), labels], attributes: {} }
}

const softmaxCrossEntropyOp = defineComposite({
  name: 'softmax_cross_entropy',
  operands: ['logits', 'labels'],
  constraints: CONSTRAINTS,
  type: ({ logits, labels }) =>
    checkTypes(logits, labels) ?? { dtype: logits.dtype, shape: logits.shape.slice(0, -1) },
  body: ({ logits, labels }) => {
    const axis = lastAxis(logits)
    const logProbabilities = logSoftmaxBody(logits, axis)
    if (labels.type.dtype !== 'i32') return neg(sum(mul(labels, logProbabilities), axis))
    const nothing = fullLike(logProbabilities, 0)
    const named = where(isClass(labels, classesOf(logits)), logProbabilities, nothing)
    return whereNamed(neg(sum(named, axis)), labels, logits)
  },
  vjp: ({ logits, labels, ct }) => {
    const axis = lastAxis(logits)
    const probabilities = softmax(logits, axis)
    const spread = perClass(ct, logits)
    if (labels.type.dtype === 'i32') {
      const wanted = oneHot(labels, classesOf(logits), logits.type.dtype)
      return { logits: mul(sub(probabilities, wanted), spread), labels: notDifferentiable }
    }
    const total = perClass(sum(labels, axis), logits)
    return {
      logits: mul(sub(mul(probabilities, total), labels), spread),
      labels: neg(mul(logSoftmax(logits, axis), spread)),
    }
  },
  samples: sampleLabels,
})

/** Options of `softmaxCrossEntropy`. */
export interface SoftmaxCrossEntropyOptions {
  /**
   * The share of probability taken from the labels and spread evenly over all classes, in [0, 1].
   */
  readonly labelSmoothing?: number | undefined
  /** A factor per class, of the dtype of the logits and shape [classes]. */
  readonly classWeights?: Value | undefined
  /** A label of examples that do not count: their loss and gradient are 0. Needs i32 labels. */
  readonly ignoreIndex?: number | undefined
}

/**
 * Cross-entropy of the softmax of logits and labels: one loss per example. Take the `mean`.
 *
 *   out[k…] = −Σ over c of y[k…, c] · log softmax(z)[k…, c]
 *   z̄ = ct · (softmax(z) · Σ y − y), ȳ = −ct · log softmax(z)
 *
 * z are the logits, y the labels: probabilities, or class numbers, which stand for one-hot rows.
 * The rule reads the logits alone: no log-probabilities are kept, and softmax(z) − y does not
 * divide by a probability that underflowed.
 *
 * With `labelSmoothing` ε, y becomes (1 − ε) · y + ε / classes; with `classWeights` w, then w · y.
 * The weights are not averaged out: divide by their sum where that is wanted.
 *
 * Shapes    logits: [k…, classes], labels: i32 [k…] or floats [k…, classes] → [k…]
 * Requires  C1 logits are floats. C2 of rank 1 or more. C3 labels are i32 or of the dtype of
 *           logits. C4 shapes as above.
 * Numerics  finite where the softmax underflows. A label outside 0 … classes − 1 gives NaN, unless
 *           it is `ignoreIndex`; a class of probability 0 with a logit of −∞ gives NaN
 * Errors    E101 when C1, C2, C3 or C4 fails, or an option does not fit
 *
 * @example
 * mean(softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 }))
 */
export const softmaxCrossEntropy: Operator &
  ((logits: Value, labels: Value, options?: SoftmaxCrossEntropyOptions) => Value) = operator(
  softmaxCrossEntropyOp,
  (logits: Value, labels: Value, options: SoftmaxCrossEntropyOptions = {}): Value => {
    const { ignoreIndex } = options
    if (ignoreIndex === undefined) return weightedLoss(logits, labels, options)
    if (labels.type.dtype !== 'i32') {
      const message = `ignoreIndex needs i32 labels, got ${labels.type.dtype}`
      throw refused(message, 'give an example that does not count a row of zeros instead', labels)
    }
    const counts = notEqual(labels, fullLike(labels, ignoreIndex))
    const loss = weightedLoss(logits, labels, options)
    return where(counts, loss, fullLike(loss, 0))
  },
)

/** The loss with smoothing and weights, which need the labels as probabilities. */
function weightedLoss(
  logits: Value,
  labels: Value,
  { labelSmoothing = 0, classWeights }: SoftmaxCrossEntropyOptions,
): Value {
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    const message = `labelSmoothing must be between 0 and 1, got ${labelSmoothing}`
    throw refused(message, 'use a small share such as 0.1', labels)
  }
  const apply = (y: Value) =>
    logits.builder.append(softmaxCrossEntropyOp, [logits, y], {}, softmaxCrossEntropy)[0]!
  if (labelSmoothing === 0 && classWeights === undefined) return apply(labels)
  const isNumbers = labels.type.dtype === 'i32'
  const { dtype } = logits.type
  const given = isNumbers ? oneHot(labels, classesOf(logits), dtype) : labels
  const smoothed = labelSmoothing === 0 ? given : smooth(given, labelSmoothing)
  const loss = apply(classWeights === undefined ? smoothed : weigh(smoothed, classWeights))
  return isNumbers ? whereNamed(loss, labels, logits) : loss
}

/** (1 − ε) · y + ε / classes. */
function smooth(labels: Value, epsilon: number): Value {
  const { dtype, shape } = labels.type
  const share = scale(reciprocal(size(labels.builder, shape.at(-1)!, dtype)), epsilon)
  return add(scale(labels, 1 - epsilon), everywhere(share, shape))
}

function weigh(labels: Value, weights: Value): Value {
  const { dtype, shape } = labels.type
  const classes = shape.slice(-1)
  const { type } = weights
  if (type.dtype !== dtype || !shapesEqual(type.shape, classes)) {
    const wanted = `${dtype}${printShape(classes)}`
    const got = `${type.dtype}${printShape(type.shape)}`
    const help = `give one ${dtype} weight per class`
    throw refused(`classWeights must be ${wanted}, got ${got}`, help, weights)
  }
  const rows = shape.slice(0, -1).map((_, axis) => axis)
  return mul(labels, broadcastAlong(weights, shape, rows))
}

function refused(message: string, help: string, culprit: Value) {
  return argumentError('softmax_cross_entropy', message, help, [culprit], softmaxCrossEntropy)
}
