// Gather, scatterAdd and iota, above all where an index is out of range or occurs twice.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { iota } from '../../src/ops/creation.ts'
import { gather, scatterAdd } from '../../src/ops/indexing.ts'
import { counting, elements, evaluator, known } from './known.ts'

describe('gather', () => {
  it('takes slices along an axis, in the shape of the indices', () => {
    const x = counting([3, 2])
    expect(elements(gather(x, known([2, 0], 'i32')))).toEqual([4, 5, 0, 1])
    expect(elements(gather(x, known([1], 'i32'), -1))).toEqual([1, 3, 5])
    expect(gather(counting([4, 3, 2]), known([[0, 1, 2]], 'i32'), 1).type.shape).toEqual([
      4, 1, 3, 2,
    ])
    expect(elements(gather(x, known(1, 'u32')))).toEqual([2, 3])
  })

  it('reads 0 out of range', () => {
    const indices = known([-1, 3, 2147483647, -2147483648], 'i32')
    expect(elements(gather(known([7, 8, 9]), indices))).toEqual([0, 0, 0, 0])
    expect(elements(gather(known([true], 'bool'), known([4294967295, 0], 'u32')))).toEqual([0, 1])
    expect(elements(gather(counting([0]), known([0], 'i32')))).toEqual([0])
  })

  it('refuses indices that are no integers', () => {
    expect(() => gather(counting([3]), known([1], 'f32'))).toThrow(
      'indices must be one of i32, u32, got f32 (C1)',
    )
    expect(() => gather(known(1), known([1], 'i32'))).toThrow(
      'axis 0 is out of range for [] (rank 0',
    )
  })
})

describe('scatterAdd', () => {
  it('adds to x, and adds up where an index occurs twice', () => {
    const indices = known([2, 0, 2], 'i32')
    expect(elements(scatterAdd(known([10, 20, 30]), indices, known([1, 2, 3])))).toEqual([
      12, 20, 34,
    ])
  })

  it('drops what is out of range', () => {
    const indices = known([-1, 3, 1], 'i32')
    expect(elements(scatterAdd(known([0, 0, 0]), indices, known([5, 6, 7])))).toEqual([0, 7, 0])
  })

  it('adds slices along any axis', () => {
    const updates = known([
      [1, 2],
      [3, 4],
    ])
    const zeros = known([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(elements(scatterAdd(zeros, known([2, 0], 'i32'), updates, 1))).toEqual([
      2, 0, 1, 4, 0, 3,
    ])
  })

  it('refuses updates that are not slices of x', () => {
    const indices = known([0], 'i32')
    expect(() => scatterAdd(counting([2, 3]), indices, counting([3]))).toThrow(
      'updates must be [1,3], got [3] (C4)',
    )
    expect(() => scatterAdd(counting([2]), indices, known([1], 'f32'))).toThrow(
      'x and updates must have equal dtype, got f64 and f32 (C5)',
    )
    expect(() => scatterAdd(known([1]), known([0.5]), known([1]))).toThrow('indices must be one of')
  })
})

describe('iota', () => {
  it('counts along an axis in any number type', () => {
    expect(elements(iota(evaluator, [2, 3], 1))).toEqual([0, 1, 2, 0, 1, 2])
    expect(iota(evaluator, [2, 3], -2, 'f32').type).toEqual(tensorType('f32', [2, 3]))
    expect(elements(iota(evaluator, [2, 3], -2, 'f32'))).toEqual([0, 0, 0, 1, 1, 1])
    expect(iota(new GraphBuilder(), ['batch', 2], 0).type.shape).toEqual(['batch', 2])
  })

  it('refuses bools and axes that are not there', () => {
    expect(() => iota(evaluator, [2], 0, 'bool')).toThrow('dtype must be a number type, got bool')
    expect(() => iota(evaluator, [2], 1)).toThrow('axis 1 is out of range for [2] (rank 1)')
    expect(() => iota(evaluator, [], 0)).toThrow('axis 0 is out of range for [] (rank 0)')
  })
})
