// Signs that a neighbour takes over. Normal form: a − b, never a + (−b); no sign before a
// difference or beside a known number, and none that the next op has no use for.

import { add, div, mul, neg, square, sub } from '../../ops/arithmetic.ts'
import { fullLike } from '../../ops/creation.ts'
import { abs } from '../../ops/piecewise.ts'
import { cos } from '../../ops/trigonometric.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled } from '../known.ts'

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

const subLeftNeg = rule({
  name: 'sub-left-neg',
  why: '−x − y = −(x + y), but for the sign of a zero',
  exactness: 'rounding',
  match: pattern(sub, pattern(neg, any('x')), any('y')),
  build: ({ x, y }) => neg(add(x, y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = sub %0, %y : f32[4]`,
    after: `
      %0 = add %x, %y : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const negAddKnown = rule({
  name: 'neg-add-known',
  why: 'a known term takes over the sign: −(x + c) = −c − x, but for the sign of a zero',
  exactness: 'rounding',
  match: pattern(neg, pattern(add, any('x'), filled('c'))),
  build: ({ x, c }) => sub(fullLike(x, -c), x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = add %x, %0 : f32[4]
      %2 = neg %1 : f32[4]`,
    after: `
      %0 = full {value = -3, shape = [4], dtype = f32} : f32[4]
      %1 = sub %0, %x : f32[4]`,
  },
})

const negDivKnown = rule({
  name: 'neg-div-known',
  why: 'a known divisor takes over the sign: −(x / c) = x / (−c)',
  exactness: 'bitwise',
  match: pattern(neg, pattern(div, any('x'), filled('c'))),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x, c }) => div(x, fullLike(x, -c)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = div %x, %0 : f32[4]
      %2 = neg %1 : f32[4]`,
    after: `
      %0 = full {value = -3, shape = [4], dtype = f32} : f32[4]
      %1 = div %x, %0 : f32[4]`,
  },
})

const negKnownDiv = rule({
  name: 'neg-known-div',
  why: 'a known dividend takes over the sign: −(c / x) = (−c) / x',
  exactness: 'bitwise',
  match: pattern(neg, pattern(div, filled('c'), any('x'))),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x, c }) => div(fullLike(x, -c), x),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = div %0, %x : f32[4]
      %2 = neg %1 : f32[4]`,
    after: `
      %0 = full {value = -3, shape = [4], dtype = f32} : f32[4]
      %1 = div %0, %x : f32[4]`,
  },
})

/** Rules of signs; see the head of this file. */
export const signRules: readonly Rule[] = [
  mulMinusOne,
  addNeg,
  subNeg,
  subLeftNeg,
  negSub,
  negAddKnown,
  mulNegs,
  mulNegKnown,
  negMulKnown,
  negDivKnown,
  negKnownDiv,
  evenFunction,
]
