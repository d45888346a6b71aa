// Convolutions of images with kernels, and their transposes. Both are one contraction over windows,
// and so are the derivatives of both; below this file nothing knows of them.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { apply, defineComposite, operator } from '../ir/define.ts'
import { type Dim, divideDims, multiplyDims } from '../ir/dim.ts'
import type { Op } from '../ir/op.ts'
import { mul } from './arithmetic.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { matmul } from './contraction.ts'
import {
  ATTRIBUTES,
  axesOf,
  CONSTRAINTS,
  type ConvolutionAttributes,
  convolved,
  PLAIN,
  pixelsOf,
  sampleConvolution,
  sampleTranspose,
  transposed,
  unreached,
} from './convolving.ts'
import { reshape, transpose } from './movement.ts'
import {
  type Conv2dOptions,
  type Conv2dTransposeOptions,
  convolutionAttributes,
  transposeAttributes,
} from './window-options.ts'
import { coverings, windows } from './windows.ts'

const conv2dOp: Op = defineComposite({
  name: 'conv2d',
  family: 'contraction',
  operands: ['x', 'kernel'],
  attributes: ATTRIBUTES,
  defaults: () => PLAIN,
  constraints: {
    ...CONSTRAINTS,
    C4: 'x has as many channels as the kernel expects, and groups divide the results',
    C5: 'windows fit into the padded image, and their number is a dim',
  },
  type: ({ x, kernel }, attributes) => convolved(x, kernel, attributes),
  body: ({ x, kernel }, attributes) =>
    overWindows(windows(x, axesOf(kernel.type, attributes)), kernel, attributes.groups),
  vjp: ({ x, kernel, ct, attributes }) => ({
    x: apply(conv2dTransposeOp, [ct, kernel], {
      ...attributes,
      output_padding: unreached(x.type, axesOf(kernel.type, attributes)),
    }),
    kernel: kernelCotangent(x, kernel, ct, attributes),
  }),
  samples: sampleConvolution,
})

const conv2dTransposeOp: Op = defineComposite({
  name: 'conv2d_transpose',
  family: 'contraction',
  operands: ['x', 'kernel'],
  attributes: { ...ATTRIBUTES, output_padding: integers },
  defaults: () => ({ ...PLAIN, output_padding: [0, 0] }),
  constraints: {
    ...CONSTRAINTS,
    C4: 'x has as many channels as the kernel has results, which groups divide',
    C5: 'output_padding is from 0 to below the stride, and padding leaves at least one pixel',
  },
  type: ({ x, kernel }, attributes) => transposed(x, kernel, attributes),
  body: ({ x, kernel }, attributes) => {
    const axes = axesOf(kernel.type, attributes)
    const covered = coverings(x, axes, pixelsOf(x.type, axes, attributes))
    return overWindows(covered, exchanged(kernel, attributes.groups), attributes.groups)
  },
  vjp: ({ x, kernel, ct, attributes: { output_padding: _, ...attributes } }) => ({
    x: apply(conv2dOp, [ct, kernel], attributes),
    kernel: kernelCotangent(ct, kernel, x, attributes),
  }),
  samples: sampleTranspose,
})

/** Channels in groups: [..., groups · c] → [..., groups, c]. */
function grouped(x: Value, groups: number): Value {
  const { shape } = x.type
  return reshape(x, [...shape.slice(0, -1), groups, divideDims(shape.at(-1)!, groups)!])
}

/** [groups, a, b, c, d] → [a, b, c, groups · d]. */
function ungrouped(x: Value): Value {
  const [groups, a, b, c, d] = x.type.shape as readonly [Dim, Dim, Dim, Dim, Dim]
  return reshape(transpose(x, [1, 2, 3, 0, 4]), [a, b, c, multiplyDims(groups, d)])
}

/** Whether every channel is a group of its own: there is nothing to contract but the window. */
const isDepthwise = (kernel: Value, groups: number) =>
  kernel.type.shape[2] === 1 && kernel.type.shape[3] === groups

/** Windows [n, a, b, kh, kw, in] and a kernel [kh, kw, in / groups, out]: [n, a, b, out]. */
function overWindows(held: Value, kernel: Value, groups: number): Value {
  const [kh, kw, , out] = kernel.type.shape as readonly [Dim, Dim, Dim, Dim]
  if (groups === 1) {
    return apply(matmul.op, [held, kernel], {
      batch: [[], []],
      contract: [
        [3, 4, 5],
        [0, 1, 2],
      ],
    })
  }
  if (isDepthwise(kernel, groups)) {
    const weights = broadcastAlong(reshape(kernel, [kh, kw, out]), held.type.shape, [0, 1, 2])
    return sum(mul(held, weights), [3, 4])
  }
  const product = apply(matmul.op, [grouped(held, groups), grouped(kernel, groups)], {
    batch: [[5], [3]],
    contract: [
      [3, 4, 6],
      [0, 1, 2],
    ],
  })
  return ungrouped(product)
}

/** The kernel with channels and results exchanged: [kh, kw, out / groups, in]. */
function exchanged(kernel: Value, groups: number): Value {
  const [kh, kw, channels] = kernel.type.shape as readonly [Dim, Dim, Dim]
  if (groups === 1) return transpose(kernel, [0, 1, 3, 2])
  const turned = transpose(grouped(kernel, groups), [0, 1, 4, 3, 2])
  return reshape(turned, [kh, kw, turned.type.shape[2]!, multiplyDims(channels, groups)])
}

/** The cotangent of the kernel with which windows of `x` were contracted to what `ct` is of. */
function kernelCotangent(
  x: Value,
  kernel: Value,
  ct: Value,
  attributes: ConvolutionAttributes,
): Value {
  const { groups } = attributes
  const held = windows(x, axesOf(kernel.type, attributes))
  const all = [0, 1, 2]
  if (groups === 1) {
    return apply(matmul.op, [held, ct], { batch: [[], []], contract: [all, all] })
  }
  if (isDepthwise(kernel, groups)) {
    const repeated = broadcastAlong(ct, held.type.shape, [3, 4])
    return reshape(sum(mul(held, repeated), all), kernel.type.shape)
  }
  const product = apply(matmul.op, [grouped(held, groups), grouped(ct, groups)], {
    batch: [[5], [3]],
    contract: [all, all],
  })
  return ungrouped(product)
}

/**
 * The convolution of images with a kernel (a correlation: the kernel is not mirrored).
 *
 *   out[n, i, j, o] = Σ over r, s, c of kernel[r, s, c, o] ·
 *                     x[n, stride · i + dilation · r − top, stride · j + dilation · s − left, c]
 *   x̄ = conv2dTranspose(ct, kernel)
 *   kernel̄[r, s, c, o] = Σ over n, i, j of ct[n, i, j, o] · x at the same place
 *
 * With `groups`, output channel o sees the channels of its group alone; with one channel per group
 * and as many outputs as channels (depthwise) every channel has a window of its own.
 *
 * Shapes   x: [n, h, w, in], kernel: [kh, kw, in / groups, out] → [n, oh, ow, out] with
 *          oh = (h + top + bottom − (kh − 1) · dilation − 1) div stride + 1; 'same': h / stride
 *          rounded up
 * Requires C1 numbers. C2 equal dtypes, four axes. C3 window attributes. C4 channels fit. C5
 *          windows fit.
 * Numerics a sum of products in the order r, s, c
 * Cost     2 · n · oh · ow · out · kh · kw · in / groups operations
 * Errors   E101 where a constraint fails, or where 'same' depends on the size of a name
 *
 * @example
 * conv2d(x, w, { padding: 'same' })       // f32[n,28,28,32] of f32[n,28,28,16], f32[3,3,16,32]
 * conv2d(x, w, { stride: 2, groups: 16 }) // depthwise, of f32[3,3,1,16]
 */
export const conv2d = operator(
  conv2dOp,
  (x: Value, kernel: Value, options: Conv2dOptions = {}): Value => {
    const call = { subject: 'conv2d', x, boundary: conv2d }
    const attributes = convolutionAttributes(call, kernel, options)
    return x.builder.append(conv2dOp, [x, kernel], attributes, conv2d)[0]!
  },
)

/**
 * The transpose of `conv2d` with that same kernel: an image in which every pixel of `x` has laid
 * its multiple of the kernel, `stride` apart.
 *
 *   out[n, h, w, c] = Σ of kernel[r, s, c, o] · x[n, i, j, o] over all i, j, r, s, o with
 *                     h = stride · i + dilation · r − top, w = stride · j + dilation · s − left
 *   x̄ = conv2d(ct, kernel)
 *
 * Shapes   x: [n, h, w, in], kernel: [kh, kw, out / groups, in] → [n, H, W, out] with
 *          H = (h − 1) · stride + (kh − 1) · dilation + 1 − top − bottom + outputPadding; 'same':
 *          h · stride
 * Requires C1 numbers. C2 equal dtypes, four axes. C3 window attributes. C4 channels fit. C5
 *          outputPadding below the stride, a pixel left.
 * Numerics a weight that is NaN reaches what it is a term of; the reference, whose windows hold the
 *          zeros between pixels, makes NaN of more
 * Cost     2 · n · h · w · in · kh · kw · out / groups operations: strides are split into residue
 *          classes, so that no product with a zero between pixels is computed
 * Errors   E101 where a constraint fails
 *
 * @example
 * conv2dTranspose(x, w, { stride: 2, padding: 'same' }) // f32[n,28,28,8] of f32[n,14,14,16]
 */
export const conv2dTranspose = operator(
  conv2dTransposeOp,
  (x: Value, kernel: Value, options: Conv2dTransposeOptions = {}): Value => {
    const call = { subject: 'conv2d_transpose', x, boundary: conv2dTranspose }
    const attributes = transposeAttributes(call, kernel, options)
    return x.builder.append(conv2dTransposeOp, [x, kernel], attributes, conv2dTranspose)[0]!
  },
)
