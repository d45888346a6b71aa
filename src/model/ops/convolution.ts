// The public convolutions. Formulas and costs stand with the core ops in src/ops.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Both, Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { conv2d as coreConv2d, conv2dTranspose as coreTranspose } from '../../ops/convolution.ts'
import type { Conv2dOptions, Conv2dTransposeOptions } from '../../ops/window-options.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type Answer, accepted } from '../shapes/checked.ts'
import { type Conv2dOptionsRule, type Conv2dRule, conv2dRule } from '../shapes/convolution.ts'
import type { DTypesRule, NeedsRule } from '../shapes/dtypes.ts'
import {
  type Conv2dTransposeOptionsRule,
  type Conv2dTransposeRule,
  conv2dTransposeRule,
} from '../shapes/transposed-convolution.ts'
import { windowHelp } from '../shapes/windows.ts'
import { calledFrom } from '../tracing.ts'
import { type Boundary, checkFactors } from './elementwise.ts'

/** No options. */
type None = Record<never, never>

/** The type of `conv2d`. */
interface Conv2dFunction extends Operator {
  <
    X extends Shape,
    D extends DTypeName,
    K extends Shape,
    E extends DTypeName,
    const O extends Conv2dOptions = None,
  >(
    x: Checked<Tensor<X, D>, NeedsRule<'conv2d', D, 'number'>>,
    kernel: Checked<Tensor<K, E>, Both<DTypesRule<'conv2d', D, E>, Conv2dRule<X, K, O>>>,
    options?: Checked<O, Conv2dOptionsRule<O>>,
  ): Tensor<Out<Conv2dRule<X, K, O>>, E extends D ? E : D>
}

/** The type of `conv2dTranspose`. */
interface Conv2dTransposeFunction extends Operator {
  <
    X extends Shape,
    D extends DTypeName,
    K extends Shape,
    E extends DTypeName,
    const O extends Conv2dTransposeOptions = None,
  >(
    x: Checked<Tensor<X, D>, NeedsRule<'conv2dTranspose', D, 'number'>>,
    kernel: Checked<
      Tensor<K, E>,
      Both<DTypesRule<'conv2dTranspose', D, E>, Conv2dTransposeRule<X, K, O>>
    >,
    options?: Checked<O, Conv2dTransposeOptionsRule<O>>,
  ): Tensor<Out<Conv2dTransposeRule<X, K, O>>, E extends D ? E : D>
}

const HELP = {
  conv2d: 'images are [n, h, w, in], kernels [kh, kw, in / groups, out]',
  conv2dTranspose: 'images are [n, h, w, in], kernels [kh, kw, out / groups, in]',
} as const

/**
 * The convolution of images [n, h, w, in] with a kernel [kh, kw, in / groups, out], which is not
 * mirrored. Padding is 'valid' (none), 'same' (as many pixels as before, divided by the stride and
 * rounded up), or [[top, bottom], [left, right]]. Throws E101 where channels, sizes or options do
 * not fit.
 *
 * @example
 * conv2d(x, w, { padding: 'same' })       // f32[batch,28,28,32] of f32[batch,28,28,16]
 * conv2d(x, w, { stride: 2, groups: 16 }) // depthwise, with a kernel f32[3,3,1,16]
 */
export const conv2d: Conv2dFunction = operator(
  coreConv2d.op,
  (x: Value, kernel: Value, options: Conv2dOptions = {}): Value => {
    checkFactors(coreConv2d, 'conv2d', [x, kernel], conv2d)
    accept('conv2d', conv2dRule(x.shape, kernel.shape, options), [x, kernel], conv2d)
    return calledFrom(x.builder, conv2d, () => coreConv2d(x, kernel, options))
  },
) as Operator as Conv2dFunction

/**
 * The transpose of `conv2d` with that same kernel, [kh, kw, out / groups, in]: images [n, h, w, in]
 * become [n, H, W, out] with H = (h − 1) · stride + (kh − 1) · dilation + 1 − padding +
 * outputPadding, or h · stride where padding is 'same'. Throws E101 where channels, sizes or
 * options do not fit.
 *
 * @example
 * // f32[batch,28,28,8] of f32[batch,14,14,16]
 * conv2dTranspose(x, w, { stride: 2, padding: 'same' })
 */
export const conv2dTranspose: Conv2dTransposeFunction = operator(
  coreTranspose.op,
  (x: Value, kernel: Value, options: Conv2dTransposeOptions = {}): Value => {
    checkFactors(coreTranspose, 'conv2dTranspose', [x, kernel], conv2dTranspose)
    const answer = conv2dTransposeRule(x.shape, kernel.shape, options)
    accept('conv2dTranspose', answer, [x, kernel], conv2dTranspose)
    return calledFrom(x.builder, conv2dTranspose, () => coreTranspose(x, kernel, options))
  },
) as Operator as Conv2dTransposeFunction

function accept(
  name: keyof typeof HELP,
  answer: Answer,
  operands: readonly Value[],
  boundary: Boundary,
): void {
  accepted(answer, operands, boundary, windowHelp(answer, HELP[name]))
}
