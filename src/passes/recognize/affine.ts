// Scale and shift of normalizations. Normal form: factors and terms that every feature has are
// those of a batch_norm; those that every position of an example has make it a layer_norm.

import { integers, number } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { add, mul, neg, sub } from '../../ops/arithmetic.ts'
import { otherAxes } from '../../ops/axes.ts'
import { fullLike } from '../../ops/creation.ts'
import { batchNorm, layerNorm } from '../../ops/normalization.ts'
import { any, application, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { constantAlong } from '../constant-along.ts'
import { filled, fillOf } from '../known.ts'

type Context = Pick<RuleContext, 'madeBy' | 'into'>

const axesOf = (of: Matched) => attribute(of, 'axes', integers)
/** The axes that no mean is taken over. */
const keptAxes = (norm: Matched) => otherAxes(norm.out.type.shape.length, axesOf(norm))
const optionsOf = (norm: Matched) => ({
  axes: axesOf(norm),
  epsilon: attribute(norm, 'epsilon', number),
})

/** A value per feature: one that stays the same over the axes of the batch. */
const perFeature = (value: Value, norm: Matched, context: Context) =>
  constantAlong(value, axesOf(norm), context)

/** A value per position within an example, and not the same for all positions. */
function perPosition(value: Value, norm: Matched, context: Context) {
  const isScalar = perFeature(value, norm, context) !== undefined
  const kept = keptAxes(norm)
  return isScalar || kept.length === 0 ? undefined : constantAlong(value, kept, context)
}

/** β ± c, as the root says; without the 0 that a norm has for a shift where it has none. */
function shifted(beta: Value, term: Value, root: Matched, { madeBy, into }: Context): Value {
  const of = madeBy(beta)
  if (of === undefined || fillOf(of) !== 0) return into.append(root.op, [beta, term], {})[0]!
  return root.op === sub.op ? neg(term) : term
}

const scaleBatchNorm = rule({
  name: 'batch-norm-scale',
  why: 'a factor per feature is part of the scale: batch_norm(x, γ, 0) · c = batch_norm(x, γ · c, 0)',
  exactness: 'rounding',
  match: pattern(mul, pattern(batchNorm, any('x'), any('gamma'), filled(0)).as('norm'), any('c')),
  when: ({ norm, c, ...context }) =>
    norm.useCount === 1 && perFeature(c, norm, context) !== undefined,
  depth: 3,
  build: ({ x, gamma, norm, c, ...context }) => {
    const factor = perFeature(c, norm, context)!()
    return batchNorm(x, mul(gamma, factor), norm.operands[2]!, optionsOf(norm)).output
  },
  example: {
    given: '%x: f32[n,4], %g: f32[4], %h: f32[4]',
    before: `
      %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %1, %2, %3 = batch_norm %x, %g, %0 {axes = [0], epsilon = 0.001} : f32[n,4], f32[4], f32[4]
      %4 = broadcast_to %h {shape = [n, 4], axes = [0]} : f32[n,4]
      %5 = mul %1, %4 : f32[n,4]`,
    after: `
      %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %1 = mul %g, %h : f32[4]
      %2, %3, %4 = batch_norm %x, %1, %0 {epsilon = 0.001} : f32[n,4], f32[4], f32[4]
      %2`,
  },
})

const shiftBatchNorm = rule({
  name: 'batch-norm-shift',
  why: 'a term per feature is part of the shift: batch_norm(x, γ, β) ± c = batch_norm(x, γ, β ± c)',
  exactness: 'rounding',
  match: pattern([add, sub], application(batchNorm).as('norm'), any('c')),
  when: ({ norm, c, ...context }) =>
    norm.useCount === 1 && perFeature(c, norm, context) !== undefined,
  depth: 3,
  build: ({ norm, c, root, into, ...context }) => {
    const [x, gamma, beta] = norm.operands as readonly [Value, Value, Value]
    const term = perFeature(c, norm, { into, ...context })!()
    const shift = shifted(beta, term, root, { into, ...context })
    return batchNorm(x, gamma, shift, optionsOf(norm)).output
  },
  example: {
    given: '%x: f32[n,4], %g: f32[4], %b: f32[4], %c: f32[4]',
    before: `
      %0, %1, %2 = batch_norm %x, %g, %b {axes = [0], epsilon = 0.001} : f32[n,4], f32[4], f32[4]
      %3 = broadcast_to %c {shape = [n, 4], axes = [0]} : f32[n,4]
      %4 = sub %0, %3 : f32[n,4]`,
    after: `
      %0 = sub %b, %c : f32[4]
      %1, %2, %3 = batch_norm %x, %g, %0 {epsilon = 0.001} : f32[n,4], f32[4], f32[4]
      %1`,
  },
  also: [
    {
      given: '%x: f32[n,4], %g: f32[4], %c: f32[4]',
      before: `
        %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
        %1, %2, %3 = batch_norm %x, %g, %0 {axes = [0], epsilon = 0.001} : f32[n,4], f32[4], f32[4]
        %4 = broadcast_to %c {shape = [n, 4], axes = [0]} : f32[n,4]
        %5 = sub %1, %4 : f32[n,4]`,
      after: `
        %0 = neg %c : f32[4]
        %1, %2, %3 = batch_norm %x, %g, %0 {epsilon = 0.001} : f32[n,4], f32[4], f32[4]
        %1`,
    },
    {
      given: '%x: f32[n,4], %g: f32[4], %c: f32[4]',
      before: `
        %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
        %1, %2, %3 = batch_norm %x, %g, %0 {axes = [0], epsilon = 0.001} : f32[n,4], f32[4], f32[4]
        %4 = broadcast_to %c {shape = [n, 4], axes = [0]} : f32[n,4]
        %5 = add %1, %4 : f32[n,4]`,
      after: `
        %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
        %1 = add %0, %c : f32[4]
        %2, %3, %4 = batch_norm %x, %g, %1 {epsilon = 0.001} : f32[n,4], f32[4], f32[4]
        %2`,
    },
  ],
})

const toLayerNorm = rule({
  name: 'layer-norm',
  why: 'what is normalized over its positions, and scaled or shifted per position, is a layer_norm',
  exactness: 'rounding',
  match: pattern(
    [mul, add, sub],
    pattern(batchNorm, any('x'), filled(1), filled(0)).as('norm'),
    any('c'),
  ),
  when: ({ norm, c, ...context }) =>
    norm.useCount === 1 && perPosition(c, norm, context) !== undefined,
  depth: 3,
  build: ({ x, norm, c, root, into, madeBy }) => {
    const found = perPosition(c, norm, { into, madeBy })!()
    const [one, none] = [fullLike(found, 1), fullLike(found, 0)]
    if (root.op === mul.op) return layerNorm(x, found, none, optionsOf(norm))
    return layerNorm(x, one, root.op === sub.op ? neg(found) : found, optionsOf(norm))
  },
  example: {
    given: '%x: f32[n,4], %g: f32[4]',
    before: `
      %0 = full {value = 1, shape = [n], dtype = f32} : f32[n]
      %1 = full {value = 0, shape = [n], dtype = f32} : f32[n]
      %2, %3, %4 = batch_norm %x, %0, %1 {axes = [1], epsilon = 0.001} : f32[n,4], f32[n], f32[n]
      %5 = broadcast_to %g {shape = [n, 4], axes = [0]} : f32[n,4]
      %6 = mul %2, %5 : f32[n,4]`,
    after: `
      %0 = full {value = 0, shape = [4], dtype = f32} : f32[4]
      %1 = layer_norm %x, %g, %0 {epsilon = 0.001} : f32[n,4]`,
  },
  also: [
    {
      given: '%x: f32[n,4], %b: f32[4]',
      before: `
        %0 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %1 = full {value = 0, shape = [n], dtype = f32} : f32[n]
        %2, %3, %4 = batch_norm %x, %0, %1 {axes = [1], epsilon = 0.001} : f32[n,4], f32[n], f32[n]
        %5 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
        %6 = add %2, %5 : f32[n,4]`,
      after: `
        %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
        %1 = layer_norm %x, %0, %b {epsilon = 0.001} : f32[n,4]`,
    },
    {
      given: '%x: f32[n,4], %b: f32[4]',
      before: `
        %0 = full {value = 1, shape = [n], dtype = f32} : f32[n]
        %1 = full {value = 0, shape = [n], dtype = f32} : f32[n]
        %2, %3, %4 = batch_norm %x, %0, %1 {axes = [1], epsilon = 0.001} : f32[n,4], f32[n], f32[n]
        %5 = broadcast_to %b {shape = [n, 4], axes = [0]} : f32[n,4]
        %6 = sub %2, %5 : f32[n,4]`,
      after: `
        %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
        %1 = neg %b : f32[4]
        %2 = layer_norm %x, %0, %1 {epsilon = 0.001} : f32[n,4]`,
    },
  ],
})

const layerNormShift = rule({
  name: 'layer-norm-shift',
  why: 'a term per position is part of the shift: layer_norm(x, γ, β) ± c = layer_norm(x, γ, β ± c)',
  exactness: 'rounding',
  match: pattern([add, sub], application(layerNorm).as('norm'), any('c')),
  when: ({ norm, c, ...context }) =>
    norm.useCount === 1 && constantAlong(c, keptAxes(norm), context) !== undefined,
  depth: 3,
  build: ({ norm, c, root, into, ...context }) => {
    const [x, gamma, beta] = norm.operands as readonly [Value, Value, Value]
    const term = constantAlong(c, keptAxes(norm), { into, ...context })!()
    const shift = shifted(beta, term, root, { into, ...context })
    return layerNorm(x, gamma, shift, optionsOf(norm))
  },
  example: {
    given: '%x: f32[n,4], %g: f32[4], %b: f32[4], %c: f32[4]',
    before: `
      %0 = layer_norm %x, %g, %b {axes = [1], epsilon = 0.001} : f32[n,4]
      %1 = broadcast_to %c {shape = [n, 4], axes = [0]} : f32[n,4]
      %2 = add %0, %1 : f32[n,4]`,
    after: `
      %0 = add %b, %c : f32[4]
      %1 = layer_norm %x, %g, %0 {epsilon = 0.001} : f32[n,4]`,
  },
})

/** Rules of the scale and the shift of normalizations; see the head of this file. */
export const affineRules: readonly Rule[] = [
  scaleBatchNorm,
  shiftBatchNorm,
  toLayerNorm,
  layerNormShift,
]
