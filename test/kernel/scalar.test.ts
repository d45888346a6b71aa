// Scalar expressions: identity, types, constants, and what each operation means where languages
// differ.

import { describe, expect, test } from 'vitest'
import * as s from '../../src/kernel/scalar.ts'
import {
  SCALAR_OP_NAMES,
  SCALAR_OPS,
  type ScalarOp,
  scalarType,
} from '../../src/kernel/scalar-ops.ts'
import { InternalError } from '../../src/support/diagnostic.ts'
import type { DTypeName } from '../../src/support/dtype.ts'

const [MIN, MAX] = [-(2 ** 31), 2 ** 31 - 1]

/** The value of an operation on constants of one type. */
function value(op: ScalarOp, type: DTypeName, ...args: number[]): number {
  const node = s.op(
    op,
    args.map(arg => s.constant(type, arg)),
  )
  return s.evaluateScalar(node, new Map(), 'dtype')
}

describe('identity', () => {
  const x = s.scalarInput('f32', 'x')

  test('equal expressions are one object, however they were made', () => {
    const logistic = () => s.div(s.one(x), s.add(s.one(x), s.exp(s.neg(x))))
    expect(logistic()).toBe(logistic())
  })

  test('zeros of two signs, types and NaN are told apart and found again', () => {
    expect(s.constant('f32', -0)).not.toBe(s.constant('f32', 0))
    expect(s.constant('f64', 0)).not.toBe(s.constant('f32', 0))
    expect(s.constant('f32', Number.NaN)).toBe(s.constant('f32', Number.NaN))
  })

  test('a constant is rounded to its type', () => {
    expect(s.constant('f32', 0.1)).toMatchObject({ value: Math.fround(0.1) })
    expect(s.constant('f64', 0.1)).toMatchObject({ value: 0.1 })
    expect(s.constant('u32', -1)).toMatchObject({ value: 2 ** 32 - 1 })
    expect(s.constant('bool', 5)).toMatchObject({ value: 1 })
    expect(s.literal(x, 0.1)).toBe(s.constant('f32', 0.1))
  })

  test('a cast to the same type is the operand itself', () => {
    expect(s.cast('f32', x)).toBe(x)
    expect(s.cast('i32', x)).toMatchObject({ op: 'i32', type: 'i32' })
  })

  test('a chain of squares is as long as it is deep, not as its text', () => {
    let power = s.scalarInput('f64', 'x')
    for (let i = 0; i < 200; i++) power = s.mul(power, power)
    expect(s.evaluateScalar(power, new Map([['x', 1]]), 'f64')).toBe(1)
  })
})

describe('types', () => {
  test('operands that an operation does not take are refused, with what it needs', () => {
    const [f, i] = [s.scalarInput('f32', 'f'), s.scalarInput('i32', 'i')]
    expect(() => s.add(f, i)).toThrow(InternalError)
    expect(() => s.add(f, i)).toThrow('add needs numbers of one type, got f32, i32')
    expect(() => s.exp(i)).toThrow('exp needs floats of one type, got i32')
  })

  test('comparisons give bool, select gives the type of its branches', () => {
    expect(scalarType('lt', ['u32', 'u32'])).toEqual({ type: 'bool' })
    expect(scalarType('select', ['bool', 'f64', 'f64'])).toEqual({ type: 'f64' })
    expect(scalarType('select', ['i32', 'f64', 'f64'])).toHaveProperty('refusal')
    expect(scalarType('lt', ['bool', 'bool'])).toHaveProperty('refusal')
    expect(scalarType('threefry', ['u32', 'u32', 'u32', 'i32'])).toHaveProperty('refusal')
  })

  test.each(SCALAR_OP_NAMES)('%s has a type for some operands of its number', op => {
    const { arity } = SCALAR_OPS[op]
    const types = (['f32', 'i32', 'u32', 'bool'] as const).map(type => Array(arity).fill(type))
    const choice = [['bool', 'f32', 'f32'] as DTypeName[]]
    const accepted = [...types, ...choice].filter(operands => 'type' in scalarType(op, operands))
    expect(accepted).not.toEqual([])
  })
})

describe('meaning', () => {
  test.each<[ScalarOp, DTypeName, number[], number]>([
    ['add', 'i32', [MAX, 1], MIN],
    ['sub', 'u32', [0, 1], 2 ** 32 - 1],
    ['mul', 'i32', [0x7fffffff, 0x7fffffff], 1],
    ['mul', 'u32', [0xffffffff, 0xffffffff], 1],
    ['neg', 'i32', [MIN], MIN],
    ['div', 'i32', [-7, 2], -3],
    ['div', 'i32', [7, 0], 0],
    ['div', 'i32', [MIN, -1], MIN],
    ['div', 'u32', [2 ** 32 - 1, 2], MAX],
    ['div', 'f32', [1, 0], Infinity],
    ['min', 'f32', [Number.NaN, 1], Number.NaN],
    ['max', 'f32', [1, Number.NaN], Number.NaN],
    ['max', 'f32', [-0, 0], 0],
    ['sign', 'f32', [-0], -0],
    ['sign', 'f32', [Number.NaN], Number.NaN],
    ['round', 'f32', [2.5], 2],
    ['rsqrt', 'f32', [4], 0.5],
    ['eq', 'f32', [Number.NaN, Number.NaN], 0],
    ['ne', 'f32', [Number.NaN, Number.NaN], 1],
    ['not', 'bool', [1], 0],
    ['not', 'u32', [0], 2 ** 32 - 1],
    ['xor', 'bool', [1, 1], 0],
    ['shl', 'u32', [1, 31], 2 ** 31],
    ['shl', 'i32', [1, 32], 1],
    ['shr', 'i32', [-8, 1], -4],
    ['shr', 'u32', [2 ** 31, 31], 1],
    ['i32', 'f32', [-2.9], -2],
    ['i32', 'f32', [1e20], MAX],
    ['i32', 'f32', [Number.NaN], 0],
    ['u32', 'f32', [-1], 0],
    ['u32', 'i32', [-1], 2 ** 32 - 1],
    ['i32', 'u32', [2 ** 32 - 1], -1],
    ['bool', 'f32', [0.5], 1],
    ['bool', 'f32', [Number.NaN], 1],
    ['f32', 'i32', [16777217], 16777216],
  ])('%s of %s %j is %d', (op, type, args, want) => {
    expect(value(op, type, ...args)).toBe(want)
  })

  test('only dtype rounding rounds what lies between', () => {
    const x = s.scalarInput('f32', 'x')
    const sum = s.sub(s.add(x, s.one(x)), s.one(x))
    expect(s.evaluateScalar(sum, new Map([['x', 2 ** -30]]), 'f64')).toBe(2 ** -30)
    expect(s.evaluateScalar(sum, new Map([['x', 2 ** -30]]), 'dtype')).toBe(0)
  })

  test('an input without a value is a broken invariant', () => {
    expect(() => s.evaluateScalar(s.scalarInput('f32', 'x'), new Map(), 'f64')).toThrow(
      'the input x has no value',
    )
  })
})
