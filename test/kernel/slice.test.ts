// A kernel without some of its results: what is left is what it was, and nothing more is computed.

import { describe, expect, it } from 'vitest'
import { sliceOf } from '../../src/kernel/slice.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { verifyKernel } from '../../src/kernel/verify.ts'
import { kernelOf } from './files.ts'

function sliced(text: string, ...kept: readonly string[]): string | undefined {
  const kernel = sliceOf(kernelOf(text), new Set(kept))
  if (kernel === undefined) return undefined
  expect(verifyKernel(kernel)).toEqual([])
  return printKernels({ programs: [], kernels: [kernel] })
}

const printed = (text: string) => printKernels({ programs: [], kernels: [kernelOf(text)] })

describe('a slice of a kernel', () => {
  it('is the kernel itself where all of its results are kept', () => {
    const kernel = kernelOf(`kernel @k(x: read f32[4], y: write f32[4]) {
      parallel i in 4
      y[i] = x[i] * 2
    }`)
    expect(sliceOf(kernel, new Set(['y']))).toBe(kernel)
  })

  it('drops stores, loops, rows, accumulators and parameters that were for others', () => {
    const text = `kernel @k(x: read f32[4,3], w: read f32[3], y: write f32[4], z: write f32[4]) {
      parallel i in 4
      row e: f32[3]
      over j in 3 {
        e[j] = x[i, j] * w[j]
        t += x[i, j]
      }
      over j in 3 {
        s += e[j] * e[j]
      }
      y[i] = s
      z[i] = t
    }`
    expect(sliced(text, 'z')).toBe(
      printed(`kernel @k(x: read f32[4,3], z: write f32[4]) {
      parallel i in 4
      over j in 3 {
        t += x[i, j]
      }
      z[i] = t
    }`),
    )
  })

  it('keeps an extreme whose position is kept', () => {
    const text = `kernel @k(x: read f32[4,3], y: write f32[4], at: write i32[4]) {
      parallel i in 4
      over j in 3 {
        m, p max= x[i, j] at index(j)
      }
      y[i] = max(m, 0)
      at[i] = p
    }`
    expect(sliced(text, 'at')).toContain('m, p max= x[i, j] at index(j)')
    expect(sliced(text, 'at')).not.toContain('y')
  })

  it('keeps the factors of a contract', () => {
    const text = `contract @c(a: read f32[4,5], b: read f32[5,6], m: read f32[4,6], y: write f32[4,6], z: write f32[4,6]) {
      rows i in 4
      cols j in 6
      over k in 5
      z_ += a[i, k] * b[k, j]
      y[i, j] = z_
      z[i, j] = select(m[i, j] > 0, z_, 0)
    }`
    const found = sliced(text, 'y')
    expect(found).toContain('@c(a: read f32[4,5], b: read f32[5,6], y: write f32[4,6])')
    expect(found).not.toContain('select')
  })

  it.each([
    [
      'is read again',
      `kernel @k(x: read f32[4,3], y: write f32[4,3], z: write f32[4]) {
      parallel i in 4
      over j in 3 {
        y[i, j] = exp(x[i, j])
      }
      over j in 3 {
        s += y[i, j]
      }
      z[i] = s
    }`,
    ],
    [
      'is used for what is kept, and so is rounded by being stored',
      `kernel @k(x: read f32[4], y: write f32[4], z: write f32[4]) {
      parallel i in 4
      %0 = exp(x[i])
      y[i] = %0
      z[i] = %0 * x[i]
    }`,
    ],
  ])('is none where what is dropped %s', (_, text) => {
    expect(sliced(text, 'z')).toBeUndefined()
  })
})
