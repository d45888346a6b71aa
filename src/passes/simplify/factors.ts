// Known factors. Normal form: a product or a quotient has at most one, at the outside, and sums
// over axes are scaled once instead of element by element. Factors within 2²⁴ either way take part:
// what overflows or underflows with such a factor in another place was about to without it.

import { div, mul } from '../../ops/arithmetic.ts'
import { sum } from '../../ops/broadcast.ts'
import { fullLike } from '../../ops/creation.ts'
import { mean } from '../../ops/statistics.ts'
import { any, pattern, unlike } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { isFloat } from '../../support/dtype.ts'
import { filled, isKnown } from '../known.ts'
import { isModest } from './known-numbers.ts'

const quotientOfScaled = rule({
  name: 'quotient-of-scaled',
  why: '(x · a) / b = x · (a/b), and a/b is known',
  exactness: 'rounding',
  match: pattern(div, pattern(mul, any('x'), filled('a')), filled('b')),
  when: ({ x, a, b }) => isFloat(x.type.dtype) && isModest(a) && isModest(b),
  build: ({ x, a, b }) => mul(x, fullLike(x, a / b)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 6, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = mul %x, %0 : f32[4]
      %3 = div %2, %1 : f32[4]`,
    after: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

const scaledQuotient = rule({
  name: 'scaled-quotient',
  why: '(x / a) · b = x · (b/a), and b/a is known',
  exactness: 'rounding',
  match: pattern(mul, pattern(div, any('x'), filled('a')), filled('b')),
  when: ({ x, a, b }) => isFloat(x.type.dtype) && isModest(a) && isModest(b),
  build: ({ x, a, b }) => mul(x, fullLike(x, b / a)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 6, shape = [4], dtype = f32} : f32[4]
      %2 = div %x, %0 : f32[4]
      %3 = mul %2, %1 : f32[4]`,
    after: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

const quotientOfQuotient = rule({
  name: 'quotient-of-quotient',
  why: '(x / a) / b = x / (a · b), and a · b is known',
  exactness: 'rounding',
  match: pattern(div, pattern(div, any('x'), filled('a')), filled('b')),
  when: ({ x, a, b }) => isFloat(x.type.dtype) && isModest(a) && isModest(b),
  build: ({ x, a, b }) => div(x, fullLike(x, a * b)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = full {value = 5, shape = [4], dtype = f32} : f32[4]
      %2 = div %x, %0 : f32[4]
      %3 = div %2, %1 : f32[4]`,
    after: `
      %0 = full {value = 15, shape = [4], dtype = f32} : f32[4]
      %1 = div %x, %0 : f32[4]`,
  },
})

const dividendFactor = rule({
  name: 'dividend-factor',
  why: 'a known factor comes out of a dividend: (x · c) / y = (x / y) · c',
  exactness: 'rounding',
  match: pattern(div, pattern(mul, any('x'), filled('c')).as('inner'), unlike('y', isKnown)),
  when: ({ x, c, inner }) => isFloat(x.type.dtype) && isModest(c) && inner.useCount === 1,
  build: ({ x, y, c }) => mul(div(x, y), fullLike(x, c)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = mul %x, %0 : f32[4]
      %2 = div %1, %y : f32[4]`,
    after: `
      %0 = div %x, %y : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = mul %0, %1 : f32[4]`,
  },
})

const divisorFactor = rule({
  name: 'divisor-factor',
  why: 'a known factor comes out of a divisor: x / (y · c) = (x / y) · (1/c)',
  exactness: 'rounding',
  match: pattern(div, unlike('x', isKnown), pattern(mul, any('y'), filled('c')).as('inner')),
  when: ({ x, c, inner }) => isFloat(x.type.dtype) && isModest(c) && inner.useCount === 1,
  build: ({ x, y, c }) => mul(div(x, y), fullLike(x, 1 / c)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = mul %y, %0 : f32[4]
      %2 = div %x, %1 : f32[4]`,
    after: `
      %0 = div %x, %y : f32[4]
      %1 = full {value = 0.5, shape = [4], dtype = f32} : f32[4]
      %2 = mul %0, %1 : f32[4]`,
  },
})

const knownDivisorOutward = rule({
  name: 'known-divisor-outward',
  why: 'a known divisor comes out of a product or quotient: (x / c) · y = (x · y) / c',
  exactness: 'rounding',
  match: pattern([mul, div], pattern(div, any('x'), filled('c')).as('inner'), unlike('y', isKnown)),
  when: ({ x, c, inner }) => isFloat(x.type.dtype) && isModest(c) && inner.useCount === 1,
  build: ({ root, into, x, y, c }) => div(into.append(root.op, [x, y], {})[0]!, fullLike(x, c)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %1 = div %x, %0 : f32[4]
      %2 = mul %1, %y : f32[4]`,
    after: `
      %0 = mul %x, %y : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = div %0, %1 : f32[4]`,
  },
})

const reduceScaled = rule({
  name: 'reduce-scaled',
  why: 'a sum is scaled once instead of each of its terms: Σ (x · c) = (Σ x) · c',
  exactness: 'rounding',
  match: pattern([sum, mean], pattern([mul, div], any('x'), filled('c')).as('inner')),
  when: ({ x, c, inner }) => isFloat(x.type.dtype) && isModest(c) && inner.useCount === 1,
  build: ({ root, into, x, c, inner }) => {
    const reduced = into.append(root.op, [x], root.attributes)[0]!
    return into.append(inner.op, [reduced, fullLike(reduced, c)], {})[0]!
  },
  example: {
    given: '%x: f32[4,n]',
    before: `
      %0 = full {value = 3, shape = [4, n], dtype = f32} : f32[4,n]
      %1 = mul %x, %0 : f32[4,n]
      %2 = sum %1 {axes = [1]} : f32[4]`,
    after: `
      %0 = sum %x {axes = [1]} : f32[4]
      %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
      %2 = mul %0, %1 : f32[4]`,
  },
  also: [
    {
      given: '%x: f32[4,n]',
      before: `
        %0 = full {value = 3, shape = [4, n], dtype = f32} : f32[4,n]
        %1 = div %x, %0 : f32[4,n]
        %2 = mean %1 {axes = [1]} : f32[4]`,
      after: `
        %0 = mean %x {axes = [1]} : f32[4]
        %1 = full {value = 3, shape = [4], dtype = f32} : f32[4]
        %2 = div %0, %1 : f32[4]`,
    },
  ],
})

/** Rules of known factors; see the head of this file. */
export const factorRules: readonly Rule[] = [
  quotientOfScaled,
  scaledQuotient,
  quotientOfQuotient,
  dividendFactor,
  divisorFactor,
  knownDivisorOutward,
  reduceScaled,
]
