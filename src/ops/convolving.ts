// What both convolutions share beside their meaning: attributes, sizes, refusals, samples.

import { integer, integers, integersPair } from '../ir/attribute.ts'
import { type Dim, divideDims, multiplyDims, subtractDims } from '../ir/dim.ts'
import { elementCount, Literal, roundTo } from '../ir/literal.ts'
import { type Violation, violation } from '../ir/op.ts'
import { type Draw, operand } from '../ir/sample.ts'
import { printShape, type TensorType } from '../ir/type.ts'
import { type DTypeName, isFloat } from '../support/dtype.ts'
import { dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'
import {
  extentUnder,
  fitViolation,
  imageViolation,
  WINDOWS,
  type WindowAttributes,
  type WindowAxes,
  windowAxes,
  windowsAlong,
  windowViolation,
} from './windows.ts'

/** What a convolution is told. */
export interface ConvolutionAttributes extends WindowAttributes {
  readonly groups: number
}

/** What a transposed convolution is told. */
export interface TransposeAttributes extends ConvolutionAttributes {
  readonly output_padding: readonly number[]
}

/** The attributes of a convolution. */
export const ATTRIBUTES = {
  stride: integers,
  padding: integersPair,
  dilation: integers,
  groups: integer,
} as const

/** One step at a time, no padding, no gaps, one group. */
export const PLAIN: ConvolutionAttributes = {
  stride: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  dilation: [1, 1],
  groups: 1,
}

/** The constraints on operands and attributes. */
export const CONSTRAINTS = {
  C1: dtypeConstraint('x', NUMBERS),
  C2: 'x and kernel have equal dtype and four axes each',
  C3: `${WINDOWS}; groups is 1 or more`,
} as const

/** The windows that a kernel [kh, kw, in / groups, out] makes. */
export const axesOf = (kernel: TensorType, attributes: WindowAttributes): WindowAxes =>
  windowAxes([kernel.shape[0]!, kernel.shape[1]!], attributes)

// ---- types

/** The result of convolving [n, h, w, in] with [kh, kw, in / groups, out]; or why there is none. */
export function convolved(x: TensorType, kernel: TensorType, attributes: ConvolutionAttributes) {
  const refused =
    operandViolation(x, kernel, attributes) ?? channelViolation(x, kernel, attributes.groups)
  if (refused !== undefined) return refused
  const axes = axesOf(kernel, attributes)
  const cells = axes.map((axis, at) => windowsAlong(x.shape[at + 1]!, axis)!)
  const shape = [x.shape[0]!, ...cells, kernel.shape[3]!]
  return fitViolation('C5', x, axes) ?? { dtype: x.dtype, shape }
}

/** The image of which `convolved` with the same kernel makes x; or why there is none. */
export function transposed(x: TensorType, kernel: TensorType, attributes: TransposeAttributes) {
  const refused =
    operandViolation(x, kernel, attributes) ??
    resultViolation(x, kernel, attributes.groups) ??
    outputViolation(attributes)
  if (refused !== undefined) return refused
  const pixels = pixelsOf(x, axesOf(kernel, attributes), attributes)
  const channels = multiplyDims(kernel.shape[2]!, attributes.groups)
  return pixelViolation(pixels) ?? { dtype: x.dtype, shape: [x.shape[0]!, ...pixels, channels] }
}

/** Height and width of the image over which the cells of x are windows. */
export function pixelsOf(
  x: TensorType,
  [height, width]: WindowAxes,
  { output_padding: [h = 0, w = 0] }: TransposeAttributes,
): readonly [Dim, Dim] {
  return [extentUnder(x.shape[1]!, height, h), extentUnder(x.shape[2]!, width, w)]
}

/** Pixels after the last window, which are in none: what strides round away. */
export function unreached(x: TensorType, axes: WindowAxes): readonly number[] {
  return axes.map((axis, at) => {
    const extent = x.shape[at + 1]!
    const reached = extentUnder(windowsAlong(extent, axis)!, axis, 0)
    // A number: what a stride leaves over does not depend on names.
    return subtractDims(extent, reached) as number
  })
}

// ---- refusals

function operandViolation(
  x: TensorType,
  kernel: TensorType,
  attributes: ConvolutionAttributes,
): Violation | undefined {
  const found = dtypeViolation(x, 'x', NUMBERS)
  if (found !== undefined) return found
  if (x.dtype !== kernel.dtype) {
    const message = `x and kernel must have equal dtype, got ${x.dtype} and ${kernel.dtype}`
    const help = `use cast(kernel, '${x.dtype}')`
    return violation('C2', message, { x: 'dtype', kernel: 'dtype' }, help)
  }
  const flat = imageViolation('C2', x) ?? imageViolation('C2', kernel, 'kernel')
  if (flat !== undefined) return flat
  const { groups } = attributes
  if (groups >= 1) return windowViolation('C3', attributes)
  return violation('C3', `groups must be 1 or more, got ${groups}`, {}, 'leave groups out for 1')
}

function channelViolation(x: TensorType, kernel: TensorType, groups: number) {
  const expected = multiplyDims(kernel.shape[2]!, groups)
  if (x.shape[3] !== expected) {
    const message = `x has ${x.shape[3]} channels but the kernel expects ${expected}`
    const wanted = divideDims(x.shape[3]!, groups) ?? 'in / groups'
    const [kh, kw, , out] = kernel.shape
    const help = `give a kernel of shape ${printShape([kh!, kw!, wanted, out!])}`
    return violation('C4', message, { x: 3, kernel: 2 }, help)
  }
  if (divideDims(kernel.shape[3]!, groups) !== undefined) return undefined
  const message = `${kernel.shape[3]} results are not divisible by ${groups} groups`
  return violation('C4', message, { kernel: 3 }, 'give a number of results that groups divide')
}

function resultViolation(x: TensorType, kernel: TensorType, groups: number) {
  const results = kernel.shape[3]!
  if (x.shape[3] !== results) {
    const message = `x has ${x.shape[3]} channels but the kernel has ${results} results`
    const help = 'a transposed kernel is [height, width, out / groups, in]'
    return violation('C4', message, { x: 3, kernel: 3 }, help)
  }
  if (divideDims(results, groups) !== undefined) return undefined
  const message = `${results} channels are not divisible by ${groups} groups`
  return violation('C4', message, { kernel: 3 }, 'give a number of channels that groups divide')
}

function outputViolation({ output_padding, stride }: TransposeAttributes) {
  const isBelow = (more: number, at: number) => more >= 0 && more < stride[at]!
  if (output_padding.length === 2 && output_padding.every(isBelow)) return undefined
  const message = `output_padding must be two numbers from 0 to below the stride, got [${output_padding.join(', ')}]`
  return violation('C5', message, {}, 'leave output_padding out for 0')
}

function pixelViolation(pixels: readonly Dim[]): Violation | undefined {
  const none = pixels.findIndex(extent => typeof extent === 'number' && extent < 1)
  if (none < 0) return undefined
  const message = `padding leaves nothing of output ${none === 0 ? 'height' : 'width'}`
  return violation('C5', message, { x: none + 1 }, 'pad less')
}

// ---- samples

/** Operands and attributes of a convolution. */
export function sampleConvolution(draw: Draw) {
  const { attributes, kernel, channels } = sampleKernel(draw)
  const axes = axesOf({ dtype: 'f32', shape: kernel }, attributes)
  const extents = axes.map(axis => {
    const least = extentUnder(1, axis, 0) as number
    return Math.max(1, least + draw.integer(0, 3))
  })
  const dtype = draw.pick(NUMBERS)
  const x = operand(dtype, [draw.integer(1, 2), ...extents, channels])
  return { operands: [x, operand(dtype, kernel)], attributes }
}

/** Operands and attributes of a transposed convolution. */
export function sampleTranspose(draw: Draw) {
  const { attributes, kernel } = sampleKernel(draw)
  const output_padding = attributes.stride.map(by => draw.integer(0, by - 1))
  const axes = axesOf({ dtype: 'f32', shape: kernel }, attributes)
  const extents = axes.map((axis, at) => {
    let cells = draw.integer(1, 3)
    while ((extentUnder(cells, axis, output_padding[at]!) as number) < 1) cells++
    return cells
  })
  const dtype = draw.pick(NUMBERS)
  const x = operand(dtype, [draw.integer(1, 2), ...extents, kernel[3]!])
  // Weights are finite: the body multiplies them by the zeros between pixels, kernels do not.
  const weights = { ...operand(dtype, kernel), value: sampleWeights(draw, dtype, kernel) }
  return { operands: [x, weights], attributes: { ...attributes, output_padding } }
}

function sampleWeights(draw: Draw, dtype: DTypeName, shape: readonly number[]): Literal {
  const [low, high] = dtype === 'u32' ? [0, 5] : [-5, 5]
  const weight = () => (isFloat(dtype) ? draw.uniform(-2, 2) : draw.integer(low, high))
  const data = Float64Array.from({ length: elementCount(shape) }, weight)
  return new Literal(dtype, shape, data.map(roundTo(dtype)))
}

function sampleKernel(draw: Draw) {
  // Half of the samples are such that names can stand for sizes.
  const isPlain = draw.pick([true, false])
  const groups = isPlain ? 1 : draw.integer(1, 3)
  const each = draw.integer(1, 2)
  const results = groups * draw.integer(1, 2)
  const side = () => [draw.integer(0, 1), draw.integer(0, 1)]
  const attributes = {
    stride: isPlain ? [1, 1] : [draw.integer(1, 3), draw.integer(1, 2)],
    padding: [side(), side()] as const,
    dilation: [draw.integer(1, 2), draw.integer(1, 2)],
    groups,
  }
  const kernel = [draw.integer(1, 3), draw.integer(1, 2), each, results]
  return { attributes, kernel, channels: each * groups }
}
