// Logarithms of sums, products and quotients that hold exponentials. Normal form: the logarithm of
// each part that has a stable one on its own, so that the part itself is never formed.

import { integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sizeOf } from '../../ir/dim.ts'
import { add, div, mul, neg, scale, shift, sub } from '../../ops/arithmetic.ts'
import { dimsAt, otherAxes } from '../../ops/axes.ts'
import { broadcastAlong, sum } from '../../ops/broadcast.ts'
import { exp, log } from '../../ops/exponential.ts'
import { logAddExp } from '../../ops/logarithms.ts'
import { logSumExp } from '../../ops/softmax.ts'
import { mean } from '../../ops/statistics.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, type RuleContext, rule } from '../../rewrite/rule.ts'
import { NESTED, type Part } from '../flatten.ts'
import { productOf } from '../products.ts'
import { LOGARITHM_DEPTH, logarithmOfExponentials, stableLogarithm } from './stable-logarithms.ts'

const logSumOfExp = rule({
  name: 'log-sum-of-exp',
  why: 'log(Σ exp(x)) = log_sum_exp(x): exponentials overflow, or all underflow to a sum of 0',
  exactness: 'stabilizing',
  match: pattern(log, pattern(sum, pattern(exp, any('x'))).as('total')),
  build: ({ x, total }) => logSumExp(x, attribute(total, 'axes', integers)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = exp %x : f32[n,4]
      %1 = sum %0 {axes = [1]} : f32[n]
      %2 = log %1 : f32[n]`,
    after: '%0 = log_sum_exp %x {axes = [1]} : f32[n]',
  },
})

/** How many elements go into each element of a mean, where that is known. */
function countOf(x: Value, average: Matched): number | undefined {
  const count = sizeOf(dimsAt(x.type.shape, attribute(average, 'axes', integers)))
  return typeof count === 'number' ? count : undefined
}

const logMeanOfExp = rule({
  name: 'log-mean-of-exp',
  why: 'log(mean(exp(x))) = log_sum_exp(x) − log(n): exponentials overflow, or all underflow to 0',
  exactness: 'stabilizing',
  match: pattern(log, pattern(mean, pattern(exp, any('x'))).as('average')),
  when: ({ x, average }) => countOf(x, average) !== undefined,
  build: ({ x, average }) => {
    const total = logSumExp(x, attribute(average, 'axes', integers))
    return shift(total, -Math.log(countOf(x, average)!))
  },
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = exp %x : f32[n,4]
      %1 = mean %0 {axes = [1]} : f32[n]
      %2 = log %1 : f32[n]`,
    after: `
      %0 = log_sum_exp %x {axes = [1]} : f32[n]
      %1 = full {value = -1.3862943649291992, shape = [n], dtype = f32} : f32[n]
      %2 = add %0, %1 : f32[n]`,
  },
})

const logAddOfExp = rule({
  name: 'log-add-of-exp',
  why: 'log(exp(x) + exp(y)) = log_add_exp(x, y): exponentials overflow, or both underflow to 0',
  exactness: 'stabilizing',
  match: pattern(log, pattern(add, any('u'), any('v'))),
  when: ({ u, v, madeBy }) =>
    logarithmOfExponentials(u, madeBy) !== undefined &&
    logarithmOfExponentials(v, madeBy) !== undefined,
  depth: LOGARITHM_DEPTH + 2,
  build: ({ u, v, madeBy }) =>
    logAddExp(logarithmOfExponentials(u, madeBy)!(), logarithmOfExponentials(v, madeBy)!()),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = exp %y : f32[4]
      %2 = add %0, %1 : f32[4]
      %3 = log %2 : f32[4]`,
    after: '%0 = log_add_exp %x, %y : f32[4]',
  },
  also: [
    {
      given: '%x: f32[4,3], %y: f32[4]',
      before: `
        %0 = exp %x : f32[4,3]
        %1 = sum %0 {axes = [1]} : f32[4]
        %2 = exp %y : f32[4]
        %3 = add %1, %2 : f32[4]
        %4 = log %3 : f32[4]`,
      after: `
        %0 = log_sum_exp %x {axes = [1]} : f32[4]
        %1 = log_add_exp %0, %y : f32[4]`,
    },
    {
      given: '%x: f32[4], %w: f32[3,4,2], %y: f32[3,4], %z: f32[3,4]',
      before: `
        %0 = exp %x : f32[4]
        %1 = broadcast_to %0 {shape = [3, 4], axes = [0]} : f32[3,4]
        %2 = exp %w : f32[3,4,2]
        %3 = sum %2 {axes = [2]} : f32[3,4]
        %4 = add %1, %3 : f32[3,4]
        %5 = exp %y : f32[3,4]
        %6 = add %4, %5 : f32[3,4]
        %7 = exp %z : f32[3,4]
        %8 = add %6, %7 : f32[3,4]
        %9 = log %8 : f32[3,4]`,
      after: `
        %0 = broadcast_to %x {shape = [3, 4], axes = [0]} : f32[3,4]
        %1 = log_sum_exp %w {axes = [2]} : f32[3,4]
        %2 = log_add_exp %0, %1 : f32[3,4]
        %3 = log_add_exp %2, %y : f32[3,4]
        %4 = log_add_exp %3, %z : f32[3,4]`,
    },
  ],
})

/** Whether every axis of a part is one of the whole; it is repeated along the others. */
const isRepeated = ({ axes }: Part) => axes.every(axis => axis !== undefined)

/** The factors of a product that have a stable logarithm, and the product. */
function stableFactors(product: Value, madeBy: RuleContext['madeBy']) {
  const isStable = (value: Value) => stableLogarithm(value, madeBy) !== undefined
  const whole = productOf(product, madeBy, isStable)
  const factors = whole.parts.filter(part => isStable(part.value) && isRepeated(part))
  return { whole, factors }
}

/** power · log(factor), in the shape of the product. */
function term({ value, power, axes }: Part, like: Value, madeBy: RuleContext['madeBy']): Value {
  const { shape } = like.type
  const repeated = otherAxes(shape.length, axes as readonly number[])
  const logarithm = broadcastAlong(stableLogarithm(value, madeBy)!(), shape, repeated)
  return Math.abs(power) === 1 ? logarithm : scale(logarithm, Math.abs(power))
}

const logProduct = rule({
  name: 'log-product',
  why: 'log(a · b) = log(a) + log(b) where log(a) has a stable form: a overflows, or underflows to 0',
  exactness: 'stabilizing',
  match: pattern(log, pattern([mul, div], any('x'), any('y')).as('product')),
  when: ({ product, madeBy }) => stableFactors(product.out, madeBy).factors.length > 0,
  depth: NESTED + LOGARITHM_DEPTH + 1,
  build: ({ product, madeBy }) => {
    const { whole, factors } = stableFactors(product.out, madeBy)
    const rest = whole.without(factors)
    const start = rest === undefined ? undefined : log(rest)
    return factors.reduce<Value | undefined>((total, factor) => {
      const next = term(factor, product.out, madeBy)
      if (total === undefined) return factor.power > 0 ? next : neg(next)
      return factor.power > 0 ? add(total, next) : sub(total, next)
    }, start)!
  },
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = mul %0, %y : f32[4]
      %2 = log %1 : f32[4]`,
    after: `
      %0 = log %y : f32[4]
      %1 = add %0, %x : f32[4]`,
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
        %1 = exp %x : f32[4]
        %2 = add %1, %0 : f32[4]
        %3 = mul %2, %y : f32[4]
        %4 = log %3 : f32[4]`,
      after: `
        %0 = log %y : f32[4]
        %1 = softplus %x : f32[4]
        %2 = add %0, %1 : f32[4]`,
    },
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = sigmoid %x : f32[4]
        %1 = div %y, %0 : f32[4]
        %2 = log %1 : f32[4]`,
      after: `
        %0 = log %y : f32[4]
        %1 = neg %x : f32[4]
        %2 = softplus %1 : f32[4]
        %3 = neg %2 : f32[4]
        %4 = sub %0, %3 : f32[4]`,
    },
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = exp %x : f32[4]
        %1 = reciprocal %0 : f32[4]
        %2 = exp %y : f32[4]
        %3 = sqrt %2 : f32[4]
        %4 = mul %1, %3 : f32[4]
        %5 = log %4 : f32[4]`,
      after: `
        %0 = neg %x : f32[4]
        %1 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
        %2 = mul %y, %1 : f32[4]
        %3 = add %0, %2 : f32[4]`,
    },
    {
      given: '%x: f32[2,4], %y: f32[4]',
      before: `
        %0 = exp %y : f32[4]
        %1 = tanh %y : f32[4]
        %2 = mul %0, %1 : f32[4]
        %3 = broadcast_to %2 {shape = [2, 4], axes = [0]} : f32[2,4]
        %4 = mul %x, %3 : f32[2,4]
        %5 = log %4 : f32[2,4]`,
      after: `
        %0 = tanh %y : f32[4]
        %1 = broadcast_to %0 {shape = [2, 4], axes = [0]} : f32[2,4]
        %2 = mul %x, %1 : f32[2,4]
        %3 = log %2 : f32[2,4]
        %4 = broadcast_to %y {shape = [2, 4], axes = [0]} : f32[2,4]
        %5 = add %3, %4 : f32[2,4]`,
    },
  ],
})

/** Rules of logarithms of exponentials; see the head of this file. */
export const logExponentialRules: readonly Rule[] = [
  logSumOfExp,
  logMeanOfExp,
  logAddOfExp,
  logProduct,
]
