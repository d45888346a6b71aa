// The meaning of kernels where it could be read in two ways.

import { describe, expect, test } from 'vitest'
import { interpretKernel, interpretProgram, placeBuffers } from '../../src/kernel/interpret.ts'
import { parseKernels } from '../../src/kernel/text.ts'
import { InternalError } from '../../src/support/diagnostic.ts'
import { example, expectSameBits, floats, kernelOf, run } from './files.ts'

describe('store groups', () => {
  test('read everything before they write', () => {
    const swap = kernelOf(`kernel @swap(a: update f32[], b: update f32[]) { a[] = b[] b[] = a[] }`)
    const out = run(swap, { a: Float32Array.of(1), b: Float32Array.of(2) })
    expect([out.a?.[0], out.b?.[0]]).toEqual([2, 1])
  })

  test('end at a loop', () => {
    const steps = kernelOf(`kernel @steps(a: update f32[], b: update f32[]) {
      a[] = b[]  over i in 1 { s += 1 }  b[] = a[] + s }`)
    expect(run(steps, { a: Float32Array.of(1), b: Float32Array.of(2) }).b?.[0]).toBe(3)
  })
})

describe('accumulators', () => {
  test('of no iterations are the identity of their type', () => {
    const empty = kernelOf(`kernel @empty(x: read f32[1], k: read i32[1], u: read u32[1],
      sum: write f32[], product: write f32[], low: write f32[], high: write f32[], at: write i32[],
      any: write bool[], all: write bool[], least: write u32[], most: write i32[]) {
      over i in 0 {
        a += x[i]  b *= x[i]  c min= x[i]  d, e max= x[i] at index(i)
        f |= x[i] < 0  g &= x[i] < 0  h max= u[i]  j max= k[i]
      }
      sum[] = a  product[] = b  low[] = c  high[] = d  at[] = e
      any[] = f  all[] = g  least[] = h  most[] = j
    }`)
    const out = run(empty, {})
    const first = Object.fromEntries(Object.entries(out).map(([name, data]) => [name, data[0]]))
    expect(first).toMatchObject({ sum: 0, product: 1, low: Infinity, high: -Infinity, at: -1 })
    expect(first).toMatchObject({ any: 0, all: 1, least: 0, most: -(2 ** 31) })
  })

  test.each([
    ['max', [3, 7, 7, 1], 1],
    ['min', [3, 1, 1, 2], 1],
    ['max', [3, Number.NaN, 9, Number.NaN], 1],
    ['min', [Number.NaN, -Infinity], 0],
    ['max', [-Infinity, -Infinity], 0],
    ['max', [-0, 0], 0],
  ])('the position of the %s of %j is %d, also backwards', (combine, values, want) => {
    const n = values.length
    const forwards = `kernel @k(x: read f32[${n}], at: write i32[]) {
      over i in ${n} { m, k ${combine}= x[i] at index(i) }  at[] = k }`
    const backwards = forwards.replace('x[i] at index(i)', `x[${n - 1} - i] at index(${n - 1} - i)`)
    for (const text of [forwards, backwards]) {
      expect(run(kernelOf(text), { x: Float32Array.from(values) }).at?.[0]).toBe(want)
    }
  })

  test('change together at the end of an iteration', () => {
    const fibonacci = kernelOf(`kernel @fibonacci(y: write i32[8]) {
      serial i in 8 {
        y[i] = a
        a: i32 += b + select(index(i) == 0i, 1i, 0i) - select(index(i) == 0i, 0i, 0i)
        b: i32 += a - b
      } }`)
    // a becomes a + b (and 1 more at first) while b becomes the a before it.
    expect([...run(fibonacci, {}).y!]).toEqual([0, 1, 1, 2, 3, 5, 8, 13])
  })

  test('integers wrap, and double is kept for floats unless rounding is asked for', () => {
    const sums =
      kernelOf(`kernel @sums(x: read f32[3], k: read i32[2], y: write f32[], z: write i32[]) {
      over i in 3 { s += x[i] }  over i in 2 { t += k[i] }  y[] = s - x[0]  z[] = t }`)
    const given = { x: Float32Array.of(2 ** 24, 1, 1), k: Int32Array.of(2 ** 31 - 1, 1) }
    expect(run(sums, given).y?.[0]).toBe(2)
    expect(run(sums, given, 'dtype').y?.[0]).toBe(0)
    expect(run(sums, given).z?.[0]).toBe(-(2 ** 31))
  })
})

describe('accesses', () => {
  test('a store at a loaded index outside its buffer does nothing', () => {
    const scatter = kernelOf(`kernel @scatter(k: read i32[4], y: write f32[3]) {
      over i in 3 { y[i] = 0 }
      serial u in 4 { y[{k[u]}] = 1 } }`)
    expect([...run(scatter, { k: Int32Array.of(-1, 0, 3, 2) }).y!]).toEqual([1, 0, 1])
  })

  test('an inexact quotient gives else, under div and mod too', () => {
    const exact = kernelOf(`kernel @exact(x: read f32[4], y: write f32[4], z: write f32[4]) {
      parallel i in 4
      y[i] = x[exact(i, 2)] else -1
      z[i] = x[mod(exact(i, 2) + 3, 4)] else -1 }`)
    const out = run(exact, { x: Float32Array.of(10, 11, 12, 13) })
    expect([...out.y!]).toEqual([10, -1, 11, -1])
    expect([...out.z!]).toEqual([13, -1, 10, -1])
  })

  test('what the verifier would refuse is an internal error, not a silent read', () => {
    const outside = kernelOf(`kernel @k(x: read f32[4], y: write f32[4]) {
      parallel i in 4
      y[i] = x[i + 1] }`)
    expect(() => run(outside, {})).toThrow(InternalError)
    const storing = kernelOf(`kernel @k(y: write f32[4]) {
      parallel i in 4
      y[i + 1] = 1 }`)
    expect(() => run(storing, {})).toThrow('a store to y leaves its buffer')
  })

  test('arguments of another type or length are refused', () => {
    const args = [new Float32Array(4), new Float32Array(3)]
    expect(() => interpretKernel(example('combine'), args)).toThrow(
      'part needs Float32Array of 977, got Float32Array of 4',
    )
  })

  test('no point of a kernel without points runs', () => {
    const none = kernelOf(`kernel @none(y: write f32[0,3]) {
      parallel i in 0, j in 3
      y[i, j] = 1 }`)
    expect(run(none, {}).y).toHaveLength(0)
  })
})

test('two runs give the same bits', () => {
  const x = floats(256000)
  expectSameBits(run(example('softmax'), { x }).y, run(example('softmax'), { x }).y)
})

test('buffers of an arena are views of its bytes, others have their own', () => {
  const { programs } = parseKernels(
    'p.kir',
    `program @p { state block: f32[8] @0 state high: f32[4] @16 input x: f32[2] output y: f64[2] }`,
  )
  const given = new Map([['block', Float32Array.from({ length: 8 }, (_, i) => i)]])
  const memory = placeBuffers(programs[0]!, given)
  expect([...memory.get('high')!]).toEqual([4, 5, 6, 7])
  expect(memory.get('high')?.buffer).toBe(memory.get('block')?.buffer)
  expect(memory.get('y')).toEqual(new Float64Array(2))
})

test('a poison makes floats NaN and integers what all their bits are', () => {
  const { programs } = parseKernels(
    'test.kir',
    `program @p {
      scratch a: f32[2] @0  scratch b: i32[2] @16  scratch c: u32[2] @32  scratch d: f64[2] @48
      poison(a, b, c, d) }`,
  )
  const memory = placeBuffers(programs[0]!, new Map())
  interpretProgram(programs[0]!, memory)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name => [...memory.get(name)!])
  expect([a, d]).toEqual([
    [NaN, NaN],
    [NaN, NaN],
  ])
  expect([b, c]).toEqual([
    [-1, -1],
    [2 ** 32 - 1, 2 ** 32 - 1],
  ])
})
