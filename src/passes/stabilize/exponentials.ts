// Exponentials beside a 1, and sigmoids made of them. Normal form: no exponential less a number of
// like size, and none that is divided by a sum with itself.

import { sigmoid } from '../../ops/activation.ts'
import { add, div, mul, neg, reciprocal, sub } from '../../ops/arithmetic.ts'
import { exp, expm1 } from '../../ops/exponential.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { filled } from '../known.ts'
import { isOpposite } from './opposites.ts'
import { exponentOf, LOGARITHM_DEPTH } from './stable-logarithms.ts'

const expMinusOne = rule({
  name: 'exp-minus-one',
  why: 'exp(x) − 1 = expm1(x): near x = 0 the difference cancels',
  exactness: 'stabilizing',
  match: pattern(add, pattern(exp, any('x')), filled(-1)),
  build: ({ x }) => expm1(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = full {value = -1, shape = [4], dtype = f32} : f32[4]
      %2 = add %0, %1 : f32[4]`,
    after: '%0 = expm1 %x : f32[4]',
  },
})

const oneMinusExp = rule({
  name: 'one-minus-exp',
  why: '1 − exp(x) = −expm1(x): near x = 0 the difference cancels',
  exactness: 'stabilizing',
  match: pattern(sub, filled(1), pattern(exp, any('x'))),
  build: ({ x }) => neg(expm1(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = exp %x : f32[4]
      %2 = sub %0, %1 : f32[4]`,
    after: `
      %0 = expm1 %x : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const expOverOnePlusExp = rule({
  name: 'exp-over-one-plus-exp',
  why: 'exp(x) / (1 + exp(x)) = sigmoid(x): where exp(x) overflows the quotient is ∞/∞',
  exactness: 'stabilizing',
  match: pattern(div, pattern(exp, any('x')), pattern(add, pattern(exp, any('x')), filled(1))),
  build: ({ x }) => sigmoid(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = exp %x : f32[4]
      %2 = add %1, %0 : f32[4]
      %3 = div %1, %2 : f32[4]`,
    after: '%0 = sigmoid %x : f32[4]',
  },
})

const overOnePlusExp = rule({
  name: 'over-one-plus-exp',
  why: 'a / (1 + exp(x)) = a · sigmoid(−x): where exp(x) overflows the derivative is 0 · ∞',
  exactness: 'stabilizing',
  match: pattern(div, any('a'), pattern(add, pattern(exp, any('x')), filled(1))),
  build: ({ a, x }) => mul(a, sigmoid(neg(x))),
  example: {
    given: '%a: f32[4], %x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = exp %x : f32[4]
      %2 = add %1, %0 : f32[4]
      %3 = div %a, %2 : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = sigmoid %0 : f32[4]
      %2 = mul %a, %1 : f32[4]`,
  },
})

const reciprocalOnePlusExp = rule({
  name: 'reciprocal-one-plus-exp',
  why: '1 / (1 + exp(x)) = sigmoid(−x): where exp(x) overflows the derivative is 0 · ∞',
  exactness: 'stabilizing',
  match: pattern(reciprocal, pattern(add, pattern(exp, any('x')), filled(1))),
  build: ({ x }) => sigmoid(neg(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = exp %x : f32[4]
      %2 = add %1, %0 : f32[4]
      %3 = reciprocal %2 : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = sigmoid %0 : f32[4]`,
  },
})

const expOverTwo = rule({
  name: 'exp-over-two-exp',
  why: 'exp(x) / (exp(x) + exp(y)) = sigmoid(x − y): exponentials overflow to ∞/∞, or both underflow to 0/0',
  exactness: 'stabilizing',
  match: pattern(div, any('u'), pattern(add, any('u'), any('v'))),
  when: ({ u, v, madeBy }) =>
    exponentOf(u, madeBy) !== undefined && exponentOf(v, madeBy) !== undefined,
  depth: LOGARITHM_DEPTH + 2,
  build: ({ u, v, madeBy }) => sigmoid(sub(exponentOf(u, madeBy)!(), exponentOf(v, madeBy)!())),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = exp %y : f32[4]
      %2 = add %0, %1 : f32[4]
      %3 = div %0, %2 : f32[4]`,
    after: `
      %0 = sub %x, %y : f32[4]
      %1 = sigmoid %0 : f32[4]`,
  },
})

const expTimesSigmoid = rule({
  name: 'exp-times-sigmoid',
  why: 'exp(x) · sigmoid(−x) = sigmoid(x): exp(x) overflows where the sigmoid underflows',
  exactness: 'stabilizing',
  match: pattern(mul, pattern(exp, any('x')), pattern(sigmoid, any('y'))),
  when: ({ x, y, madeBy }) => isOpposite(x, y, madeBy),
  depth: 4,
  build: ({ x }) => sigmoid(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = neg %x : f32[4]
      %2 = sigmoid %1 : f32[4]
      %3 = mul %0, %2 : f32[4]`,
    after: '%0 = sigmoid %x : f32[4]',
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = sub %x, %y : f32[4]
        %1 = exp %0 : f32[4]
        %2 = sub %y, %x : f32[4]
        %3 = sigmoid %2 : f32[4]
        %4 = mul %1, %3 : f32[4]`,
      after: `
        %0 = sub %x, %y : f32[4]
        %1 = sigmoid %0 : f32[4]`,
    },
    {
      given: '%x: f32[4]',
      before: `
        %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
        %1 = mul %x, %0 : f32[4]
        %2 = exp %1 : f32[4]
        %3 = full {value = -3, shape = [4], dtype = f32} : f32[4]
        %4 = mul %x, %3 : f32[4]
        %5 = sigmoid %4 : f32[4]
        %6 = mul %2, %5 : f32[4]`,
      after: `
        %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
        %1 = mul %x, %0 : f32[4]
        %2 = sigmoid %1 : f32[4]`,
    },
    {
      given: '%x: f32[4]',
      before: `
        %0 = neg %x : f32[4]
        %1 = exp %0 : f32[4]
        %2 = sigmoid %x : f32[4]
        %3 = mul %1, %2 : f32[4]`,
      after: `
        %0 = neg %x : f32[4]
        %1 = sigmoid %0 : f32[4]`,
    },
  ],
})

const oneMinusSigmoid = rule({
  name: 'one-minus-sigmoid',
  why: '1 − sigmoid(x) = sigmoid(−x): for large x the sigmoid is rounded to 1',
  exactness: 'stabilizing',
  match: pattern(sub, filled(1), pattern(sigmoid, any('x'))),
  build: ({ x }) => sigmoid(neg(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = sigmoid %x : f32[4]
      %2 = sub %0, %1 : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = sigmoid %0 : f32[4]`,
  },
})

const sigmoidOdds = rule({
  name: 'sigmoid-odds',
  why: 'sigmoid(x) / (1 − sigmoid(x)) = exp(x): for large x the divisor is rounded to 0',
  exactness: 'stabilizing',
  match: pattern(div, pattern(sigmoid, any('x')), pattern(sigmoid, any('y'))),
  when: ({ x, y, madeBy }) => isOpposite(x, y, madeBy),
  depth: 4,
  build: ({ x }) => exp(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sigmoid %x : f32[4]
      %1 = neg %x : f32[4]
      %2 = sigmoid %1 : f32[4]
      %3 = div %0, %2 : f32[4]`,
    after: '%0 = exp %x : f32[4]',
  },
})

/** Rules of exponentials; see the head of this file. */
export const exponentialRules: readonly Rule[] = [
  expMinusOne,
  oneMinusExp,
  expOverOnePlusExp,
  reciprocalOnePlusExp,
  expOverTwo,
  expTimesSigmoid,
  oneMinusSigmoid,
  sigmoidOdds,
]

/** The rule of exponentials that is the last resort: those of files between are more special. */
export const lateExponentialRules: readonly Rule[] = [overOnePlusExp]
