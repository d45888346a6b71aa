// Losses: one value per example or per element; take the `mean`. Formulas and derivatives are those
// of the core ops of the same names.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import {
  type SoftmaxCrossEntropyOptions as CoreSoftmaxOptions,
  softmaxCrossEntropy as coreSoftmax,
} from '../../ops/cross-entropy.ts'
import {
  sigmoidCrossEntropy as coreSigmoid,
  squaredError as coreSquared,
  type SigmoidCrossEntropyOptions,
} from '../../ops/losses.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import type { NeedsRule } from '../shapes/dtypes.ts'
import type { Operand } from '../shapes/elementwise.ts'
import {
  type ClassWeightsRule,
  classWeightsRule,
  type IgnoreIndexRule,
  ignoreIndexRule,
  type LogitsRule,
  type SigmoidCrossEntropyRule,
  type SoftmaxCrossEntropyRule,
  sigmoidCrossEntropyRule,
  softmaxCrossEntropyRule,
} from '../shapes/losses.ts'
import { calledFrom } from '../tracing.ts'
import { type BinaryFunction, binaryOf, checkGroup, checkOperands, spread } from './elementwise.ts'

/** Options of `softmaxCrossEntropy`. */
export interface SoftmaxCrossEntropyOptions<Weights = Tensor, Index = number> {
  /** The share of probability taken from the labels and spread evenly over all classes. */
  readonly labelSmoothing?: number | undefined
  /** A factor per class, of the dtype of the logits and shape [classes]. */
  readonly classWeights?: Weights | undefined
  /** A label of examples that do not count: their loss and gradient are 0. Needs i32 labels. */
  readonly ignoreIndex?: Index | undefined
}

/** The type of `softmaxCrossEntropy`. */
interface SoftmaxCrossEntropyFunction extends Operator {
  <
    L extends Shape,
    D extends DTypeName,
    Y extends Shape,
    E extends DTypeName,
    W extends Shape = [],
    F extends DTypeName = never,
  >(
    logits: Checked<Tensor<L, D>, NeedsRule<'softmaxCrossEntropy', D, 'float', LogitsRule<L>>>,
    labels: Checked<Tensor<Y, E>, SoftmaxCrossEntropyRule<L, D, Y, E>>,
    options?: SoftmaxCrossEntropyOptions<
      Checked<Tensor<W, F>, ClassWeightsRule<L, D, W, F>>,
      Checked<number, IgnoreIndexRule<E>>
    >,
  ): Tensor<Out<SoftmaxCrossEntropyRule<L, D, Y, E>>, D>
}

/**
 * Cross-entropy of the softmax of logits [k…, classes] and labels: i32 class numbers [k…], or
 * probabilities [k…, classes]. One loss per example, [k…].
 * Throws E101 where shapes, dtypes or options do not fit.
 *
 * @example
 * mean(softmaxCrossEntropy(logits, labels, { labelSmoothing: 0.1 }))
 */
export const softmaxCrossEntropy: SoftmaxCrossEntropyFunction = operator(
  coreSoftmax.op,
  (logits: Value, labels: Value, options: CoreSoftmaxOptions = {}): Value => {
    const operands = checkOperands(coreSoftmax, [logits, labels], softmaxCrossEntropy)
    checkGroup('softmaxCrossEntropy', 'float', logits, softmaxCrossEntropy)
    const help = 'give i32 labels [...], or probabilities [..., classes], for logits [..., classes]'
    accepted(softmaxCrossEntropyRule(logits, labels), operands, softmaxCrossEntropy, help)
    checkOptions(logits, labels, options)
    return calledFrom(logits.builder, softmaxCrossEntropy, () =>
      coreSoftmax(logits, labels, options),
    )
  },
) as Operator as SoftmaxCrossEntropyFunction

/** Throws E101 where weights do not fit the logits, or labels cannot be ignored. */
function checkOptions(logits: Value, labels: Value, options: CoreSoftmaxOptions): void {
  const { classWeights, ignoreIndex } = options
  const unfit = classWeights === undefined ? undefined : classWeightsRule(logits, classWeights)
  if (unfit !== undefined) {
    const help = 'give one weight per class'
    throw refusal(unfit, [logits, classWeights!], softmaxCrossEntropy, help)
  }
  const refused = ignoreIndex === undefined ? undefined : ignoreIndexRule(labels)
  if (refused === undefined) return
  const help = 'give an example that does not count a row of zeros instead'
  throw refusal(refused, [logits, labels], softmaxCrossEntropy, help)
}

/** The type of `sigmoidCrossEntropy`. */
interface SigmoidCrossEntropyFunction extends Operator {
  <L extends Shape, D extends DTypeName, Y extends Operand>(
    logits: Checked<Tensor<L, D>, NeedsRule<'sigmoidCrossEntropy', D, 'float'>>,
    targets: Checked<Y, SigmoidCrossEntropyRule<L, D, Y>>,
    options?: SigmoidCrossEntropyOptions,
  ): Tensor<L, D>
}

/**
 * Cross-entropy of a sigmoid of logits and targets in [0, 1], element by element. Targets have the
 * shape of the logits, or are one number for all; broadcasting [batch, 1] with [batch] would be a
 * mistake. Throws E101 where shapes or dtypes do not fit.
 *
 * @example
 * mean(sigmoidCrossEntropy(logits, targets, { positiveWeight: 3 }))
 */
export const sigmoidCrossEntropy: SigmoidCrossEntropyFunction = operator(
  coreSigmoid.op,
  (logits: Value, targets: Value | number, options: SigmoidCrossEntropyOptions = {}): Value => {
    const operands = checkOperands(coreSigmoid, [logits, targets], sigmoidCrossEntropy)
    checkGroup('sigmoidCrossEntropy', 'float', logits, sigmoidCrossEntropy)
    const answer = sigmoidCrossEntropyRule(logits, targets)
    const help = 'reshape the targets to the shape of the logits'
    const shape = accepted(answer, operands, sigmoidCrossEntropy, help)
    return calledFrom(logits.builder, sigmoidCrossEntropy, () =>
      coreSigmoid(logits, spread(targets, shape, logits), options),
    )
  },
) as Operator as SigmoidCrossEntropyFunction

/** (x − y)², with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const squaredError: BinaryFunction<'squaredError', 'float'> = binaryOf(
  'squaredError',
  'float',
  coreSquared,
)
