// Choice, logic and change of type. Normal form: no choice whose outcome is known, no choice within
// a choice on the same condition, no negated condition, no conversion that loses nothing followed
// by another.

import { dtype as dtypeKind } from '../../ir/attribute.ts'
import { equal, notEqual } from '../../ops/comparison.ts'
import { not } from '../../ops/logic.ts'
import { cast, where } from '../../ops/select.ts'
import { any, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'
import { DTYPES, type DTypeName } from '../../support/dtype.ts'
import { filled } from '../known.ts'

const whereSame = rule({
  name: 'where-same',
  why: 'a choice between a value and itself is that value',
  exactness: 'bitwise',
  match: pattern(where, any('condition'), any('x'), any('x')),
  build: ({ x }) => x,
  example: {
    given: '%c: bool[4], %x: f32[4]',
    before: '%0 = where %c, %x, %x : f32[4]',
    after: '%x',
  },
})

const whereKnown = rule({
  name: 'where-known',
  why: 'the condition is the same for all elements and known',
  exactness: 'bitwise',
  match: pattern(where, filled('condition'), any('x'), any('y')),
  build: ({ condition, x, y }) => (condition === 0 ? y : x),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = full {value = 0, shape = [4], dtype = bool} : bool[4]
      %1 = where %0, %x, %y : f32[4]`,
    after: '%y',
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = full {value = 1, shape = [4], dtype = bool} : bool[4]
        %1 = where %0, %x, %y : f32[4]`,
      after: '%x',
    },
  ],
})

const whereNot = rule({
  name: 'where-not',
  why: 'choosing by the opposite is choosing the other way round',
  exactness: 'bitwise',
  match: pattern(where, pattern(not, any('condition')), any('x'), any('y')),
  build: ({ condition, x, y }) => where(condition, y, x),
  example: {
    given: '%c: bool[4], %x: f32[4], %y: f32[4]',
    before: `
      %0 = not %c : bool[4]
      %1 = where %0, %x, %y : f32[4]`,
    after: '%0 = where %c, %y, %x : f32[4]',
  },
})

const whereInThen = rule({
  name: 'where-in-then',
  why: 'where the outer condition holds, the inner one does too',
  exactness: 'bitwise',
  match: pattern(
    where,
    any('condition'),
    pattern(where, any('condition'), any('x'), any('unreached')),
    any('y'),
  ),
  build: ({ condition, x, y }) => where(condition, x, y),
  example: {
    given: '%c: bool[4], %x: f32[4], %y: f32[4], %z: f32[4]',
    before: `
      %0 = where %c, %x, %z : f32[4]
      %1 = where %c, %0, %y : f32[4]`,
    after: '%0 = where %c, %x, %y : f32[4]',
  },
})

const whereInElse = rule({
  name: 'where-in-else',
  why: 'where the outer condition fails, the inner one does too',
  exactness: 'bitwise',
  match: pattern(
    where,
    any('condition'),
    any('x'),
    pattern(where, any('condition'), any('unreached'), any('y')),
  ),
  build: ({ condition, x, y }) => where(condition, x, y),
  example: {
    given: '%c: bool[4], %x: f32[4], %y: f32[4], %z: f32[4]',
    before: `
      %0 = where %c, %z, %y : f32[4]
      %1 = where %c, %x, %0 : f32[4]`,
    after: '%0 = where %c, %x, %y : f32[4]',
  },
})

const notEquality = rule({
  name: 'not-equality',
  why: 'x = y and x ≠ y are opposites at NaN too, which < and ≥ are not',
  exactness: 'bitwise',
  match: pattern(not, pattern([equal, notEqual], any('x'), any('y')).as('inner')),
  build: ({ x, y, inner }) => (inner.op === equal.op ? notEqual(x, y) : equal(x, y)),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = equal %x, %y : bool[4]
      %1 = not %0 : bool[4]`,
    after: '%0 = not_equal %x, %y : bool[4]',
  },
  also: [
    {
      given: '%x: f32[4], %y: f32[4]',
      before: `
        %0 = not_equal %x, %y : bool[4]
        %1 = not %0 : bool[4]`,
      after: '%0 = equal %x, %y : bool[4]',
    },
  ],
})

const castSame = rule({
  name: 'cast-same',
  why: 'a conversion to the dtype that the value has changes nothing',
  exactness: 'bitwise',
  match: pattern(cast, any('x')),
  when: ({ x, root }) => x.type.dtype === root.out.type.dtype,
  build: ({ x }) => x,
  example: { given: '%x: f32[4]', before: '%0 = cast %x {dtype = f32} : f32[4]', after: '%x' },
})

/** Whether every value of one dtype is a value of the other. */
function isLossless(from: DTypeName, to: DTypeName): boolean {
  return from === to || from === 'bool' || (to === 'f64' && from !== 'f64')
}

const castCast = rule({
  name: 'cast-cast',
  why: 'a conversion that loses nothing need not be made on the way to another dtype',
  exactness: 'bitwise',
  match: pattern(cast, pattern(cast, any('x')).as('inner')),
  // Between i32 and u32 the low bits are kept, while the way through a float saturates.
  when: ({ x, inner, root }) => {
    const from = x.type.dtype
    const to = root.out.type.dtype
    const wraps = DTYPES[from].kind === 'integer' && DTYPES[to].kind === 'integer' && from !== to
    return isLossless(from, inner.out.type.dtype) && !wraps
  },
  build: ({ x, root }) => cast(x, attribute(root, 'dtype', dtypeKind)),
  example: {
    given: '%x: f32[4]',
    before: `
      %0 = cast %x {dtype = f64} : f64[4]
      %1 = cast %0 {dtype = i32} : i32[4]`,
    after: '%0 = cast %x {dtype = i32} : i32[4]',
  },
})

/** Rules of choice and conversion; see the head of this file. */
export const selectRules: readonly Rule[] = [
  whereSame,
  whereKnown,
  whereNot,
  whereInThen,
  whereInElse,
  notEquality,
  castSame,
  castCast,
]
