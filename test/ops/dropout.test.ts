// Dropout: which elements it leaves out, what the others become, and that its derivative leaves out
// the same ones.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { bernoulli } from '../../src/ops/distributions.ts'
import { type DropoutOptions, dropout } from '../../src/ops/dropout.ts'
import { cotangentsOf, tensor, typeOf, valuesOf } from './functions.ts'

const [key, counter] = [tensor([17, 4], 'u32'), tensor(3, 'u32')]
const drop = (options: DropoutOptions) => (x: Value, k: Value, c: Value) =>
  dropout(x, k, c, options)
const counting = (count: number) => tensor(Array.from({ length: count }, (_, i) => i + 1))

describe('dropout', () => {
  it('scales what the draw keeps by 1 / (1 − rate), and leaves the rest out', () => {
    const x = counting(1000)
    const options = { rate: 0.75, stream: 2 }
    const keeps = valuesOf(
      (k, c) => bernoulli(k, c, { stream: 2, shape: [1000], probability: 0.25 }),
      key,
      counter,
    )
    const wanted = keeps.map((isKept, i) => (isKept ? 4 * (i + 1) : 0))
    expect(valuesOf(drop(options), x, key, counter)).toEqual(wanted)
    expect(Math.abs(keeps.filter(Boolean).length - 250)).toBeLessThan(50)
  })

  it('gives the cotangent to what it kept, and to nothing else', () => {
    const options = { rate: 0.5, stream: 7 }
    const kept = valuesOf(drop(options), counting(100), key, counter)
    const [ct] = cotangentsOf(drop(options), counting(100), key, counter)
    expect(ct).toEqual(kept.map(value => (value === 0 ? 0 : 2)))
    expect(new Set(ct)).toEqual(new Set([0, 2]))
  })

  it('draws anew with another stream, and the same with equal ones', () => {
    const draws = [1, 1, 2].map(stream =>
      valuesOf(drop({ rate: 0.5, stream }), counting(100), key, counter),
    )
    expect(draws[1]).toEqual(draws[0])
    expect(draws[2]).not.toEqual(draws[0])
  })

  it('is the operand itself with a rate of 0', () => {
    const x = tensor([1, Number.NaN, -0])
    expect(valuesOf(drop({ rate: 0, stream: 0 }), x, key, counter)).toEqual([1, Number.NaN, -0])
    expect(cotangentsOf(drop({ rate: 0, stream: 0 }), x, key, counter)).toEqual([[1, 1, 1]])
  })

  it('hides NaN in what it leaves out', () => {
    const x = counting(100).map(() => Number.NaN)
    const values = valuesOf(drop({ rate: 0.5, stream: 1 }), x, key, counter)
    expect(new Set(values)).toEqual(new Set([0, Number.NaN]))
  })

  it('keeps the shape, symbolic dims included, and refuses a rate of 1', () => {
    const [x, k, c] = [
      tensorType('f32', ['batch', 8]),
      tensorType('u32', [2]),
      tensorType('u32', []),
    ]
    expect(typeOf(drop({ rate: 0.5, stream: 0 }), x, k, c)).toEqual(x)
    expect(() => typeOf(drop({ rate: 1, stream: 0 }), x, k, c)).toThrow(
      'rate must be from 0 to below 1, got 1 (C5)',
    )
  })
})
