// Sums and broadcasts: NumPy's alignment outside, named axes inside, and each the other's
// transpose.

import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { nodesOf } from '../../src/ir/graph.ts'
import { tensorType } from '../../src/ir/type.ts'
import { broadcastAlong, broadcastTo, sum } from '../../src/ops/broadcast.ts'
import { counting, elements, known } from './known.ts'

describe('sum', () => {
  it('sums over all axes by default, over some, and over negative ones', () => {
    const x = counting([2, 3])
    expect(elements(sum(x))).toEqual([15])
    expect(elements(sum(x, 0))).toEqual([3, 5, 7])
    expect(elements(sum(x, [-1]))).toEqual([3, 12])
  })

  it('keeps reduced axes with size 1 where asked to', () => {
    expect(sum(counting([2, 3, 4]), [0, 2], { keepDims: true }).type.shape).toEqual([1, 3, 1])
  })

  it('is 0 where there is nothing to sum', () => {
    expect(elements(sum(counting([0, 2]), 0))).toEqual([0, 0])
  })

  it('wraps integers', () => {
    expect(elements(sum(known([2147483647, 1], 'i32')))).toEqual([-2147483648])
    expect(elements(sum(known([4294967295, 2], 'u32')))).toEqual([1])
  })

  it('says which axes there are when one is out of range or repeated', () => {
    const x = new GraphBuilder().input('x', tensorType('f32', ['batch', 784]))
    expect(() => sum(x, 2)).toThrow('axis 2 is out of range for [batch,784] (rank 2: use -2..1)')
    expect(() => sum(x, [0, -2])).toThrow('axes [0, -2] repeat an axis')
    expect(() => sum(known(1), 0)).toThrow('(rank 0: a scalar has no axes)')
  })
})

describe('broadcastTo', () => {
  it('repeats missing axes and axes of size 1, aligned at the last axis', () => {
    expect(elements(broadcastTo(known([1, 2]), [2, 2]))).toEqual([1, 2, 1, 2])
    expect(elements(broadcastTo(known([[1], [2]]), [2, 2]))).toEqual([1, 1, 2, 2])
    expect(elements(broadcastTo(known(7), [3]))).toEqual([7, 7, 7])
    expect(broadcastTo(known([[1], [2]]), [3, 2, 0]).type.shape).toEqual([3, 2, 0])
  })

  it('adds no node where nothing changes', () => {
    const x = known([1, 2])
    expect(broadcastTo(x, [2])).toBe(x)
  })

  it('names the new axes in the graph, after a reshape where an axis had size 1', () => {
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f32', ['batch', 1]))
    builder.output('y', broadcastTo(x, [4, 'batch', 10]))
    const nodes = nodesOf(builder.finish())
    expect(nodes.map(({ op }) => op.name)).toEqual(['reshape', 'broadcast_to'])
    expect(nodes[1]!.attributes).toEqual({ shape: [4, 'batch', 10], axes: [0, 2] })
  })

  it('is the transpose of a sum over the same axes', () => {
    const x = counting([2, 3])
    expect(elements(sum(broadcastAlong(x, [2, 5, 3], [1]), 1))).toEqual(
      elements(x).map(value => 5 * value),
    )
  })

  it('refuses an axis that is neither 1 nor that of the shape', () => {
    expect(() => broadcastTo(counting([2, 3]), [2, 4])).toThrow('[2,3] must broadcast to [2,4]')
    expect(() => broadcastTo(counting([2, 3]), [3])).toThrow('[2,3] must broadcast to [3]')
  })
})
