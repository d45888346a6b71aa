// Shifts of what is normalized. Normal form: none along the axes of a normalization, which takes
// them away again: the bias of a layer before it has no influence, and no gradient.

import { integers, number } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { add, sub } from '../../ops/arithmetic.ts'
import { batchNorm, layerNorm } from '../../ops/normalization.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { constantAlong } from '../constant-along.ts'
import { NESTED } from '../flatten.ts'
import { sumOf } from '../sums.ts'

type Context = Pick<RuleContext, 'madeBy' | 'into'>

const optionsOf = (norm: Matched) => ({
  axes: attribute(norm, 'axes', integers),
  epsilon: attribute(norm, 'epsilon', number),
})

/** A sum without the terms that stay the same over the axes, and those; undefined without any. */
function unbiased(x: Value, axes: readonly number[], context: Context) {
  const sum = sumOf(x, context.madeBy)
  const biases = sum.parts.filter(part => constantAlong(part.value, axes, context) !== undefined)
  const isBiased = biases.length > 0 && biases.length < sum.parts.length
  return isBiased ? { rest: () => sum.without(biases)!, biases } : undefined
}

const batchNormBias = rule({
  name: 'batch-norm-bias',
  why: 'the mean takes away what is added to every example, such as the bias of a layer before',
  exactness: 'stabilizing',
  match: pattern(batchNorm, any('x'), any('gamma'), any('beta')),
  when: ({ x, root, ...context }) => unbiased(x, optionsOf(root).axes, context) !== undefined,
  depth: NESTED + 3,
  build: ({ x, gamma, beta, root, ...context }) => {
    const options = optionsOf(root)
    const { rest, biases } = unbiased(x, options.axes, context)!
    const norm = batchNorm(rest(), gamma, beta, options)
    const mean = biases.reduce((total, { value, power }) => {
      const bias = constantAlong(value, options.axes, context)!()
      return power > 0 ? add(total, bias) : sub(total, bias)
    }, norm.mean)
    return [norm.output, mean, norm.variance]
  },
  example: {
    given: '%x: f32[n,4], %b: f32[4], %gamma: f32[4], %beta: f32[4]',
    before: `
      %0 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
      %1 = add %x, %0 : f32[n,4]
      %2, %3, %4 = batch_norm %1, %gamma, %beta {axes = [0], epsilon = 0.1} : f32[n,4], f32[4], f32[4]
      %2`,
    after: `
      %0, %1, %2 = batch_norm %x, %gamma, %beta {epsilon = 0.1} : f32[n,4], f32[4], f32[4]
      %0`,
  },
  also: [
    {
      given: '%x: f32[n,4], %b: f32[4], %gamma: f32[4], %beta: f32[4]',
      before: `
        %0 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
        %1 = sub %x, %0 : f32[n,4]
        %2, %3, %4 = batch_norm %1, %gamma, %beta {axes = [0], epsilon = 0.1} : f32[n,4], f32[4], f32[4]
        %5 = mul %3, %4 : f32[4]`,
      after: `
        %0, %1, %2 = batch_norm %x, %gamma, %beta {epsilon = 0.1} : f32[n,4], f32[4], f32[4]
        %3 = sub %1, %b : f32[4]
        %4 = mul %3, %2 : f32[4]`,
    },
  ],
})

const layerNormBias = rule({
  name: 'layer-norm-bias',
  why: 'the mean takes away what is added to all positions of an example',
  exactness: 'stabilizing',
  match: pattern(layerNorm, any('x'), any('gamma'), any('beta')),
  when: ({ x, root, ...context }) => unbiased(x, optionsOf(root).axes, context) !== undefined,
  depth: NESTED + 3,
  build: ({ x, gamma, beta, root, ...context }) => {
    const options = optionsOf(root)
    return layerNorm(unbiased(x, options.axes, context)!.rest(), gamma, beta, options)
  },
  example: {
    given: '%x: f32[n,4], %b: f32[n], %gamma: f32[4], %beta: f32[4]',
    before: `
      %0 = broadcast_to %b {shape = [n, 4], axes = [1]} : f32[n,4]
      %1 = add %x, %0 : f32[n,4]
      %2 = layer_norm %1, %gamma, %beta {axes = [1], epsilon = 0.1} : f32[n,4]`,
    after: '%0 = layer_norm %x, %gamma, %beta {epsilon = 0.1} : f32[n,4]',
  },
})

/** Rules of shifts before a normalization; see the head of this file. */
export const biasRules: readonly Rule[] = [batchNormBias, layerNormBias]
