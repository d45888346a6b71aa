// Differences and squares. Normal form: a known term is added, never subtracted; a square is named
// as one, and has no use for a sign.

import { add, mul, square, sub } from '../../ops/arithmetic.ts'
import { fullLike } from '../../ops/creation.ts'
import { abs } from '../../ops/piecewise.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled } from '../known.ts'

const subKnown = rule({
  name: 'sub-known',
  why: 'x − c = x + (−c); sums with known terms then meet in one form',
  exactness: 'bitwise',
  match: pattern(sub, any('x'), filled('c')),
  build: ({ x, c }) => add(x, fullLike(x, -c)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = sub %x, %0 : f32[4]`,
    after: `
      %0 = full {value = -3, shape = [4], dtype = f32} : f32[4]
      %1 = add %x, %0 : f32[4]`,
  },
})

const subSelf = rule({
  name: 'sub-self',
  why: 'x − x = 0 unless x is NaN or infinite',
  exactness: 'assumes-finite',
  match: pattern(sub, any('x'), any('x')),
  build: ({ x }) => fullLike(x, 0),
  example: {
    given: '%x: f32[4]',
    before: '%0 = sub %x, %x : f32[4]',
    after: '%0 = full {value = 0, shape = [4], dtype = f32} : f32[4]',
  },
})

const subSelfInteger = rule({
  name: 'sub-self-integer',
  why: 'x − x = 0 for integers',
  exactness: 'bitwise',
  match: pattern(sub, any('x'), any('x')),
  when: ({ x }) => !isFloat(x.type.dtype),
  build: ({ x }) => fullLike(x, 0),
  example: {
    given: '%x: i32[4]',
    before: '%0 = sub %x, %x : i32[4]',
    after: '%0 = full {value = 0, shape = [4], dtype = i32} : i32[4]',
  },
})

const mulSelf = rule({
  name: 'mul-self',
  why: 'x · x = x²: the operand is named once, and the op has one derivative instead of two',
  exactness: 'bitwise',
  match: pattern(mul, any('x'), any('x')),
  build: ({ x }) => square(x),
  example: {
    given: '%x: f32[4]',
    before: '%0 = mul %x, %x : f32[4]',
    after: '%0 = square %x : f32[4]',
  },
})

const squareAbs = rule({
  name: 'square-abs',
  why: 'the square has no use for the sign: |x|² = x²',
  exactness: 'bitwise',
  match: pattern(square, pattern(abs, any('x'))),
  build: ({ x }) => square(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = abs %x : f32[4]
      %1 = square %0 : f32[4]`,
    after: '%0 = square %x : f32[4]',
  },
})

/** Rules of arithmetic; see the head of this file. */
export const arithmeticRules: readonly Rule[] = [
  subKnown,
  subSelf,
  subSelfInteger,
  mulSelf,
  squareAbs,
]
