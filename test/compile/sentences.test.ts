// Sentences about what is passed to compile and to a run, at both times: each is written once, as
// the type that tsc reports, and is what the untyped call throws.

import { expect, it } from 'vitest'
import type { DimsOf, Feeds } from '../../src/compile/hosts.ts'
import { compile, type Host, type Tensor } from '../../src/index.ts'
import { batch, classifier } from './models.ts'

type In = { x: Tensor<[4, 5], 'f32'>; y: Tensor<[4], 'i32'> }
/** What tsc makes of the value `X` passed for x, and of `Y` for y. */
type OfX<X> = Feeds<In, { x: X; y: Int32Array }>['x']
type OfY<Y> = Feeds<In, { x: Float32Array; y: Y }>['y']

const { params } = classifier.init(1)
const { x, y } = batch(4)
const run = await compile(classifier, { target: 'js', dims: { batch: 4 } })
const untyped = run as unknown as (inputs: object, params: object) => unknown

it('a host of another shape', () => {
  const want: OfX<Host<[5, 4], 'f32'>> = 'run: input x is [4, 5], got [5, 4]'
  const host = { shape: [5, 4], dtype: 'f32', data: x }
  expect(() => untyped({ x: host, y }, params)).toThrow(want)
})

it('a host of another dtype', () => {
  const want: OfX<Host<[4, 5], 'f64'>> = 'run: input x is f32, got f64'
  const host = { shape: [4, 5], dtype: 'f64', data: Float64Array.from(x) }
  expect(() => untyped({ x: host, y }, params)).toThrow(want)
})

it('an array of another class, and a number', () => {
  const want: OfY<Float32Array> = 'run: input y is i32: pass a Int32Array'
  const same: OfY<number> = want
  expect(() => untyped({ x, y: x.subarray(0, 4) }, params)).toThrow(same)
  expect(() => untyped({ x, y: 3 }, params)).toThrow(want)
})

it('an input that there is none of', () => {
  const want: Feeds<In, { x: Float32Array; y: Int32Array; z: Int32Array }>['z'] =
    'run: this model has no input z'
  expect(() => untyped({ x, y, z: y }, params)).toThrow(want)
})

it('a dim that there is none of', async () => {
  type Open = { x: Tensor<['batch', 5], 'f32'> }
  const want: DimsOf<Open, { batch: 4; time: 2 }>['time'] =
    "compile: this program has no dim 'time'"
  const dims = { batch: 4, time: 2 }
  await expect(compile(classifier, { target: 'js', dims } as never)).rejects.toThrow(want)
})
