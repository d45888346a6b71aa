// The generated code as people read it: formatted, a function per kernel, nothing superfluous.

import { expect, test } from 'vitest'
import { emitModule } from '../../../src/backends/js/module.ts'
import { TILE_SOURCE } from '../../../src/backends/js/tile.ts'
import { kernelOf } from '../../kernel/files.ts'
import { launchOf } from './programs.ts'

/** The functions of a kernel, without those that all contracts share. */
function sourceOf(text: string): string {
  const { source } = emitModule(launchOf(kernelOf(text)))
  return `\n${source.replace(`'use strict'\n\n`, '').replace(`${TILE_SOURCE}\n`, '')}`
}

test('loops: what is shared has a name, what does not change is outside', () => {
  const text = `kernel @softmax(x: read f32[4,9], k: read i32[4], y: write f32[4,9]) {
    parallel i in 4
    row e: f32[9]
    over j in 9 { m max= x[i, j] }
    over j in 9 { e[j] = exp(x[i, j] - m)  s += exp(x[i, j] - m) }
    over j in 9 { y[i, j] = select(index(j) == k[i], 0, e[j] * (1 / s)) + (x[i, j - 1] else -1) } }`
  expect(sourceOf(text)).toMatchInlineSnapshot(`
    "
    // read f32[4,9], read i32[4], write f32[4,9], row f32[9]
    function k0_softmax(b0, b1, b2, w0) {
      for (let a0 = 0; a0 < 4; a0++) {
        let s0 = -1 / 0
        let s1 = -1 / 0
        for (let a1 = 0; a1 < 4; a1++) {
          s0 = Math.max(s0, b0[9 * a0 + 2 * a1])
          s1 = Math.max(s1, b0[9 * a0 + 2 * a1 + 1])
        }
        let s2 = -1 / 0
        for (let a1 = 0; a1 < 1; a1++) {
          s2 = Math.max(s2, b0[9 * a0 + a1 + 8])
        }
        const t0 = Math.max(Math.max(s0, s1), s2)
        let s3 = 0
        for (let a1 = 0; a1 < 9; a1++) {
          const t1 = Math.fround(shortExp(b0[9 * a0 + a1] - t0))
          w0[a1] = t1
          s3 += t1
        }
        const t2 = b1[a0]
        const t3 = 1 / s3
        for (let a1 = 0; a1 < 4; a1++) {
          b2[9 * a0 + 2 * a1] = (2 * a1 === t2 ? 0 : w0[2 * a1] * t3) + (2 * a1 - 1 >= 0 ? b0[9 * a0 + 2 * a1 - 1] : -1)
          b2[9 * a0 + 2 * a1 + 1] = (2 * a1 + 1 === t2 ? 0 : w0[2 * a1 + 1] * t3) + (2 * a1 >= 0 ? b0[9 * a0 + 2 * a1] : -1)
        }
        for (let a1 = 0; a1 < 1; a1++) {
          b2[9 * a0 + a1 + 8] = (a1 + 8 === t2 ? 0 : w0[a1 + 8] * t3) + (a1 + 7 >= 0 ? b0[9 * a0 + a1 + 7] : -1)
        }
      }
    }

    function step(b, w) {
      k0_softmax(b[0], b[1], b[2], w[0])
    }

    return step
    "
  `)
})

test('columns: the sums of all points, four rows at a time', () => {
  const text = `kernel @sum(x: read f32[1026,16], y: write f32[16]) {
    parallel j in 16
    over i in 1026 { s += x[i, j] }
    y[j] = s }`
  expect(sourceOf(text)).toMatchInlineSnapshot(`
    "
    // read f32[1026,16], write f32[16], row f64[16]
    function k0_sum(b0, b1, w0) {
      for (let a0 = 0; a0 < 4; a0++) {
        w0[4 * a0] = 0
        w0[4 * a0 + 1] = 0
        w0[4 * a0 + 2] = 0
        w0[4 * a0 + 3] = 0
      }
      for (let a1 = 0; a1 < 256; a1++) {
        for (let a0 = 0; a0 < 4; a0++) {
          const t0 = w0[4 * a0 + 1]
          const t1 = w0[4 * a0 + 2]
          const t2 = w0[4 * a0 + 3]
          w0[4 * a0] = w0[4 * a0] + b0[64 * a1 + 4 * a0] + b0[64 * a1 + 4 * a0 + 16] + b0[64 * a1 + 4 * a0 + 32] + b0[64 * a1 + 4 * a0 + 48]
          w0[4 * a0 + 1] = t0 + b0[64 * a1 + 4 * a0 + 1] + b0[64 * a1 + 4 * a0 + 17] + b0[64 * a1 + 4 * a0 + 33] + b0[64 * a1 + 4 * a0 + 49]
          w0[4 * a0 + 2] = t1 + b0[64 * a1 + 4 * a0 + 2] + b0[64 * a1 + 4 * a0 + 18] + b0[64 * a1 + 4 * a0 + 34] + b0[64 * a1 + 4 * a0 + 50]
          w0[4 * a0 + 3] = t2 + b0[64 * a1 + 4 * a0 + 3] + b0[64 * a1 + 4 * a0 + 19] + b0[64 * a1 + 4 * a0 + 35] + b0[64 * a1 + 4 * a0 + 51]
        }
      }
      for (let a1 = 0; a1 < 2; a1++) {
        for (let a0 = 0; a0 < 4; a0++) {
          const t3 = w0[4 * a0 + 1]
          const t4 = w0[4 * a0 + 2]
          const t5 = w0[4 * a0 + 3]
          w0[4 * a0] = w0[4 * a0] + b0[16 * a1 + 4 * a0 + 16384]
          w0[4 * a0 + 1] = t3 + b0[16 * a1 + 4 * a0 + 16385]
          w0[4 * a0 + 2] = t4 + b0[16 * a1 + 4 * a0 + 16386]
          w0[4 * a0 + 3] = t5 + b0[16 * a1 + 4 * a0 + 16387]
        }
      }
      for (let a0 = 0; a0 < 4; a0++) {
        b1[4 * a0] = w0[4 * a0]
        b1[4 * a0 + 1] = w0[4 * a0 + 1]
        b1[4 * a0 + 2] = w0[4 * a0 + 2]
        b1[4 * a0 + 3] = w0[4 * a0 + 3]
      }
    }

    function step(b, w) {
      k0_sum(b[0], b[1], w[0])
    }

    return step
    "
  `)
})

test('contracts: two that pack, one that stores, one that visits the blocks', () => {
  const text = `contract @dense(x: read f32[130,9], w: read f32[9,6], b: read f32[6],
    y: write f32[130,6]) {
    rows i in 130  cols j in 6  over k in 9
    z += x[i, k] * w[k, j]
    y[i, j] = max(z + b[j], 0) }`
  expect(sourceOf(text)).toMatchInlineSnapshot(`
    "
    function k0_dense_left(b0, i0, i1, w0, rows, depth) {
      const size = 4 * (depth + (depth & 1)) + 8
      let i = 0
      for (let a0 = i0; a0 < i1; a0++) {
        let p = (i >> 2) * size + (i & 3)
        i++
        for (let a2 = 0; a2 < 9; a2++) {
          w0[p] = b0[9 * a0 + a2]
          p += 4
        }
      }
      if (depth & 1) pad(w0, 4, rows, depth)
    }

    function k0_dense_right(b1, w1, cols, depth) {
      const size = 2 * (depth + (depth & 1)) + 8
      let p = 0
      for (let a2 = 0; a2 < 9; a2++) {
        let l = p
        for (let a1 = 0; a1 < 3; a1++) {
          w1[l] = b1[6 * a2 + 2 * a1]
          w1[l + 1] = b1[6 * a2 + 2 * a1 + 1]
          l += size
        }
        p += 2
      }
      if (depth & 1) pad(w1, 2, cols, depth)
    }

    function k0_dense_cells(b2, b3, i0, i1, w2, width, c) {
      let i = 0
      c[1] = 0
      for (let a0 = i0; a0 < i1; a0++) {
        let p = i
        i += width
        for (let a1 = 0; a1 < 6; a1++) {
          const s0 = w2[p++]
          const t0 = s0 + b2[a1]
          c[0] = t0
          const t1 = c[+(t0 <= 0)]
          b3[6 * a0 + a1] = t1
        }
      }
    }

    // read f32[130,9], read f32[9,6], read f32[6], write f32[130,6]
    function k0_dense(b0, b1, b2, b3, w0, w1, w2, c) {
      const cols = 6
      const width = cols + (cols & 1)
      const depth = 9
      k0_dense_right(b1, w1, cols, depth)
      for (let i0 = 0; i0 < 130; i0 += 68) {
        const i1 = Math.min(i0 + 68, 130)
        const rows = i1 - i0
        w2.fill(0, 0, (rows + 3) * width)
        k0_dense_left(b0, i0, i1, w0, rows, depth)
        multiply(w0, w1, w2, rows, cols, depth + (depth & 1))
        k0_dense_cells(b2, b3, i0, i1, w2, width, c)
      }
    }

    function step(b, w) {
      k0_dense(b[0], b[1], b[2], b[3], w[0], w[1], w[2], w[3])
    }

    return step
    "
  `)
})

test('packing tests the border of an image once for a run, not at every element', () => {
  const text = `contract @conv(x: read f32[2,8,8,16], w: read f32[3,3,16,8],
    y: write f32[2,8,8,8]) {
    rows n in 2, h in 8, v in 8  cols o in 8  over r in 3, s in 3, c in 16
    z += (x[n, h + r - 1, v + s - 1, c] else 0) * w[r, s, c, o]
    y[n, h, v, o] = z }`
  const [run] = /^ +if \(t1\) \{$.+?^ +else \{$.+?^ {12}\}$/ms.exec(sourceOf(text)) ?? ['']
  expect(run.replace(/^ {12}/gm, '')).toMatchInlineSnapshot(`
    "if (t1) {
      const t2 = 1024 * a0 + 128 * a1 + 128 * a4 + 16 * a5 + 16 * a2
      for (let a6 = 0; a6 < 16; a6++) {
        w0[p] = b0[t2 + a6 - 144]
        p += 4
      }
    }
    else {
      for (let a6 = 0; a6 < 16; a6++) {
        w0[p] = 0
        p += 4
      }
    }"
  `)
})
