// Hyperbolic tangents made of exponentials or sigmoids. Normal form: tanh and sigmoid under their
// own names, with nothing taken from or added to what is rounded to 1.

import { sigmoid } from '../../ops/activation.ts'
import { add, div, mul, scale, sub } from '../../ops/arithmetic.ts'
import { exp, expm1 } from '../../ops/exponential.ts'
import { tanh } from '../../ops/trigonometric.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { filled } from '../known.ts'
import { isOpposite } from './opposites.ts'

const tanhOfExp = rule({
  name: 'tanh-of-exp',
  why: '(exp(x) − exp(y)) / (exp(x) + exp(y)) = tanh((x − y) / 2): they overflow to ∞/∞',
  exactness: 'stabilizing',
  match: pattern(
    div,
    pattern(sub, pattern(exp, any('x')), pattern(exp, any('y'))),
    pattern(add, pattern(exp, any('x')), pattern(exp, any('y'))),
  ),
  depth: 5,
  build: ({ x, y, madeBy }) => tanh(isOpposite(x, y, madeBy) ? x : scale(sub(x, y), 0.5)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = exp %x : f32[4]
      %2 = exp %0 : f32[4]
      %3 = sub %1, %2 : f32[4]
      %4 = add %1, %2 : f32[4]
      %5 = div %3, %4 : f32[4]`,
    after: '%0 = tanh %x : f32[4]',
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %1 = exp %x : f32[4]
        %2 = exp %y : f32[4]
        %3 = sub %1, %2 : f32[4]
        %4 = add %1, %2 : f32[4]
        %5 = div %3, %4 : f32[4]`,
      after: `
        %0 = sub %x, %y : f32[4]
        %1 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
        %2 = mul %0, %1 : f32[4]
        %3 = tanh %2 : f32[4]`,
    },
  ],
})

const tanhOfExpm1 = rule({
  name: 'tanh-of-expm-one',
  why: '(exp(x) − 1) / (exp(x) + 1) = tanh(x / 2): where exp(x) overflows the quotient is ∞/∞',
  exactness: 'stabilizing',
  match: pattern(div, pattern(expm1, any('x')), pattern(add, pattern(exp, any('x')), filled(1))),
  build: ({ x }) => tanh(scale(x, 0.5)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = expm1 %x : f32[4]
      %1 = exp %x : f32[4]
      %2 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %3 = add %1, %2 : f32[4]
      %4 = div %0, %3 : f32[4]`,
    after: `
      %0 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = tanh %1 : f32[4]`,
  },
})

const twoSigmoidMinusOne = rule({
  name: 'two-sigmoid-minus-one',
  why: '2 · sigmoid(x) − 1 = tanh(x / 2): near x = 0 the difference cancels',
  exactness: 'stabilizing',
  match: pattern(add, pattern(mul, pattern(sigmoid, any('x')), filled(2)), filled(-1)),
  build: ({ x }) => tanh(scale(x, 0.5)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sigmoid %x : f32[4]
      %1 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %2 = mul %0, %1 : f32[4]
      %3 = full {value = -1, shape = [4], dtype = f32} : f32[4]
      %4 = add %2, %3 : f32[4]`,
    after: `
      %0 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = tanh %1 : f32[4]`,
  },
})

const halfOnePlusTanh = rule({
  name: 'half-one-plus-tanh',
  why: '½ (1 + tanh(x)) = sigmoid(2x): far below 0 the tanh is rounded to −1',
  exactness: 'stabilizing',
  match: pattern(mul, pattern(add, pattern(tanh, any('x')), filled(1)), filled(0.5)),
  build: ({ x }) => sigmoid(scale(x, 2)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = tanh %x : f32[4]
      %1 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %2 = add %0, %1 : f32[4]
      %3 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
      %4 = mul %2, %3 : f32[4]`,
    after: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = sigmoid %1 : f32[4]`,
  },
})

/** Rules of the hyperbolic tangent; see the head of this file. */
export const tanhRules: readonly Rule[] = [
  tanhOfExp,
  tanhOfExpm1,
  twoSigmoidMinusOne,
  halfOnePlusTanh,
]
