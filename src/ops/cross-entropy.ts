// Cross-entropy of a softmax, from class numbers or from probabilities. Smoothing and ignored
// labels belong to the op, so that class numbers stay numbers; weights are composed around it by
// the public function.

import { integers, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { roundTo } from '../ir/literal.ts'
import { notDifferentiable, type Operator, type Violation, violation } from '../ir/op.ts'
import { type Draw, operand, type Sample } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual, type TensorType } from '../ir/type.ts'
import { add, mul, neg, reciprocal, scale, shift, sub } from './arithmetic.ts'
import { argumentError } from './axes.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { equal, greaterEqual, less } from './comparison.ts'
import { fullLike, size } from './creation.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { gather } from './indexing.ts'
import { and, or } from './logic.ts'
import { isClass, oneHot } from './one-hot.ts'
import { where } from './select.ts'
import { logSoftmax, logSoftmaxBody, softmax } from './softmax.ts'
import { mean } from './statistics.ts'

const CONSTRAINTS = {
  C1: dtypeConstraint('logits', FLOATS),
  C2: 'logits have a last axis, the classes',
  C3: 'labels are i32, or of the dtype of logits',
  C4: 'i32 labels have the shape of logits without the last axis, others that of logits',
  C5: 'label_smoothing is between 0 and 1',
  C6: 'only i32 labels are ignored, and each value of ignored is one',
} as const

interface Attributes {
  /** The share of probability that is spread evenly over all classes. */
  readonly label_smoothing: number
  /** Labels of examples that do not count. */
  readonly ignored: readonly number[]
}

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

function checkAttributes(
  labels: TensorType,
  { label_smoothing: smoothing, ignored }: Attributes,
): Violation | undefined {
  if (!(smoothing >= 0 && smoothing <= 1)) {
    const message = `label_smoothing must be between 0 and 1, got ${smoothing}`
    return violation('C5', message, {}, 'use a small share such as 0.1')
  }
  if (ignored.length === 0) return undefined
  if (labels.dtype !== 'i32') {
    const help = 'give an example that does not count a row of zeros instead'
    const message = `only i32 labels can be ignored, got ${labels.dtype}`
    return violation('C6', message, { labels: 'dtype' }, help)
  }
  const wrong = ignored.find(label => roundTo('i32')(label) !== label)
  if (wrong === undefined) return undefined
  const help = 'no label can be that: leave it out'
  return violation('C6', `ignored labels must be i32, got ${wrong}`, {}, help)
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

/** Zero where the label is among those ignored, whatever the value is there: NaN, too. */
function unlessIgnored(value: Value, labels: Value, ignored: readonly number[]): Value {
  if (ignored.length === 0) return value
  const isIgnored = ignored.map(label => equal(labels, fullLike(labels, label))).reduce(or)
  const isPerClass = value.type.shape.length > labels.type.shape.length
  const isZero = isPerClass ? perClass(isIgnored, value) : isIgnored
  return where(isZero, fullLike(value, 0), value)
}

/**
 * softmax(z) · Σ y − y with the labels smoothed. Class numbers stand for rows whose sum is 1, so
 * neither the rows nor their sum is computed: smoothing takes a constant off.
 */
function excess(probabilities: Value, labels: Value, smoothing: number): Value {
  const { shape, dtype } = probabilities.type
  const isNumbers = labels.type.dtype === 'i32'
  const rows = isNumbers ? oneHot(labels, shape.at(-1)!, dtype) : labels
  const mass = isNumbers ? probabilities : mul(probabilities, totalOf(labels, smoothing))
  if (smoothing === 0) return sub(mass, rows)
  return sub(sub(mass, scale(rows, 1 - smoothing)), evenShare(probabilities, smoothing))
}

/** (1 − ε) · Σ y + ε, per class. */
function totalOf(labels: Value, smoothing: number): Value {
  const total = sum(labels, lastAxis(labels))
  const smoothed = smoothing === 0 ? total : shift(scale(total, 1 - smoothing), smoothing)
  return perClass(smoothed, labels)
}

/** ε / classes, everywhere. */
function evenShare(like: Value, epsilon: number): Value {
  const { dtype, shape } = like.type
  return everywhere(scale(reciprocal(size(like.builder, shape.at(-1)!, dtype)), epsilon), shape)
}

function sampleLabels(draw: Draw): Sample {
  const shape = draw.shape(1)
  const dtype = draw.pick(FLOATS)
  const classes = shape.at(-1)!
  const numbers = operand('i32', shape.slice(0, -1), 0, Math.max(classes - 1, 0))
  const labels = draw.pick([numbers, operand(dtype, shape, 0, 1)])
  const ignored = labels === numbers ? draw.pick([[], [0], [1, -100]]) : []
  // Without a class there is no even share of one.
  const smoothing = classes === 0 ? 0 : draw.pick([0, 0.25])
  const attributes = { label_smoothing: smoothing, ignored }
  return { operands: [operand(dtype, shape), labels], attributes }
}

const softmaxCrossEntropyOp = defineComposite({
  name: 'softmax_cross_entropy',
  operands: ['logits', 'labels'],
  attributes: { label_smoothing: number, ignored: integers },
  defaults: () => ({ label_smoothing: 0, ignored: [] }),
  constraints: CONSTRAINTS,
  type: ({ logits, labels }, attributes) =>
    checkTypes(logits, labels) ??
    checkAttributes(labels, attributes) ?? {
      dtype: logits.dtype,
      shape: logits.shape.slice(0, -1),
    },
  body: ({ logits, labels }, { label_smoothing: smoothing, ignored }) => {
    const axis = lastAxis(logits)
    const logProbabilities = logSoftmaxBody(logits, axis)
    const picked = sum(pick(logProbabilities, labels), axis)
    const even = () => scale(mean(logProbabilities, axis), smoothing)
    const smoothed = smoothing === 0 ? picked : add(scale(picked, 1 - smoothing), even())
    if (labels.type.dtype !== 'i32') return neg(smoothed)
    return unlessIgnored(whereNamed(neg(smoothed), labels, logits), labels, ignored)
  },
  vjp: ({ logits, labels, ct, attributes }) => {
    const { label_smoothing: smoothing, ignored } = attributes
    const probabilities = softmax(logits, lastAxis(logits))
    const spread = perClass(ct, logits)
    const cotangent = mul(excess(probabilities, labels, smoothing), spread)
    if (labels.type.dtype === 'i32') {
      return { logits: unlessIgnored(cotangent, labels, ignored), labels: notDifferentiable }
    }
    const unlikely = neg(mul(logSoftmax(logits, lastAxis(logits)), spread))
    return {
      logits: cotangent,
      labels: smoothing === 0 ? unlikely : scale(unlikely, 1 - smoothing),
    }
  },
  samples: sampleLabels,
})

/** y · log p, or log p where the class is the one named. */
function pick(logProbabilities: Value, labels: Value): Value {
  if (labels.type.dtype !== 'i32') return mul(labels, logProbabilities)
  const nothing = fullLike(logProbabilities, 0)
  return where(isClass(labels, classesOf(logProbabilities)), logProbabilities, nothing)
}

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
 * With `labelSmoothing` ε, y becomes (1 − ε) · y + ε / classes: the loss is (1 − ε) times that of y
 * plus ε times the mean over the classes, and class numbers stay numbers. With `classWeights` w, y
 * then becomes w · y. The weights are not averaged out: divide by their sum where that is wanted.
 *
 * Shapes    logits: [k…, classes], labels: i32 [k…] or floats [k…, classes] → [k…]
 * Requires  C1 logits are floats. C2 of rank 1 or more. C3 labels are i32 or of the dtype of
 *           logits. C4 shapes as above. C5 label_smoothing is between 0 and 1. C6 ignored labels
 *           are i32.
 * Numerics  finite where the softmax underflows. A label outside 0 … classes − 1 gives NaN, unless
 *           it is `ignoreIndex`; a class of probability 0 with a logit of −∞ gives NaN. An ignored
 *           example has loss and gradient exactly 0, also where its logits are NaN or infinite
 * Errors    E101 when a constraint fails, or the weights do not fit
 * Source    Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, Rethinking the Inception architecture for
 *           computer vision, 2016, section 7, for label smoothing
 *
 * @example
 * mean(softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 }))
 */
export const softmaxCrossEntropy: Operator &
  ((logits: Value, labels: Value, options?: SoftmaxCrossEntropyOptions) => Value) = operator(
  softmaxCrossEntropyOp,
  (logits: Value, labels: Value, options: SoftmaxCrossEntropyOptions = {}): Value => {
    const { classWeights, labelSmoothing = 0, ignoreIndex } = options
    const ignored = ignoreIndex === undefined ? [] : [ignoreIndex]
    const attributes = { label_smoothing: labelSmoothing, ignored }
    if (classWeights === undefined) return lossOf(logits, labels, attributes)
    checkWeights(classWeights, logits)
    // Of one-hot rows one weight counts: it is a factor of the loss.
    const isFactor = labels.type.dtype === 'i32' && labelSmoothing === 0
    return isFactor
      ? mul(lossOf(logits, labels, attributes), gather(classWeights, labels))
      : weightedLoss(logits, labels, classWeights, attributes)
  },
)

function lossOf(logits: Value, labels: Value, attributes: Attributes): Value {
  const operands = [logits, labels]
  const given = { ...attributes }
  return logits.builder.append(softmaxCrossEntropyOp, operands, given, softmaxCrossEntropy)[0]!
}

/** The loss of w · y where several classes count: the labels are written out as probabilities. */
function weightedLoss(logits: Value, labels: Value, weights: Value, attributes: Attributes): Value {
  checkOptions(labels, attributes)
  const { label_smoothing: smoothing, ignored } = attributes
  const { dtype, shape } = logits.type
  const isNumbers = labels.type.dtype === 'i32'
  const given = isNumbers ? oneHot(labels, classesOf(logits), dtype) : labels
  const smoothed = add(scale(given, 1 - smoothing), evenShare(given, smoothing))
  const examples = shape.slice(0, -1).map((_, axis) => axis)
  const weighed = mul(smoothing === 0 ? given : smoothed, broadcastAlong(weights, shape, examples))
  const plain = { label_smoothing: 0, ignored: [] }
  if (!isNumbers) return lossOf(logits, weighed, plain)
  // Logits of ignored examples are left out before the loss: NaN in them must not reach the others.
  const counted = lossOf(unlessIgnored(logits, labels, ignored), weighed, plain)
  return unlessIgnored(whereNamed(counted, labels, logits), labels, ignored)
}

/** Attributes are checked by the op that gets them; here none does. */
function checkOptions(labels: Value, attributes: Attributes): void {
  const refused = checkAttributes(labels.type, attributes)
  if (refused === undefined) return
  const { message, constraint, help = '' } = refused
  throw argumentError(
    'softmax_cross_entropy',
    `${message} (${constraint})`,
    help,
    [labels],
    softmaxCrossEntropy,
  )
}

function checkWeights(weights: Value, logits: Value): void {
  const { type } = weights
  const { dtype, shape } = logits.type
  const classes = shape.slice(-1)
  if (type.dtype === dtype && shapesEqual(type.shape, classes)) return
  const wanted = `${dtype}${printShape(classes)}`
  const message = `classWeights must be ${wanted}, got ${type.dtype}${printShape(type.shape)}`
  const help = `give one ${dtype} weight per class`
  throw argumentError('softmax_cross_entropy', message, help, [weights], softmaxCrossEntropy)
}
