// Losses: every sentence of their rules, as a type and when the graph is built; and the shapes that
// the rules answer.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { sigmoidCrossEntropy, softmaxCrossEntropy } from '../../../src/model/ops/losses.ts'
import type {
  ClassWeightsRule,
  IgnoreIndexRule,
  LogitsRule,
  SigmoidCrossEntropyRule,
  SoftmaxCrossEntropyRule,
} from '../../../src/model/shapes/losses.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { givenAll, row } from '../given.ts'

type Typed = readonly [Shape, DTypeName?]

const softmaxLoss = (logits: Typed, labels: Typed) => {
  const [z, y] = givenAll(logits, labels)
  return softmaxCrossEntropy(z!, y!)
}

const weighted = (logits: Typed, weights: Typed) => {
  const [z, y, w] = givenAll(logits, [logits[0].slice(0, -1), 'i32'], weights)
  return softmaxCrossEntropy(z!, y!, { classWeights: w! })
}

const sigmoidLoss = (logits: Typed, targets: Typed) => {
  const [z, y] = givenAll(logits, targets)
  return sigmoidCrossEntropy(z!, y!)
}

type Logits = ['batch', 10]
const logits: Typed = [['batch', 10]]

const sentences = [
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch', 10], 'i32'>>(
    'softmaxCrossEntropy: logits [batch, 10] need labels [batch], got [batch, 10]',
    () => softmaxLoss(logits, [['batch', 10], 'i32']),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['time'], 'i32'>>(
    'softmaxCrossEntropy: logits [batch, 10] need labels [batch], got [time]',
    () => softmaxLoss(logits, [['time'], 'i32']),
  ),
  row<SoftmaxCrossEntropyRule<[10], 'f32', ['batch'], 'i32'>>(
    'softmaxCrossEntropy: logits [10] need labels [], got [batch]',
    () => softmaxLoss([[10]], [['batch'], 'i32']),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch'], 'f32'>>(
    "softmaxCrossEntropy: labels must be i32, got f32; use cast(labels, 'i32')",
    () => softmaxLoss(logits, [['batch'], 'f32']),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch'], 'u32'>>(
    "softmaxCrossEntropy: labels must be i32, got u32; use cast(labels, 'i32')",
    () => softmaxLoss(logits, [['batch'], 'u32']),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch', 10], 'bool'>>(
    "softmaxCrossEntropy: labels must be i32, got bool; use cast(labels, 'i32')",
    () => softmaxLoss(logits, [['batch', 10], 'bool']),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch', 9], 'f32'>>(
    'softmaxCrossEntropy: logits [batch, 10] need probabilities [batch, 10], got [batch, 9]',
    () => softmaxLoss(logits, [['batch', 9]]),
  ),
  row<SoftmaxCrossEntropyRule<Logits, 'f32', ['batch', 10], 'f64'>>(
    "softmaxCrossEntropy: probabilities must be f32, got f64; use cast(probabilities, 'f32')",
    () => softmaxLoss(logits, [['batch', 10], 'f64']),
  ),
  row<LogitsRule<[]>>('softmaxCrossEntropy: logits need rank >= 1, got []', () =>
    softmaxLoss([[]], [[], 'i32']),
  ),
  row<ClassWeightsRule<Logits, 'f32', [9], 'f32'>>(
    'softmaxCrossEntropy: logits [batch, 10] need classWeights [10], got [9]',
    () => weighted(logits, [[9]]),
  ),
  row<ClassWeightsRule<Logits, 'f32', [10], 'i32'>>(
    "softmaxCrossEntropy: classWeights must be f32, got i32; use cast(classWeights, 'f32')",
    () => weighted(logits, [[10], 'i32']),
  ),
  row<IgnoreIndexRule<'f32'>>('softmaxCrossEntropy: ignoreIndex needs i32 labels, got f32', () => {
    const [z, y] = givenAll(logits, logits)
    return softmaxCrossEntropy(z!, y!, { ignoreIndex: 3 })
  }),
  row<SigmoidCrossEntropyRule<['batch', 1], 'f32', Tensor<['batch'], 'f32'>>>(
    'sigmoidCrossEntropy: logits [batch, 1] need targets [batch, 1], got [batch]',
    () => sigmoidLoss([['batch', 1]], [['batch']]),
  ),
  row<SigmoidCrossEntropyRule<['batch'], 'f32', Tensor<['batch'], 'i32'>>>(
    "sigmoidCrossEntropy: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')",
    () => sigmoidLoss([['batch']], [['batch'], 'i32']),
  ),
]

describe('a sentence of a loss', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('softmaxCrossEntropy', () => {
  it('gives one loss per example', () => {
    const classes: SoftmaxCrossEntropyRule<['b', 't', 9], 'f32', ['b', 't'], 'i32'> = ['b', 't']
    const shares: SoftmaxCrossEntropyRule<Logits, 'f64', ['batch', 10], 'f64'> = ['batch']
    expect(softmaxLoss([['b', 't', 9]], [['b', 't'], 'i32']).shape).toEqual(classes)
    expect(softmaxLoss([['batch', 10], 'f64'], [['batch', 10], 'f64']).shape).toEqual(shares)
  })

  it('leaves to the build what tsc does not know', () => {
    type Rule<L extends Shape, Y extends Shape, E extends DTypeName> = SoftmaxCrossEntropyRule<
      L,
      'f32',
      Y,
      E
    >
    expectTypeOf<Rule<Logits, ['batch'], DTypeName>>().toEqualTypeOf<['batch']>()
    expectTypeOf<Rule<Logits, ['batch', 10], 'f32' | 'i32'>>().toEqualTypeOf<['batch']>()
    expectTypeOf<Rule<Logits, Shape, 'f32'>>().toEqualTypeOf<['batch']>()
    expectTypeOf<Rule<Shape, ['batch'], 'f32'>>().toEqualTypeOf<Shape>()
    expectTypeOf<Rule<[number, 10], ['batch'], 'i32'>>().toEqualTypeOf<[number]>()
  })
})
