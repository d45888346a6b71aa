// The layers of convolution: a kernel, and a bias that can be left out.

import type { Checked } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import { heNormal, type Initializer, zeros } from '../model/initializers.ts'
import { layer } from '../model/layer.ts'
import { add } from '../model/ops/binary.ts'
import { conv2d as convolve, conv2dTranspose as transpose } from '../model/ops/convolution.ts'
import { type Param, param } from '../model/param.ts'
import type { Layer, None } from '../model/part.ts'
import {
  type Conv2dOptionsRule,
  type Conv2dRule,
  conv2dOptionsRule,
} from '../model/shapes/convolution.ts'
import {
  type Conv2dTransposeOptionsRule,
  type Conv2dTransposeRule,
  conv2dTransposeOptionsRule,
} from '../model/shapes/transposed-convolution.ts'
import type { Option } from '../model/shapes/windows.ts'
import { f32 } from '../model/slot.ts'
import type { DTypeIn, ShapeIn, Step, Stepped } from '../model/step.ts'
import type { PerAxis } from '../ops/window-geometry.ts'
import type { Conv2dOptions, Conv2dTransposeOptions } from '../ops/window-options.ts'
import { checkDeclared } from './check-options.ts'
import type { ImageResult } from './image-result.ts'
import {
  type GroupsRule,
  groupsRule,
  type KernelParams,
  type KernelShape,
  kernelShape,
  type SizeRule,
  sizeRule,
} from './kernel.ts'

interface Starts {
  /** How the kernel starts; `heNormal()` by default. */
  readonly weights?: Initializer | undefined
  /** How biases start, at zero by default; false for none, as before a batch normalization. */
  readonly bias?: Initializer | false | undefined
}

/** Options of the layer `conv2d`: those of the op, and how its parameters start. */
export interface Conv2dLayerOptions extends Conv2dOptions, Starts {}

/** Options of the layer `conv2dTranspose`: those of the op, and how its parameters start. */
export interface Conv2dTransposeLayerOptions extends Conv2dTransposeOptions, Starts {}

interface Conv2dStep<K extends Shape, O> extends Step {
  readonly result: ImageResult<'conv2d', DTypeIn<this>, Conv2dRule<ShapeIn<this>, K, O>>
}

interface Conv2dTransposeStep<K extends Shape, O> extends Step {
  readonly result: ImageResult<
    'conv2dTranspose',
    DTypeIn<this>,
    Conv2dTransposeRule<ShapeIn<this>, K, O>
  >
}

/** A layer of the op `conv2d`. */
type Conv2d<K extends readonly number[], U extends number, O> = Layer<
  Stepped<Conv2dStep<K, O>>,
  KernelParams<K, U, O>,
  None
>

/** A layer of the op `conv2dTranspose`. */
type Conv2dTranspose<K extends readonly number[], U extends number, O> = Layer<
  Stepped<Conv2dTransposeStep<K, O>>,
  KernelParams<K, U, O>,
  None
>

const HELP = 'write conv2d(16, 32, 3): channels that go in, channels that come out, kernel size'

/**
 * A layer that moves one kernel per unit over images.
 *
 *   out[n, i, j, u] = Σ over r, s, c of kernel[r, s, c, u] · x[n, i + r, j + s, c] + b[u]
 *
 * with the stride, padding, dilation and groups of the op `conv2d`. `size` is that of the kernel,
 * one number for both axes or [height, width].
 *
 * Shapes  x: f32 [n, h, w, inputs] → f32 [n, oh, ow, units], oh and ow as of the op;
 *         kernel: [height, width, inputs / groups, units], b: [units]
 * Throws  E126 where an option is out of its range, or groups do not divide the channels.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 28, 28, 1) },
 *   params: { c1: conv2d(1, 16, 3, { padding: 'same', bias: false }), bn1: batchNorm(16) },
 *   body: ({ x }, { c1, bn1 }) => ({ h: relu(bn1(c1(x))) }),
 * })
 */
export function conv2d<
  I extends number,
  U extends number,
  const Size extends PerAxis,
  const O extends Conv2dLayerOptions = None,
>(
  inputs: I,
  units: U,
  size: Checked<Size, SizeRule<'conv2d', Size>>,
  options?: Checked<O, Conv2dDeclared<I, U, O>>,
): Conv2d<KernelShape<Size, I, U, Option<O, 'groups', 1>>, U, O>
export function conv2d(
  inputs: number,
  units: number,
  size: PerAxis,
  options: Conv2dLayerOptions = {},
): Layer {
  const { weights = heNormal(), bias, ...rest } = options
  const declared = { inputs, units, size, groups: rest.groups }
  const refused =
    sizeRule('conv2d', size) ?? conv2dOptionsRule(rest) ?? groupsRule('conv2d', declared)
  checkDeclared('conv2d', refused, HELP, conv2d)
  const kernel = param(kernelShape(size, inputs, units, rest.groups), weights)
  return ofKernel('conv2d', kernel, units, bias, (x, of) => convolve(x, of, rest))
}

type Conv2dDeclared<I, U, O> =
  Conv2dOptionsRule<O> extends infer Refused extends string
    ? Refused
    : GroupsRule<'conv2d', I, U, O>

const TRANSPOSE_HELP =
  'write conv2dTranspose(32, 16, 3, { stride: 2 }): channels in, channels out, kernel size'

/**
 * A layer in which every pixel lays its multiples of kernels over an image: the transpose of
 * `conv2d(units, inputs, size, options)`, which with a stride makes images larger.
 *
 * The kernel starts as that of a `conv2d` which sums as many products: fans are of what goes in.
 *
 * Shapes  x: f32 [n, h, w, inputs] → f32 [n, H, W, units], H and W as of the op;
 *         kernel: [height, width, units / groups, inputs], b: [units]
 * Throws  E126 where an option is out of its range, or groups do not divide the channels.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 7, 7, 32) },
 *   params: { up: conv2dTranspose(32, 16, 3, { stride: 2, padding: 'same' }) },
 *   body: ({ x }, { up }) => ({ h: relu(up(x)) }),
 * })
 */
export function conv2dTranspose<
  I extends number,
  U extends number,
  const Size extends PerAxis,
  const O extends Conv2dTransposeLayerOptions = None,
>(
  inputs: I,
  units: U,
  size: Checked<Size, SizeRule<'conv2dTranspose', Size>>,
  options?: Checked<O, Conv2dTransposeDeclared<I, U, O>>,
): Conv2dTranspose<KernelShape<Size, U, I, Option<O, 'groups', 1>>, U, O>
export function conv2dTranspose(
  inputs: number,
  units: number,
  size: PerAxis,
  options: Conv2dTransposeLayerOptions = {},
): Layer {
  const { weights = heNormal(), bias, ...rest } = options
  const name = 'conv2dTranspose'
  const declared = { inputs, units, size, groups: rest.groups }
  const refused =
    sizeRule(name, size) ?? conv2dTransposeOptionsRule(rest) ?? groupsRule(name, declared)
  checkDeclared(name, refused, TRANSPOSE_HELP, conv2dTranspose)
  const summed = kernelShape(size, inputs, units, rest.groups)
  const start: Initializer = { ...weights, draw: words => weights.draw(words, summed) }
  const kernel = param(kernelShape(size, units, inputs, rest.groups), start)
  return ofKernel(name, kernel, units, bias, (x, of) => transpose(x, of, rest))
}

type Conv2dTransposeDeclared<I, U, O> =
  Conv2dTransposeOptionsRule<O> extends infer Refused extends string
    ? Refused
    : GroupsRule<'conv2dTranspose', I, U, O>

type Image = Tensor<Shape, 'f32'>

/** A layer of a kernel and, unless it is left out, a bias. */
function ofKernel(
  name: 'conv2d' | 'conv2dTranspose',
  kernel: Param<number[], 'f32', true>,
  units: number,
  bias: Initializer | false = zeros(),
  convolved: (x: Image, kernel: Image) => Image,
) {
  const slots = { input: f32('...'), output: f32('n', 'h', 'w', units) } as const
  if (bias === false) {
    return layer({ name, ...slots, params: { kernel }, apply: (x, p) => convolved(x, p.kernel) })
  }
  const params = { kernel, b: param([units], bias) }
  return layer({ name, ...slots, params, apply: (x, p) => add(convolved(x, p.kernel), p.b) })
}
