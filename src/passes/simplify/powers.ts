// Powers that are other functions. Normal form: named as such, which is many times cheaper.

import { reciprocal, square } from '../../ops/arithmetic.ts'
import { pow, rsqrt, sqrt } from '../../ops/exponential.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled } from '../known.ts'
import { SIGN_DEPTH, signOf } from '../sign.ts'

const powTwo = rule({
  name: 'pow-two',
  why: 'x to the power 2 is x²',
  exactness: 'rounding',
  match: pattern(pow, any('x'), filled(2)),
  build: ({ x }) => square(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = pow %x, %0 : f32[4]`,
    after: '%0 = square %x : f32[4]',
  },
})

const powMinusOne = rule({
  name: 'pow-minus-one',
  why: 'x to the power −1 is the reciprocal of x',
  exactness: 'rounding',
  match: pattern(pow, any('x'), filled(-1)),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x }) => reciprocal(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = -1, shape = [4], dtype = f32} : f32[4]
      %1 = pow %x, %0 : f32[4]`,
    after: '%0 = reciprocal %x : f32[4]',
  },
})

const powHalf = rule({
  name: 'pow-half',
  why: 'x to the power ½ is √x where x is not negative: at −∞ the power is ∞ and the root NaN',
  exactness: 'rounding',
  match: pattern(pow, any('x'), filled(0.5)),
  when: ({ x, madeBy }) => signOf(x, madeBy) !== undefined,
  depth: SIGN_DEPTH + 1,
  build: ({ x }) => sqrt(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = square %x : f32[4]
      %1 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
      %2 = pow %0, %1 : f32[4]`,
    after: `
      %0 = square %x : f32[4]
      %1 = sqrt %0 : f32[4]`,
  },
})

const powMinusHalf = rule({
  name: 'pow-minus-half',
  why: 'x to the power −½ is 1/√x where x is positive: at −0 the power is ∞ and 1/√−0 is −∞',
  exactness: 'rounding',
  match: pattern(pow, any('x'), filled(-0.5)),
  when: ({ x, madeBy }) => signOf(x, madeBy) === 'positive',
  depth: SIGN_DEPTH + 1,
  build: ({ x }) => rsqrt(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = full {value = -0.5, shape = [4], dtype = f32} : f32[4]
      %2 = pow %0, %1 : f32[4]`,
    after: `
      %0 = exp %x : f32[4]
      %1 = rsqrt %0 : f32[4]`,
  },
})

/** Rules of powers; see the head of this file. */
export const powerRules: readonly Rule[] = [powTwo, powMinusOne, powHalf, powMinusHalf]
