// Dtypes: every sentence about the element type of one operand, as a type and when the graph is
// built; which numbers are elements of a dtype; what is unknown is accepted.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { elu, gelu, leakyRelu, relu } from '../../../src/model/ops/activation.ts'
import { add, div, maximum, mul, pow } from '../../../src/model/ops/binary.ts'
import { equal, less } from '../../../src/model/ops/comparison.ts'
import { dot, matmul } from '../../../src/model/ops/contraction.ts'
import { and, not, or } from '../../../src/model/ops/logic.ts'
import { sigmoidCrossEntropy, softmaxCrossEntropy } from '../../../src/model/ops/losses.ts'
import { clamp, where } from '../../../src/model/ops/select.ts'
import { abs, exp, neg, square } from '../../../src/model/ops/unary.ts'
import type { DTypesRule, NeedsRule, WantRule } from '../../../src/model/shapes/dtypes.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { given, givenAll, row } from '../given.ts'

const of = (dtype: DTypeName) => given([4], dtype)

const twice = (call: (a: Tensor, b: Tensor) => unknown, dtype: DTypeName) => {
  const [a, b] = givenAll([[4, 4], dtype], [[4, 4], dtype])
  return call(a!, b!)
}

const sentences = [
  row<NeedsRule<'exp', 'i32', 'float'>>("exp: needs f32 or f64, got i32; use cast(x, 'f32')", () =>
    exp(of('i32')),
  ),
  row<NeedsRule<'relu', 'u32', 'float'>>(
    "relu: needs f32 or f64, got u32; use cast(x, 'f32')",
    () => relu(of('u32')),
  ),
  row<NeedsRule<'leakyRelu', 'i32', 'float'>>(
    "leakyRelu: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => leakyRelu(of('i32')),
  ),
  row<NeedsRule<'elu', 'i32', 'float'>>("elu: needs f32 or f64, got i32; use cast(x, 'f32')", () =>
    elu(of('i32')),
  ),
  row<NeedsRule<'gelu', 'bool', 'float'>>(
    "gelu: needs f32 or f64, got bool; use cast(x, 'f32')",
    () => gelu(of('bool')),
  ),
  row<NeedsRule<'neg', 'u32', 'signed'>>(
    "neg: needs f32, f64 or i32, got u32; use cast(x, 'f32')",
    () => neg(of('u32')),
  ),
  row<NeedsRule<'abs', 'bool', 'signed'>>(
    "abs: needs f32, f64 or i32, got bool; use cast(x, 'f32')",
    () => abs(of('bool')),
  ),
  row<NeedsRule<'square', 'bool', 'number'>>(
    "square: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => square(of('bool')),
  ),
  row<NeedsRule<'clamp', 'bool', 'number'>>(
    "clamp: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => clamp(of('bool'), 0, 1),
  ),
  row<NeedsRule<'not', 'f32', 'discrete'>>(
    "not: needs i32, u32 or bool, got f32; use cast(x, 'i32')",
    () => not(of('f32')),
  ),
  row<NeedsRule<'or', 'f64', 'discrete'>>(
    "or: needs i32, u32 or bool, got f64; use cast(x, 'i32')",
    () => twice(or, 'f64'),
  ),
  row<NeedsRule<'pow', 'i32', 'float'>>("pow: needs f32 or f64, got i32; use cast(x, 'f32')", () =>
    pow(of('i32'), 2),
  ),
  row<NeedsRule<'less', 'bool', 'number'>>(
    "less: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => twice(less, 'bool'),
  ),
  row<NeedsRule<'matmul', 'bool', 'number'>>(
    "matmul: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => twice((a, b) => matmul(a, b), 'bool'),
  ),
  row<NeedsRule<'dot', 'bool', 'number'>>(
    "dot: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => twice((a, b) => dot(a, b), 'bool'),
  ),
  row<NeedsRule<'softmaxCrossEntropy', 'i32', 'float'>>(
    "softmaxCrossEntropy: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => twice((a, b) => softmaxCrossEntropy(a, b), 'i32'),
  ),
  row<NeedsRule<'sigmoidCrossEntropy', 'u32', 'float'>>(
    "sigmoidCrossEntropy: needs f32 or f64, got u32; use cast(x, 'f32')",
    () => twice((a, b) => sigmoidCrossEntropy(a, b), 'u32'),
  ),
  row<WantRule<'where', 'condition', 'f32', 'bool'>>(
    "where: condition must be bool, got f32; use cast(condition, 'bool')",
    () => where(of('f32'), 1, of('f32')),
  ),
  row<DTypesRule<'matmul', 'f32', 'i32'>>(
    "matmul: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')",
    () => {
      const [a, b] = givenAll([[2, 3]], [[3, 2], 'i32'])
      return matmul(a!, b!)
    },
  ),
]

describe('a sentence about dtypes', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('a number as operand', () => {
  it.each([
    ['mul: 0.5 is not a value of i32; use a whole number in its range', () => mul(of('i32'), 0.5)],
    ['add: -1 is not a value of u32; use a whole number in its range', () => add(-1, of('u32'))],
    ['div: NaN is not a value of i32; use a whole number in its range', () => div(of('i32'), NaN)],
    [
      'equal: 2147483648 is not a value of i32; use a whole number in its range',
      () => equal(of('i32'), 2 ** 31),
    ],
    ['and: 2 is not a value of bool; use 0 or 1', () => and(of('bool'), 2)],
    ["maximum: 1e+300 is not a value of f32; use cast(x, 'f64')", () => maximum(of('f32'), 1e300)],
    ['where: 1.5 is not a value of u32; use a whole number in its range', () => whole(1.5)],
  ])('must be a value of the other operand: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })

  it.each([
    ['f32', 0.1],
    ['f32', Number.NEGATIVE_INFINITY],
    ['f32', Number.NaN],
    ['f64', 1e300],
    ['i32', -0],
    ['u32', 2 ** 32 - 1],
  ] as const)('may be, of %s, %d', (dtype, value) => {
    expect(add(of(dtype), value).type).toEqual({ dtype, shape: [4] })
  })
})

function whole(value: number) {
  const [condition, x] = givenAll([[4], 'bool'], [[4], 'u32'])
  return where(condition!, x!, value)
}

describe('a dtype that only the build knows', () => {
  it('is accepted wherever one that it may be is', () => {
    expectTypeOf<NeedsRule<'exp', DTypeName, 'float'>>().toEqualTypeOf<true>()
    expectTypeOf<NeedsRule<'exp', 'f32' | 'i32', 'float'>>().toEqualTypeOf<true>()
    expectTypeOf<DTypesRule<'add', 'f32', 'f32' | 'i32'>>().toEqualTypeOf<true>()
    expectTypeOf<DTypesRule<'add', 'f32' | 'f64', 'f32' | 'i32'>>().toEqualTypeOf<true>()
    expectTypeOf<WantRule<'where', 'condition', DTypeName, 'bool'>>().toEqualTypeOf<true>()
  })

  it('is shown as unknown where it fits nowhere', () => {
    expectTypeOf<
      NeedsRule<'exp', 'u32' | 'i32', 'float'>
    >().toEqualTypeOf<"exp: needs f32 or f64, got ?; use cast(x, 'f32')">()
  })
})
