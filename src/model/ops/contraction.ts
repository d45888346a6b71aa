// Products: of matrices, batched with broadcasting, and of any axes.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Both, Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { dot as coreDot, matmul as coreMatmul, type DotOptions } from '../../ops/contraction.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { accepted } from '../shapes/checked.ts'
import type { DTypesRule, NeedsRule } from '../shapes/dtypes.ts'
import {
  type DotRule,
  dotRule,
  type MatmulRule,
  type MatrixRule,
  matmulHelp,
  matmulRule,
  type Transposed,
  type VectorRule,
} from '../shapes/matmul.ts'
import { calledFrom } from '../tracing.ts'
import { checkFactors } from './elementwise.ts'

/** The type of `matmul`. */
interface MatmulFunction extends Operator {
  <
    A extends Shape,
    D extends DTypeName,
    B extends Shape,
    E extends DTypeName,
    TA extends boolean = false,
    TB extends boolean = false,
  >(
    a: Checked<Tensor<A, D>, Both<NeedsRule<'matmul', D, 'number'>, MatrixRule<'left', A>>>,
    b: Checked<Tensor<B, E>, Both<DTypesRule<'matmul', D, E>, MatmulRule<A, B, TA, TB>>>,
    options?: Transposed<TA, TB>,
  ): Tensor<Out<MatmulRule<A, B, TA, TB>>, E extends D ? E : D>
}

/**
 * The matrix product [batch…, m, k] · [batch…, k, n] → [batch…, m, n]; batch dims broadcast, and
 * `transposeA`, `transposeB` exchange the last two axes of an operand.
 * Throws E101 where shapes or dtypes do not fit.
 *
 * @example
 * matmul(x, w)                                // f32[batch,10] of f32[batch,784] and f32[784,10]
 * matmul(queries, keys, { transposeB: true }) // f32[batch,time,time]
 */
export const matmul: MatmulFunction = operator(
  coreMatmul.op,
  (a: Value, b: Value, options: Transposed = {}): Value => {
    checkFactors(coreMatmul, 'matmul', [a, b], matmul)
    const answer = matmulRule(a.shape, b.shape, options)
    accepted(answer, [a, b], matmul, matmulHelp(a.shape, b.shape, options))
    return calledFrom(a.builder, matmul, () => coreMatmul(a, b, options))
  },
) as Operator as MatmulFunction

/** The type of `dot`. */
interface DotFunction extends Operator {
  <A extends Shape, D extends DTypeName, B extends Shape, E extends DTypeName>(
    a: Checked<Tensor<A, D>, Both<NeedsRule<'dot', D, 'number'>, VectorRule<'left', A>>>,
    b: Checked<Tensor<B, E>, Both<DTypesRule<'dot', D, E>, DotRule<A, B>>>,
  ): Tensor<Out<DotRule<A, B>>, E extends D ? E : D>
  <D extends DTypeName, E extends DTypeName>(
    a: Checked<Tensor<Shape, D>, NeedsRule<'dot', D, 'number'>>,
    b: Checked<Tensor<Shape, E>, DTypesRule<'dot', D, E>>,
    options: DotOptions,
  ): Tensor<Shape, E extends D ? E : D>
}

/**
 * The sum of products over the last axis of `a` and the first of `b`, or over the axes given: the
 * result has the batch axes, the rest of a's, the rest of b's. Its shape is known to tsc where no
 * axes are given.
 * Throws E101 where shapes, dtypes or axes do not fit.
 */
export const dot: DotFunction = operator(
  coreMatmul.op,
  (a: Value, b: Value, options: DotOptions = {}): Value => {
    checkFactors(coreMatmul, 'dot', [a, b], dot)
    if (options.batch === undefined && options.contract === undefined) {
      accepted(
        dotRule(a.shape, b.shape),
        [a, b],
        dot,
        'name the axes with { contract: [[…], […]] }',
      )
    }
    return calledFrom(a.builder, dot, () => coreDot(a, b, options))
  },
) as Operator as DotFunction
