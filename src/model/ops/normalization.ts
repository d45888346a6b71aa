// The public normalizations. Formulas, derivatives and numerics are those of the core ops of the
// same names; layers that learn gamma and beta, and keep averages, stand in gradc/nn.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as core from '../../ops/normalization.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { AXES_HELP, type AxesArgument } from '../shapes/axes.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import type { NeedsRule } from '../shapes/dtypes.ts'
import {
  type BatchNormRule,
  batchAxes,
  type DefaultAxesRule,
  dimsOf,
  epsilonRule,
  type LayerNormRule,
  layerAxes,
  type ScaleRule,
  scaleRule,
} from '../shapes/normalization.ts'
import { calledFrom } from '../tracing.ts'
import { type Boundary, checkGroup, checkOperands } from './elementwise.ts'

/** Options of the normalizations. */
export interface NormOptions<A = AxesArgument> {
  /**
   * The axes that statistics are taken over: by default all but the last of a batch norm, and the
   * last of a layer norm.
   */
  readonly axes?: A | undefined
  /** What keeps the root away from 0; 1e-5 by default. */
  readonly epsilon?: number | undefined
}

/** The results of `batchNorm`. */
export interface BatchNormResult<S extends Shape, F extends Shape, D extends DTypeName> {
  readonly output: Tensor<S, D>
  /** The mean over the axes. */
  readonly mean: Tensor<F, D>
  /** The biased variance over the axes. */
  readonly variance: Tensor<F, D>
}

/** x, which has the axis that axes that are left out are told by. */
type Normalized<Op extends string, S extends Shape, D extends DTypeName, A> = Checked<
  Tensor<S, D>,
  NeedsRule<Op, D, 'float', DefaultAxesRule<Op, S, A>>
>

/** The axes of a batch norm; where they are left out, it is x that has none. */
type BatchAxes<Op extends string, S extends Shape, A> = Checked<
  A,
  [A] extends [undefined] ? true : BatchNormRule<Op, S, A>
>

/** An argument of a batch norm that has the shape of its statistics. */
type Feature<
  Op extends string,
  Name extends string,
  S extends Shape,
  D extends DTypeName,
  A,
  P extends Shape,
  E extends DTypeName,
> = Checked<Tensor<P, E>, ScaleRule<Op, Name, S, D, BatchNormRule<Op, S, A>, P, E>>

/** The type of `batchNorm`. */
interface BatchNormFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    G extends Shape,
    E extends DTypeName,
    B extends Shape,
    F extends DTypeName,
    const A extends AxesArgument = undefined,
  >(
    x: Normalized<'batchNorm', S, D, A>,
    gamma: Feature<'batchNorm', 'gamma', S, D, A, G, E>,
    beta: Feature<'batchNorm', 'beta', S, D, A, B, F>,
    options?: NormOptions<BatchAxes<'batchNorm', S, A>>,
  ): BatchNormResult<S, Out<BatchNormRule<'batchNorm', S, A>>, D>
}

/**
 * x centred and scaled by its own mean and variance over axes, then by gamma and beta, which have
 * the shape of x without the axes: what a batch norm does in training. The statistics come along,
 * for averages that are used later. Throws E101 where shapes, dtypes, axes or epsilon do not fit.
 *
 * @example
 * const { output, mean, variance } = batchNorm(x, gamma, beta, { axes: 0 })
 */
export const batchNorm: BatchNormFunction = operator(
  core.batchNorm.op,
  (x: Value, gamma: Value, beta: Value, options: NormOptions = {}): core.BatchNormalized => {
    const values = { x, gamma, beta }
    const settled = batchOptions('batchNorm', core.batchNorm, values, options, batchNorm)
    return calledFrom(x.builder, batchNorm, () => core.batchNorm(x, gamma, beta, settled))
  },
) as Operator as BatchNormFunction

/** The type of `batchNormInference`. */
interface BatchNormInferenceFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    G extends Shape,
    E extends DTypeName,
    B extends Shape,
    F extends DTypeName,
    M extends Shape,
    H extends DTypeName,
    V extends Shape,
    I extends DTypeName,
    const A extends AxesArgument = undefined,
  >(
    x: Normalized<'batchNormInference', S, D, A>,
    gamma: Feature<'batchNormInference', 'gamma', S, D, A, G, E>,
    beta: Feature<'batchNormInference', 'beta', S, D, A, B, F>,
    mean: Feature<'batchNormInference', 'mean', S, D, A, M, H>,
    variance: Feature<'batchNormInference', 'variance', S, D, A, V, I>,
    options?: NormOptions<BatchAxes<'batchNormInference', S, A>>,
  ): Tensor<S, D>
}

/**
 * x centred and scaled by a mean and variance that are given, then by gamma and beta: what a batch
 * norm does once trained. All four have the shape of x without the axes. Throws as `batchNorm`.
 */
export const batchNormInference: BatchNormInferenceFunction = operator(
  core.batchNormInference.op,
  (
    x: Value,
    gamma: Value,
    beta: Value,
    mean: Value,
    variance: Value,
    options: NormOptions = {},
  ): Value => {
    const values = { x, gamma, beta, mean, variance }
    const op = core.batchNormInference
    const settled = batchOptions('batchNormInference', op, values, options, batchNormInference)
    return calledFrom(x.builder, batchNormInference, () =>
      core.batchNormInference(x, gamma, beta, mean, variance, settled),
    )
  },
) as Operator as BatchNormInferenceFunction

/** The type of `layerNorm`. */
interface LayerNormFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    G extends Shape,
    E extends DTypeName,
    B extends Shape,
    F extends DTypeName,
    const A extends AxesArgument = undefined,
  >(
    x: Normalized<'layerNorm', S, D, A>,
    gamma: Checked<Tensor<G, E>, ScaleRule<'layerNorm', 'gamma', S, D, LayerNormRule<S, A>, G, E>>,
    beta: Checked<Tensor<B, F>, ScaleRule<'layerNorm', 'beta', S, D, LayerNormRule<S, A>, B, F>>,
    options?: NormOptions<Checked<A, [A] extends [undefined] ? true : LayerNormRule<S, A>>>,
  ): Tensor<S, D>
}

/**
 * x centred and scaled by its own mean and variance over axes, the last by default, then by gamma
 * and beta, which have the shape of x at the axes: every example by itself, in training and later.
 * Throws as `batchNorm`.
 */
export const layerNorm: LayerNormFunction = operator(
  core.layerNorm.op,
  (x: Value, gamma: Value, beta: Value, options: NormOptions = {}): Value => {
    checkFloats('layerNorm', core.layerNorm, [x, gamma, beta], layerNorm)
    const axes = accepted(layerAxes(x.shape, options.axes), [x], layerNorm, AXES_HELP)
    const epsilon = checkedEpsilon('layerNorm', x, options, layerNorm)
    checkScales('layerNorm', { x, gamma, beta }, dimsOf(x.shape, axes), layerNorm)
    return calledFrom(x.builder, layerNorm, () => core.layerNorm(x, gamma, beta, { axes, epsilon }))
  },
) as Operator as LayerNormFunction

/** The values of a normalization by name: x, and what is given in its shape or a part of it. */
type Values = { readonly x: Value } & Readonly<Record<string, Value>>

/** The options of a batch norm that fits, with nothing left out. Throws E101 where it does not. */
function batchOptions(
  name: string,
  op: Operator,
  values: Values,
  options: NormOptions,
  boundary: Boundary,
) {
  const { x } = values
  checkFloats(name, op, Object.values(values), boundary)
  const axes = accepted(batchAxes(name, x.shape, options.axes), [x], boundary, AXES_HELP)
  const epsilon = checkedEpsilon(name, x, options, boundary)
  checkScales(name, values, dimsOf(x.shape, axes, true), boundary)
  return { axes, epsilon }
}

/** Throws E104 where something is no tensor, E101 where the first is no float. */
function checkFloats(
  name: string,
  op: Operator,
  values: readonly Value[],
  boundary: Boundary,
): void {
  const [x] = checkOperands(op, values, boundary)
  checkGroup(name, 'float', x!, boundary)
}

function checkedEpsilon(
  name: string,
  x: Value,
  { epsilon = 1e-5 }: NormOptions,
  boundary: Boundary,
): number {
  const refused = epsilonRule(name, epsilon)
  if (refused === undefined) return epsilon
  throw refusal(refused, [x], boundary, 'leave it out, or give a small number such as 1e-5')
}

/** Throws E101 where something beside x has not the shape wanted, or another dtype. */
function checkScales(
  name: string,
  { x, ...others }: Values,
  wanted: Shape,
  boundary: Boundary,
): void {
  for (const [argument, given] of Object.entries(others)) {
    const answer = scaleRule(name, argument, x, wanted, given)
    accepted(answer, [x, given], boundary, `give ${argument} as [${wanted.join(', ')}]`)
  }
}
