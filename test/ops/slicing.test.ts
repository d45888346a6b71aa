// Slices, pads, concat, stack and split: positions from the end and symbolic ones, and every
// padding.

import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import { interpret } from '../../src/ir/interpret.ts'
import { tensorType } from '../../src/ir/type.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { concat, split, stack } from '../../src/ops/joining.ts'
import { pad } from '../../src/ops/padding.ts'
import { slice } from '../../src/ops/slicing.ts'
import { counting, elements, known } from './known.ts'

const symbolic = (...shape: (number | string)[]) =>
  new GraphBuilder().input('x', tensorType('f32', shape))

describe('slice', () => {
  it('counts negative positions from the end and takes axes beyond the lists whole', () => {
    expect(elements(slice(counting([5]), [1], [-1]))).toEqual([1, 2, 3])
    expect(elements(slice(counting([5]), [-2], [5]))).toEqual([3, 4])
    expect(elements(slice(counting([3, 2]), [1], [2]))).toEqual([2, 3])
  })

  it('rounds the extent of a strided slice up', () => {
    expect(elements(slice(counting([5]), [0], [5], [2]))).toEqual([0, 2, 4])
    expect(elements(slice(counting([6]), [1], [6], [3]))).toEqual([1, 4])
  })

  it('is empty where the end is not after the start', () => {
    expect(slice(counting([5]), [3], [3]).type.shape).toEqual([0])
    expect(slice(counting([5]), [3], [1]).type.shape).toEqual([0])
  })

  it('takes positions that are dims', () => {
    expect(slice(symbolic('batch', 4), [1], ['batch']).type.shape).toEqual(['batch-1', 4])
    expect(slice(symbolic('batch'), [0], [-2]).type.shape).toEqual(['batch-2'])
    expect(slice(symbolic('2*batch'), [0], ['2*batch'], [2]).type.shape).toEqual(['batch'])
    expect(slice(symbolic('2*batch+1'), [0], ['2*batch+1'], [2]).type.shape).toEqual(['batch+1'])
  })

  it('refuses what leaves the operand or has no extent', () => {
    expect(() => slice(symbolic('batch', 784), [0, 0], ['batch', 800])).toThrow(
      'end 800 exceeds dim 784 of [batch,784] at axis 1 (C4)',
    )
    expect(() => slice(symbolic('batch'), [0], ['batch+1'])).toThrow(
      'end batch+1 exceeds dim batch',
    )
    expect(() => slice(counting([3]), [-4], [3])).toThrow('start must be 0 or more, got -1')
    expect(() => slice(symbolic('batch'), [0], ['batch'], [2])).toThrow('(C5)')
    expect(() => slice(counting([3]), [0], [3], [0])).toThrow('strides must be 1 or more, got 0')
    expect(() => slice(counting([3]), [0, 0], [3, 1])).toThrow('2 positions given for [3] (rank 1)')
  })

  it('has derivatives of any order on a strided symbolic axis, also once it is empty', () => {
    const builder = new GraphBuilder()
    const x = builder.param('x', tensorType('f64', ['2*batch']))
    const part = slice(x, [1], ['2*batch'], [2])
    const first = gradient(builder.output('f', sum(mul(part, mul(part, part)))).finish(), {
      of: 'f',
    })
    const again = GraphBuilder.from(first)
    again.output('g', sum(again.outputNamed('grads.x')))
    const second = gradient(again.finish(), { of: 'g' })
    const run = (data: number[]) =>
      interpret(second, { x: Float64Array.from(data) }, { dims: { batch: data.length / 2 } })
        .outputs
    expect(Array.from(run([1, 2, 3, 4])['grads2.x']!.values())).toEqual([0, 12, 0, 24])
    expect(run([])['grads2.x']!.size).toBe(0)
  })
})

describe('pad', () => {
  it('puts a constant around, 0 by default', () => {
    expect(elements(pad(known([1, 2]), [[1, 2]]))).toEqual([0, 1, 2, 0, 0])
    expect(elements(pad(known([1]), [[1, 0]], { value: 7 }))).toEqual([7, 1])
    expect(
      pad(symbolic('batch', 4), [
        ['batch', 1],
        [0, 0],
      ]).type.shape,
    ).toEqual(['2*batch+1', 4])
  })

  it('repeats the edge or reflects at it', () => {
    const x = known([1, 2, 3])
    expect(elements(pad(x, [[2, 1]], { mode: 'edge' }))).toEqual([1, 1, 1, 2, 3, 3])
    expect(elements(pad(x, [[2, 1]], { mode: 'reflect' }))).toEqual([3, 2, 1, 2, 3, 2])
  })

  it('extends one axis after the other', () => {
    const padded = pad(
      counting([2, 2]),
      [
        [1, 0],
        [0, 1],
      ],
      { mode: 'edge' },
    )
    expect(elements(padded)).toEqual([0, 1, 1, 0, 1, 1, 2, 3, 3])
    expect(
      pad(
        symbolic('batch', 4),
        [
          [1, 1],
          [0, 3],
        ],
        { mode: 'reflect' },
      ).type.shape,
    ).toEqual(['batch+2', 7])
  })

  it('refuses sizes below zero and edges that are not there', () => {
    expect(() => pad(known([1]), [[-1, 0]])).toThrow('must be 0 or more, got -1 (C2)')
    expect(() => pad(known([1]), [[-1, 0]], { mode: 'edge' })).toThrow('must be 0 or more, got -1')
    expect(() => pad(known([1, 2]), [[2, 0]], { mode: 'reflect' })).toThrow('more than 2 elements')
    expect(() => pad(counting([0]), [[1, 0]], { mode: 'edge' })).toThrow('must have an element')
    expect(() => pad(known([1]), [])).toThrow('needs a pair [low, high] per axis of [1], got 0')
  })
})

describe('concat', () => {
  it('puts parts one after another, symbolic sizes added', () => {
    expect(
      elements(
        concat(
          [
            known([[1], [2]]),
            known([
              [3, 4],
              [5, 6],
            ]),
          ],
          -1,
        ),
      ),
    ).toEqual([1, 3, 4, 2, 5, 6])
    const builder = new GraphBuilder()
    const x = builder.input('x', tensorType('f32', ['batch', 2]))
    const y = builder.input('y', tensorType('f32', ['time', 2]))
    expect(concat([x, y, x], 0).type.shape).toEqual(['2*batch+time', 2])
  })

  it('names the operand that does not match', () => {
    expect(() => concat([counting([2, 3]), counting([4])], 1)).toThrow(
      '[4] does not match [2,3] outside axis 1',
    )
    expect(() => concat([counting([2]), known([1], 'f32')], 0)).toThrow(
      'equal dtype, got f64 and f32',
    )
    expect(() => concat([], 0)).toThrow('needs one tensor or more')
  })
})

describe('stack and split', () => {
  it('stack along a new axis', () => {
    const [a, b] = [known([1, 2]), known([3, 4])]
    expect(elements(stack([a, b], 0))).toEqual([1, 2, 3, 4])
    expect(elements(stack([a, b], -1))).toEqual([1, 3, 2, 4])
    expect(() => stack([a, known([1])], 0)).toThrow('equal shape, got [2] and [1]')
  })

  it('split into equal parts or given sizes', () => {
    expect(split(counting([6]), 3, 0).map(elements)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    expect(split(counting([3]), [1, 2], -1).map(elements)).toEqual([[0], [1, 2]])
    expect(split(symbolic('2*batch'), 2, 0).map(({ type }) => type.shape)).toEqual([
      ['batch'],
      ['batch'],
    ])
    expect(() => split(counting([5]), 2, 0)).toThrow('cannot split 5 of [5] into 2 equal parts')
    expect(() => split(counting([5]), [1, 2], 0)).toThrow('sizes must add up to 5')
  })
})

describe('a symbolic pad', () => {
  it.each(['edge', 'reflect'] as const)('of mode %s means the same once it has sizes', mode => {
    const padded = (extent: number | string, low: number | string, high: number | string) => {
      const builder = new GraphBuilder()
      const x = builder.input('x', tensorType('f64', [extent]))
      return builder.output('out', pad(x, [[low, high]], { mode })).finish()
    }
    const x = [1, 2, 3, 4, 5, 6, 7]
    const symbolic = interpret(padded('2*n+3', 'n', 'n+1'), { x }, { dims: { n: 2 } })
    const known = interpret(padded(7, 2, 3), { x })
    expect([...symbolic.outputs.out!.values()]).toEqual([...known.outputs.out!.values()])
  })
})
