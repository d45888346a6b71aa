// Elementwise ops on the numbers where libraries differ or formulas break: integers, ties, zeros,
// infinities, overflow. Everything here was worked out by hand.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { elu, leakyRelu, relu, sigmoid, silu, softplus } from '../../src/ops/activation.ts'
import { add, div, mul, neg, square, sub } from '../../src/ops/arithmetic.ts'
import { equal, less, notEqual } from '../../src/ops/comparison.ts'
import { exp, expm1, log1p, pow, sqrt } from '../../src/ops/exponential.ts'
import { gelu } from '../../src/ops/gelu.ts'
import { and, not, or, xor } from '../../src/ops/logic.ts'
import { abs, clamp, maximum, minimum, round, sign } from '../../src/ops/piecewise.ts'
import { cast, where } from '../../src/ops/select.ts'
import { cotangentsOf, tangentOf, tensor, typeOf, valuesOf } from './functions.ts'

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number

describe('integer arithmetic', () => {
  it('wraps', () => {
    const [large, two] = [tensor([2147483647, -2147483648], 'i32'), tensor([1, 1], 'i32')]
    expect(valuesOf(add, large, two)).toEqual([-2147483648, -2147483647])
    expect(valuesOf(square, tensor([65537], 'u32'))).toEqual([131073])
    expect(valuesOf(neg, tensor([-2147483648], 'i32'))).toEqual([-2147483648])
    expect(valuesOf(sub, tensor([0], 'u32'), tensor([1], 'u32'))).toEqual([4294967295])
  })

  it('multiplies exactly before it wraps', () => {
    const x = tensor([123456789], 'i32')
    expect(valuesOf(mul, x, x)).toEqual([Number(BigInt.asIntN(32, 123456789n ** 2n))])
  })

  it('divides toward zero, and by zero to 0', () => {
    const x = tensor([7, -7, 7, -2147483648], 'i32')
    expect(valuesOf(div, x, tensor([2, 2, 0, -1], 'i32'))).toEqual([3, -3, 0, -2147483648])
  })
})

describe('ties and kinks', () => {
  it('send the whole cotangent of maximum and minimum to the first operand', () => {
    const [x, y] = [tensor([1, 2, 3]), tensor([1, 3, 2])]
    expect(cotangentsOf(maximum, x, y)).toEqual([
      [1, 0, 1],
      [0, 1, 0],
    ])
    expect(cotangentsOf(minimum, x, y)).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ])
  })

  it('give abs, sign and relu derivative 0 at 0', () => {
    const x = tensor([-2, 0, 2])
    expect(cotangentsOf(abs, x)).toEqual([[-1, 0, 1]])
    expect(tangentOf(abs, x)).toEqual([-1, 0, 1])
    expect(cotangentsOf(sign, x)).toEqual([undefined])
    expect(cotangentsOf(relu, x)).toEqual([[0, 0, 1]])
  })

  it('give leakyRelu its slope and elu its alpha at 0', () => {
    expect(cotangentsOf(x => leakyRelu(x, 0.1), tensor([0]))).toEqual([[0.1]])
    expect(cotangentsOf(x => elu(x, 0.5), tensor([0]))).toEqual([[0.5]])
  })

  it('let the cotangent of clamp pass inside the closed interval', () => {
    const x = tensor([-2, -1, 0, 1, 2])
    expect(valuesOf(v => clamp(v, -1, 1), x)).toEqual([-1, -1, 0, 1, 1])
    expect(cotangentsOf(v => clamp(v, -1, 1), x)).toEqual([[0, 1, 1, 1, 0]])
    expect(tangentOf(v => clamp(v, -1, 1), x)).toEqual([0, 1, 1, 1, 0])
  })
})

describe('NaN and infinities', () => {
  it('propagate through maximum, minimum, relu and clamp', () => {
    const x = tensor([nan])
    for (const f of [maximum, minimum]) {
      expect(valuesOf(f, x, tensor([1]))).toEqual([nan])
      expect(valuesOf(f, tensor([1]), x)).toEqual([nan])
    }
    expect(valuesOf(relu, x)).toEqual([nan])
    expect(valuesOf(v => clamp(v, 0, 1), x)).toEqual([nan])
  })

  it('leave activations at their limits', () => {
    const ends = tensor([-infinity, infinity])
    expect(valuesOf(sigmoid, ends)).toEqual([0, 1])
    expect(valuesOf(softplus, ends)).toEqual([0, infinity])
    expect(valuesOf(v => elu(v, 2), ends)).toEqual([-2, infinity])
    expect(valuesOf(silu, ends)).toEqual([-0, infinity])
    expect(valuesOf(v => gelu(v), ends)).toEqual([-0, infinity])
    expect(valuesOf(v => gelu(v, { approximate: true }), ends)).toEqual([-0, infinity])
  })

  it('leave the derivatives of activations at 0 and 1', () => {
    const far = tensor([-infinity, -1e20, -1000, 1000, 1e20, infinity])
    const approximate = (x: Value) => gelu(x, { approximate: true })
    const exact = (x: Value) => gelu(x)
    for (const f of [silu, exact, approximate, softplus, (x: Value) => elu(x)]) {
      const [ct] = cotangentsOf(f, far)
      expect(ct!.map(Math.abs)).toEqual([0, 0, 0, 1, 1, 1])
      expect(tangentOf(f, far).map(Math.abs)).toEqual([0, 0, 0, 1, 1, 1])
    }
    expect(cotangentsOf(sigmoid, tensor([-1000, 1000]))).toEqual([[0, 0]])
  })
})

describe('exponentials and powers', () => {
  it('keep the digits near 0', () => {
    expect(valuesOf(expm1, tensor([1e-20]))).toEqual([1e-20])
    expect(valuesOf(log1p, tensor([1e-20]))).toEqual([1e-20])
  })

  it('keep the small derivatives of expm1', () => {
    expect(cotangentsOf(expm1, tensor([-50]))).toEqual([[Math.exp(-50)]])
  })

  it('overflow exp to infinity', () => {
    expect(valuesOf(exp, tensor([1000, -1000]))).toEqual([infinity, 0])
  })

  it('differentiate sqrt at 0 to infinity', () => {
    expect(cotangentsOf(sqrt, tensor([0]))).toEqual([[infinity]])
  })

  it('differentiate pow at base 0 without NaN', () => {
    const [base, exponent] = cotangentsOf(pow, tensor([0, 0, 0, 0]), tensor([0, 0.5, 1, 2]))
    expect(base).toEqual([0, infinity, 1, 0])
    expect(exponent!.map(Math.abs)).toEqual([0, 0, 0, 0])
  })

  it('agree on pow at base 0 in forward mode', () => {
    expect(tangentOf(pow, tensor([0, 0, 0]), tensor([0, 1, 2]))).toEqual([0, 1, 0])
  })

  it('differentiate integer powers of negative bases, but not their exponents', () => {
    const [base, exponent] = cotangentsOf(pow, tensor([-2]), tensor([3]))
    expect(base).toEqual([12])
    expect(exponent).toEqual([nan])
  })
})

describe('rounding and casts', () => {
  it('round ties to even and keep the sign of zero', () => {
    const x = tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])
    expect(valuesOf(round, x)).toEqual([-2, -2, -0, 0, 2, 2])
  })

  it('cast floats to integers by truncation and saturation', () => {
    const x = tensor([1.9, -1.9, 1e10, -1e10, nan])
    expect(valuesOf(v => cast(v, 'i32'), x)).toEqual([1, -1, 2147483647, -2147483648, 0])
    expect(valuesOf(v => cast(v, 'u32'), x)).toEqual([1, 0, 4294967295, 0, 0])
    expect(valuesOf(v => cast(v, 'bool'), tensor([0, -0, 0.1, nan]))).toEqual([0, 0, 1, 1])
  })

  it('cast between integers by their low 32 bits', () => {
    expect(valuesOf(v => cast(v, 'u32'), tensor([-1], 'i32'))).toEqual([4294967295])
    expect(valuesOf(v => cast(v, 'i32'), tensor([4294967295], 'u32'))).toEqual([-1])
  })

  it('carry cotangents between floats only', () => {
    expect(cotangentsOf(v => cast(v, 'f32'), tensor([2]))).toEqual([[1]])
    expect(cotangentsOf(v => cast(cast(v, 'i32'), 'f64'), tensor([2]))).toEqual([undefined])
  })
})

describe('choice, comparison and logic', () => {
  it('keep an unchosen NaN out', () => {
    const condition = tensor([true, false], 'bool')
    expect(valuesOf(where, condition, tensor([1, nan]), tensor([nan, 2]))).toEqual([1, 2])
    expect(cotangentsOf(where, condition, tensor([1, 2]), tensor([3, 4]))).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('compare NaN unequal to itself and the zeros equal', () => {
    const [x, y] = [tensor([nan, 0]), tensor([nan, -0])]
    expect(valuesOf(equal, x, y)).toEqual([0, 1])
    expect(valuesOf(notEqual, x, y)).toEqual([1, 0])
    expect(valuesOf(less, x, y)).toEqual([0, 0])
  })

  it('work on bools and on the bits of integers', () => {
    const [a, b] = [tensor([12, -1], 'i32'), tensor([10, 1], 'i32')]
    expect(valuesOf(and, a, b)).toEqual([8, 1])
    expect(valuesOf(or, a, b)).toEqual([14, -1])
    expect(valuesOf(xor, a, b)).toEqual([6, -2])
    expect(valuesOf(not, tensor([0], 'u32'))).toEqual([4294967295])
    expect(valuesOf(not, tensor([true, false], 'bool'))).toEqual([0, 1])
  })
})

describe('type rules', () => {
  const f32 = tensorType('f32', ['batch', 4])

  it('refuse shapes that differ', () => {
    expect(() => typeOf(add, f32, tensorType('f32', [4]))).toThrow(
      'x and y must have equal shape, got [batch,4] and [4] (C2)',
    )
  })

  it('refuse dtypes that differ or do not fit', () => {
    expect(() => typeOf(add, f32, tensorType('i32', ['batch', 4]))).toThrow('equal dtype')
    expect(() => typeOf(exp, tensorType('i32', [4]))).toThrow('x must be one of f32, f64, got i32')
  })

  it('refuse a condition of another shape', () => {
    expect(() => typeOf(where, tensorType('bool', [4]), f32, f32)).toThrow(
      'condition must have the shape of x, [batch,4], got [4] (C4)',
    )
  })

  it('refuse bounds of clamp that are swapped or do not fit the dtype', () => {
    expect(() => typeOf(x => clamp(x, 1, 0), f32)).toThrow('low must be at most high, got 1 and 0')
    expect(() => typeOf(x => clamp(x, 0.5, 2), tensorType('i32', [2]))).toThrow(
      'low and high must be values of i32, got 0.5',
    )
  })
})
