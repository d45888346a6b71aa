// Convolutions and pools on numbers worked out by hand: what stands at the border, what goes first
// among equals, and which of both sides an odd element of padding is on.

import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/ir/builder.ts'
import { Literal } from '../../src/ir/literal.ts'
import { tensorType } from '../../src/ir/type.ts'
import { globalAvgPool } from '../../src/model/ops/pooling.ts'
import { mul } from '../../src/ops/arithmetic.ts'
import { sum } from '../../src/ops/broadcast.ts'
import { conv2d, conv2dTranspose } from '../../src/ops/convolution.ts'
import { avgPool2d, maxPool2d } from '../../src/ops/pooling.ts'
import type { Conv2dOptions } from '../../src/ops/window-options.ts'
import type { DTypeName } from '../../src/support/dtype.ts'
import { cotangentsOf, tangentOf, tensor, typeOf, valuesOf } from './functions.ts'

/** One image of one channel, of rows of numbers. */
const image = (rows: readonly (readonly number[])[], dtype: DTypeName = 'f64') =>
  tensor([rows.map(row => row.map(value => [value]))], dtype)

/** A kernel from one channel to one. */
const kernel = (rows: readonly (readonly number[])[]) =>
  tensor(rows.map(row => row.map(value => [[value]])))

/** Whole numbers of both signs, of which sums are exact. */
const whole = (shape: readonly number[]) => {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return Literal.from(
    Float64Array.from({ length: size }, (_, i) => ((7 * i) % 11) - 5),
    'f64',
    shape,
  )
}

const convolve =
  (options: Conv2dOptions = {}) =>
  (x: Value, k: Value) =>
    conv2d(x, k, options)

const THREE = image([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
])
const TWO = kernel([
  [1, 10],
  [100, 1000],
])

describe('conv2d', () => {
  it('sums the kernel over every window, and does not mirror it', () => {
    expect(valuesOf(convolve(), THREE, TWO)).toEqual([5421, 6532, 8754, 9865])
  })

  it("has as many cells as pixels with padding 'same', of which the odd one is at the end", () => {
    const row = [5421, 6532, 603, 8754, 9865, 906, 87, 98, 9]
    expect(valuesOf(convolve({ padding: 'same' }), THREE, TWO)).toEqual(row)
  })

  it("puts the odd element of 'same' with stride 2 at the end", () => {
    const four = image([[1, 2, 3, 4]])
    const ones = kernel([[1, 10, 100]])
    const halved = convolve({ padding: 'same', stride: [1, 2] })
    // Windows 1 2 3 and 3 4 0, not 0 1 2 and 2 3 4.
    expect(valuesOf(halved, four, ones)).toEqual([321, 43])
  })

  it('leaves gaps of a dilation between neighbours, and steps by the stride', () => {
    const five = image([[1, 2, 3, 4, 5]])
    const pair = kernel([[1, 10]])
    expect(valuesOf(convolve({ dilation: [1, 3] }), five, pair)).toEqual([41, 52])
    expect(valuesOf(convolve({ stride: [1, 3] }), five, pair)).toEqual([21, 54])
  })

  it('pads each side as it is told', () => {
    const one = image([[1]])
    const sides = convolve({
      padding: [
        [0, 1],
        [2, 0],
      ],
    })
    expect(valuesOf(sides, one, TWO)).toEqual([0, 10])
    expect(typeOf(sides, one.type, TWO.type)).toEqual(tensorType('f64', [1, 1, 2, 1]))
  })

  it('sums over channels, and gives one of each kernel', () => {
    const x = tensor([[[[1, 2]]]])
    const k = tensor([
      [
        [
          [1, 0, 3],
          [10, 5, 0],
        ],
      ],
    ])
    expect(valuesOf(convolve(), x, k)).toEqual([21, 10, 3])
  })

  it('in groups lets a result see the channels of its group alone', () => {
    const x = tensor([[[[1, 2, 3, 4]]]])
    const k = tensor([
      [
        [
          [1, 10],
          [1, 10],
        ],
      ],
    ])
    expect(valuesOf(convolve({ groups: 2 }), x, k)).toEqual([3, 70])
    const each = tensor([[[[1, 10, 100, 1000]]]])
    expect(valuesOf(convolve({ groups: 4 }), x, each)).toEqual([1, 20, 300, 4000])
  })

  it('has the derivatives of a sum of products', () => {
    const [x, k] = cotangentsOf(convolve(), THREE, TWO)
    expect(x).toEqual([1, 11, 10, 101, 1111, 1010, 100, 1100, 1000])
    expect(k).toEqual([12, 16, 24, 28])
    expect(tangentOf(convolve(), THREE, TWO)).toEqual([1111, 1111, 1111, 1111])
  })

  it('gives nothing to pixels that a stride passes over', () => {
    const [x] = cotangentsOf(convolve({ stride: [1, 2] }), image([[1, 2, 3, 4]]), kernel([[7]]))
    expect(x).toEqual([7, 0, 7, 0])
  })
})

describe('conv2dTranspose', () => {
  it('lays its multiple of the kernel for every pixel, a stride apart', () => {
    const up = (x: Value, k: Value) => conv2dTranspose(x, k, { stride: [1, 2] })
    const k = kernel([[1, 10, 100]])
    expect(valuesOf(up, image([[1, 2]]), k)).toEqual([1, 10, 102, 20, 200])
  })

  it("multiplies sizes by the stride with padding 'same'", () => {
    const same = (x: Value, k: Value) => conv2dTranspose(x, k, { stride: 2, padding: 'same' })
    const k = tensorType('f64', [3, 3, 8, 16])
    const made = typeOf(same, tensorType('f64', ['n', 'h', 7, 16]), k)
    expect(made).toEqual(tensorType('f64', ['n', '2*h', 14, 8]))
  })

  it.each([
    ['plain', {}, [0, 0]],
    ['strided past the end', { stride: [2, 3] }, [1, 1]],
    ['padded', { stride: [3, 1], padding: [[1, 0] as const, [0, 1] as const] as const }, [1, 0]],
    ['dilated, in groups', { dilation: [2, 1], groups: 2 }, [0, 0]],
  ] as const)('is the transpose of conv2d: %s', (_, options: Conv2dOptions, outputPadding) => {
    const x = whole([2, 5, 6, 4])
    const k = whole([2, 2, 4 / (options.groups ?? 1), 6])
    const y = whole(typeOf(convolve(options), x.type, k.type).shape as number[])
    const there = (x: Value, k: Value, y: Value) => sum(mul(conv2d(x, k, options), y))
    const back = (x: Value, k: Value, y: Value) =>
      sum(mul(x, conv2dTranspose(y, k, { ...options, outputPadding })))
    const [inner] = valuesOf(there, x, k, y)
    expect(inner).not.toBe(0)
    expect(valuesOf(back, x, k, y)).toEqual([inner])
  })
})

describe('maxPool2d', () => {
  it('takes the largest pixel of every window', () => {
    const pool = (x: Value) => maxPool2d(x, { size: 2, stride: 1 })
    expect(valuesOf(pool, THREE)).toEqual([5, 6, 8, 9])
  })

  it('steps by its size where it is told nothing else, and leaves the rest out', () => {
    expect(valuesOf(x => maxPool2d(x, { size: 2 }), THREE)).toEqual([5])
  })

  it('gives the cotangent to the first of equal pixels, row by row', () => {
    const pool = (x: Value) => maxPool2d(x, { size: 2 })
    const x = image([
      [1, 3, 2, 2],
      [3, 3, 2, 2],
    ])
    expect(cotangentsOf(pool, x)).toEqual([[0, 1, 1, 0, 0, 0, 0, 0]])
  })

  it('adds up what overlapping windows give to a pixel', () => {
    const pool = (x: Value) => maxPool2d(x, { size: [1, 2], stride: 1 })
    expect(cotangentsOf(pool, image([[1, 5, 2, 2]]))).toEqual([[0, 2, 1, 0]])
  })

  it('never takes its padding, below which nothing is', () => {
    const pool = (x: Value) => maxPool2d(x, { size: 3, stride: 2, padding: 'same' })
    expect(valuesOf(pool, image([[-7, -8]]))).toEqual([-7])
    expect(valuesOf(pool, image([[-7, -(2 ** 31)]], 'i32'))).toEqual([-7])
    expect(valuesOf(pool, image([[0, 0]], 'u32'))).toEqual([0])
    const lowest = image([[Number.NEGATIVE_INFINITY, -1]])
    expect(valuesOf(x => maxPool2d(x, { size: 1 }), lowest)).toEqual([...lowest.values()])
  })

  it('is NaN where a pixel of its window is', () => {
    const pool = (x: Value) => maxPool2d(x, { size: [1, 2] })
    expect(valuesOf(pool, image([[Number.NaN, 1, 2, 3]]))).toEqual([Number.NaN, 3])
  })
})

describe('avgPool2d', () => {
  const options = { size: 2, padding: 'same' } as const

  it('is the mean of the pixels in every window, of which a border has fewer', () => {
    expect(valuesOf(x => avgPool2d(x, options), THREE)).toEqual([3, 4.5, 7.5, 9])
    const [x] = cotangentsOf(x => avgPool2d(x, options), THREE)
    expect(x).toEqual([1 / 4, 1 / 4, 1 / 2, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 1 / 2, 1])
  })

  it('counts padding as zeros where it is told to', () => {
    const counted = (x: Value) => avgPool2d(x, { ...options, countPadding: true })
    expect(valuesOf(counted, THREE)).toEqual([3, 2.25, 3.75, 2.25])
    expect(cotangentsOf(counted, THREE)).toEqual([new Array(9).fill(1 / 4)])
  })

  it('of a whole image is its mean', () => {
    const x = tensor([
      [
        [
          [1, 10],
          [3, 30],
        ],
      ],
    ])
    expect(valuesOf(globalAvgPool, x)).toEqual([2, 20])
    const weighed = (x: Value, w: Value) => mul(globalAvgPool(x), w)
    expect(cotangentsOf(weighed, x, tensor([[2, 4]]))[0]).toEqual([1, 2, 1, 2])
  })
})
