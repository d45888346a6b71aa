// The public `pad`: a constant around a tensor, which is an op, or its own edge repeated or
// reflected, which is made of slices.

import type { Value } from '../ir/builder.ts'
import { operator } from '../ir/define.ts'
import { addDims, type Dim, dim, subtractDims } from '../ir/dim.ts'
import { printShape } from '../ir/type.ts'
import { argumentError } from './axes.ts'
import { broadcastTo } from './broadcast.ts'
import { concat } from './joining.ts'
import { reverse } from './movement.ts'
import { padConstant, padOp, sliceAlong } from './slicing.ts'

/**
 * What stands outside the tensor: a constant, the outermost element, or the mirror image without
 * it.
 */
export type PadMode = 'constant' | 'edge' | 'reflect'

/** Options of `pad`. */
export interface PadOptions {
  /** The constant; 0 by default. */
  readonly value?: number | undefined
  readonly mode?: PadMode | undefined
}

/** How many elements to add before and after those along one axis. */
export type Padding = readonly [low: Dim, high: Dim]

/**
 * A larger tensor: `low` elements before and `high` after those of every axis. With mode 'constant'
 * they are `value`, with 'edge' the outermost element, with 'reflect' the mirror image at it.
 *
 *   out[low + i…] = x[i…]          x̄[i…] = ct[low + i…]          (constant)
 *
 * The op can also put `interior` elements between neighbours, so that the derivative of a strided
 * slice is a pad: out[low + (interior + 1) · i…] = x[i…], extent low + n + (n − 1) · interior +
 * high.
 *
 * Requires C1 one entry per axis. C2 sizes are 0 or more. C3 value is a value of the dtype.
 * Numerics value is rounded to the dtype when the node is made
 * Errors   E101 where a constraint fails, an axis to repeat is empty, or one to reflect is too
 *          short
 *
 * @example
 * pad(image, [[1, 1], [1, 1]], { mode: 'reflect' })
 */
export const pad = operator(
  padOp,
  (x: Value, padding: readonly Padding[], options: PadOptions = {}): Value => {
    const { value = 0, mode = 'constant' } = options
    const { shape } = x.type
    if (padding.length !== shape.length) {
      const message = `needs a pair [low, high] per axis of ${printShape(shape)}, got ${padding.length}`
      throw argumentError('pad', message, 'write [0, 0] for an axis to leave alone', [x], pad)
    }
    const sides = padding.map(([low, high]): Padding => [dim(low), dim(high)])
    if (mode === 'constant') {
      const [low, high] = [sides.map(([side]) => side), sides.map(([, side]) => side)]
      return padConstant(x, low, high, value, pad)
    }
    return sides.reduce((padded, side, axis) => extend(padded, axis, side, mode), x)
  },
)

function extend(x: Value, axis: number, [low, high]: Padding, mode: 'edge' | 'reflect'): Value {
  if (low === 0 && high === 0) return x
  checkReach(x, axis, [low, high], mode)
  const extent = x.type.shape[axis]!
  const before = mode === 'edge' ? repeated(x, axis, 0, low) : mirrored(x, axis, 1, low)
  const last = addDims(extent, -1)
  const after =
    mode === 'edge'
      ? repeated(x, axis, last, high)
      : mirrored(x, axis, subtractDims(last, high), high)
  return concat([before, x, after], axis)
}

function checkReach(x: Value, axis: number, [low, high]: Padding, mode: 'edge' | 'reflect'): void {
  const extent = x.type.shape[axis]!
  const text = `axis ${axis} of ${printShape(x.type.shape)}`
  const negative = [low, high].find(side => typeof side === 'number' && side < 0)
  if (negative !== undefined) {
    const message = `low and high must be 0 or more, got ${negative} at ${text}`
    throw argumentError('pad', message, 'use slice to take elements away', [x], pad)
  }
  if (typeof extent === 'string') return
  const most = mode === 'edge' ? (extent > 0 ? Number.POSITIVE_INFINITY : 0) : extent - 1
  const beyond = [low, high].find(side => typeof side === 'number' && side > Math.max(0, most))
  if (beyond === undefined) return
  const message =
    mode === 'edge'
      ? `an axis to repeat must have an element, got ${text}`
      : `an axis to reflect by ${beyond} must have more than ${beyond} elements, got ${text}`
  throw argumentError('pad', message, "pad less, or use mode 'constant'", [x], pad)
}

/** The slice at `position`, `count` times. */
function repeated(x: Value, axis: number, position: Dim, count: Dim): Value {
  const one = sliceAlong(x, axis, position, addDims(position, 1))
  const shape = x.type.shape.map((extent, other) => (other === axis ? count : extent))
  return broadcastTo(one, shape)
}

/** The `count` elements from `start`, in opposite order. */
function mirrored(x: Value, axis: number, start: Dim, count: Dim): Value {
  return reverse(sliceAlong(x, axis, start, addDims(start, count)), axis)
}
