// Short loops written out: no loop is left, extremes and their positions are exact at NaN, ties and
// infinities, sums have the bits that they have in a loop.

import { describe, expect, test } from 'vitest'
import { emitModule } from '../../../src/backends/js/module.ts'
import { unrolled } from '../../../src/backends/js/unroll.ts'
import { interpretKernel } from '../../../src/kernel/interpret.ts'
import { asLoops, type Loops } from '../../../src/kernel/kernel.ts'
import { random } from '../../../src/support/random.ts'
import { kernelOf } from '../../kernel/files.ts'
import { launchOf, runOn } from './programs.ts'

const POINTS = 256

const loopsOf = (text: string): Loops => asLoops(kernelOf(text))

/** A kernel over windows of four, with what each point makes of them. */
const overFour = (loop: string, stores: string) =>
  loopsOf(`kernel @k(x: read f64[${POINTS},2,2], y: write f64[${POINTS}], at: write i32[${POINTS}]) {
    parallel i in ${POINTS}
    over r in 2, q in 2 { ${loop} }
    ${stores} }`)

/** Numbers of which windows hold every mixture. */
const EDGES = [Number.NaN, Infinity, -Infinity, 0, 1, 1, -1, 2]
const stream = random(3)
const x = Float64Array.from({ length: 4 * POINTS }, () => EDGES[stream.integer(0, 7)]!)

const numberOfLoops = (kernel: Loops) => unrolled(kernel).body.filter(s => s.kind === 'loop').length

describe('a loop over a window', () => {
  test.each([
    ['a maximum', 'm max= x[i, r, q]', 'y[i] = m at[i] = 0i'],
    ['a minimum', 'm min= x[i, r, q]', 'y[i] = m at[i] = 0i'],
    ['the first maximum', 'm, p max= x[i, r, q] at index(2*r + q)', 'y[i] = m at[i] = p'],
    ['the first minimum', 'm, p min= x[i, r, q] at index(2*r + q)', 'y[i] = m at[i] = p'],
    ['a sum', 's += x[i, r, q] * 0.1d', 'y[i] = s at[i] = 0i'],
    ['a product', 's *= x[i, r, q]', 'y[i] = s + 1d at[i] = 0i'],
    ['two at once', 's += x[i, r, q]  m max= x[i, r, q]', 'y[i] = select(m == m, m, s) at[i] = 0i'],
  ])('is written out: %s', (_, loop, stores) => {
    const kernel = overFour(loop, stores)
    expect(numberOfLoops(kernel)).toBe(0)
    const [y, at] = [new Float64Array(POINTS), new Int32Array(POINTS)]
    interpretKernel(kernel, [x, y, at])
    const got = runOn(launchOf(kernel), new Map([['x', x]]))
    expect([...got.get('y')!]).toEqual([...y])
    expect([...got.get('at')!]).toEqual([...at])
    expect(emitModule(launchOf(kernel)).source.match(/for \(/g)).toHaveLength(1)
  })

  test.each([
    [
      'it is long',
      `kernel @k(x: read f32[64,16], y: write f32[64]) {
        parallel i in 64  over r in 16 { s += x[i, r] }  y[i] = s }`,
    ],
    [
      'it stores',
      `kernel @k(x: read f32[64,4], y: write f32[64,4], z: write f32[64]) {
        parallel i in 64  over r in 4 { s += x[i, r]  y[i, r] = x[i, r] }  z[i] = s }`,
    ],
    [
      'points are few',
      `kernel @k(x: read f32[8,4], y: write f32[8]) {
        parallel i in 8  over r in 4 { s += x[i, r] }  y[i] = s }`,
    ],
    ...['q - 2*r + 5', 'q', 'r - 1', 'i + r'].map(place => [
      `positions do not grow from 0 on, as ${place}`,
      `kernel @k(x: read f32[64,2,2], y: write i32[64]) {
        parallel i in 64  over r in 2, q in 2 { m, p max= x[i, r, q] at index(${place}) }  y[i] = p }`,
    ]),
    [
      'it is empty',
      `kernel @k(x: read f32[64,1], y: write f32[64]) {
        parallel i in 64  over r in 0 { s += x[i, r] }  y[i] = s }`,
    ],
  ])('stays a loop where %s', (_, text) => {
    const kernel = loopsOf(text)
    expect(unrolled(kernel)).toBe(kernel)
  })
})
