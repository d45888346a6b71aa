// The cross-entropy of a softmax. Normal form: the op, whatever else the labels are multiplied by,
// and with its sign outside.

import { integer, integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { div, neg } from '../../ops/arithmetic.ts'
import { otherAxes } from '../../ops/axes.ts'
import { broadcastAlong, sum } from '../../ops/broadcast.ts'
import { size } from '../../ops/creation.ts'
import { softmaxCrossEntropy } from '../../ops/cross-entropy.ts'
import { transpose } from '../../ops/movement.ts'
import { logSoftmax } from '../../ops/softmax.ts'
import { mean } from '../../ops/statistics.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { NESTED, type Part, type Whole } from '../flatten.ts'
import { isPlain, productOf } from '../products.ts'

interface Loss {
  readonly product: Whole
  /** log softmax(z). */
  readonly factor: Part
  readonly logits: Value
  /** The axis of the classes. */
  readonly axis: number
}

/** A product of labels and the logarithm of a softmax. */
function lossOf(value: Value, madeBy: RuleContext['madeBy']): Loss | undefined {
  const product = productOf(value, madeBy)
  if (product.parts.length < 2) return undefined
  for (const factor of product.parts) {
    const of = isPlain(factor, value) ? madeBy(factor.value) : undefined
    if (of?.op !== logSoftmax.op) continue
    return { product, factor, logits: of.operands[0]!, axis: attribute(of, 'axis', integer) }
  }
  return undefined
}

/** The value with its classes on the last axis: examples may be columns. */
function withClassesLast(x: Value, axis: number): Value {
  const rank = x.type.shape.length
  return axis === rank - 1 ? x : transpose(x, [...otherAxes(rank, [axis]), axis])
}

const softmaxLoss = rule({
  name: 'softmax-cross-entropy',
  why: 'Σ y · log softmax(z) over the classes is minus the cross-entropy, whose gradient is short',
  exactness: 'rounding',
  match: pattern([sum, mean], any('terms')),
  when: ({ terms, root, madeBy }) => {
    const loss = lossOf(terms, madeBy)
    return loss !== undefined && attribute(root, 'axes', integers).includes(loss.axis)
  },
  depth: NESTED + 3,
  build: ({ terms, root, madeBy, into }) => {
    const { product, factor, logits, axis } = lossOf(terms, madeBy)!
    const [z, y] = [logits, product.without([factor])!].map(x => withClassesLast(x, axis))
    const loss = softmaxCrossEntropy(z!, y!)
    const examples = otherAxes(terms.type.shape.length, [axis])
    const others = attribute(root, 'axes', integers).filter(other => other !== axis)
    const axes = others.map(other => examples.indexOf(other))
    const total = axes.length === 0 ? loss : into.append(root.op, [loss], { axes })[0]!
    if (root.op === sum.op) return neg(total)
    // A mean over the classes too: the loss is their sum.
    const { dtype, shape } = total.type
    const classes = size(into, terms.type.shape[axis]!, dtype)
    const every = shape.map((_, position) => position)
    return neg(div(total, broadcastAlong(classes, shape, every)))
  },
  example: {
    given: '%z: f32[n,4], %y: f32[n,4]',
    before: `
      %0 = log_softmax %z {axis = 1} : f32[n,4]
      %1 = mul %y, %0 : f32[n,4]
      %2 = sum %1 {axes = [1]} : f32[n]`,
    after: `
      %0 = softmax_cross_entropy %z, %y : f32[n]
      %1 = neg %0 : f32[n]`,
  },
  also: [
    {
      given: '%z: f32[n,4], %y: f32[n,4], %w: f32[4]',
      before: `
        %0 = log_softmax %z {axis = 1} : f32[n,4]
        %1 = broadcast_to %w {shape = [n, 4], axes = [0]} : f32[n,4]
        %2 = mul %1, %0 : f32[n,4]
        %3 = mul %y, %2 : f32[n,4]
        %4 = sum %3 {axes = [0, 1]} : f32[]`,
      after: `
        %0 = broadcast_to %w {shape = [n, 4], axes = [0]} : f32[n,4]
        %1 = mul %y, %0 : f32[n,4]
        %2 = softmax_cross_entropy %z, %1 : f32[n]
        %3 = sum %2 {axes = [0]} : f32[]
        %4 = neg %3 : f32[]`,
    },
    {
      given: '%z: f32[n,4], %y: f32[n,4]',
      before: `
        %0 = log_softmax %z {axis = 1} : f32[n,4]
        %1 = mul %y, %0 : f32[n,4]
        %2 = mean %1 {axes = [0, 1]} : f32[]`,
      after: `
        %0 = softmax_cross_entropy %z, %y : f32[n]
        %1 = mean %0 {axes = [0]} : f32[]
        %2 = size {of = 4, dtype = f32} : f32[]
        %3 = div %1, %2 : f32[]
        %4 = neg %3 : f32[]`,
    },
    {
      given: '%z: f32[4,n], %y: f32[4,n]',
      before: `
        %0 = log_softmax %z {axis = 0} : f32[4,n]
        %1 = mul %0, %y : f32[4,n]
        %2 = sum %1 {axes = [0, 1]} : f32[]`,
      after: `
        %0 = transpose %z : f32[n,4]
        %1 = transpose %y : f32[n,4]
        %2 = softmax_cross_entropy %0, %1 : f32[n]
        %3 = sum %2 {axes = [0]} : f32[]
        %4 = neg %3 : f32[]`,
    },
  ],
})

/** Rules of the cross-entropy of a softmax; see the head of this file. */
export const softmaxLossRules: readonly Rule[] = [softmaxLoss]
