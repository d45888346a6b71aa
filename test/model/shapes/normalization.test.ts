// Normalizations and penalties: every sentence of their rules, as a type and when the graph is
// built; the shapes that the rules answer; and what only the build can tell.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { dropout } from '../../../src/model/ops/dropout.ts'
import {
  batchNorm,
  batchNormInference,
  layerNorm,
  type NormOptions,
} from '../../../src/model/ops/normalization.ts'
import { l1Penalty, l2Penalty } from '../../../src/model/ops/penalties.ts'
import type { NeedsRule } from '../../../src/model/shapes/dtypes.ts'
import type {
  BatchNormRule,
  DefaultAxesRule,
  LayerNormRule,
  ScaleRule,
} from '../../../src/model/shapes/normalization.ts'
import type { PenaltyRule } from '../../../src/model/shapes/penalties.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { givenAll, row } from '../given.ts'
import { argument, refusalOf } from '../ops/evaluated.ts'

type Typed = readonly [Shape, DTypeName?]
type X = ['batch', 't', 64]

const x: Typed = [['batch', 't', 64]]
const f: Typed = [[64]]

const batched = (all: readonly Typed[], options?: NormOptions) => {
  const [z, gamma, beta] = givenAll(...all)
  return batchNorm(z!, gamma!, beta!, options)
}

const inferred = (all: readonly Typed[], options?: NormOptions) => {
  const [z, gamma, beta, mean, variance] = givenAll(...all)
  return batchNormInference(z!, gamma!, beta!, mean!, variance!, options)
}

const layered = (all: readonly Typed[], options?: NormOptions) => {
  const [z, gamma, beta] = givenAll(...all)
  return layerNorm(z!, gamma!, beta!, options)
}

type Scaled<Name extends string, P extends Shape, E, A = undefined> = ScaleRule<
  'batchNorm',
  Name,
  X,
  'f32',
  BatchNormRule<'batchNorm', X, A>,
  P,
  E
>

const sentences = [
  row<Scaled<'gamma', [32], 'f32'>>('batchNorm: x [batch, t, 64] needs gamma [64], got [32]', () =>
    batched([x, [[32]], f]),
  ),
  row<Scaled<'beta', ['t', 64], 'f32', 1>>(
    'batchNorm: x [batch, t, 64] needs beta [batch, 64], got [t, 64]',
    () => batched([x, [['batch', 64]], [['t', 64]]], { axes: 1 }),
  ),
  row<Scaled<'gamma', [64], 'f64'>>(
    "batchNorm: gamma must be f32, got f64; use cast(gamma, 'f32')",
    () => batched([x, [[64], 'f64'], f]),
  ),
  row<
    ScaleRule<
      'batchNormInference',
      'variance',
      X,
      'f32',
      BatchNormRule<'batchNormInference', X, undefined>,
      [],
      'f32'
    >
  >('batchNormInference: x [batch, t, 64] needs variance [64], got []', () =>
    inferred([x, f, f, f, [[]]]),
  ),
  row<
    ScaleRule<'layerNorm', 'gamma', X, 'f32', LayerNormRule<X, readonly [-1, 1]>, [64, 't'], 'f32'>
  >('layerNorm: x [batch, t, 64] needs gamma [t, 64], got [64, t]', () =>
    layered([x, [[64, 't']], f], { axes: [-1, 1] }),
  ),
  row<BatchNormRule<'batchNorm', X, readonly [0, 3]>>(
    'batchNorm: axis [0, 3] is out of range for [batch, t, 64] (rank 3: use -3..2)',
    () => batched([x, f, f], { axes: [0, 3] }),
  ),
  row<BatchNormRule<'batchNormInference', X, readonly [0, -3]>>(
    'batchNormInference: axes [0, -3] repeat an axis',
    () => inferred([x, f, f, f, f], { axes: [0, -3] }),
  ),
  row<LayerNormRule<X, 3>>(
    'layerNorm: axis 3 is out of range for [batch, t, 64] (rank 3: use -3..2)',
    () => layered([x, f, f], { axes: 3 }),
  ),
  row<DefaultAxesRule<'batchNorm', [], undefined>>('batchNorm: needs rank >= 1, got []', () =>
    batched([[[]], f, f]),
  ),
  row<DefaultAxesRule<'layerNorm', [], undefined>>('layerNorm: needs rank >= 1, got []', () =>
    layered([[[]], f, f]),
  ),
  row<NeedsRule<'batchNorm', 'i32', 'float'>>(
    "batchNorm: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => batched([[[2, 64], 'i32'], f, f]),
  ),
  row<NeedsRule<'dropout', 'bool', 'float'>>(
    "dropout: needs f32 or f64, got bool; use cast(x, 'f32')",
    () => dropout(givenAll([[2], 'bool'])[0]!, 0.5),
  ),
  row<PenaltyRule<'l1Penalty', Tensor<[2], 'i32'>>>(
    "l1Penalty: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => l1Penalty(givenAll([[2], 'i32'])[0]!, 1),
  ),
  row<PenaltyRule<'l2Penalty', readonly []>>('l2Penalty: needs one tensor or more, got none', () =>
    l2Penalty([] as readonly Tensor[], 1),
  ),
  row<PenaltyRule<'l2Penalty', readonly [Tensor<[2], 'f32'>, Tensor<[3], 'f64'>]>>(
    "l2Penalty: dtypes differ: f32 (tensor 0) vs f64 (tensor 1); use cast(x, 'f32')",
    () => l2Penalty(givenAll([[2]], [[3], 'f64']), 1),
  ),
]

describe('a sentence of a normalization or penalty', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('the rule of a batch norm', () => {
  it('answers x without the axes, by default all but the last', () => {
    expectTypeOf<BatchNormRule<'batchNorm', X, undefined>>().toEqualTypeOf<[64]>()
    expectTypeOf<BatchNormRule<'batchNorm', X, 0>>().toEqualTypeOf<['t', 64]>()
    expectTypeOf<BatchNormRule<'batchNorm', X, readonly [-1, 0]>>().toEqualTypeOf<['t']>()
    expect(batched([x, f, f]).mean.shape).toEqual([64])
    expect(batched([x, [['t']], [['t']]], { axes: [-1, 0] }).variance.shape).toEqual(['t'])
    expect(batched([x, f, f]).output.shape).toEqual(['batch', 't', 64])
  })

  it('leaves to the build what tsc does not know', () => {
    expectTypeOf<BatchNormRule<'batchNorm', Shape, undefined>>().toEqualTypeOf<Shape>()
    expectTypeOf<BatchNormRule<'batchNorm', X, number>>().toEqualTypeOf<Shape>()
    expectTypeOf<Scaled<'gamma', [number], 'f32'>>().toEqualTypeOf<true>()
    expectTypeOf<Scaled<'gamma', Shape, DTypeName>>().toEqualTypeOf<true>()
  })

  it('tells a mistake in the axes once, and not of gamma', () => {
    expectTypeOf<Scaled<'gamma', [5], 'f32', 7>>().toEqualTypeOf<true>()
  })
})

describe('the rule of a layer norm', () => {
  it('answers x at the axes, in the order of x, by default the last', () => {
    expectTypeOf<LayerNormRule<X, undefined>>().toEqualTypeOf<[64]>()
    expectTypeOf<LayerNormRule<X, readonly [2, 1]>>().toEqualTypeOf<['t', 64]>()
    expectTypeOf<LayerNormRule<X, 0>>().toEqualTypeOf<['batch']>()
    expectTypeOf<LayerNormRule<Shape, 0>>().toEqualTypeOf<Shape>()
    expect(layered([x, [['t', 64]], [['t', 64]]], { axes: [2, 1] }).shape).toEqual(x[0])
  })
})

describe('the types of results', () => {
  it('follow from x and the axes', () => {
    const into = new GraphBuilder()
    const z = argument(['b', 3, 8], 'f32', into)
    const gamma = argument([8], 'f32', into)
    const per = argument([3], 'f32', into)
    const all = batchNorm(z, gamma, gamma)
    expectTypeOf(all.output).toEqualTypeOf<Tensor<['b', 3, 8], 'f32'>>()
    expectTypeOf(all.mean).toEqualTypeOf<Tensor<[8], 'f32'>>()
    const other = batchNorm(z, per, per, { axes: [0, 2] }).variance
    expectTypeOf(other).toEqualTypeOf<Tensor<[3], 'f32'>>()
    const evaluated = batchNormInference(z, per, per, per, per, { axes: [0, -1] })
    expectTypeOf(evaluated).toEqualTypeOf<Tensor<['b', 3, 8], 'f32'>>()
    const perExample = layerNorm(z, gamma, gamma, { epsilon: 1e-3 })
    expectTypeOf(perExample).toEqualTypeOf<Tensor<['b', 3, 8], 'f32'>>()
    const penalty = l2Penalty([z, gamma], 1)
    expectTypeOf(penalty).toEqualTypeOf<Tensor<[], 'f32'>>()
    expectTypeOf(l1Penalty(argument([2], 'f64'), 1)).toEqualTypeOf<Tensor<[], 'f64'>>()
    expect([evaluated.shape, perExample.shape, penalty.shape]).toEqual([z.shape, z.shape, []])
  })
})

describe('a number out of its range', () => {
  const [w] = givenAll([[2, 3]])
  it.each([
    [
      'batchNorm: epsilon must be a number above 0, got 0',
      () => batched([x, f, f], { epsilon: 0 }),
    ],
    [
      'batchNormInference: epsilon must be a number above 0, got NaN',
      () => inferred([x, f, f, f, f], { epsilon: Number.NaN }),
    ],
    [
      'layerNorm: epsilon must be a number above 0, got -0.001',
      () => layered([x, f, f], { epsilon: -0.001 }),
    ],
    [
      'layerNorm: epsilon must be a number above 0, got Infinity',
      () => layered([x, f, f], { epsilon: Number.POSITIVE_INFINITY }),
    ],
    ['dropout: rate must be from 0 to below 1, got 1', () => dropout(w!, 1)],
    ['dropout: rate must be from 0 to below 1, got -0.1', () => dropout(w!, -0.1)],
    ['dropout: rate must be from 0 to below 1, got NaN', () => dropout(w!, Number.NaN)],
    [
      'l1Penalty: strength must be a number from 0 on, got Infinity',
      () => l1Penalty(w!, Number.POSITIVE_INFINITY),
    ],
    ['l2Penalty: strength must be a number from 0 on, got -1', () => l2Penalty([w!], -1)],
  ])('is refused at the line of the call: %s', (sentence, call) => {
    const error = refusalOf(call)
    expect(error.message).toContain(`E101 ${sentence}`)
    expect(error.source?.file).toMatch(/normalization\.test\.ts$/)
    expect(error.help).toMatch(/^(?:leave it out, or )?give /)
  })

  it('says what to give where a shape does not fit', () => {
    expect(refusalOf(() => batched([x, [[32]], f])).help).toBe('give gamma as [64]')
    expect(refusalOf(() => batched([x, f, f], { axes: 9 })).help).toContain('count axes from 0')
    expect(refusalOf(() => l1Penalty([] as readonly Tensor[], 1)).help).toContain(
      'name the tensors',
    )
  })
})
