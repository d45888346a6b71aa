// The rules of losses of logits and what they should be: class numbers, which have the shape of the
// logits without the last axis, or probabilities, which have the shape of the logits.

import type { Value } from '../../ir/builder.ts'
import type { Dim } from '../../ir/dim.ts'
import {
  type Fits,
  type RankUnknown,
  type Show,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import { type Shape, shapesEqual, type TensorType } from '../../ir/type.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'
import type { Answer } from './checked.ts'
import {
  type DTypesRule,
  dtypesRule,
  numberRule,
  type ShowDType,
  type WantRule,
  wantRule,
} from './dtypes.ts'
import type { DTypeOf, ShapeOf } from './elementwise.ts'

const NAME = 'softmaxCrossEntropy'
type Name = typeof NAME

/** Whether logits have an axis of classes, else why that does not do. */
export type LogitsRule<L extends Shape> = L extends readonly []
  ? `${Name}: logits need rank >= 1, got []`
  : true

/** The shape of `softmaxCrossEntropy` of logits and labels, or why there is none. */
export type SoftmaxCrossEntropyRule<
  L extends Shape,
  D extends DTypeName,
  Y extends Shape,
  E extends DTypeName,
> =
  LogitsRule<L> extends infer Refused extends string
    ? Refused
    : Unknown<E> extends true
      ? PerExample<L>
      : [E] extends ['i32']
        ? Classes<L, Y>
        : [E, RanksDiffer<L, Y>] extends ['f32' | 'f64', false]
          ? WantRule<Name, 'probabilities', E, D, Probabilities<L, Y>>
          : WantRule<Name, 'labels', E, 'i32'>

/** The shape without its last axis. */
type PerExample<L extends Shape> =
  RankUnknown<L> extends true
    ? Shape
    : L extends readonly [...infer K extends Shape, Dim]
      ? K
      : Shape

type RanksDiffer<L extends Shape, Y extends Shape> =
  RankUnknown<L> extends true
    ? false
    : RankUnknown<Y> extends true
      ? false
      : L['length'] extends Y['length']
        ? false
        : true

type Classes<L extends Shape, Y extends Shape> =
  Fits<PerExample<L>, Y> extends true
    ? PerExample<L>
    : `${Name}: logits ${Show<L>} need labels ${Show<PerExample<L>>}, got ${Show<Y>}`

type Probabilities<L extends Shape, Y extends Shape> =
  Fits<L, Y> extends true
    ? PerExample<L>
    : `${Name}: logits ${Show<L>} need probabilities ${Show<L>}, got ${Show<Y>}`

/** The shape of `softmaxCrossEntropy` of logits and labels, or why there is none. */
export function softmaxCrossEntropyRule(logits: TensorType, labels: TensorType): Answer {
  const rank = logits.shape.length
  if (rank === 0) return `${NAME}: logits need rank >= 1, got []`
  const examples = logits.shape.slice(0, -1)
  const [z, y] = [show(logits.shape), show(labels.shape)]
  if (labels.dtype === 'i32') {
    if (shapesEqual(labels.shape, examples)) return examples
    return `${NAME}: logits ${z} need labels ${show(examples)}, got ${y}`
  }
  if (!isFloat(labels.dtype) || labels.shape.length !== rank) {
    return `${NAME}: labels must be i32, got ${labels.dtype}; use cast(labels, 'i32')`
  }
  const refused = wantRule(NAME, 'probabilities', labels.dtype, logits.dtype)
  if (refused !== undefined) return refused
  if (shapesEqual(labels.shape, logits.shape)) return examples
  return `${NAME}: logits ${z} need probabilities ${z}, got ${y}`
}

/** Whether class weights of shape `W` and dtype `F` fit logits, else why not. */
export type ClassWeightsRule<
  L extends Shape,
  D extends DTypeName,
  W extends Shape,
  F extends DTypeName,
> = [F] extends [never]
  ? true
  : WantRule<
      Name,
      'classWeights',
      F,
      D,
      Fits<Classwise<L>, W> extends true
        ? true
        : `${Name}: logits ${Show<L>} need classWeights ${Show<Classwise<L>>}, got ${Show<W>}`
    >

/** The last axis alone. */
type Classwise<L extends Shape> =
  RankUnknown<L> extends true
    ? Shape
    : L extends readonly [...Shape, infer C extends Dim]
      ? [C]
      : Shape

/** Why class weights do not fit logits. */
export function classWeightsRule(logits: TensorType, weights: TensorType): string | undefined {
  const refused = wantRule(NAME, 'classWeights', weights.dtype, logits.dtype)
  const wanted = logits.shape.slice(-1)
  if (refused !== undefined || shapesEqual(weights.shape, wanted)) return refused
  const [z, w] = [show(logits.shape), show(wanted)]
  return `${NAME}: logits ${z} need classWeights ${w}, got ${show(weights.shape)}`
}

/** Whether examples of labels of dtype `E` can be ignored by their label, else why not. */
export type IgnoreIndexRule<E extends DTypeName> = 'i32' extends E
  ? true
  : `${Name}: ignoreIndex needs i32 labels, got ${ShowDType<E>}`

/** Why examples of labels cannot be ignored by their label. */
export function ignoreIndexRule(labels: TensorType): string | undefined {
  if (labels.dtype === 'i32') return undefined
  return `${NAME}: ignoreIndex needs i32 labels, got ${labels.dtype}`
}

/** The shape of `sigmoidCrossEntropy` of logits and targets, or why there is none. */
export type SigmoidCrossEntropyRule<L extends Shape, D extends DTypeName, Y> = [Y] extends [number]
  ? L
  : DTypesRule<
      'sigmoidCrossEntropy',
      D,
      DTypeOf<Y>,
      Fits<L, ShapeOf<Y>> extends true
        ? L
        : `sigmoidCrossEntropy: logits ${Show<L>} need targets ${Show<L>}, got ${Show<ShapeOf<Y>>}`
    >

/** The shape of `sigmoidCrossEntropy` of logits and targets, or why there is none. */
export function sigmoidCrossEntropyRule(logits: TensorType, targets: Value | number): Answer {
  const name = 'sigmoidCrossEntropy'
  if (typeof targets === 'number') return numberRule(name, targets, logits.dtype) ?? logits.shape
  const refused = dtypesRule(name, logits.dtype, targets.dtype)
  if (refused !== undefined) return refused
  if (shapesEqual(logits.shape, targets.shape)) return logits.shape
  const z = show(logits.shape)
  return `${name}: logits ${z} need targets ${z}, got ${show(targets.shape)}`
}
