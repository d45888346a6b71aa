// Signs on their way out. Normal form: a sign stands outside of products, quotients, sums over
// axes, contractions and movements, where a sum, a difference or a known number may take it over.

import type { Value } from '../../ir/builder.ts'
import { div, mul, neg, reciprocal } from '../../ops/arithmetic.ts'
import { sum } from '../../ops/broadcast.ts'
import { matmul } from '../../ops/contraction.ts'
import { mean } from '../../ops/statistics.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { movements } from '../movements.ts'

/** The matched op applied to other operands. */
const again = ({ op, attributes, out }: Matched, operands: readonly Value[]): Value =>
  out.builder.append(op, operands, attributes)[0]!

const mulNeg = rule({
  name: 'mul-neg',
  why: 'a sign comes out of a product: (−x) · y = −(x · y)',
  exactness: 'bitwise',
  match: pattern(mul, pattern(neg, any('x')), any('y')),
  build: ({ x, y }) => neg(mul(x, y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = mul %0, %y : f32[4]`,
    after: `
      %0 = mul %x, %y : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const divNeg = rule({
  name: 'div-neg',
  why: 'a sign comes out of a quotient: (−x) / y = −(x / y)',
  exactness: 'bitwise',
  match: pattern(div, pattern(neg, any('x')), any('y')),
  // The smallest integer is its own negative, but not once it is divided.
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x, y }) => neg(div(x, y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = div %0, %y : f32[4]`,
    after: `
      %0 = div %x, %y : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const divByNeg = rule({
  name: 'div-by-neg',
  why: 'a sign comes out of a quotient: x / (−y) = −(x / y)',
  exactness: 'bitwise',
  match: pattern(div, any('x'), pattern(neg, any('y'))),
  when: ({ x }) => isFloat(x.type.dtype),
  build: ({ x, y }) => neg(div(x, y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = neg %y : f32[4]
      %1 = div %x, %0 : f32[4]`,
    after: `
      %0 = div %x, %y : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const reciprocalNeg = rule({
  name: 'reciprocal-neg',
  why: 'a sign comes out of a reciprocal: 1 / (−x) = −(1 / x)',
  exactness: 'bitwise',
  match: pattern(reciprocal, pattern(neg, any('x'))),
  build: ({ x }) => neg(reciprocal(x)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = neg %x : f32[4]
      %1 = reciprocal %0 : f32[4]`,
    after: `
      %0 = reciprocal %x : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const reduceNeg = rule({
  name: 'reduce-neg',
  why: 'a sign comes out of a sum: Σ −x = −Σ x, but for the sign of a zero',
  exactness: 'rounding',
  match: pattern([sum, mean], pattern(neg, any('x'))),
  build: ({ root, x }) => neg(again(root, [x])),
  example: {
    given: '%x: f32[4,n]',
    before: `
      %0 = neg %x : f32[4,n]
      %1 = sum %0 {axes = [1]} : f32[4]`,
    after: `
      %0 = sum %x {axes = [1]} : f32[4]
      %1 = neg %0 : f32[4]`,
  },
})

const matmulLeftNeg = rule({
  name: 'matmul-left-neg',
  why: 'a sign comes out of a contraction: (−x) y = −(x y), but for the sign of a zero',
  exactness: 'rounding',
  match: pattern(matmul, pattern(neg, any('x')), any('y')),
  build: ({ root, x, y }) => neg(again(root, [x, y])),
  example: {
    given: '%x: f32[n,3], %y: f32[3,4]',
    before: `
      %0 = neg %x : f32[n,3]
      %1 = matmul %0, %y : f32[n,4]`,
    after: `
      %0 = matmul %x, %y : f32[n,4]
      %1 = neg %0 : f32[n,4]`,
  },
})

const matmulRightNeg = rule({
  name: 'matmul-right-neg',
  why: 'a sign comes out of a contraction: x (−y) = −(x y), but for the sign of a zero',
  exactness: 'rounding',
  match: pattern(matmul, any('x'), pattern(neg, any('y'))),
  build: ({ root, x, y }) => neg(again(root, [x, y])),
  example: {
    given: '%x: f32[n,3], %y: f32[3,4]',
    before: `
      %0 = neg %y : f32[3,4]
      %1 = matmul %x, %0 : f32[n,4]`,
    after: `
      %0 = matmul %x, %y : f32[n,4]
      %1 = neg %0 : f32[n,4]`,
  },
})

const moveNeg = rule({
  name: 'move-neg',
  why: 'where an element stands does not change its sign',
  exactness: 'bitwise',
  match: pattern(movements, pattern(neg, any('x'))),
  build: ({ root, x }) => neg(again(root, [x])),
  example: {
    given: '%x: f32[2,3]',
    before: `
      %0 = neg %x : f32[2,3]
      %1 = transpose %0 {permutation = [1, 0]} : f32[3,2]`,
    after: `
      %0 = transpose %x {permutation = [1, 0]} : f32[3,2]
      %1 = neg %0 : f32[3,2]`,
  },
})

/** Rules of signs that come out; see the head of this file. */
export const outwardSignRules: readonly Rule[] = [
  mulNeg,
  divNeg,
  divByNeg,
  reciprocalNeg,
  reduceNeg,
  matmulLeftNeg,
  matmulRightNeg,
  moveNeg,
]
