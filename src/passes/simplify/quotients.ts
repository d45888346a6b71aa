// Quotients, reciprocals and roots below a line. Normal form: a known divisor multiplies where that
// is exact; one division rather than a reciprocal that is multiplied, unless that is shared; what
// is divided by a root is multiplied by its reciprocal, which one function computes.

import { div, mul, reciprocal } from '../../ops/arithmetic.ts'
import { broadcastTo } from '../../ops/broadcast.ts'
import { fullLike } from '../../ops/creation.ts'
import { rsqrt, sqrt } from '../../ops/exponential.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { type Rule, rule } from '../../rewrite/rule.ts'
import { type DTypeName, isFloat } from '../../support/dtype.ts'
import { filled } from '../known.ts'

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

const mulReciprocal = rule({
  name: 'mul-reciprocal',
  why: 'x · (1/y) = x / y, where a tiny y does not overflow on its way',
  exactness: 'stabilizing',
  match: pattern(mul, any('x'), pattern(reciprocal, any('y')).as('inner')),
  // A reciprocal that others use is cheaper than a division for each.
  when: ({ inner }) => inner.useCount === 1,
  build: ({ x, y }) => div(x, y),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = reciprocal %y : f32[4]
      %1 = mul %x, %0 : f32[4]`,
    after: '%0 = div %x, %y : f32[4]',
  },
})

const divSqrt = rule({
  name: 'div-sqrt',
  why: 'x / √y = x · (1/√y), and 1/√y is one function',
  exactness: 'rounding',
  match: pattern(div, any('x'), pattern(sqrt, any('y'))),
  build: ({ x, y }) => mul(x, rsqrt(y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = sqrt %y : f32[4]
      %1 = div %x, %0 : f32[4]`,
    after: `
      %0 = rsqrt %y : f32[4]
      %1 = mul %x, %0 : f32[4]`,
  },
})

const divRepeatedSqrt = rule({
  name: 'div-repeated-sqrt',
  why: 'x / √y = x · (1/√y), and 1/√y is computed once however often it is repeated',
  exactness: 'rounding',
  match: pattern(div, any('x'), pattern(broadcastTo, pattern(sqrt, any('y'))).as('repeated')),
  build: ({ x, y, repeated, into }) =>
    mul(x, into.append(repeated.op, [rsqrt(y)], repeated.attributes)[0]!),
  example: {
    given: '%x: f32[n,4], %y: f32[n]',
    before: `
      %0 = sqrt %y : f32[n]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
      %2 = div %x, %1 : f32[n,4]`,
    after: `
      %0 = rsqrt %y : f32[n]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
      %2 = mul %x, %1 : f32[n,4]`,
  },
})

/** Rules of quotients; see the head of this file. */
export const quotientRules: readonly Rule[] = [
  divKnown,
  oneOver,
  mulReciprocal,
  reciprocalSqrt,
  divSqrt,
  divRepeatedSqrt,
]
