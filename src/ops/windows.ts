// Windows over the height and the width of images [n, height, width, channels]: what they hold, and
// what covers a pixel. None of it is ever stored: windows are movements, which kernels take in as
// index expressions.

import type { Value } from '../ir/builder.ts'
import { addDims, type Dim, divideUp, multiplyDims, subtractDims } from '../ir/dim.ts'
import { type Violation, violation } from '../ir/op.ts'
import { printShape, type TensorType } from '../ir/type.ts'
import { broadcastAlong } from './broadcast.ts'
import { skew } from './skew.ts'
import { reachOf, type Sides } from './window-geometry.ts'

/** How windows stand along height and along width; what ops hold as attributes. */
export interface WindowAttributes {
  /** From one window to the next, 1 or more. */
  readonly stride: readonly number[]
  /** Elements of fill before and after: [top, bottom] and [left, right]. */
  readonly padding: readonly [readonly number[], readonly number[]]
  /** From one element of a window to the next, 1 or more. */
  readonly dilation: readonly number[]
}

/** Windows along one axis. */
export interface WindowAxis {
  /** Elements of a window. */
  readonly size: Dim
  readonly stride: number
  readonly dilation: number
  readonly padding: Sides
}

/** Windows along height and width. */
export type WindowAxes = readonly [height: WindowAxis, width: WindowAxis]

/** The windows of `attributes` along height and width. */
export function windowAxes(size: readonly [Dim, Dim], attributes: WindowAttributes): WindowAxes {
  const axis = (at: 0 | 1): WindowAxis => {
    const [low = 0, high = 0] = attributes.padding[at]
    const [stride, dilation] = [attributes.stride[at]!, attributes.dilation[at]!]
    return { size: size[at], stride, dilation, padding: [low, high] }
  }
  return [axis(0), axis(1)]
}

/** How many windows stand along an axis of `extent`; undefined where that is no dim. */
export function windowsAlong(extent: Dim, axis: WindowAxis): Dim | undefined {
  return divideUp(addDims(roomAlong(extent, axis), 1), axis.stride)
}

/** How far the first window can be moved and still stands within the padded axis. */
function roomAlong(extent: Dim, { size, dilation, padding: [low, high] }: WindowAxis): Dim {
  return subtractDims(addDims(extent, low + high), reachOf(size, dilation))
}

/**
 * The extent of an axis over which `count` windows stand, of which `unreached` elements at its end
 * are in none.
 */
export function extentUnder(count: Dim, axis: WindowAxis, unreached: number): Dim {
  const { size, stride, dilation, padding } = axis
  const last = multiplyDims(addDims(count, -1), stride)
  const [low, high] = padding
  return addDims(addDims(last, reachOf(size, dilation)), unreached - low - high)
}

/**
 * What the windows over an image hold: [n, h, w, c] → [n, oh, ow, kh, kw, c], `value` where a
 * window reaches beyond the image.
 */
export function windows(x: Value, [height, width]: WindowAxes, value = 0): Value {
  const [n, h, w, c] = x.type.shape as readonly [Dim, Dim, Dim, Dim]
  const repeated = broadcastAlong(x, [n, h, w, height.size, width.size, c], [3, 4])
  const along = (of: Value, axis: 1 | 2, extent: Dim, by: WindowAxis) => {
    const { stride, dilation, padding } = by
    const offset = 0 - padding[0]
    return skew(of, axis, axis + 2, windowsAlong(extent, by)!, { stride, dilation, offset, value })
  }
  return along(along(repeated, 1, h, height), 2, w, width)
}

/**
 * For every pixel of an image of `extents` and every place in a window, the cell whose window has
 * the pixel there: [n, oh, ow, c] → [n, h, w, kh, kw, c], 0 where there is none.
 */
export function coverings(
  cells: Value,
  [height, width]: WindowAxes,
  [h, w]: readonly [Dim, Dim],
): Value {
  const [n, oh, ow, c] = cells.type.shape as readonly [Dim, Dim, Dim, Dim]
  const repeated = broadcastAlong(cells, [n, oh, ow, height.size, width.size, c], [3, 4])
  const along = (of: Value, axis: 1 | 2, extent: Dim, by: WindowAxis) => {
    const how = { dilation: 0 - by.dilation, offset: by.padding[0], spacing: by.stride }
    return skew(of, axis, axis + 2, extent, how)
  }
  return along(along(repeated, 1, h, height), 2, w, width)
}

/** The sentence of the constraint on images. */
export const IMAGE = 'x has four axes: examples, height, width, channels'

/** The sentence of the constraint on window attributes. */
export const WINDOWS =
  'stride and dilation are 1 or more for height and width, padding is 0 or more before and after'

/** The violation of an operand that is no image. */
export function imageViolation(constraint: string, x: TensorType, name = 'x') {
  if (x.shape.length === 4) return undefined
  const message = `${name} must have 4 axes, got ${printShape(x.shape)}`
  const help = 'give examples, height, width, channels, for example by reshape(x, [n, h, w, 1])'
  return violation(constraint, message, { [name]: 'whole' }, help)
}

const EXAMPLES = { stride: '[2, 2]', dilation: '[1, 1]', padding: '[[1, 1], [1, 1]]' } as const

/** The violation of attributes that place no windows. */
export function windowViolation(
  constraint: string,
  attributes: WindowAttributes,
): Violation | undefined {
  const lists = [
    ['stride', 1, attributes.stride],
    ['dilation', 1, attributes.dilation],
    ['padding', 0, attributes.padding[0]],
    ['padding', 0, attributes.padding[1]],
  ] as const
  for (const [name, least, values] of lists) {
    if (values.length === 2 && values.every(value => value >= least)) continue
    const message = `${name} must be two numbers of ${least} or more, got [${values.join(', ')}]`
    return violation(constraint, message, {}, `for example ${name} = ${EXAMPLES[name]}`)
  }
  return undefined
}

/** The violation of windows that do not fit into an image, or whose number is no dim. */
export function fitViolation(constraint: string, x: TensorType, axes: WindowAxes) {
  for (const [at, side] of (['height', 'width'] as const).entries()) {
    const found = sideViolation(constraint, x.shape[at + 1]!, axes[at]!, { at: at + 1, side })
    if (found !== undefined) return found
  }
  return undefined
}

function sideViolation(
  constraint: string,
  extent: Dim,
  axis: WindowAxis,
  { at, side }: { readonly at: number; readonly side: string },
): Violation | undefined {
  const { size, stride, dilation, padding } = axis
  if (typeof size === 'number' && size < 1) {
    const help = 'give a kernel with at least one element'
    return violation(constraint, `window ${side} must be 1 or more, got ${size}`, {}, help)
  }
  const room = roomAlong(extent, axis)
  if (typeof room === 'number' && room < 0) {
    const padded = addDims(extent, padding[0] + padding[1])
    const message = `window ${side} ${reachOf(size, dilation)} exceeds padded input ${side} ${padded}`
    return violation(constraint, message, { x: at }, "use padding 'same', or a smaller window")
  }
  if (windowsAlong(extent, axis) !== undefined) return undefined
  const message = `a stride of ${stride} needs a known ${side}, got ${extent}`
  return violation(constraint, message, { x: at }, 'use a stride that divides it, or 1')
}
