// Roots, absolute values and signs. Normal form: no root of a square, no square of a root, and no
// quotient that is 0/0 where its value is plain.

import { relu } from '../../ops/activation.ts'
import { div, mul, square } from '../../ops/arithmetic.ts'
import { rsqrt, sqrt } from '../../ops/exponential.ts'
import { abs, sign } from '../../ops/piecewise.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { SIGN_DEPTH, signOf } from '../sign.ts'

const selfOverSqrt = rule({
  name: 'self-over-sqrt',
  why: 'x / √x = √x: at x = 0 the quotient is 0/0',
  exactness: 'stabilizing',
  match: pattern(mul, any('x'), pattern(rsqrt, any('x'))),
  build: ({ x }) => sqrt(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = rsqrt %x : f32[4]
      %1 = mul %x, %0 : f32[4]`,
    after: '%0 = sqrt %x : f32[4]',
  },
})

const sqrtOverSelf = rule({
  name: 'sqrt-over-self',
  why: '√x / x = 1 / √x: at x = 0 the quotient is 0/0 where its limit is ∞',
  exactness: 'stabilizing',
  match: pattern(div, pattern(sqrt, any('x')), any('x')),
  build: ({ x }) => rsqrt(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sqrt %x : f32[4]
      %1 = div %0, %x : f32[4]`,
    after: '%0 = rsqrt %x : f32[4]',
  },
})

const sqrtSquare = rule({
  name: 'sqrt-square',
  why: '√(x²) = |x|: the square overflows or underflows, and the derivative at 0 is 0/0',
  exactness: 'stabilizing',
  match: pattern(sqrt, pattern(square, any('x'))),
  build: ({ x }) => abs(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = square %x : f32[4]
      %1 = sqrt %0 : f32[4]`,
    after: '%0 = abs %x : f32[4]',
  },
})

const squareSqrt = rule({
  name: 'square-sqrt',
  why: '(√x)² = x where x is not negative: the derivative at 0 is 0 · ∞',
  exactness: 'stabilizing',
  match: pattern(square, pattern(sqrt, any('x'))),
  when: ({ x, madeBy }) => signOf(x, madeBy) !== undefined,
  depth: SIGN_DEPTH + 2,
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = abs %x : f32[4]
      %1 = sqrt %0 : f32[4]
      %2 = square %1 : f32[4]`,
    after: '%0 = abs %x : f32[4]',
  },
})

const selfOverAbs = rule({
  name: 'self-over-abs',
  why: 'x / |x| = sign(x): at x = 0 the quotient is 0/0, and its derivative is rounding noise elsewhere',
  exactness: 'stabilizing',
  match: pattern(div, any('x'), pattern(abs, any('x'))),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x }) => sign(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = abs %x : f32[4]
      %1 = div %x, %0 : f32[4]`,
    after: '%0 = sign %x : f32[4]',
  },
})

const absNonnegative = rule({
  name: 'abs-nonnegative',
  why: '|x| = x and max(x, 0) = x where x is not negative',
  exactness: 'rounding',
  match: pattern([abs, relu], any('x')),
  when: ({ x, madeBy }) => signOf(x, madeBy) !== undefined,
  depth: SIGN_DEPTH + 1,
  build: ({ x }) => x,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = abs %0 : f32[4]`,
    after: '%0 = exp %x : f32[4]',
  },
  also: [
    {
      given: '%x: f32[4]',
      before: `
        %0 = sigmoid %x : f32[4]
        %1 = relu %0 : f32[4]`,
      after: '%0 = sigmoid %x : f32[4]',
    },
  ],
})

/** Rules of roots; see the head of this file. */
export const rootRules: readonly Rule[] = [
  selfOverSqrt,
  sqrtOverSelf,
  sqrtSquare,
  squareSqrt,
  selfOverAbs,
  absNonnegative,
]
