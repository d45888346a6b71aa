// Reshape, transpose and reverse: shapes that are inferred, sentences of errors, and how kernels
// index.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { tensorType } from '../../src/ir/type.ts'
import { addIndex, axisIndex, index, scaleIndex, unflatIndex } from '../../src/kernel/index.ts'
import { load } from '../../src/kernel/scalar.ts'
import { expandDims, reshape, reverse, squeeze, transpose } from '../../src/ops/movement.ts'
import { counting, elements, known } from './known.ts'

const symbolic = (...shape: (number | string)[]) =>
  new GraphBuilder().input('x', tensorType('f32', shape))

describe('reshape', () => {
  it('infers one dim, among known and among symbolic ones', () => {
    expect(reshape(counting([2, 3, 4]), [-1, 4]).type.shape).toEqual([6, 4])
    expect(reshape(symbolic('batch', 28, 28), [-1, 784]).type.shape).toEqual(['batch', 784])
    expect(reshape(symbolic('batch', 28, 28), ['batch', -1]).type.shape).toEqual(['batch', 784])
    expect(reshape(symbolic('batch', 'time', 8), [-1, 8]).type.shape).toEqual(['batch*time', 8])
    expect(reshape(symbolic('batch*time', 8), ['time', -1]).type.shape).toEqual(['time', '8*batch'])
    expect(reshape(counting([0, 4]), [-1, 2]).type.shape).toEqual([0, 2])
  })

  it('refuses what cannot be inferred', () => {
    expect(() => reshape(symbolic('batch', 784), [-1, 10])).toThrow(
      'cannot infer -1: 784*batch elements of [batch,784] are not divisible by 10',
    )
    expect(() => reshape(counting([0]), [-1, 0])).toThrow('are not divisible by 0')
    expect(() => reshape(counting([4]), [-1, -1])).toThrow('at most one dim can be -1')
  })

  it('says how sizes differ', () => {
    expect(() => reshape(symbolic('batch', 784), ['batch', 28, 29])).toThrow(
      '[batch,784] has 784 elements (shared dims removed) but [batch,28,29] has 812',
    )
    expect(() => reshape(symbolic('batch', 784), ['time', 784])).toThrow(
      "symbolic dim 'batch' is in only one of [batch,784] and [time,784]",
    )
    expect(() => reshape(symbolic('batch', 784), [28, 28])).toThrow(
      "symbolic dim 'batch' is in only one of [batch,784] and [28,28]",
    )
    expect(() => reshape(counting([4]), [5])).toThrow('[4] has 4 elements but [5] has 5 (C1)')
    expect(() => reshape(symbolic('batch', 'batch'), ['batch'])).toThrow(
      "'batch' is in only one of",
    )
  })

  it('is no division in a kernel where axes stay apart', () => {
    const [i, j, k] = [4, 6, 5].map((extent, at) => axisIndex({ name: `i${at}`, extent }))
    const linear = [scaleIndex(i!, 30), scaleIndex(j!, 5), k!].reduce((a, b) => addIndex(a, b))
    expect(unflatIndex(linear, [24, 5])).toEqual([addIndex(scaleIndex(i!, 6), j!), k])
    expect(unflatIndex(linear, [4, 30])).toEqual([i, addIndex(scaleIndex(j!, 5), k!)])
    expect(unflatIndex(linear, [4, 1, 6, 5])).toEqual([i, index(0), j, k])
  })
})

describe('transpose', () => {
  it('reverses the axes by default and takes any permutation', () => {
    expect(elements(transpose(counting([2, 3])))).toEqual([0, 3, 1, 4, 2, 5])
    expect(transpose(counting([2, 3, 4]), [0, 2, 1]).type.shape).toEqual([2, 4, 3])
    expect(elements(transpose(counting([2, 1, 3]), [2, 0, -2]))).toEqual([0, 3, 1, 4, 2, 5])
  })

  it('loads the element that moves', () => {
    const [a, b, c] = [3, 4, 2].map((extent, at) => axisIndex({ name: `i${at}`, extent }))
    const { lowering } = transpose.op
    if (lowering.kind !== 'movement') throw new Error('transpose moves')
    const types = [tensorType('f32', [2, 3, 4])]
    const context = {
      attributes: { permutation: [1, 2, 0] },
      types,
      result: tensorType('f32', [3, 4, 2]),
    }
    const found = lowering.element([a!, b!, c!], (_, at) => load('f32', 'x', at), context)
    expect(found).toBe(load('f32', 'x', [c!, a!, b!]))
  })

  it('refuses a list that is no permutation', () => {
    const x = symbolic('batch', 784)
    expect(() => transpose(x, [0, 0])).toThrow('axes [0, 0] repeat an axis')
    expect(() => transpose(x, [0, 2])).toThrow('axis 2 is out of range for [batch,784]')
    expect(() => transpose(x, [0, 1, 2])).toThrow('3 axes given for [batch,784] (rank 2)')
  })
})

describe('reverse', () => {
  it('turns the given axes around, or all of them', () => {
    expect(elements(reverse(counting([2, 3]), 1))).toEqual([2, 1, 0, 5, 4, 3])
    expect(elements(reverse(counting([2, 3])))).toEqual([5, 4, 3, 2, 1, 0])
    expect(elements(reverse(known(4)))).toEqual([4])
  })
})

describe('axes of size 1', () => {
  it('are added at a position of the result', () => {
    expect(expandDims(counting([2, 3]), 0).type.shape).toEqual([1, 2, 3])
    expect(expandDims(counting([2, 3]), -1).type.shape).toEqual([2, 3, 1])
    expect(() => expandDims(counting([2]), 2)).toThrow(
      'axis 2 is out of range for a result of rank 2',
    )
  })

  it('are taken away, all or those that are named', () => {
    expect(squeeze(counting([1, 2, 1])).type.shape).toEqual([2])
    expect(squeeze(counting([1, 2, 1]), -1).type.shape).toEqual([1, 2])
    expect(() => squeeze(counting([1, 2]), 1)).toThrow('axis 1 must have size 1, got 2 in [1,2]')
  })
})
