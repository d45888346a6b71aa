// Indexing: every sentence of its rules, as a type and when the graph is built; and what they
// accept.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Shape } from '../../../src/ir/type.ts'
import { gather, oneHot, scatterAdd } from '../../../src/model/ops/indexing.ts'
import type { AxisRule, RankRule } from '../../../src/model/shapes/axes.ts'
import type { NeedsRule } from '../../../src/model/shapes/dtypes.ts'
import type {
  DepthRule,
  Gathered,
  IndicesRule,
  UpdatesRule,
} from '../../../src/model/shapes/indexing.ts'
import { givenAll, row } from '../given.ts'

type Slices = Gathered<[100, 8], ['b'], 0>

const sentences = [
  row<IndicesRule<'gather', 'f32'>>(
    "gather: indices must be i32, got f32; use cast(indices, 'i32')",
    () => {
      const [x, indices] = givenAll([[100, 8]], [['b']])
      gather(x!, indices!)
    },
  ),
  row<RankRule<'gather', []>>('gather: needs rank >= 1, got []', () => {
    const [x, indices] = givenAll([[]], [['b'], 'i32'])
    gather(x!, indices!)
  }),
  row<AxisRule<'gather', [100, 8], 2>>(
    'gather: axis 2 is out of range for [100, 8] (rank 2: use -2..1)',
    () => {
      const [x, indices] = givenAll([[100, 8]], [['b'], 'u32'])
      gather(x!, indices!, 2)
    },
  ),
  row<IndicesRule<'scatterAdd', 'bool'>>(
    "scatterAdd: indices must be i32, got bool; use cast(indices, 'i32')",
    () => {
      const [x, indices, updates] = givenAll([[100, 8]], [['b'], 'bool'], [['b', 8]])
      scatterAdd(x!, indices!, updates!)
    },
  ),
  row<UpdatesRule<Slices, 'f32', ['b', 7], 'f32'>>(
    'scatterAdd: updates must be [b, 8], got [b, 7]',
    () => {
      const [x, indices, updates] = givenAll([[100, 8]], [['b'], 'i32'], [['b', 7]])
      scatterAdd(x!, indices!, updates!)
    },
  ),
  row<UpdatesRule<Slices, 'f32', ['b'], 'f32'>>(
    'scatterAdd: updates must be [b, 8], got [b]',
    () => {
      const [x, indices, updates] = givenAll([[100, 8]], [['b'], 'i32'], [['b']])
      scatterAdd(x!, indices!, updates!)
    },
  ),
  row<UpdatesRule<Slices, 'f32', ['b', 8], 'i32'>>(
    "scatterAdd: dtypes differ: f32 (x) vs i32 (updates); use cast(updates, 'f32')",
    () => {
      const [x, indices, updates] = givenAll([[100, 8]], [['b'], 'i32'], [['b', 8], 'i32'])
      scatterAdd(x!, indices!, updates!)
    },
  ),
  row<NeedsRule<'scatterAdd', 'bool', 'number'>>(
    "scatterAdd: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => {
      const [x, indices, updates] = givenAll([[4], 'bool'], [['b'], 'i32'], [['b'], 'bool'])
      scatterAdd(x!, indices!, updates!)
    },
  ),
  row<AxisRule<'scatterAdd', [4], -2>>(
    'scatterAdd: axis -2 is out of range for [4] (rank 1: use -1..0)',
    () => {
      const [x, indices, updates] = givenAll([[4]], [['b'], 'i32'], [['b']])
      scatterAdd(x!, indices!, updates!, -2)
    },
  ),
  row<RankRule<'scatterAdd', []>>('scatterAdd: needs rank >= 1, got []', () => {
    const [x, indices, updates] = givenAll([[]], [['b'], 'i32'], [['b']])
    scatterAdd(x!, indices!, updates!)
  }),
  row<IndicesRule<'oneHot', 'f64'>>(
    "oneHot: indices must be i32, got f64; use cast(indices, 'i32')",
    () => oneHot(givenAll([['b'], 'f64'])[0]!, 10),
  ),
  row<DepthRule<-1>>('oneHot: depth must be 0 or more, got -1', () =>
    oneHot(givenAll([['b'], 'i32'])[0]!, -1 as number),
  ),
]

describe('a wrong index', () => {
  it.each(sentences)('%s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('the rule of gathering', () => {
  it('puts the shape of the indices where the axis was', () => {
    expectTypeOf<Gathered<[100, 8], ['b', 't'], 0>>().toEqualTypeOf<['b', 't', 8]>()
    expectTypeOf<Gathered<[100, 8], [], 0>>().toEqualTypeOf<[8]>()
    expectTypeOf<Gathered<['n', 100, 8], [3], -2>>().toEqualTypeOf<['n', 3, 8]>()
    expectTypeOf<Gathered<[1, 2, 3, 4, 5, 6, 7, 8, 9], [0], 8>>().toEqualTypeOf<
      [1, 2, 3, 4, 5, 6, 7, 8, 0]
    >()
  })

  it('leaves to the build what tsc cannot know', () => {
    expectTypeOf<Gathered<[100, 8], Shape, 0>>().toEqualTypeOf<Shape>()
    expectTypeOf<Gathered<Shape, [3], 0>>().toEqualTypeOf<Shape>()
    expectTypeOf<Gathered<[100, 8], [3], number>>().toEqualTypeOf<Shape>()
    expectTypeOf<Gathered<[number, 8 | 9], [3], 0>>().toEqualTypeOf<[3, 8 | 9]>()
    expectTypeOf<UpdatesRule<Slices, 'f32', [number, 8], 'f32'>>().toEqualTypeOf<true>()
    expectTypeOf<UpdatesRule<Shape, 'f32', [3, 7], 'f32' | 'i32'>>().toEqualTypeOf<true>()
    expectTypeOf<IndicesRule<'gather', 'f32' | 'i32'>>().toEqualTypeOf<true>()
    expectTypeOf<IndicesRule<'gather', 'u32'>>().toEqualTypeOf<true>()
    expectTypeOf<DepthRule<number>>().toEqualTypeOf<number>()
  })
})
