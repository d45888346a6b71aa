// The options of convolutions and pools as users give them, and the attributes that nodes hold: a
// number for both axes becomes two, and 'same' becomes the padding that it stands for.

import type { Value } from '../ir/builder.ts'
import type { Dim } from '../ir/dim.ts'
import type { DiagnosticError } from '../support/diagnostic.ts'
import { argumentError, type Boundary } from './axes.ts'
import {
  type ConvolutionPadding,
  type PerAxis,
  pair,
  reachOf,
  samePadding,
  sidesAt,
  transposedSamePadding,
} from './window-geometry.ts'

/** Options of `conv2d`. */
export interface Conv2dOptions {
  /** Steps of the kernel over the image; 1 by default. */
  readonly stride?: PerAxis | undefined
  /** What stands around the image; 'valid' by default. */
  readonly padding?: ConvolutionPadding | undefined
  /** Distance between neighbours of the kernel; 1 by default. */
  readonly dilation?: PerAxis | undefined
  /** Into how many groups the channels fall, each with kernels of its own; 1 by default. */
  readonly groups?: number | undefined
}

/** Options of `conv2dTranspose`: those of the `conv2d` that it transposes, and what it rounded. */
export interface Conv2dTransposeOptions extends Conv2dOptions {
  /**
   * Elements at the end that the strides of `conv2d` leave out: fewer than a stride, 0 by default.
   * Padding 'same' settles it.
   */
  readonly outputPadding?: PerAxis | undefined
}

/** Options of `maxPool2d` and of `avgPool2d`. */
export interface Pool2dOptions {
  /** The extent of the window. */
  readonly size: PerAxis
  /** Steps of the window over the image; its size by default. */
  readonly stride?: PerAxis | undefined
  /** What stands around the image, and is no part of a result; 'valid' by default. */
  readonly padding?: ConvolutionPadding | undefined
}

/** Options of `avgPool2d`. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether padding counts as elements of the mean, which are 0; false by default. */
  readonly countPadding?: boolean | undefined
}

/** A public function, what it was called with, and where errors say that it was called. */
interface Call {
  readonly subject: string
  readonly x: Value
  readonly boundary: Boundary
}

const SIDES = [0, 1] as const

/** The attributes of a pool. Throws E101 where its padding depends on a name. */
export function poolAttributes(call: Call, { size, stride = size, padding }: Pool2dOptions) {
  const walk = { stride: pair(stride), dilation: [1, 1] as const }
  return {
    size: pair(size),
    stride: walk.stride,
    padding: paddingOf(call, padding, pair(size), walk),
  }
}

/** The attributes of a convolution. Throws E101 where its padding depends on a name. */
export function convolutionAttributes(call: Call, kernel: Value, options: Conv2dOptions) {
  const { stride = 1, dilation = 1, groups = 1 } = options
  const walk = { stride: pair(stride), dilation: pair(dilation) }
  return { ...walk, padding: paddingOf(call, options.padding, sizeOf(kernel), walk), groups }
}

/** The attributes of a transposed convolution. Throws E101 where its padding depends on a name. */
export function transposeAttributes(call: Call, kernel: Value, options: Conv2dTransposeOptions) {
  const { stride = 1, dilation = 1, groups = 1, padding = 'valid', outputPadding = 0 } = options
  const walk = { stride: pair(stride), dilation: pair(dilation), groups }
  const given = SIDES.map(at => {
    const sides = sidesAt(padding, at)
    if (sides !== 'same') return { padding: sides, outputPadding: pair(outputPadding)[at] }
    const reach = reachOf(sizeOf(kernel)[at], walk.dilation[at])
    return transposedSamePadding(reach, walk.stride[at]) ?? refuse(call, at)
  })
  return {
    ...walk,
    padding: [given[0]!.padding, given[1]!.padding] as const,
    output_padding: given.map(side => side.outputPadding),
  }
}

/** Height and width of a kernel; one of another rank is refused by the type rule. */
function sizeOf({ type: { shape } }: Value): readonly [Dim, Dim] {
  return [shape[0] ?? 1, shape[1] ?? 1]
}

interface Walk {
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
}

function paddingOf(
  call: Call,
  padding: ConvolutionPadding = 'valid',
  size: readonly [Dim, Dim],
  { stride, dilation }: Walk,
) {
  const side = (at: 0 | 1) => {
    const sides = sidesAt(padding, at)
    if (sides !== 'same') return sides
    const extent = call.x.type.shape[at + 1] ?? 1
    return samePadding(extent, reachOf(size[at], dilation[at]), stride[at]) ?? refuse(call, at)
  }
  return [side(0), side(1)] as const
}

function refuse({ subject, x, boundary }: Call, at: 0 | 1): never {
  throw unknownSize(subject, x, at === 0 ? 'height' : 'width', boundary)
}

function unknownSize(subject: string, x: Value, side: string, boundary: Boundary): DiagnosticError {
  const message = `padding 'same' needs a ${side} whose remainder by the stride is known`
  const help = 'give the padding in numbers, [[top, bottom], [left, right]]'
  return argumentError(subject, message, help, [x], boundary)
}
