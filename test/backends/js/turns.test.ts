// Loops in turns of several iterations: which loops, that the kernel means the same whatever is
// left over, and that names of accumulators stay apart.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nest } from '../../../src/backends/js/nest.ts'
import { inTurns } from '../../../src/backends/js/turns.ts'
import { interpretKernel } from '../../../src/kernel/interpret.ts'
import { asLoops, type Loops, type Stmt } from '../../../src/kernel/kernel.ts'
import { runs } from '../../counts.ts'
import { kernelOf } from '../../kernel/files.ts'
import { dataOf, expectAgreement, expectNear, launchOf } from './programs.ts'

const loopsOf = (text: string): Loops => asLoops(kernelOf(text))

function turned(kernel: Loops): Loops {
  return { ...kernel, parallel: [], body: inTurns(nest(kernel.parallel, kernel.body)) }
}

/** The extents of all loops, outer ones first. */
function extentsOf(stmts: readonly Stmt[]): readonly number[] {
  return stmts.flatMap(stmt =>
    stmt.kind === 'store'
      ? []
      : [...stmt.axes.map(({ extent }) => extent), ...extentsOf(stmt.body)],
  )
}

const extents = (text: string) => extentsOf(turned(loopsOf(text)).body)

const KERNELS: Readonly<Record<string, (m: number, n: number) => string>> = {
  'stores alone': (m, n) => `kernel @k(x: read f32[${m},${n}], y: write f32[${m},${n}]) {
    parallel i in ${m}, j in ${n}
    y[i, j] = max(x[i, j], 0.5) * 2 }`,
  'rows that share a vector': (m, n) => `kernel @k(x: read f32[${m},${n}], b: read f32[${n}],
    y: write f32[${m},${n}]) {
    parallel i in ${m}, j in ${n}
    y[i, j] = x[i, j] + b[j] }`,
  'what a store changes in place': (m, n) => `kernel @k(x: update f32[${m},${n}],
    z: update f32[${m},${n}]) {
    parallel i in ${m}, j in ${n}
    x[i, j] = z[i, j] + 1
    z[i, j] = x[i, j] * 0.5 }`,
  'every way to gather': (m, n) => `kernel @k(x: read f32[${m},${n}], k: read i32[${m},${n}],
    a: write f32[${m}], b: write f32[${m}], c: write i32[${m}], d: write bool[${m}]) {
    parallel i in ${m}
    over j in ${n} {
      s += x[i, j]  p max= x[i, j]  q *= 0.5 + x[i, j] * 0.2  u min= k[i, j]  v += k[i, j]
      w |= x[i, j] > 1.9 }
    a[i] = s * p
    b[i] = q
    c[i] = u + v
    d[i] = w }`,
  'a sum that later loops need': (m, n) => `kernel @k(x: read f32[${m},${n}],
    y: write f32[${m},${n}]) {
    parallel i in ${m}
    row e: f32[${n}]
    over j in ${n} { s += x[i, j] }
    over j in ${n} { e[j] = x[i, j] - s * 0.1  q += (x[i, j] - s * 0.1) * x[i, j] }
    over j in ${n} { y[i, j] = e[j] * q + s } }`,
  'sums of sums, and names bound twice': (m, n) => `kernel @k(x: read f32[${m},${n},9],
    y: write f32[${m},2]) {
    parallel i in ${m}
    over j in ${n} { over l in 9 { s += x[i, j, l] }  t += s * 0.1 }
    y[i, 0] = t
    over j in ${n} { over l in 9 { s max= x[i, j, l] }  u += s }
    y[i, 1] = u }`,
  'what a loop wrote, read by the next': (m, n) => `kernel @k(x: read f32[${m},${n}],
    y: write f32[${m},${n}], z: write f32[${m},${n}]) {
    parallel i in ${m}
    over j in ${n} { y[i, j] = x[i, j] + 1 }
    over j in ${n} { z[i, j] = y[i, ${n - 1} - j] * 2 } }`,
  'two axes of one loop': (m, n) => `kernel @k(x: read f32[${m},${n}], y: write f32[]) {
    over i in ${m}, j in ${n} { s += x[i, j] }
    y[] = s }`,
}

describe('loops in turns', () => {
  test.each(Object.entries(KERNELS))('mean the same: %s', (_, text) => {
    const size = fc.integer({ min: 1, max: 23 })
    fc.assert(
      fc.property(size, size, fc.nat(99), (m, n, seed) => {
        const kernel = loopsOf(text(m, n))
        const args = kernel.params.map((param, i) => dataOf(param, seed + i))
        const copies = args.map(data => data.slice())
        interpretKernel(kernel, args)
        interpretKernel(turned(kernel), copies)
        kernel.params.forEach(({ name }, i) => {
          expectNear(name, copies[i]!, args[i]!, 1e-4)
        })
        expectAgreement(launchOf(kernel), seed)
      }),
      runs({ test: 25, deep: 300 }),
    )
  })

  test('four at a time, then the rest one by one', () => {
    expect(extents(KERNELS['two axes of one loop']!(3, 22))).toEqual([3, 5, 3, 2])
    expect(extents(KERNELS['stores alone']!(3, 16))).toEqual([3, 4])
  })

  test('rows, where they share what they load', () => {
    expect(extents(KERNELS['rows that share a vector']!(18, 16))).toEqual([4, 16, 2, 16])
    // With few rows the columns are taken in turns.
    expect(extents(KERNELS['rows that share a vector']!(3, 16))).toEqual([3, 4])
  })

  test.each([
    ['short ones', 'over j in 7 { s += x[j] }  y[] = s'],
    ['those that keep an order', 'serial j in 64 { s: f32 += x[j] - s }  y[] = s'],
    ['those whose work takes longer than a turn', 'over j in 64 { s += exp(x[j]) }  y[] = s'],
    ['places of extremes', 'over j in 64 { s, k max= x[j] at index(j) }  y[] = s'],
  ])('but not %s', (_, body) => {
    const kernel = loopsOf(`kernel @k(x: read f32[64], y: write f32[]) { ${body} }`)
    expect(turned(kernel)).toEqual(kernel)
  })

  test('what is slow but does not change in the loop counts for nothing', () => {
    const text = `kernel @k(x: read f32[64], v: read f32[], y: write f32[64]) {
      parallel i in 64
      y[i] = x[i] / 4 * exp(v[]) }`
    expect(extents(text)).toEqual([64])
    expect(extents(text.replace('/ 4', '* 4'))).toEqual([16])
  })
})
