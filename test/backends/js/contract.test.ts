// Contracts on js beside the interpreter: ragged sizes, every transpose, batches, several axes to a
// role, guards in factors, epilogues, sums that are cut into blocks.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blocksOf } from '../../../src/backends/js/blocking.ts'
import { pointsOf } from '../../../src/kernel/kernel.ts'
import { assertKernel } from '../../../src/kernel/verify.ts'
import { cases, runs } from '../../counts.ts'
import { contractOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf } from './programs.ts'

/** A matrix product of f32 or f64; 't' reads an operand transposed. */
function product(m: number, n: number, k: number, order = 'nn', type = 'f32'): string {
  const [a, x] = order[0] === 't' ? [`${k},${m}`, 'k, i'] : [`${m},${k}`, 'i, k']
  const [b, y] = order[1] === 't' ? [`${n},${k}`, 'j, k'] : [`${k},${n}`, 'k, j']
  return `contract @g(a: read ${type}[${a}], b: read ${type}[${b}], y: write ${type}[${m},${n}]) {
    rows i in ${m}  cols j in ${n}  over k in ${k}  z += a[${x}] * b[${y}]  y[i, j] = z }`
}

function agree(text: string): void {
  const contract = contractOf(text)
  assertKernel(contract)
  expectAgreement(launchOf(contract))
}

const size = fc.integer({ min: 1, max: 70 })
const order = fc.constantFrom('nn', 'nt', 'tn', 'tt')

test('a product of any size and order', () => {
  const type = fc.constantFrom('f32', 'f64')
  fc.assert(
    fc.property(size, size, size, order, type, (m, n, k, how, of) => {
      agree(product(m, n, k, how, of))
    }),
    runs({ test: 60, deep: 600 }),
  )
})

test.each([
  [5, 7, 512],
  [5, 7, 513],
  [6, 3, 1030],
  [129, 5, 8],
  [131, 4, 520],
  [4, 257, 5],
  [4, 300, 515],
  [4, 3, 1],
])('blocks of %d x %d x %d', (m, n, k) => {
  for (const how of ['nn', 'nt', 'tn', 'tt']) agree(product(m, n, k, how))
})

test('batches, and an epilogue that stores twice and adds to what was there', () => {
  const small = fc.integer({ min: 1, max: 20 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), small, small, small, (g, m, n, k) => {
      agree(`contract @b(p: read f32[${g},${m},${k}], q: read f32[${g},${n},${k}],
        b: read f32[${n}], u: update f32[${g},${m},${n}], y: write f32[${m},${n},${g}]) {
        batch g in ${g}  rows i in ${m}  cols j in ${n}  over k in ${k}
        z += select(p[g, i, k] < 0, 0, p[g, i, k]) * q[g, j, k]
        u[g, i, j] = u[g, i, j] * 0.5 + z
        y[i, j, g] = tanh(z + b[j]) }`)
    }),
    runs({ test: 40, deep: 400 }),
  )
})

test('convolutions: several axes to a role, guards in a factor, strides', () => {
  const extent = fc.integer({ min: 3, max: 9 })
  const few = fc.integer({ min: 1, max: 6 })
  fc.assert(
    fc.property(few, extent, extent, few, few, (n, h, w, c, o) => {
      agree(`contract @c(x: read f32[${n},${h},${w},${c}], w: read f32[3,3,${c},${o}],
        y: write f32[${n},${h},${w},${o}]) {
        rows n in ${n}, h in ${h}, v in ${w}  cols o in ${o}  over r in 3, s in 3, c in ${c}
        z += (x[n, h + r - 1, v + s - 1, c] else 0) * w[r, s, c, o]
        y[n, h, v, o] = max(z, 0) }`)
      agree(`contract @d(dy: read f32[${n},${h},${w},${o}], w: read f32[3,3,${c},${o}],
        dx: write f32[${n},${2 * h},${2 * w},${c}]) {
        rows n in ${n}, h in ${2 * h}, v in ${2 * w}  cols c in ${c}  over r in 3, s in 3, o in ${o}
        z += (dy[n, exact(h - r + 1, 2), exact(v - s + 1, 2), o] else 0) * w[r, s, c, o]
        dx[n, h, v, c] = z }`)
    }),
    runs({ test: 20, deep: 200 }),
  )
})

test('roles of several axes that are cut between and within them', () => {
  agree(`contract @r(a: read f32[3,50,2,300], b: read f32[2,300,7], y: write f32[3,50,7]) {
    rows g in 3, i in 50  cols j in 7  over h in 2, k in 300
    z += a[g, i, h, k] * b[h, k, j]
    y[g, i, j] = z }`)
  agree(`contract @s(a: read f32[5,9], b: read f32[9,3,100], y: write f32[5,3,100]) {
    rows i in 5  cols h in 3, j in 100  over k in 9
    z += a[i, k] * b[k, h, j]
    y[i, h, j] = z }`)
})

test('sums over nothing, and factors without a sum', () => {
  agree(product(5, 6, 0))
  agree(`contract @o(a: read f32[9], b: read f32[5], y: write f32[9,5]) {
    rows i in 9  cols j in 5
    z += a[i] * b[j]
    y[i, j] = z }`)
})

test('what is not a number stays in its row and column', () => {
  agree(`contract @n(a: read f32[5,3], b: read f32[3,3], y: write f32[5,3]) {
    rows i in 5  cols j in 3  over k in 3
    z += select(index(i) == 4i, 1 / (a[i, k] * 0), a[i, k]) * b[k, j]
    y[i, j] = z }`)
})

describe('blocks', () => {
  const extents = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 0, maxLength: 4 })
  test('are within their limit, cover the role and are as many as they must', () => {
    fc.assert(
      fc.property(extents, fc.constantFrom(2, 4), (list, unit) => {
        const axes = list.map((extent, i) => ({ name: `a${i}`, extent }))
        const { fixed, cut, whole, most, sizes } = blocksOf(axes, 128, unit)
        expect(most).toBeLessThanOrEqual(128)
        expect(Math.max(...sizes)).toBe(most)
        const covered = cut === undefined ? pointsOf(whole) : cut.axis.extent * pointsOf(whole)
        expect(pointsOf(fixed) * covered).toBe(pointsOf(axes))
        if (cut === undefined) return
        const needed = Math.ceil(cut.axis.extent / Math.floor(128 / pointsOf(whole)))
        expect(Math.ceil(cut.axis.extent / cut.step)).toBe(needed)
      }),
      runs({ test: cases() }),
    )
  })
})
