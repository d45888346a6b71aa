// What padding 'same' stands for: as much as gives a step per stride and no more, the odd element
// at the end; of symbolic sizes where it does not depend on them.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { divideUp } from '../../src/ir/dim.ts'
import {
  reachOf,
  samePadding,
  sidesAt,
  transposedSamePadding,
} from '../../src/ops/window-geometry.ts'
import { runs } from '../counts.ts'

/** How many windows fit in a size, by trying each place. */
function fitting(size: number, reach: number, stride: number): number {
  const starts = Array.from({ length: Math.max(0, size) }, (_, i) => i)
  return starts.filter(i => i % stride === 0 && i + reach <= size).length
}

const n = fc.integer({ min: 1, max: 20 })
const small = fc.integer({ min: 1, max: 7 })

describe("padding 'same'", () => {
  it('gives one step per stride, and no less of it would', () => {
    fc.assert(
      fc.property(n, small, small, (n, reach, stride) => {
        const [low, high] = samePadding(n, reach, stride)!
        const wanted = Math.ceil(n / stride)
        expect(fitting(n + low + high, reach, stride)).toBe(wanted)
        if (low + high > 0) expect(fitting(n + low + high - 1, reach, stride)).toBe(wanted - 1)
      }),
      runs(),
    )
  })

  it('has its odd element at the end', () => {
    expect(samePadding(8, 3, 1)).toEqual([1, 1])
    expect(samePadding(8, 2, 1)).toEqual([0, 1])
    expect(samePadding(8, 3, 2)).toEqual([0, 1])
    expect(samePadding(9, 3, 2)).toEqual([1, 1])
    expect(samePadding(8, 1, 2)).toEqual([0, 0])
    expect(samePadding(0, 3, 1)).toEqual([1, 1])
  })

  it('does not depend on a name that its stride divides, up to a number', () => {
    expect(samePadding('h', 4, 1)).toEqual([1, 2])
    expect(samePadding('2*h', 3, 2)).toEqual([0, 1])
    expect(samePadding('2*h+1', 3, 2)).toEqual([1, 1])
    expect(samePadding('4*h-1', 1, 4)).toEqual([0, 0])
    expect(samePadding('h', 3, 2)).toBeUndefined()
    expect(samePadding(8, 'k', 2)).toBeUndefined()
  })

  it('of a transposed convolution is that of the convolution, and what it rounded', () => {
    fc.assert(
      fc.property(n, small, small, (n, reach, stride) => {
        const { padding, outputPadding } = transposedSamePadding(reach, stride)!
        const [low, high] = padding
        expect(padding).toEqual(samePadding(n * stride, reach, stride))
        expect((n - 1) * stride + reach - low - high + outputPadding).toBe(n * stride)
        expect(outputPadding).toBeLessThan(stride)
      }),
      runs(),
    )
    expect(transposedSamePadding('k', 2)).toBeUndefined()
  })
})

describe('a window', () => {
  it('reaches over the gaps of a dilation', () => {
    expect(reachOf(3, 2)).toBe(5)
    expect(reachOf(1, 9)).toBe(1)
    expect(reachOf('k', 2)).toBe('2*k-1')
  })

  it('takes a last step that is not whole', () => {
    expect([divideUp(7, 2), divideUp('2*h-1', 2), divideUp('h', 2)]).toEqual([4, 'h', undefined])
  })

  it('has the padding of its axis', () => {
    const padding = [
      [1, 2],
      [3, 4],
    ] as const
    expect([sidesAt(padding, 0), sidesAt(padding, 1)]).toEqual(padding)
    expect([sidesAt('valid', 0), sidesAt('same', 1)]).toEqual([[0, 0], 'same'])
  })
})
