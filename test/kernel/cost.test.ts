// Operations and bytes of kernels, counted by hand.

import { describe, expect, test } from 'vitest'
import { costOf } from '../../src/kernel/cost.ts'
import { kernelOf } from './files.ts'

const cost = (text: string) => costOf(kernelOf(text))

describe('operations', () => {
  test('a product of matrices is two per product, and its epilogue once per element', () => {
    const { flops, work, bytes } = cost(`
      contract @k(a: read f32[5,7], b: read f32[7,3], c: read f32[3], y: write f32[5,3]) {
        rows i in 5  cols j in 3  over k in 7
        z += a[i, k] * b[k, j]
        y[i, j] = max(z + c[j], 0) }`)
    expect(flops).toBe(2 * 5 * 3 * 7 + 2 * 5 * 3)
    expect(work).toBe(flops)
    expect(bytes).toBe(4 * (35 + 21 + 3 + 15))
  })

  test('a factor is counted once per element, what an epilogue stores twice once', () => {
    const { flops } = cost(`
      contract @k(a: read f32[5,7], b: read f32[7,3], y: write f32[5,3], w: write f32[5,3]) {
        rows i in 5  cols j in 3  over k in 7
        z += (a[i, k] + 1) * b[k, j]
        %0 = z * 2
        y[i, j] = %0
        w[i, j] = %0 + 1 }`)
    expect(flops).toBe(2 * 5 * 3 * 7 + 5 * 7 + 2 * 5 * 3)
  })

  test('softmax of rows: a maximum, then a difference, an exponential and a sum, then a product', () => {
    const { flops, work, bytes } = cost(`
      kernel @k(x: read f32[6,10], y: write f32[6,10]) {
        parallel i in 6
        row e: f32[10]
        over j in 10 { m max= x[i, j] }
        over j in 10 {
          %0 = exp(x[i, j] - m)
          e[j] = %0
          s += %0
        }
        over j in 10 { y[i, j] = e[j] * (1 / s) } }`)
    expect(flops).toBe(6 * (10 + 3 * 10 + 1 + 10))
    // An exponential is as much as 20 additions, a quotient as much as 4.
    expect(work).toBe(6 * (10 + 22 * 10 + 4 + 10))
    expect(bytes).toBe(4 * (60 + 60))
  })

  test('what does not change along a loop is counted where the loop begins', () => {
    const { flops } = cost(`kernel @k(x: read f32[4,9], a: read f32[4], y: write f32[4,9]) {
      parallel i in 4, j in 9
      y[i, j] = x[i, j] * exp(a[i] + 1) }`)
    expect(flops).toBe(4 * 9 + 4 * 2)
  })

  test('a kernel without points does nothing', () => {
    const nothing = { flops: 0, work: 0, bytes: 0 }
    expect(
      cost(`kernel @k(x: read f32[0,9], y: write f32[0,9]) {
        parallel i in 0, j in 9
        y[i, j] = exp(x[i, j]) }`),
    ).toEqual(nothing)
  })
})

describe('bytes', () => {
  test('what is repeated counts its own size', () => {
    const { bytes } = cost(`kernel @k(x: read f32[4,9], a: read f32[9], y: write f32[4,9]) {
      parallel i in 4, j in 9
      y[i, j] = x[i, j] + a[j] }`)
    expect(bytes).toBe(4 * (36 + 9 + 36))
  })

  test('what is updated counts twice, scalars and masks by the bytes that they take', () => {
    const { flops, bytes } = cost(`
      kernel @k(g: read f32[100], r: read f32[], p: update f32[100], m: update f64[100]) {
        parallel i in 100
        %0 = m[i] * 0.5d + f64(g[i])
        m[i] = %0
        p[i] = p[i] - r[] * f32(%0) }`)
    expect(flops).toBe(100 * 6)
    expect(bytes).toBe(4 * 100 + 4 + 2 * 4 * 100 + 2 * 8 * 100)
  })

  test('a slice, a diagonal and a guarded access count what they touch', () => {
    const touched = (read: string) =>
      cost(`kernel @k(x: read f32[10,10], y: write f32[6]) {
        parallel i in 6
        y[i] = ${read} }`).bytes /
        4 -
      6
    expect(touched('x[2, i]')).toBe(6)
    expect(touched('x[i, i]')).toBe(6)
    expect(touched('x[i + 7, 0] else 0')).toBe(3)
    expect(touched('x[0, i] + x[1, i]')).toBe(12)
    expect(touched('x[div(i, 2), 0]')).toBe(3)
  })

  test('a gathered access counts as often as it is made, at most what there is', () => {
    const touched = (rows: number) =>
      cost(`kernel @k(t: read f32[50,8], at: read i32[${rows}], y: write f32[${rows},8]) {
        parallel i in ${rows}, j in 8
        y[i, j] = t[{at[i]}, j] else 0 }`).bytes /
        4 -
      rows * 9
    expect(touched(20)).toBe(20 * 8)
    expect(touched(80)).toBe(50 * 8)
  })
})
