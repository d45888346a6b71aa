// The geometry of windows that walk over an image, of convolutions and of pooling: how far one
// reaches, how many steps it takes, and which numbers padding 'same' stands for. Sizes can be
// symbolic; a padding never is.

import { addDims, type Dim, divideUp, multiplyDims, subtractDims } from '../ir/dim.ts'

/** One number for both axes, or one per axis. */
export type PerAxis = number | readonly [height: number, width: number]

/** How much stands before and after the elements of one axis. */
export type Sides = readonly [low: number, high: number]

/**
 * What stands around an image: nothing (valid), as much as gives one step per stride, rounded up
 * (same), or so much on each side.
 */
export type ConvolutionPadding =
  | 'valid'
  | 'same'
  | readonly [
      height: readonly [top: number, bottom: number],
      width: readonly [left: number, right: number],
    ]

/** The numbers of height and width. */
export function pair(of: PerAxis): readonly [height: number, width: number] {
  return typeof of === 'number' ? [of, of] : of
}

/** The padding of one axis, 0 for height and 1 for width; 'same' depends on its sizes. */
export function sidesAt(padding: ConvolutionPadding, at: 0 | 1): Sides | 'same' {
  if (padding === 'same') return padding
  return padding === 'valid' ? [0, 0] : padding[at]
}

/** The elements from the first to the last of a kernel with its gaps: (k − 1) · dilation + 1. */
export function reachOf(k: Dim, dilation: number): Dim {
  return addDims(multiplyDims(addDims(k, -1), dilation), 1)
}

/**
 * The least padding of `n` elements with which windows take ⌈n / stride⌉ steps; undefined
 * where it depends on a symbolic size. An odd one has its extra element at the end.
 *
 *   low + high = max((⌈n / stride⌉ − 1) · stride + reach − n, 0)
 */
export function samePadding(n: Dim, reach: Dim, stride: number): Sides | undefined {
  const count = divideUp(n, stride)
  if (count === undefined) return undefined
  const covered = addDims(multiplyDims(addDims(count, -1), stride), reach)
  return halves(subtractDims(covered, n))
}

/** What 'same' stands for along one axis of a transposed convolution. */
export interface TransposedSame {
  readonly padding: Sides
  readonly outputPadding: number
}

/**
 * The padding that makes n · stride elements of n, which is `samePadding` of the convolution that
 * is transposed, and what its rounding left over; undefined where it depends on a symbolic size.
 *
 *   low + high = max(reach − stride, 0)          outputPadding = max(stride − reach, 0)
 */
export function transposedSamePadding(reach: Dim, stride: number): TransposedSame | undefined {
  const padding = halves(subtractDims(reach, stride))
  if (padding === undefined || typeof reach !== 'number') return undefined
  return { padding, outputPadding: Math.max(stride - reach, 0) }
}

/** A total, 0 where it is negative, in two halves of which the second is no smaller. */
function halves(total: Dim): Sides | undefined {
  if (typeof total !== 'number') return undefined
  const added = Math.max(total, 0)
  const low = Math.floor(added / 2)
  return [low, added - low]
}
