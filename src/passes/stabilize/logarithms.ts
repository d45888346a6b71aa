// Logarithms of 1 plus or minus something, and of functions that saturate. Normal form: no
// logarithm of what was rounded to 0, 1 or infinity before.

import { sigmoid, softplus } from '../../ops/activation.ts'
import { add, neg, reciprocal, scale, sub } from '../../ops/arithmetic.ts'
import { exp, expm1, log, log1p, rsqrt } from '../../ops/exponential.ts'
import { log1mexp } from '../../ops/logarithms.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { filled } from '../known.ts'
import { SIGN_DEPTH, signOf } from '../sign.ts'
import { LOGARITHM_DEPTH, logarithmOfExponentials } from './stable-logarithms.ts'

const logOnePlus = rule({
  name: 'log-one-plus',
  why: 'log(1 + x) = log1p(x): 1 + x rounds a small x away',
  exactness: 'stabilizing',
  match: pattern(log, pattern(add, any('x'), filled(1))),
  build: ({ x }) => log1p(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = add %x, %0 : f32[4]
      %2 = log %1 : f32[4]`,
    after: '%0 = log1p %x : f32[4]',
  },
})

const logOneMinus = rule({
  name: 'log-one-minus',
  why: 'log(1 − x) = log1p(−x): 1 − x rounds a small x away',
  exactness: 'stabilizing',
  match: pattern(log, pattern(sub, filled(1), any('x'))),
  build: ({ x }) => log1p(neg(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = sub %0, %x : f32[4]
      %2 = log %1 : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = log1p %0 : f32[4]`,
  },
})

const logOnePlusExp = rule({
  name: 'log-one-plus-exp',
  why: 'log(1 + exp(x)) = softplus(x), and so for sums of exponentials, which overflow',
  exactness: 'stabilizing',
  match: pattern(log1p, any('v')),
  when: ({ v, madeBy }) => logarithmOfExponentials(v, madeBy) !== undefined,
  depth: LOGARITHM_DEPTH + 1,
  build: ({ v, madeBy }) => softplus(logarithmOfExponentials(v, madeBy)!()),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = log1p %0 : f32[4]`,
    after: '%0 = softplus %x : f32[4]',
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = exp %x : f32[4]
        %1 = exp %y : f32[4]
        %2 = add %0, %1 : f32[4]
        %3 = log1p %2 : f32[4]`,
      after: `
        %0 = log_add_exp %x, %y : f32[4]
        %1 = softplus %0 : f32[4]`,
    },
  ],
})

const logOneMinusExp = rule({
  name: 'log-one-minus-exp',
  why: 'log(1 − exp(x)) = log1mexp(x): near x = 0 the exponential is rounded to 1',
  exactness: 'stabilizing',
  match: pattern(log1p, pattern(neg, pattern(exp, any('x')))),
  build: ({ x }) => log1mexp(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = neg %0 : f32[4]
      %2 = log1p %1 : f32[4]`,
    after: '%0 = log1mexp %x : f32[4]',
  },
})

const logMinusExpm1 = rule({
  name: 'log-minus-expm-one',
  why: 'log(−expm1(x)) = log1mexp(x): far below 0 expm1(x) is rounded to −1',
  exactness: 'stabilizing',
  match: pattern(log, pattern(neg, pattern(expm1, any('x')))),
  build: ({ x }) => log1mexp(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = expm1 %x : f32[4]
      %1 = neg %0 : f32[4]
      %2 = log %1 : f32[4]`,
    after: '%0 = log1mexp %x : f32[4]',
  },
})

const logSigmoid = rule({
  name: 'log-sigmoid',
  why: 'log(sigmoid(x)) = −softplus(−x): the sigmoid underflows to 0, whose logarithm is −∞',
  exactness: 'stabilizing',
  match: pattern(log, pattern(sigmoid, any('x'))),
  build: ({ x }) => neg(softplus(neg(x))),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sigmoid %x : f32[4]
      %1 = log %0 : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = softplus %0 : f32[4]
      %2 = neg %1 : f32[4]`,
  },
})

const logOneMinusSigmoid = rule({
  name: 'log-one-minus-sigmoid',
  why: 'log(1 − sigmoid(x)) = −softplus(x): the sigmoid is rounded to 1, and the logarithm is −∞',
  exactness: 'stabilizing',
  match: pattern(log1p, pattern(neg, pattern(sigmoid, any('x')))),
  build: ({ x }) => neg(softplus(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sigmoid %x : f32[4]
      %1 = neg %0 : f32[4]
      %2 = log1p %1 : f32[4]`,
    after: `
      %0 = softplus %x : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const INVERSES = [
  [log.op, exp.op],
  [log1p.op, expm1.op],
] as const

const logExp = rule({
  name: 'log-exp',
  why: 'log(exp(x)) = x and log1p(expm1(x)) = x: on the way there the exponential overflows',
  exactness: 'stabilizing',
  match: pattern([log, log1p], pattern([exp, expm1], any('x')).as('inner')),
  when: ({ root, inner }) => INVERSES.some(([outer, of]) => root.op === outer && inner.op === of),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = log %0 : f32[4]`,
    after: '%x',
  },
  also: [
    {
      given: '%x: f32[4]',
      before: `
        %0 = expm1 %x : f32[4]
        %1 = log1p %0 : f32[4]`,
      after: '%x',
    },
  ],
})

const expLog = rule({
  name: 'exp-log',
  why: 'exp(log(x)) = x where x is not negative: the logarithm keeps fewer digits of a large x',
  exactness: 'stabilizing',
  match: pattern(exp, pattern(log, any('x'))),
  when: ({ x, madeBy }) => signOf(x, madeBy) !== undefined,
  depth: SIGN_DEPTH + 2,
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = square %x : f32[4]
      %1 = log %0 : f32[4]
      %2 = exp %1 : f32[4]`,
    after: '%0 = square %x : f32[4]',
  },
})

const logReciprocal = rule({
  name: 'log-reciprocal',
  why: 'log(1 / x) = −log(x), and log(1 / √x) = −½ log(x): the derivative divides by x², or √x³',
  exactness: 'stabilizing',
  match: pattern(log, pattern([reciprocal, rsqrt], any('x')).as('inner')),
  build: ({ x, inner }) => (inner.op === rsqrt.op ? scale(log(x), -0.5) : neg(log(x))),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = reciprocal %x : f32[4]
      %1 = log %0 : f32[4]`,
    after: `
      %0 = log %x : f32[4]
      %1 = neg %0 : f32[4]`,
  },
  also: [
    {
      given: '%x: f32[4]',
      before: `
        %0 = rsqrt %x : f32[4]
        %1 = log %0 : f32[4]`,
      after: `
        %0 = log %x : f32[4]
        %1 = full {value = -0.5, shape = [4], dtype = f32} : f32[4]
        %2 = mul %0, %1 : f32[4]`,
    },
  ],
})

const softplusMinusSelf = rule({
  name: 'softplus-minus-self',
  why: 'softplus(x) − x = softplus(−x): for large x both sides of the difference are x',
  exactness: 'stabilizing',
  match: pattern(sub, pattern(softplus, any('x')), any('x')),
  build: ({ x }) => softplus(neg(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = softplus %x : f32[4]
      %1 = sub %0, %x : f32[4]`,
    after: `
      %0 = neg %x : f32[4]
      %1 = softplus %0 : f32[4]`,
  },
})

/** Rules of logarithms; see the head of this file. */
export const logarithmRules: readonly Rule[] = [
  logOnePlus,
  logOneMinus,
  logOnePlusExp,
  logOneMinusExp,
  logMinusExpm1,
  logSigmoid,
  logOneMinusSigmoid,
  softplusMinusSelf,
  logExp,
  expLog,
  logReciprocal,
]
