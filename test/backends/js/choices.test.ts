// Choices made by two cells of memory: which ones, and that they are as exact as a branch.

import { describe, expect, test } from 'vitest'
import { emitModule } from '../../../src/backends/js/module.ts'
import { interpretKernel } from '../../../src/kernel/interpret.ts'
import { asLoops, sizeOf } from '../../../src/kernel/kernel.ts'
import { DTYPES } from '../../../src/support/dtype.ts'
import { kernelOf } from '../../kernel/files.ts'
import { expectAgreement, launchOf, runOn } from './programs.ts'

const EDGES = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 5e-324, -5e-324, 1e308]

/** A kernel of one store at every pair of edge values. */
const kernelFor = (value: string) =>
  kernelOf(`kernel @k(x: read f64[12,12], z: read f64[12,12], w: read bool[12,12],
    y: write f64[12,12]) {
    parallel i in 12, j in 12
    y[i, j] = ${value} }`)

const sourceOf = (value: string) => emitModule(launchOf(kernelFor(value))).source

const X = 'x[i, j]'
const Z = 'z[i, j]'

const BY_CELLS: readonly (readonly [string, string])[] = [
  ['a maximum with zero', `max(${X}, 0d)`],
  ['a maximum with the other zero', `max(${X}, -0d)`],
  ['a minimum with zero', `min(0d, ${X})`],
  ['a minimum with the other zero', `min(${X}, -0d)`],
  ['a maximum with a number', `max(0.5d, ${X})`],
  ['what passes where something is positive', `select(${X} > 0d, ${Z}, 0d)`],
  ['a leaky slope', `select(${X} > 0d, ${X}, 0.01d * ${X})`],
  ['a choice by two comparisons', `select(and(${X} >= -0.5d, not(${X} > ${Z})), ${Z}, ${X})`],
  ['a choice by a loaded bool', `select(or(w[i, j], ${X} == 0d), ${Z}, -0d)`],
  ['a choice of a choice', `max(select(${X} < ${Z}, ${X}, min(${Z}, 1d)), -1d)`],
]

describe('a choice that data makes', () => {
  test.each(BY_CELLS)('is read from one of two cells, and exact: %s', (_, value) => {
    const kernel = kernelFor(value)
    const [x, z] = [0, 1].map(turn =>
      Float64Array.from(
        { length: 144 },
        (_, i) => EDGES[turn === 0 ? Math.floor(i / 12) : i % 12]!,
      ),
    )
    const w = DTYPES.bool.allocate(144).map((_, i) => i % 2)
    const y = new Float64Array(sizeOf([12, 12]))
    interpretKernel(asLoops(kernel), [x!, z!, w, y])
    const got = runOn(launchOf(kernel), new Map([['x', x!] as const, ['z', z!], ['w', w]]))
    // Zeros of either sign differ here; of NaN there is one.
    expect([...got.get('y')!]).toEqual([...y])
    expect(sourceOf(value)).toMatch(/ = c\[/)
    expect(sourceOf(value)).not.toMatch(/\?|Math\.m/)
  })

  test.each([
    ['by positions', `select(index(i) < 3i, ${X}, ${Z})`],
    ['between what takes long', `select(${X} > 0d, ${X}, expm1(${X}))`],
    ['by positions too', `select(and(index(i) == 3i, ${X} > 0d), ${X}, ${Z})`],
  ])('is a branch %s', (_, value) => {
    expect(sourceOf(value)).toMatch(/ \? /)
    expect(sourceOf(value)).not.toContain('c[')
  })

  test('is a call between what both change', () => {
    expect(sourceOf(`max(${X}, ${Z})`)).toContain('Math.max(')
    expect(sourceOf(`max(${X}, f64(nan))`)).not.toContain('c[')
  })

  test('has its constants written once, in front', () => {
    const source = sourceOf(`max(${X}, 0.5d)`)
    expect(source).toMatch(/\(b0, b1, b2, b3, c\) {\n {2}c\[1\] = 0\.5\n/)
    expect(source).toContain('k0_k(b[0], b[1], b[2], b[3], w[0])')
  })
})

test('a contraction makes choices in its factors and where it stores, in cells of its own', () => {
  const kernel = kernelOf(`contract @k(h: read f32[9,6], dy: read f32[9,6], w: read f32[7,6],
    b: read f32[7], y: write f32[9,7]) {
    rows i in 9  cols j in 7  over k in 6
    z += select(h[i, k] > 0, dy[i, k], 0) * w[j, k]
    y[i, j] = max(z + b[j], 0) }`)
  expectAgreement(launchOf(kernel))
  const { source, workspaces } = emitModule(launchOf(kernel))
  expect(source).toContain('const t0 = c[+(b0[6 * a0 + a2] > 0)]')
  expect(source).toContain('const t1 = c[2 + +(t0 <= 0)]')
  expect(source).toMatch(/function k0_k_right\(b2, w1, cols, depth\)/)
  expect(workspaces.at(-1)).toEqual({ type: 'f64', size: 4 })
})
