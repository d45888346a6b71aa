// Putting tensors side by side and taking them apart: every sentence of the rules, as a type and
// when the graph is built; and what they accept.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { concat, split, stack } from '../../../src/model/ops/joining.ts'
import type { AxisRule, InsertRule } from '../../../src/model/shapes/axes.ts'
import type { ConcatRule, FirstShape, StackRule } from '../../../src/model/shapes/join.ts'
import type { SplitRule } from '../../../src/model/shapes/split.ts'
import { given, givenAll, row } from '../given.ts'

type X = Tensor<['batch', 784], 'f32'>
type Y = Tensor<['batch', 3], 'f32'>
type I = Tensor<['batch', 3], 'i32'>

const sentences = [
  row<ConcatRule<[X, Tensor<['batch', 3, 3], 'f32'>], 1>>(
    'concat: [batch, 3, 3] does not match [batch, 784] outside axis 1',
    () => concat(givenAll([['batch', 784]], [['batch', 3, 3]]), 1),
  ),
  row<ConcatRule<[X, Y, Tensor<['time', 3], 'f32'>], -1>>(
    'concat: [time, 3] does not match [batch, 784] outside axis -1',
    () => concat(givenAll([['batch', 784]], [['batch', 3]], [['time', 3]]), -1),
  ),
  row<ConcatRule<[X, Y, I], 1>>(
    "concat: dtypes differ: f32 (tensor 0) vs i32 (tensor 2); use cast(x, 'f32')",
    () => concat(givenAll([['batch', 784]], [['batch', 3]], [['batch', 3], 'i32']), 1),
  ),
  row<ConcatRule<[], 0>>('concat: needs one tensor or more, got none', () =>
    concat([] as Tensor[], 0),
  ),
  row<AxisRule<'concat', FirstShape<[X, Y]>, 2>>(
    'concat: axis 2 is out of range for [batch, 784] (rank 2: use -2..1)',
    () => concat(givenAll([['batch', 784]], [['batch', 3]]), 2),
  ),
  row<StackRule<[X, Y], 0>>(
    'stack: tensors must have equal shape, got [batch, 784] and [batch, 3]',
    () => stack(givenAll([['batch', 784]], [['batch', 3]]), 0),
  ),
  row<StackRule<[Y, I], 0>>(
    "stack: dtypes differ: f32 (tensor 0) vs i32 (tensor 1); use cast(x, 'f32')",
    () => stack(givenAll([['batch', 3]], [['batch', 3], 'i32']), 0),
  ),
  row<StackRule<readonly [], 0>>('stack: needs one tensor or more, got none', () =>
    stack([] as Tensor[], 0),
  ),
  row<InsertRule<'stack', FirstShape<[X, X]>, 3, 1>>(
    'stack: axis 3 is out of range for a result of rank 3 (use -3..2)',
    () => stack(givenAll([['batch', 784]], [['batch', 784]]), 3),
  ),
  row<SplitRule<[10, 4], 3, 0>>(
    'split: cannot split 10 of [10, 4] at axis 0 into 3 equal parts',
    () => split(given([10, 4]), 3, 0),
  ),
  row<SplitRule<[10, 4], 0, -1>>(
    'split: cannot split 4 of [10, 4] at axis -1 into 0 equal parts',
    () => split(given([10, 4]), 0, -1),
  ),
  row<SplitRule<[10, 4], -2, 0>>(
    'split: cannot split 10 of [10, 4] at axis 0 into -2 equal parts',
    () => split(given([10, 4]), -2, 0),
  ),
  row<SplitRule<[10, 4], 2.5, 0>>(
    'split: cannot split 10 of [10, 4] at axis 0 into 2.5 equal parts',
    () => split(given([10, 4]), 2.5, 0),
  ),
  row<SplitRule<['batch', 4], 2, 0>>(
    'split: cannot split batch of [batch, 4] at axis 0 into 2 equal parts',
    () => split(given(['batch', 4]), 2, 0),
  ),
  row<SplitRule<[10, 4], [3, 4], 0>>(
    'split: sizes [3, 4] add up to 7 but axis 0 of [10, 4] has 10',
    () => split(given([10, 4]), [3, 4], 0),
  ),
  row<SplitRule<['batch', 4], [3, 4], 0>>(
    'split: sizes [3, 4] add up to 7 but axis 0 of [batch, 4] has batch',
    () => split(given(['batch', 4]), [3, 4], 0),
  ),
  row<SplitRule<[10, 4], [], 1>>('split: sizes [] add up to 0 but axis 1 of [10, 4] has 4', () =>
    split(given([10, 4]), [], 1),
  ),
  row<SplitRule<[10, 4], [12, -2], 0>>('split: sizes must be 0 or more, got -2 in [12, -2]', () =>
    split(given([10, 4]), [12, -2], 0),
  ),
  row<AxisRule<'split', [10, 4], -3>>(
    'split: axis -3 is out of range for [10, 4] (rank 2: use -2..1)',
    () => split(given([10, 4]), 2, -3),
  ),
]

describe('tensors that do not fit', () => {
  it.each(sentences)('%s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('the rule of concatenation', () => {
  it('adds the dims along the axis', () => {
    expectTypeOf<ConcatRule<[X, Y], 1>>().toEqualTypeOf<['batch', 787]>()
    expectTypeOf<ConcatRule<[X, Y, Y], -1>>().toEqualTypeOf<['batch', 790]>()
    expectTypeOf<ConcatRule<[X], 0>>().toEqualTypeOf<['batch', 784]>()
    expectTypeOf<ConcatRule<[X, X], 0>>().toEqualTypeOf<[number, 784]>()
    expectTypeOf<ConcatRule<[X, Tensor<[0, 784], 'f32'>], 0>>().toEqualTypeOf<['batch', 784]>()
    expect(concat(givenAll([['batch', 4]], [['batch', 4]]), 0).shape).toEqual(['2*batch', 4])
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<ConcatRule<[X, Y], number>>().toEqualTypeOf<Shape>()
    expectTypeOf<ConcatRule<[X, Tensor], 1>>().toEqualTypeOf<Shape>()
    expectTypeOf<ConcatRule<[X, Tensor<[number, 3]>], 1>>().toEqualTypeOf<['batch', 787]>()
    expectTypeOf<ConcatRule<[X, Tensor<[8 | 16, 3]>], 1>>().toEqualTypeOf<['batch', 787]>()
    expectTypeOf<ConcatRule<X[], 1>>().toEqualTypeOf<['batch', number]>()
    expectTypeOf<ConcatRule<readonly (X | Y)[], 1>>().toEqualTypeOf<Shape>()
    expectTypeOf<ConcatRule<Tensor[], 1>>().toEqualTypeOf<Shape>()
  })

  it('gives no shape where the axis is refused', () => {
    expectTypeOf<ConcatRule<[X, Y], 2>>().toEqualTypeOf<Shape>()
  })
})

describe('the rule of stacking', () => {
  it('counts the tensors along a new axis', () => {
    expectTypeOf<StackRule<[X, X], 0>>().toEqualTypeOf<[2, 'batch', 784]>()
    expectTypeOf<StackRule<[X, X, X], -1>>().toEqualTypeOf<['batch', 784, 3]>()
    expectTypeOf<StackRule<X[], 1>>().toEqualTypeOf<['batch', number, 784]>()
    expectTypeOf<StackRule<[Tensor<[], 'i32'>], 0>>().toEqualTypeOf<[1]>()
    expectTypeOf<StackRule<[X, Tensor], 0>>().toEqualTypeOf<Shape>()
    expectTypeOf<StackRule<[X, X], number>>().toEqualTypeOf<Shape>()
    expectTypeOf<StackRule<[X, X], 3>>().toEqualTypeOf<Shape>()
  })
})

describe('the rule of splitting', () => {
  it('lists the parts', () => {
    expectTypeOf<SplitRule<[10, 4], 2, 0>>().toEqualTypeOf<[[5, 4], [5, 4]]>()
    expectTypeOf<SplitRule<[10, 4], [3, 7], 0>>().toEqualTypeOf<readonly [[3, 4], [7, 4]]>()
    expectTypeOf<SplitRule<['batch', 4], 1, 0>>().toEqualTypeOf<[['batch', 4]]>()
    expectTypeOf<SplitRule<['batch', 4], ['batch'], 0>>().toEqualTypeOf<readonly [['batch', 4]]>()
    expectTypeOf<SplitRule<[0], [], 0>>().toEqualTypeOf<readonly []>()
    expectTypeOf<SplitRule<[100000], 100, 0>['length']>().toEqualTypeOf<100>()
    expectTypeOf<SplitRule<[10000], 5000, 0>>().toEqualTypeOf<readonly [2][]>()
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<SplitRule<[10, 4], number, 0>>().toEqualTypeOf<readonly [number, 4][]>()
    expectTypeOf<SplitRule<[10, 4], 2 | 5, 0>>().toEqualTypeOf<readonly [number, 4][]>()
    expectTypeOf<SplitRule<[10, 4], number[], 0>>().toEqualTypeOf<readonly [number, 4][]>()
    expectTypeOf<SplitRule<[number, 4], 2, 0>>().toEqualTypeOf<[[number, 4], [number, 4]]>()
    expectTypeOf<SplitRule<['2*batch', 4], 2, 0>>().toEqualTypeOf<[[number, 4], [number, 4]]>()
    expectTypeOf<SplitRule<['t', 4], ['a', 'b'], 0>>().toEqualTypeOf<
      readonly [['a', 4], ['b', 4]]
    >()
    expectTypeOf<SplitRule<[10, 4], 2, number>>().toEqualTypeOf<[Shape, Shape]>()
    expectTypeOf<SplitRule<Shape, [1, 2], 0>>().toEqualTypeOf<readonly [Shape, Shape]>()
    expect(split(given(['2*batch', 4]), 2, 0).map(part => part.shape)).toEqual([
      ['batch', 4],
      ['batch', 4],
    ])
  })
})
