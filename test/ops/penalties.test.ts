// Penalties on numbers worked out by hand.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { l1Penalty, l2Penalty } from '../../src/ops/penalties.ts'
import { cotangentsOf, tensor, typeOf, valuesOf } from './functions.ts'

const weights = tensor([
  [3, -4],
  [0, 1],
])
const l1 = (x: Value) => l1Penalty(x, 0.5)
const l2 = (x: Value) => l2Penalty(x, 0.5)

describe('l1Penalty', () => {
  it('is the strength times the sum of magnitudes', () => {
    expect(valuesOf(l1, weights)).toEqual([4])
  })

  it('pulls every weight to 0 with the same strength, and leaves 0 alone', () => {
    expect(cotangentsOf(l1, weights)).toEqual([[0.5, -0.5, 0, 0.5]])
  })
})

describe('l2Penalty', () => {
  it('is half the strength times the sum of squares', () => {
    expect(valuesOf(l2, weights)).toEqual([6.5])
  })

  it('pulls every weight to 0 in proportion to its size', () => {
    expect(cotangentsOf(l2, weights)).toEqual([[1.5, -2, 0, 0.5]])
  })
})

describe('both penalties', () => {
  it.each([
    { name: 'l1', penalty: l1Penalty },
    { name: 'l2', penalty: l2Penalty },
  ])('are scalars of the dtype of their tensor: $name', ({ penalty }) => {
    const w = tensorType('f64', ['in', 'out'])
    expect(typeOf(x => penalty(x, 1), w)).toEqual(tensorType('f64', []))
    expect(valuesOf(x => penalty(x, 0), weights)).toEqual([0])
    expect(valuesOf(x => penalty(x, 1), tensor([]))).toEqual([0])
  })

  it('refuse a negative strength', () => {
    expect(() => typeOf(x => l2Penalty(x, -1), tensorType('f32', [2]))).toThrow(
      'strength must be a number from 0 on, got -1 (C2)',
    )
  })
})
