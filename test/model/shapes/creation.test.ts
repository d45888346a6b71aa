// Shapes that are written out or claimed: every sentence, as a type and when the graph is built;
// and what tsc knows of constants.

import { describe, expect, expectTypeOf, it } from 'vitest'
import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Host, Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'
import { tensorType } from '../../../src/ir/type.ts'
import { assertShape, loose } from '../../../src/model/ops/assertion.ts'
import { constant, full, iota } from '../../../src/model/ops/creation.ts'
import { bernoulli, randomUniform } from '../../../src/model/ops/random.ts'
import type { AssertShapeRule } from '../../../src/model/shapes/assertion.ts'
import type { AxesRule } from '../../../src/model/shapes/axes.ts'
import type { ExtentsRule } from '../../../src/model/shapes/creation.ts'
import type { NeedsRule } from '../../../src/model/shapes/dtypes.ts'
import { traced } from '../../../src/model/tracing.ts'
import { given, row } from '../given.ts'

/** What `body` makes in a graph of its own, where it may draw. */
function built<T>(body: () => T): T {
  const into = new GraphBuilder()
  const key = into.rng('key', tensorType('u32', [2]))
  const counter = into.rng('counter', tensorType('u32', []))
  return traced({ into, draw: () => ({ key, counter, stream: 0 }) }, body)
}

const sizes = (...dims: number[]): Shape => dims

const sentences = [
  row<ExtentsRule<'full', [-1, 3]>>(
    'full: dims must be names or whole numbers from 0, got -1 in [-1, 3]',
    () => built(() => full(sizes(-1, 3), 0)),
  ),
  row<ExtentsRule<'iota', ['n', 2.5]>>(
    'iota: dims must be names or whole numbers from 0, got 2.5 in [n, 2.5]',
    () => built(() => iota(['n', ...sizes(2.5)], 0)),
  ),
  row<ExtentsRule<'randomUniform', [-2]>>(
    'randomUniform: dims must be names or whole numbers from 0, got -2 in [-2]',
    () => built(() => randomUniform(sizes(-2))),
  ),
  row<ExtentsRule<'bernoulli', ['-n']>>(
    'bernoulli: dims must be names or whole numbers from 0, got -n in [-n]',
    () => built(() => bernoulli(['-n' as string], { probability: 1 })),
  ),
  row<AxesRule<'iota', ['n', 3], 2>>(
    'iota: axis 2 is out of range for [n, 3] (rank 2: use -2..1)',
    () => built(() => iota(['n', 3] as Shape, 2)),
  ),
  row<NeedsRule<'iota', 'bool', 'number'>>(
    "iota: needs f32, f64, i32 or u32, got bool; use cast(x, 'f32')",
    () => built(() => iota([3], 0, 'bool' as 'i32')),
  ),
  row<AssertShapeRule<['batch', 784], ['batch', 785]>>(
    'assertShape: expected [batch, 785], got [batch, 784]',
    () => assertShape(given(['batch', 784]), ['batch', 785]),
  ),
  row<AssertShapeRule<['batch', 784], [784]>>('assertShape: expected [784], got [batch, 784]', () =>
    assertShape(given(['batch', 784]), [784]),
  ),
]

describe('a sentence about a shape that is written out', () => {
  it.each(sentences)('is the same when the graph is built: %s', (sentence, call) => {
    expect(call).toThrow(sentence)
  })
})

describe('a value of full', () => {
  it.each([
    ['full: 0.5 is not a value of i32; use a whole number in its range', 0.5, 'i32'],
    ['full: 3 is not a value of bool; use 0 or 1', 3, 'bool'],
  ] as const)('must be one of the dtype: %s', (sentence, value, dtype) => {
    expect(() => built(() => full([2], value, dtype))).toThrow(sentence)
  })
})

describe('the type of a constant', () => {
  it('tells the shape of literals, and the dtype of everything', () => {
    built(() => {
      expectTypeOf(constant(2)).toEqualTypeOf<Tensor<[], 'f32'>>()
      expectTypeOf(constant(2, 'i32')).toEqualTypeOf<Tensor<[], 'i32'>>()
      expectTypeOf(constant(true)).toEqualTypeOf<Tensor<[], 'bool'>>()
      expectTypeOf(constant([[1, 2, 3]])).toEqualTypeOf<Tensor<[1, 3], 'f32'>>()
      expectTypeOf(constant([])).toEqualTypeOf<Tensor<[0], 'f32'>>()
      expectTypeOf(constant([[true], [false]])).toEqualTypeOf<Tensor<[2, 1], 'bool'>>()
      expectTypeOf(constant([1, 2] as number[])).toEqualTypeOf<Tensor<[number], 'f32'>>()
      expectTypeOf(constant(new Int32Array(2))).toEqualTypeOf<Tensor<[number], 'i32'>>()
      expectTypeOf(constant(new Uint32Array(2))).toEqualTypeOf<Tensor<[number], 'u32'>>()
      expectTypeOf(constant(new Float64Array(2), 'f32')).toEqualTypeOf<Tensor<[number], 'f32'>>()
      const host: Host<[1, 2], 'f64'> = { shape: [1, 2], dtype: 'f64', data: new Float64Array(2) }
      expectTypeOf(constant(host)).toEqualTypeOf<Tensor<[1, 2], 'f64'>>()
      expect(constant(host).type).toEqual({ dtype: 'f64', shape: [1, 2] })
    })
  })

  it('is what the constant has', () => {
    built(() => {
      expect(constant([[1, 2, 3]]).type).toEqual({ dtype: 'f32', shape: [1, 3] })
      expect(constant([[true], [false]]).type).toEqual({ dtype: 'bool', shape: [2, 1] })
      expect(constant([]).type).toEqual({ dtype: 'f32', shape: [0] })
      expect(constant([1.5, 2], 'i32').type).toEqual({ dtype: 'i32', shape: [2] })
      expect(constant(new Uint32Array(2)).type).toEqual({ dtype: 'u32', shape: [2] })
    })
  })
})

describe('the types of created tensors', () => {
  it('are not taken from what the result is used for', () => {
    built(() => {
      expectTypeOf(full(['n', 3], 0)).toEqualTypeOf<Tensor<['n', 3], 'f32'>>()
      expectTypeOf(full(['n', 3], 0, 'i32')).toEqualTypeOf<Tensor<['n', 3], 'i32'>>()
      expectTypeOf(iota([3], 0)).toEqualTypeOf<Tensor<[3], 'i32'>>()
      expectTypeOf(iota([3], -1, 'f64')).toEqualTypeOf<Tensor<[3], 'f64'>>()
      expectTypeOf(randomUniform([3])).toEqualTypeOf<Tensor<[3], 'f32'>>()
      expectTypeOf(randomUniform([3], { low: -1 })).toEqualTypeOf<Tensor<[3], 'f32'>>()
      expectTypeOf(randomUniform([3], { dtype: 'f64' })).toEqualTypeOf<Tensor<[3], 'f64'>>()
      // @ts-expect-error: the draw is f32, whatever it is assigned to
      const wrong: Tensor<[3], 'f64'> = randomUniform([3])
      expect(wrong.dtype).toBe('f32')
    })
  })
})

describe('loose and assertShape', () => {
  it('forget a shape and claim it back', () => {
    const x = given(['batch', 6]) as Tensor<['batch', 6], 'f32'>
    expectTypeOf(loose(x)).toEqualTypeOf<Tensor<Shape, 'f32'>>()
    expectTypeOf(assertShape(loose(x), ['batch', 6])).toEqualTypeOf<Tensor<['batch', 6], 'f32'>>()
    expect(assertShape(loose(x), ['batch', 6])).toBe(x)
    expect(assertShape(given(['2*n', 3]), ['n*2', 3]).shape).toEqual(['2*n', 3])
  })
})
