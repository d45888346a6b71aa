// Loops kernels on js where JavaScript has ways of its own: positions that are divided, extremes
// with their places, stores that may miss.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypedArray } from '../../../src/support/dtype.ts'
import { runs } from '../../counts.ts'
import { kernelOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf, runOn } from './programs.ts'

/** What a kernel stores when it runs on `given`. */
function outputOf(
  text: string,
  given: Readonly<Record<string, TypedArray>>,
  name: string,
): number[] {
  return [...runOn(launchOf(kernelOf(text)), new Map(Object.entries(given))).get(name)!]
}

test('positions are divided downward, whatever their sign', () => {
  const kind = fc.constantFrom('div', 'mod', 'exact')
  const by = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 64)
  const scale = fc.integer({ min: -5, max: 5 })
  fc.assert(
    fc.property(kind, kind, by, by, scale, scale, fc.integer({ min: -40, max: 40 }), (...given) => {
      const [outer, inner, p, q, a, b, c] = given
      const signed = (x: number) => `${x < 0 ? '-' : '+'} ${Math.abs(x)}`
      const sum = `j ${signed(a)}*i ${signed(b)}*j ${signed(c)}`
      const e = `${outer}(${inner}(${sum}, ${p}) + i, ${q})`
      expectAgreement(
        launchOf(
          kernelOf(`kernel @k(x: read f32[20], y: write f32[9,6]) {
            parallel i in 9, j in 6
            y[i, j] = x[${e} + 5] else -1 }`),
        ),
      )
    }),
    runs(),
  )
})

test('loaded positions are divided downward too', () => {
  const k = Int32Array.of(-9, -8, -1, 0, 1, 7, 8, 2 ** 31 - 1, -(2 ** 31))
  for (const by of [2, 3]) {
    const text = `kernel @k(k: read i32[9], y: write i32[9], z: write i32[9]) {
      parallel i in 9
      y[i] = index(div({k[i]}, ${by}))
      z[i] = index(mod({k[i]}, ${by})) }`
    expect(outputOf(text, { k }, 'y')).toEqual([...k].map(x => Math.floor(x / by)))
    expect(outputOf(text, { k }, 'z')).toEqual([...k].map(x => x - by * Math.floor(x / by)))
  }
})

describe('the place of an extreme', () => {
  test.each([
    ['max', [3, 7, 7, 1], 1],
    ['min', [3, 1, 1, 2], 1],
    ['max', [3, Number.NaN, 9, Number.NaN], 1],
    ['min', [Number.NaN, -Infinity], 0],
    ['max', [-Infinity, -Infinity], 0],
    ['min', [Infinity, Infinity], 0],
    ['max', [-0, 0], 0],
    ['max', [], -1],
  ])('%s of %j is %d, also backwards and of integers', (combine, values, want) => {
    const n = values.length
    const at = (type: string) => `kernel @k(x: read ${type}[${n}], at: write i32[]) {
      over i in ${n} { m, k ${combine}= x[i] at index(i) }  at[] = k }`
    const back = `x[${n - 1} - i] at index(${n - 1} - i)`
    const x = Float32Array.from(values)
    expect(outputOf(at('f32'), { x }, 'at')).toEqual([want])
    expect(outputOf(at('f32').replace('x[i] at index(i)', back), { x }, 'at')).toEqual([want])
    if (!values.every(Number.isInteger)) return
    const whole = { x: Int32Array.from(values) }
    expect(outputOf(at('i32'), whole, 'at')).toEqual([want])
    expect(outputOf(at('i32').replace('x[i] at index(i)', back), whole, 'at')).toEqual([want])
  })

  test('of the least integer is where it is', () => {
    const text = `kernel @k(x: read i32[2], at: write i32[]) {
      over i in 2 { m, k max= x[i] at index(i) }  at[] = k }`
    expect(outputOf(text, { x: Int32Array.of(-(2 ** 31), -(2 ** 31)) }, 'at')).toEqual([0])
  })
})

test('a store at a loaded position outside its array does nothing', () => {
  const text = `kernel @scatter(k: read i32[4], y: write f32[3]) {
    over i in 3 { y[i] = 0 }
    serial u in 4 { y[{k[u]}] = 1 } }`
  expect(outputOf(text, { k: Int32Array.of(-1, 0, 3, 2) }, 'y')).toEqual([1, 0, 1])
})

test('accumulators wrap, saturate nothing, and change together', () => {
  const text = `kernel @k(x: read i32[3], y: write i32[8], z: write i32[], u: write u32[]) {
    over i in 3 { s += x[i]  t *= x[i]  v += u32(x[i]) }
    z[] = s * t
    u[] = v
    serial i in 8 {
      y[i] = a
      a: i32 += b + select(index(i) == 0i, 1i, 0i) - select(index(i) == 0i, 0i, 0i)
      b: i32 += a - b } }`
  const x = Int32Array.of(2 ** 31 - 1, 2 ** 30, -3)
  expect(outputOf(text, { x }, 'y')).toEqual([0, 1, 1, 2, 3, 5, 8, 13])
  const sum = (2 ** 31 - 1 + 2 ** 30 - 3) | 0
  const product = Math.imul(Math.imul(2 ** 31 - 1, 2 ** 30), -3)
  expect(outputOf(text, { x }, 'z')).toEqual([Math.imul(sum, product)])
  expect(outputOf(text, { x }, 'u')).toEqual([sum >>> 0])
})
