// Elementwise arithmetic. Normal form: no negation that a neighbour can take over; a known term is
// added, never subtracted, and a known factor multiplies, never divides, where that is exact;
// squares and reciprocals are named as such.

import { add, div, mul, neg, reciprocal, square, sub } from '../../ops/arithmetic.ts'
import { fullLike } from '../../ops/creation.ts'
import { pow, rsqrt, sqrt } from '../../ops/exponential.ts'
import { abs } from '../../ops/piecewise.ts'
import { cos } from '../../ops/trigonometric.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'
import { filled } from '../known.ts'

const addNeg = rule({
  name: 'add-neg',
  why: 'adding a negative is subtracting: x + (−y) = x − y',
  exactness: 'bitwise',
  match: pattern(add, any('x'), pattern(neg, any('y'))),
  build: ({ x, y }) => sub(x, y),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %y : f32[4]
      %1 = add %x, %0 : f32[4]`,
    after: '%0 = sub %x, %y : f32[4]',
  },
})

const subNeg = rule({
  name: 'sub-neg',
  why: 'subtracting a negative is adding: x − (−y) = x + y',
  exactness: 'bitwise',
  match: pattern(sub, any('x'), pattern(neg, any('y'))),
  build: ({ x, y }) => add(x, y),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %y : f32[4]
      %1 = sub %x, %0 : f32[4]`,
    after: '%0 = add %x, %y : f32[4]',
  },
})

const negSub = rule({
  name: 'neg-sub',
  why: '−(x − y) = y − x, but for the sign of a zero where x = y',
  exactness: 'rounding',
  match: pattern(neg, pattern(sub, any('x'), any('y'))),
  build: ({ x, y }) => sub(y, x),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = sub %x, %y : f32[4]
      %1 = neg %0 : f32[4]`,
    after: '%0 = sub %y, %x : f32[4]',
  },
})

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

const mulMinusOne = rule({
  name: 'mul-minus-one',
  why: 'x · (−1) = −x',
  exactness: 'bitwise',
  match: pattern(mul, any('x'), filled(-1)),
  build: ({ x }) => neg(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = -1, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
    after: '%0 = neg %x : f32[4]',
  },
})

const mulNegs = rule({
  name: 'mul-negs',
  why: 'two signs cancel: (−x) · (−y) = x · y',
  exactness: 'bitwise',
  match: pattern(mul, pattern(neg, any('x')), pattern(neg, any('y'))),
  build: ({ x, y }) => mul(x, y),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = neg %y : f32[4]
      %2 = mul %0, %1 : f32[4]`,
    after: '%0 = mul %x, %y : f32[4]',
  },
})

const mulNegKnown = rule({
  name: 'mul-neg-known',
  why: 'a known factor takes over the sign: (−x) · c = x · (−c)',
  exactness: 'bitwise',
  match: pattern(mul, pattern(neg, any('x')), filled('c')),
  build: ({ x, c }) => mul(x, fullLike(x, -c)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = neg %x : f32[4]
      %2 = mul %1, %0 : f32[4]`,
    after: `
      %0 = full {value = -2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

const negMulKnown = rule({
  name: 'neg-mul-known',
  why: 'a known factor takes over the sign: −(x · c) = x · (−c)',
  exactness: 'bitwise',
  match: pattern(neg, pattern(mul, any('x'), filled('c'))),
  build: ({ x, c }) => mul(x, fullLike(x, -c)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = neg %1 : f32[4]`,
    after: `
      %0 = full {value = -2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
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

const evenFunction = rule({
  name: 'even-function',
  why: 'f(−x) = f(x)',
  exactness: 'bitwise',
  match: pattern([abs, square, cos], pattern(neg, any('x'))),
  build: ({ root, into, x }) => into.append(root.op, [x], root.attributes)[0]!,
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = square %0 : f32[4]`,
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

/** Smallest normal numbers: below them the reciprocal of a power of two may be inexact. */
const LEAST_NORMAL = { f32: 2 ** -126, f64: 2 ** -1022 } as const

/** Whether dividing by `c` and multiplying by 1/c round the same exact number. */
function hasExactReciprocal(c: number, dtype: DTypeName): boolean {
  if (dtype !== 'f32' && dtype !== 'f64') return false
  const size = Math.abs(c)
  const isPower = Number.isFinite(size) && size > 0 && Number.isInteger(Math.log2(size))
  const least = LEAST_NORMAL[dtype]
  return isPower && 2 ** Math.round(Math.log2(size)) === size && size >= least && 1 / size >= least
}

const divKnown = rule({
  name: 'div-known',
  why: 'x / c = x · (1/c) where c is a power of two, since 1/c is exact',
  exactness: 'bitwise',
  match: pattern(div, any('x'), filled('c')),
  when: ({ x, c }) => hasExactReciprocal(c, x.type.dtype),
  build: ({ x, c }) => mul(x, fullLike(x, 1 / c)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 8, shape = [4], dtype = f32} : f32[4]
      %1 = div %x, %0 : f32[4]`,
    after: `
      %0 = full {value = 0.125, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

const oneOver = rule({
  name: 'one-over',
  why: '1 / x is the reciprocal of x',
  exactness: 'bitwise',
  match: pattern(div, filled(1), any('x')),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x }) => reciprocal(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 1, shape = [4], dtype = f32} : f32[4]
      %1 = div %0, %x : f32[4]`,
    after: '%0 = reciprocal %x : f32[4]',
  },
})

const reciprocalSqrt = rule({
  name: 'reciprocal-sqrt',
  why: '1 / √x is one function with one rounding',
  exactness: 'rounding',
  match: pattern(reciprocal, pattern(sqrt, any('x'))),
  build: ({ x }) => rsqrt(x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = sqrt %x : f32[4]
      %1 = reciprocal %0 : f32[4]`,
    after: '%0 = rsqrt %x : f32[4]',
  },
})

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

/** Rules of arithmetic; see the head of this file. */
export const arithmeticRules: readonly Rule[] = [
  mulMinusOne,
  addNeg,
  subNeg,
  negSub,
  subKnown,
  subSelf,
  subSelfInteger,
  mulNegs,
  mulNegKnown,
  negMulKnown,
  mulSelf,
  evenFunction,
  squareAbs,
  divKnown,
  oneOver,
  reciprocalSqrt,
  powTwo,
  powMinusOne,
]
