// Activations of neural networks, element by element; the result has the shape and dtype of x,
// which must be a float. Formulas and derivatives are those of the core ops of the same names.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as core from '../../ops/activation.ts'
import { gelu as coreGelu } from '../../ops/gelu.ts'
import type { DTypeName } from '../../support/dtype.ts'
import type { NeedsRule } from '../shapes/dtypes.ts'
import { calledFrom } from '../tracing.ts'
import { checkGroup, checkOperand, type UnaryFunction, unaryOf } from './elementwise.ts'

/** 1 / (1 + exp(−x)). Throws E101 where x is no float. */
export const sigmoid: UnaryFunction<'sigmoid', 'float'> = unaryOf('sigmoid', 'float', core.sigmoid)

/** log(1 + exp(x)), without overflow. Throws E101 where x is no float. */
export const softplus: UnaryFunction<'softplus', 'float'> = unaryOf(
  'softplus',
  'float',
  core.softplus,
)

/** max(x, 0); its derivative at 0 is 0. Throws E101 where x is no float. */
export const relu: UnaryFunction<'relu', 'float'> = unaryOf('relu', 'float', core.relu)

/** x · sigmoid(x). Throws E101 where x is no float. */
export const silu: UnaryFunction<'silu', 'float'> = unaryOf('silu', 'float', core.silu)

/** A function of one float tensor, element by element, with options. */
interface ActivationFunction<Op extends string, Options extends readonly unknown[]>
  extends Operator {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, NeedsRule<Op, D, 'float'>>,
    ...options: Options
  ): Tensor<S, D>
}

function activationOf<Op extends string, Options extends readonly unknown[]>(
  name: Op,
  core: Operator & ((x: Value, ...options: Options) => Value),
): ActivationFunction<Op, Options> {
  const call = operator(core.op, (x: Value, ...options: Options): Value => {
    checkOperand(core, x, call)
    checkGroup(name, 'float', x, call)
    return calledFrom(x.builder, call, () => core(x, ...options))
  })
  return call as Operator as ActivationFunction<Op, Options>
}

/** x > 0 ? x : slope · x, with a slope of 0.01 by default. Throws E101 where x is no float. */
export const leakyRelu: ActivationFunction<'leakyRelu', [slope?: number | undefined]> =
  activationOf('leakyRelu', core.leakyRelu)

/** x > 0 ? x : α · (eˣ − 1), with an α of 1 by default. Throws E101 where x is no float. */
export const elu: ActivationFunction<'elu', [alpha?: number | undefined]> = activationOf(
  'elu',
  core.elu,
)

/** Options of `gelu`. */
export interface GeluOptions {
  /** Whether to use the approximation by tanh; the exact form, of erf, by default. */
  readonly approximate?: boolean | undefined
}

/** x · Φ(x), Φ the normal distribution function. Throws E101 where x is no float. */
export const gelu: ActivationFunction<'gelu', [options?: GeluOptions | undefined]> = activationOf(
  'gelu',
  coreGelu,
)
