// Broadcasting: every sentence of the rules of elementwise ops, as a type and when the graph is
// built; and the shapes that the rules answer.

import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { add, div, mul, sub } from '../../../src/model/ops/binary.ts'
import { greater } from '../../../src/model/ops/comparison.ts'
import { and } from '../../../src/model/ops/logic.ts'
import { squaredError } from '../../../src/model/ops/losses.ts'
import { where } from '../../../src/model/ops/select.ts'
import { type BroadcastRule, broadcastRule } from '../../../src/model/shapes/broadcast.ts'
import type { BinaryRule, WhereRule } from '../../../src/model/shapes/elementwise.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import { given, givenAll, row } from '../given.ts'

const pair = <R>(
  op: (a: Tensor, b: Tensor) => R,
  a: Shape,
  b: Shape,
  dtypes: readonly [DTypeName, DTypeName] = ['f32', 'f32'],
): R => {
  const [x, y] = givenAll([a, dtypes[0]], [b, dtypes[1]])
  return op(x!, y!)
}

type F<S extends Shape> = Tensor<S, 'f32'>
type I<S extends Shape> = Tensor<S, 'i32'>
type Bool<S extends Shape> = Tensor<S, 'bool'>

const choose = (condition: Shape, a: Shape | number, b: Shape | number) => {
  const shapes = [a, b].map(shape => (typeof shape === 'number' ? [] : shape))
  const [c, x, y] = givenAll([condition, 'bool'], [shapes[0]!], [shapes[1]!])
  return where(c!, typeof a === 'number' ? a : x!, typeof b === 'number' ? b : y!)
}

const sentences = [
  row<BroadcastRule<'add', ['batch', 784], [128]>>(
    'add: cannot broadcast [batch, 784] with [128]: 784 vs 128 at axis -1',
    () => pair(add, ['batch', 784], [128]),
  ),
  row<BroadcastRule<'add', ['batch', 4], ['time', 4]>>(
    'add: cannot broadcast [batch, 4] with [time, 4]: batch vs time at axis -2',
    () => pair(add, ['batch', 4], ['time', 4]),
  ),
  row<BroadcastRule<'sub', [3], ['n', 4]>>(
    'sub: cannot broadcast [3] with [n, 4]: 3 vs 4 at axis -1',
    () => pair(sub, [3], ['n', 4]),
  ),
  row<BroadcastRule<'mul', [2, 1, 3], [2, 5, 4]>>(
    'mul: cannot broadcast [2, 1, 3] with [2, 5, 4]: 3 vs 4 at axis -1',
    () => pair(mul, [2, 1, 3], [2, 5, 4]),
  ),
  row<BroadcastRule<'div', [9, 2, 3, 4, 5, 6, 7, 8, 1], [8, 2, 3, 4, 5, 6, 7, 8, 2]>>(
    'div: cannot broadcast [9, 2, 3, 4, 5, 6, 7, 8, 1] with [8, 2, 3, 4, 5, 6, 7, 8, 2]: 9 vs 8 at axis -9',
    () => pair(div, [9, 2, 3, 4, 5, 6, 7, 8, 1], [8, 2, 3, 4, 5, 6, 7, 8, 2]),
  ),
  row<BroadcastRule<'greater', [0], [2]>>(
    'greater: cannot broadcast [0] with [2]: 0 vs 2 at axis -1',
    () => pair(greater, [0], [2]),
  ),
  row<BinaryRule<'squaredError', F<[3]>, F<[2]>, 'float'>>(
    'squaredError: cannot broadcast [3] with [2]: 3 vs 2 at axis -1',
    () => pair(squaredError, [3], [2]),
  ),
  row<BinaryRule<'add', F<[2]>, I<[2]>, 'number'>>(
    "add: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')",
    () => pair(add, [2], [2], ['f32', 'i32']),
  ),
  row<BinaryRule<'mul', F<[2]>, I<[3]>, 'number'>>(
    "mul: dtypes differ: f32 (left) vs i32 (right); use cast(x, 'f32')",
    () => pair(mul, [2], [3], ['f32', 'i32']),
  ),
  row<BinaryRule<'and', Bool<[2]>, I<[2]>, 'discrete'>>(
    "and: dtypes differ: bool (left) vs i32 (right); use cast(x, 'bool')",
    () => pair(and, [2], [2], ['bool', 'i32']),
  ),
  row<BinaryRule<'add', 1, 2, 'number'>>('add: one operand must be a tensor, got two numbers', () =>
    add(1 as number | Tensor, 2 as number | Tensor),
  ),
  row<BinaryRule<'sub', 1, Bool<[2]>, 'number'>>(
    "sub: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => sub(1, given([2], 'bool')),
  ),
  row<WhereRule<['n', 4], 0, F<[5]>>>(
    'where: cannot broadcast [n, 4] with [5]: 4 vs 5 at axis -1',
    () => choose(['n', 4], 0, [5]),
  ),
  row<BroadcastRule<'where', ['n', 4], [6]>>(
    'where: cannot broadcast [n, 4] with [6]: 4 vs 6 at axis -1',
    () => choose(['n', 4], [6], 0),
  ),
  row<WhereRule<[4], F<['n', 1]>, F<['m', 4]>>>(
    'where: cannot broadcast [n, 4] with [m, 4]: n vs m at axis -2',
    () => choose([4], ['n', 1], ['m', 4]),
  ),
  row<WhereRule<[4], 1, 0>>('where: one of the two choices must be a tensor, got two numbers', () =>
    choose([4], 1, 0),
  ),
  row<WhereRule<[4], I<[4]>, F<[4]>>>(
    "where: dtypes differ: i32 (left) vs f32 (right); use cast(x, 'i32')",
    () => {
      const [c, x, y] = givenAll([[4], 'bool'], [[4], 'i32'], [[4]])
      return where(c!, x!, y!)
    },
  ),
]

describe('a sentence of an elementwise op', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('broadcastRule', () => {
  it('answers shapes as the type does', () => {
    type Rule<A extends Shape, B extends Shape> = BroadcastRule<'add', A, B>
    const answers: [
      readonly [Rule<['batch', 784], [784]>, Shape, Shape],
      readonly [Rule<[784], ['batch', 784]>, Shape, Shape],
      readonly [Rule<['batch', 1], [1, 10]>, Shape, Shape],
      readonly [Rule<[], [3]>, Shape, Shape],
      readonly [Rule<[3], []>, Shape, Shape],
      readonly [Rule<[1], [1, 1]>, Shape, Shape],
      readonly [Rule<[0], [1]>, Shape, Shape],
      readonly [Rule<[1, 2, 3, 4, 5, 6, 7, 8, 9], ['n', 1, 1, 1, 1, 1, 1, 1, 1]>, Shape, Shape],
    ] = [
      [['batch', 784], ['batch', 784], [784]],
      [['batch', 784], [784], ['batch', 784]],
      [
        ['batch', 10],
        ['batch', 1],
        [1, 10],
      ],
      [[3], [], [3]],
      [[3], [3], []],
      [[1, 1], [1], [1, 1]],
      [[0], [0], [1]],
      [
        ['n', 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        ['n', 1, 1, 1, 1, 1, 1, 1, 1],
      ],
    ]
    for (const [want, a, b] of answers) expect(broadcastRule('add', a, b)).toEqual(want)
  })

  it('takes a dim that only the build knows for what fits', () => {
    expectTypeOf<BroadcastRule<'add', ['batch', number], [784]>>().toEqualTypeOf<['batch', 784]>()
    expectTypeOf<BroadcastRule<'add', [number], [1]>>().toEqualTypeOf<[number]>()
    expectTypeOf<BroadcastRule<'add', [1], [number]>>().toEqualTypeOf<[number]>()
    expectTypeOf<BroadcastRule<'add', ['n', 1], [number]>>().toEqualTypeOf<['n', number]>()
    expectTypeOf<BroadcastRule<'add', [number], ['batch']>>().toEqualTypeOf<['batch']>()
    expectTypeOf<BroadcastRule<'add', [number], [number]>>().toEqualTypeOf<[number]>()
    expectTypeOf<BroadcastRule<'add', Shape, ['batch', 3]>>().toEqualTypeOf<Shape>()
    expectTypeOf<BroadcastRule<'add', ['batch', 3], Shape>>().toEqualTypeOf<Shape>()
  })

  it('takes a union of dims for unknown', () => {
    expectTypeOf<BroadcastRule<'add', [16 | 32], [5]>>().toEqualTypeOf<[5]>()
    expectTypeOf<BroadcastRule<'add', [5], [16 | 32]>>().toEqualTypeOf<[5]>()
    expectTypeOf<BroadcastRule<'add', [1], [16 | 32]>>().toEqualTypeOf<[16 | 32]>()
    expectTypeOf<BroadcastRule<'add', ['a' | 'b'], ['c']>>().toEqualTypeOf<['c']>()
    expectTypeOf<BroadcastRule<'add', [16 | 32], [1 | 8]>>().toEqualTypeOf<[number]>()
  })
})
