// Axes: every sentence of the rules of axes, reductions, permutations and axes of size 1, as a type
// and when the graph is built; and what the rules accept.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import { argmax, cumsum, max, mean, sum, variance } from '../../../src/model/ops/reduction.ts'
import {
  broadcastTo,
  expandDims,
  reverse,
  squeeze,
  transpose,
} from '../../../src/model/ops/shape.ts'
import { logSoftmax, softmax } from '../../../src/model/ops/softmax.ts'
import type { AxesRule, AxisRule, InsertRule, RankRule } from '../../../src/model/shapes/axes.ts'
import type { NeedsRule } from '../../../src/model/shapes/dtypes.ts'
import type { TransposeRule } from '../../../src/model/shapes/permute.ts'
import type { ReduceRule } from '../../../src/model/shapes/reduce.ts'
import type { BroadcastToRule, SqueezeRule } from '../../../src/model/shapes/unit-axes.ts'
import { given, row } from '../given.ts'

type X = ['batch', 784]

/** Nine axes, beyond any table. */
type Nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]

const x = () => given(['batch', 784])

const sentences = [
  row<ReduceRule<'sum', X, 2>>(
    'sum: axis 2 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => sum(x(), 2),
  ),
  row<ReduceRule<'sum', X, -3, true>>(
    'sum: axis -3 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => sum(x(), -3, { keepDims: true }),
  ),
  row<ReduceRule<'mean', X, readonly [0, 3]>>(
    'mean: axis [0, 3] is out of range for [batch, 784] (rank 2: use -2..1)',
    () => mean(x(), [0, 3]),
  ),
  row<ReduceRule<'max', X, 0.5>>(
    'max: axis 0.5 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => max(x(), 0.5),
  ),
  row<ReduceRule<'sum', [], 0>>('sum: axis 0 is out of range for [] (rank 0: use no axis)', () =>
    sum(given([]), 0),
  ),
  row<ReduceRule<'sum', Nine, -10>>(
    'sum: axis -10 is out of range for [1, 2, 3, 4, 5, 6, 7, 8, 9] (rank 9: use -9..8)',
    () => sum(given(nine), -10),
  ),
  row<ReduceRule<'variance', X, readonly [0, -2]>>('variance: axes [0, -2] repeat an axis', () =>
    variance(x(), [0, -2]),
  ),
  row<ReduceRule<'argmax', X, readonly [1, 1]>>('argmax: axes [1, 1] repeat an axis', () =>
    argmax(x(), [1, 1]),
  ),
  row<NeedsRule<'mean', 'i32', 'float'>>(
    "mean: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => mean(given([2], 'i32')),
  ),
  row<NeedsRule<'sum', 'bool', 'number'>>(
    "sum: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => sum(given([2], 'bool')),
  ),
  row<AxisRule<'cumsum', X, 2>>(
    'cumsum: axis 2 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => cumsum(x(), 2),
  ),
  row<NeedsRule<'cumsum', 'bool', 'number'>>(
    "cumsum: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => cumsum(given([2], 'bool'), 0),
  ),
  row<AxisRule<'softmax', X, -3>>(
    'softmax: axis -3 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => softmax(x(), -3),
  ),
  row<RankRule<'softmax', []>>('softmax: needs rank >= 1, got []', () => softmax(given([]))),
  row<NeedsRule<'logSoftmax', 'i32', 'float'>>(
    "logSoftmax: needs f32 or f64, got i32; use cast(x, 'f32')",
    () => logSoftmax(given([2], 'i32')),
  ),
  row<AxesRule<'reverse', X, 2>>(
    'reverse: axis 2 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => reverse(x(), 2),
  ),
  row<AxesRule<'reverse', X, readonly [0, 0]>>('reverse: axes [0, 0] repeat an axis', () =>
    reverse(x(), [0, 0]),
  ),
  row<TransposeRule<X, readonly [0, 0]>>('transpose: axes [0, 0] repeat an axis', () =>
    transpose(x(), [0, 0]),
  ),
  row<TransposeRule<X, readonly [0, 2]>>(
    'transpose: axis [0, 2] is out of range for [batch, 784] (rank 2: use -2..1)',
    () => transpose(x(), [0, 2]),
  ),
  row<TransposeRule<X, readonly [0, 1, 2]>>(
    'transpose: 3 axes given for [batch, 784] (rank 2)',
    () => transpose(x(), [0, 1, 2]),
  ),
  row<InsertRule<'expandDims', X, 3, 1>>(
    'expandDims: axis 3 is out of range for a result of rank 3 (use -3..2)',
    () => expandDims(x(), 3),
  ),
  row<InsertRule<'expandDims', [], -2, 1>>(
    'expandDims: axis -2 is out of range for a result of rank 1 (use -1..0)',
    () => expandDims(given([]), -2),
  ),
  row<SqueezeRule<[3, 1, 'batch'], readonly [1, 2, 0]>>(
    'squeeze: axis 0 must have size 1, got 3 in [3, 1, batch]',
    () => squeeze(given([3, 1, 'batch']), [1, 2, 0]),
  ),
  row<SqueezeRule<[1, 'batch'], -1>>(
    'squeeze: axis 1 must have size 1, got batch in [1, batch]',
    () => squeeze(given([1, 'batch']), -1),
  ),
  row<SqueezeRule<[1, 1], readonly [0, -2]>>('squeeze: axes [0, -2] repeat an axis', () =>
    squeeze(given([1, 1]), [0, -2]),
  ),
  row<SqueezeRule<[1], 1>>('squeeze: axis 1 is out of range for [1] (rank 1: use -1..0)', () =>
    squeeze(given([1]), 1),
  ),
  row<BroadcastToRule<[3], [2, 4]>>(
    'broadcastTo: cannot broadcast [3] to [2, 4]: 3 vs 4 at axis -1',
    () => broadcastTo(given([3]), [2, 4]),
  ),
  row<BroadcastToRule<['batch', 4], ['time', 4]>>(
    'broadcastTo: cannot broadcast [batch, 4] to [time, 4]: batch vs time at axis -2',
    () => broadcastTo(given(['batch', 4]), ['time', 4]),
  ),
  row<BroadcastToRule<[3, 1, 2], [1, 2]>>(
    'broadcastTo: cannot broadcast [3, 1, 2] to [1, 2]: rank 3 exceeds rank 2',
    () => broadcastTo(given([3, 1, 2]), [1, 2]),
  ),
]

describe('a wrong axis', () => {
  it.each(sentences)('%s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('the rule of reductions', () => {
  it('drops axes, or keeps them with size 1', () => {
    expectTypeOf<ReduceRule<'sum', X, undefined>>().toEqualTypeOf<[]>()
    expectTypeOf<ReduceRule<'sum', X, undefined, true>>().toEqualTypeOf<[1, 1]>()
    expectTypeOf<ReduceRule<'sum', X, 0>>().toEqualTypeOf<[784]>()
    expectTypeOf<ReduceRule<'sum', X, -1>>().toEqualTypeOf<['batch']>()
    expectTypeOf<ReduceRule<'sum', X, -1, true>>().toEqualTypeOf<['batch', 1]>()
    expectTypeOf<ReduceRule<'sum', [2, 3, 4], readonly [-1, 0]>>().toEqualTypeOf<[3]>()
    expectTypeOf<ReduceRule<'sum', [2, 3, 4], readonly []>>().toEqualTypeOf<[2, 3, 4]>()
    expectTypeOf<ReduceRule<'sum', [], undefined>>().toEqualTypeOf<[]>()
  })

  it('knows any rank', () => {
    expectTypeOf<ReduceRule<'sum', Nine, -9>>().toEqualTypeOf<[2, 3, 4, 5, 6, 7, 8, 9]>()
    expectTypeOf<ReduceRule<'sum', Nine, 8>>().toEqualTypeOf<[1, 2, 3, 4, 5, 6, 7, 8]>()
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<ReduceRule<'sum', X, number>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', X, 0 | 1>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', X, number, true>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<ReduceRule<'sum', X, number[]>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', X, number | undefined>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', X, 0, boolean>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', [2] | [2, 3], 1>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', Shape, undefined>>().toEqualTypeOf<[]>()
    expectTypeOf<ReduceRule<'sum', Shape, undefined, true>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', Shape, 7>>().toEqualTypeOf<Shape>()
    expectTypeOf<ReduceRule<'sum', [number, 16 | 32, 'a'], 2>>().toEqualTypeOf<[number, 16 | 32]>()
  })

  it('tells a list that is wrong whatever the rest of it is', () => {
    expectTypeOf<
      ReduceRule<'sum', X, readonly [number, 2]>
    >().toEqualTypeOf<'sum: axis [?, 2] is out of range for [batch, 784] (rank 2: use -2..1)'>()
  })
})

describe('the rules of movements', () => {
  it('reverse the axes, or put them in order', () => {
    expectTypeOf<TransposeRule<[2, 'b', 4], undefined>>().toEqualTypeOf<[4, 'b', 2]>()
    expectTypeOf<TransposeRule<[], undefined>>().toEqualTypeOf<[]>()
    expectTypeOf<TransposeRule<[2, 'b', 4], readonly [0, -1, 1]>>().toEqualTypeOf<[2, 4, 'b']>()
    expectTypeOf<TransposeRule<Nine, undefined>>().toEqualTypeOf<[9, 8, 7, 6, 5, 4, 3, 2, 1]>()
    expectTypeOf<TransposeRule<X, number[]>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<TransposeRule<X, readonly [number, 0]>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<TransposeRule<X, readonly [0, 1] | undefined>>().toEqualTypeOf<[number, number]>()
    expectTypeOf<TransposeRule<Shape, readonly [0]>>().toEqualTypeOf<Shape>()
  })

  it('insert axes of size 1 and take them away', () => {
    expectTypeOf<InsertRule<'expandDims', X, 1, 1>>().toEqualTypeOf<['batch', 1, 784]>()
    expectTypeOf<InsertRule<'expandDims', X, -1, 1>>().toEqualTypeOf<['batch', 784, 1]>()
    expectTypeOf<InsertRule<'expandDims', [], 0, 1>>().toEqualTypeOf<[1]>()
    expectTypeOf<InsertRule<'expandDims', X, number, 1>>().toEqualTypeOf<Shape>()
    expectTypeOf<SqueezeRule<[1, 'b', 1], undefined>>().toEqualTypeOf<['b']>()
    expectTypeOf<SqueezeRule<[1, number], undefined>>().toEqualTypeOf<Shape>()
    expectTypeOf<SqueezeRule<[1, number, 3], readonly [0, 1]>>().toEqualTypeOf<[3]>()
    expectTypeOf<SqueezeRule<[1, 2], number>>().toEqualTypeOf<Shape>()
  })

  it('repeat to a shape, refining what is unknown', () => {
    expectTypeOf<BroadcastToRule<[1, 3], [2, 'b', 3]>>().toEqualTypeOf<[2, 'b', 3]>()
    expectTypeOf<BroadcastToRule<[], [2, 3]>>().toEqualTypeOf<[2, 3]>()
    expectTypeOf<BroadcastToRule<[784], [number, number]>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<BroadcastToRule<[1], [number]>>().toEqualTypeOf<[number]>()
    expectTypeOf<BroadcastToRule<[number], [5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<BroadcastToRule<[8 | 16], [5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<BroadcastToRule<Shape, [5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<BroadcastToRule<[5], Shape>>().toEqualTypeOf<Shape>()
  })
})
