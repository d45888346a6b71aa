// Kernels that walk down columns are turned to walk along rows: which ones, that the verifier still
// accepts them, and that they mean the same, to the bit.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alongRows } from '../../../src/backends/js/columns.ts'
import { interchange } from '../../../src/backends/js/interchange.ts'
import { interpretKernel } from '../../../src/kernel/interpret.ts'
import { asLoops, type Loops } from '../../../src/kernel/kernel.ts'
import { assertKernel } from '../../../src/kernel/verify.ts'
import { runs } from '../../counts.ts'
import { example, expectSameBits, kernelOf } from '../../kernel/files.ts'
import { dataOf, expectAgreement, launchOf } from './programs.ts'

const loopsOf = (text: string): Loops => asLoops(kernelOf(text))

/** Demands that two kernels with the same parameters leave the same bits. */
function expectSameMeaning(before: Loops, after: Loops, seed = 3): void {
  assertKernel(after)
  const args = before.params.map((param, i) => dataOf(param, seed + i))
  const copies = args.map(data => data.slice())
  interpretKernel(before, args)
  interpretKernel(after, copies)
  args.forEach((data, i) => {
    expectSameBits(copies[i], data)
  })
}

const KERNELS: Readonly<Record<string, (m: number, n: number) => string>> = {
  'a sum': (m, n) => `kernel @k(x: read f32[${m},${n}], y: write f32[${n}]) {
    parallel j in ${n}
    over i in ${m} { s += x[i, j] }
    y[j] = s }`,
  'several gathers of one loop': (
    m,
    n,
  ) => `kernel @k(x: read f32[${m},${n}], k: read i32[${m},${n}],
    y: write f32[${n}], p: write i32[${n}], q: write bool[${n}]) {
    parallel j in ${n}
    over i in ${m} { s *= x[i, j] * 0.5  t max= k[i, j]  u |= x[i, j] > 1.9 }
    y[j] = s  p[j] = t  q[j] = u }`,
  'the position of an extreme': (m, n) => `kernel @k(x: read f32[${m},${n}], y: write i32[${n}],
    z: write f32[${n}]) {
    parallel j in ${n}
    over i in ${m} { a, b min= floor(x[i, j] + x[i, j]) / floor(x[i, j] * 0.6) at index(${m} - i) }
    y[j] = b  z[j] = a }`,
  'a sum along time, stored as it goes': (m, n) => `kernel @k(x: read f32[${m},${n}],
    y: write f32[${m},${n}]) {
    parallel j in ${n}
    serial i in ${m} { y[i, j] = s + x[i, j]  s: f32 += x[i, j] } }`,
  'a sum that looks at itself': (m, n) => `kernel @k(x: read f32[${m},${n}], y: write f32[${n}]) {
    parallel j in ${n}
    serial i in ${m} { s: f32 += x[i, j] - s * 0.5 }
    y[j] = s }`,
  'what the loop itself changes': (m, n) => `kernel @k(x: read f32[${m},${n}],
    y: update f32[1,${n}]) {
    parallel j in ${n}
    serial i in ${m} { y[0, j] = y[0, j] * 0.5 + x[i, j] } }`,
  'a row of the point, and values from outside a loop': (m, n) => `kernel @k(x: read f32[${m},${n}],
    w: read f32[${n}], y: write f32[${m},${n}]) {
    parallel j in ${n}
    row e: f32[${m}]
    over i in ${m} { t max= x[i, j] }
    over i in ${m} { e[i] = exp(x[i, j] - t)  s += exp(x[i, j] - t) }
    over i in ${m} { y[i, j] = e[i] * (1 / s) + sqrt(w[j] * w[j] + 1) } }`,
  'a sum and a store of one loop': (
    m,
    n,
  ) => `kernel @k(x: read f32[${m},${n}], y: write f32[${m},${n}],
    z: write f32[${n}]) {
    parallel j in ${n}
    over i in ${m} { y[i, j] = x[i, j] * 2  s += x[i, j] * 2 }
    z[j] = s }`,
  'a loop in a loop': (m, n) => `kernel @k(x: read f32[${m},3,${n}], y: write f32[${m},${n}],
    z: write f32[${n}]) {
    parallel j in ${n}
    over i in ${m} { over k in 3 { s += x[i, k, j] }  y[i, j] = s  t += s * s }
    z[j] = t }`,
  'a scatter': (m, n) => `kernel @k(ids: read i32[${m}], dy: read f32[${m},${n}],
    d: write f32[7,${n}]) {
    parallel j in ${n}
    over v in 7 { d[v, j] = 0 }
    serial u in ${m} { d[{ids[u]}, j] = (d[{ids[u]}, j] else 0) + dy[u, j] } }`,
}

describe('the loops of a point around its last axis', () => {
  test.each(Object.entries(KERNELS))('%s', (_, text) => {
    const size = fc.integer({ min: 1, max: 13 })
    fc.assert(
      fc.property(size, size, fc.nat(99), (m, n, seed) => {
        const kernel = loopsOf(text(m, n))
        expectSameMeaning(kernel, interchange(kernel), seed)
        expectAgreement(launchOf(interchange(kernel)), seed)
      }),
      runs({ test: 25, deep: 300 }),
    )
  })

  test.each(['bn_forward', 'bn_backward', 'ln_backward_params', 'embed_grad', 'max_pool_grad'])(
    'the example %s',
    name => {
      const kernel = asLoops(example(name))
      expectSameMeaning(kernel, interchange(kernel))
    },
  )

  test('names of its own rows give way to those of the kernel', () => {
    const kernel = loopsOf(`kernel @k(row0: read f32[9,4], row1: write f32[4]) {
      parallel j in 4
      over i in 9 { s += row0[i, j] }
      row1[j] = s }`)
    expectSameMeaning(kernel, interchange(kernel))
  })
})

describe('which kernels walk along rows', () => {
  const sum = (m: number, n: number, at = 'i, j', strip = 'j') =>
    loopsOf(`kernel @k(x: read f32[${at === 'i, j' ? [m, n] : [n, m]}], y: write f32[${n}]) {
      parallel ${strip} in ${n}
      over i in ${m} { s += x[${at.replace('j', strip)}] }
      y[${strip}] = s }`)

  test('those with more accesses down columns than along rows', () => {
    expect(alongRows(sum(16, 16)).rows).toHaveLength(1)
    expect(alongRows(asLoops(example('bn_backward'))).parallel).toEqual([])
  })

  test.each([
    ['sums along rows', sum(1024, 64, 'j, i')],
    ['few columns', sum(4096, 4)],
    ['kernels without loops', asLoops(example('adam'))],
    ['kernels without points', asLoops(example('combine'))],
    ['softmax along rows', asLoops(example('softmax'))],
  ])('but not %s', (_, kernel) => {
    expect(alongRows(kernel)).toBe(kernel)
  })

  test('rows beyond the limit stay private to a point', () => {
    const kernel = loopsOf(`kernel @k(x: read f32[9000,997], y: write f32[9000,997]) {
      parallel j in 997
      row e: f32[9000]
      over i in 9000 { e[i] = x[i, j] * 2 }
      over i in 9000 { y[i, j] = e[i] + e[i] } }`)
    expect(alongRows(kernel)).toBe(kernel)
  })

  test('long ones are cut into strips, where they divide', () => {
    const strips = alongRows(sum(16, 6000))
    expect(strips.parallel).toEqual([{ name: 'strip', extent: 6 }])
    expect(strips.rows[0]?.shape).toEqual([1000])
    expectSameMeaning(sum(16, 6000), strips)
    expect(alongRows(sum(16, 6007)).rows[0]?.shape).toEqual([6007])
    const named = sum(16, 6000, 'i, j', 'strip')
    expectSameMeaning(named, alongRows(named))
  })
})
