// Pools: the largest element or the mean of windows over images, channel by channel. Their
// derivatives are those of reductions over windows, in which every pixel asks the windows that
// cover it.

import { boolean, integers, integersPair } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import type { Dim } from '../ir/dim.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import { type Draw, operand } from '../ir/sample.ts'
import type { TensorType } from '../ir/type.ts'
import { identityOf } from '../kernel/kernel.ts'
import type { DTypeName } from '../support/dtype.ts'
import { div } from './arithmetic.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { full, fullLike } from './creation.ts'
import { dtypeConstraint, dtypeViolation, FLOATS, NUMBERS } from './families.ts'
import { reshape } from './movement.ts'
import { max } from './reduction.ts'
import { type AvgPool2dOptions, type Pool2dOptions, poolAttributes } from './window-options.ts'
import {
  fitViolation,
  IMAGE,
  imageViolation,
  WINDOWS,
  type WindowAxes,
  windowAxes,
  windows,
  windowsAlong,
  windowViolation,
} from './windows.ts'

interface PoolAttributes {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly [readonly number[], readonly number[]]
}

const ATTRIBUTES = { size: integers, stride: integers, padding: integersPair } as const

/** The axes of a window: height and width. */
const WINDOW = [3, 4]

/** The windows of a pool; their elements are neighbours. */
const axesOf = ({ size, ...attributes }: PoolAttributes) =>
  windowAxes([size[0]!, size[1]!], { ...attributes, dilation: [1, 1] })

const constraintsFor = (dtypes: readonly DTypeName[]) => ({
  C1: dtypeConstraint('x', dtypes),
  C2: IMAGE,
  C3: `${WINDOWS}, less than the window`,
  C4: 'windows fit into the padded image, and their number is a dim',
})

function poolType(x: TensorType, attributes: PoolAttributes, dtypes: readonly DTypeName[]) {
  const found =
    dtypeViolation(x, 'x', dtypes) ?? imageViolation('C2', x) ?? placeViolation(attributes)
  if (found !== undefined) return found
  const axes = axesOf(attributes)
  const [n, , , c] = x.shape as readonly [Dim, Dim, Dim, Dim]
  const cells = (at: 0 | 1) => windowsAlong(x.shape[at + 1]!, axes[at])!
  return (
    fitViolation('C4', x, axes) ?? { dtype: x.dtype, shape: [n, cells(0), cells(1), c] as const }
  )
}

/** C3: attributes that place no windows, or some of them wholly in the padding. */
function placeViolation({ size, stride, padding }: PoolAttributes): Violation | undefined {
  const found = windowViolation('C3', { stride, padding, dilation: size })
  if (found !== undefined) {
    return { ...found, message: found.message.replace(/^dilation/, 'size') }
  }
  const at = padding.findIndex((sides, axis) => sides.some(side => side >= size[axis]!))
  if (at < 0) return undefined
  const name = at === 0 ? 'height' : 'width'
  const message = `padding must be less than the window ${name} ${size[at]}, got [${padding[at]!.join(', ')}]`
  return violation('C3', message, {}, 'pad less: a window must hold an element')
}

function samplePool(draw: Draw, dtypes: readonly DTypeName[]) {
  const size = [draw.integer(1, 3), draw.integer(1, 2)]
  // Half of the samples are such that names can stand for sizes.
  const stride = draw.pick([true, false]) ? [1, 1] : [draw.integer(1, 3), draw.integer(1, 2)]
  const side = (most: number) => [draw.integer(0, most - 1), draw.integer(0, most - 1)]
  const extent = (at: 0 | 1) => size[at]! + draw.integer(0, 3)
  const shape = [draw.integer(1, 2), extent(0), extent(1), draw.integer(1, 2)]
  return {
    operands: [operand(draw.pick(dtypes), shape)],
    attributes: {
      size,
      stride,
      padding: [side(size[0]!), side(size[1]!)] as const,
    },
  }
}

const maxPool2dOp: Op = defineComposite({
  name: 'max_pool2d',
  family: 'reduction',
  operands: ['x'],
  attributes: ATTRIBUTES,
  defaults: () => PLAIN,
  constraints: constraintsFor(NUMBERS),
  type: ({ x }, attributes) => poolType(x, attributes, NUMBERS),
  body: ({ x }, attributes) => {
    const nothing = identityOf('max', x.type.dtype)
    return max(windows(x, axesOf(attributes), nothing), WINDOW)
  },
  samples: draw => samplePool(draw, NUMBERS),
})

const PLAIN = {
  size: [2, 2],
  stride: [2, 2],
  padding: [
    [0, 0],
    [0, 0],
  ],
} as const

const avgPool2dOp: Op = defineComposite({
  name: 'avg_pool2d',
  family: 'reduction',
  operands: ['x'],
  attributes: { ...ATTRIBUTES, count_padding: boolean },
  defaults: () => ({ ...PLAIN, count_padding: false }),
  constraints: constraintsFor(FLOATS),
  type: ({ x }, attributes) => poolType(x, attributes, FLOATS),
  body: ({ x }, attributes) => {
    const axes = axesOf(attributes)
    const total = sum(windows(x, axes), WINDOW)
    const isWhole = attributes.count_padding || attributes.padding.flat().every(side => side === 0)
    const count = isWhole
      ? fullLike(total, attributes.size[0]! * attributes.size[1]!)
      : pixels(x, axes, total)
    return div(total, count)
  },
  samples: draw => {
    const { operands, attributes } = samplePool(draw, FLOATS)
    return { operands, attributes: { ...attributes, count_padding: draw.pick([true, false]) } }
  },
})

/** How many pixels of the image every window holds, in the shape of `like`. */
function pixels(x: Value, axes: WindowAxes, like: Value): Value {
  const [, h, w] = x.type.shape as readonly [Dim, Dim, Dim]
  const [, oh, ow] = like.type.shape as readonly [Dim, Dim, Dim]
  const ones = full(x.builder, 1, { dtype: x.type.dtype, shape: [1, h, w, 1] })
  const count = reshape(sum(windows(ones, axes), WINDOW), [oh, ow])
  return broadcastAlong(count, like.type.shape, [0, 3])
}

/**
 * The largest element of every window over an image, channel by channel.
 *
 *   out[n, i, j, c] = max over r, s of x[n, stride · i + r − top, stride · j + s − left, c]
 *   x̄[n, h, w, c] = Σ of ct[n, i, j, c] over the windows whose first maximum is at h, w
 *
 * Padding is −∞ (for integers the least value): it never wins. Windows start `stride` apart, by
 * default their own size, so that they do not overlap.
 *
 * Shapes   x: [n, h, w, c] → [n, (h + top + bottom − height) div stride + 1, likewise, c]
 * Requires C1 x is a number. C2 x has four axes. C3 size and stride are 1 or more, padding is less
 *          than the window. C4 windows fit.
 * Numerics NaN if an element is; of equal maxima the first in row-major order gets the cotangent,
 *          and where every element of a window is −∞, padding before them counts as one of them
 * Errors   E101 where a constraint fails
 *
 * @example
 * maxPool2d(x, { size: 2 })                                  // f32[n,14,14,c] of f32[n,28,28,c]
 * maxPool2d(x, { size: 3, stride: 2, padding: 'same' })      // overlapping windows
 */
export const maxPool2d = operator(maxPool2dOp, (x: Value, options: Pool2dOptions): Value => {
  const attributes = poolAttributes({ subject: 'max_pool2d', x, boundary: maxPool2d }, options)
  return x.builder.append(maxPool2dOp, [x], { ...attributes }, maxPool2d)[0]!
})

/**
 * The mean of every window over an image, channel by channel.
 *
 *   out[n, i, j, c] = Σ over r, s of x[n, stride · i + r − top, stride · j + s − left, c] / count
 *   x̄[n, h, w, c] = Σ over the windows that hold h, w of ct[n, i, j, c] / count
 *
 * Padding is 0. `count` is the number of pixels of the image that a window holds, so that a border
 * is no darker than the rest; with `countPadding` it is the size of the window.
 *
 * Shapes   x: [n, h, w, c] → [n, (h + top + bottom − height) div stride + 1, likewise, c]
 * Requires C1 x is a float. C2 x has four axes. C3 size and stride are 1 or more, padding is less
 *          than the window. C4 windows fit.
 * Errors   E101 where a constraint fails
 *
 * @example
 * avgPool2d(x, { size: 2 })                                  // f32[n,14,14,c] of f32[n,28,28,c]
 */
export const avgPool2d = operator(avgPool2dOp, (x: Value, options: AvgPool2dOptions): Value => {
  const attributes = {
    ...poolAttributes({ subject: 'avg_pool2d', x, boundary: avgPool2d }, options),
    count_padding: options.countPadding ?? false,
  }
  return x.builder.append(avgPool2dOp, [x], attributes, avgPool2d)[0]!
})
