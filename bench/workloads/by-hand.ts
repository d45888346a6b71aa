// The loops of `kernels.ts` as one writes them by hand: the fastest plain JavaScript that we know
// for each, numbers in and out in typed arrays, sums in double, nothing checked. Each says what it
// does that a plain loop would not.

import { shortExp, shortTanh } from '../../src/support/exponential.ts'

type F32 = Float32Array

/** Rows of a softmax; the result's row holds the exponentials on the way. */
export function softmax(x: F32, y: F32, rows: number, cols: number): void {
  for (let i = 0, p = 0; i < rows; i++, p += cols) {
    const end = p + cols
    let most = Number.NEGATIVE_INFINITY
    for (let q = p; q < end; q++) if (x[q]! > most) most = x[q]!
    let sum = 0
    for (let q = p; q < end; q++) {
      const e = shortExp(x[q]! - most)
      y[q] = e
      sum += e
    }
    const scale = 1 / sum
    for (let q = p; q < end; q++) y[q]! *= scale
  }
}

/** Cross-entropy of rows with labels, and its gradient. */
export function crossEntropy(
  [z, loss, dz]: readonly F32[],
  labels: Int32Array,
  rows: number,
  cols: number,
): void {
  for (let i = 0, p = 0; i < rows; i++, p += cols) {
    const end = p + cols
    let most = Number.NEGATIVE_INFINITY
    for (let q = p; q < end; q++) if (z![q]! > most) most = z![q]!
    let sum = 0
    for (let q = p; q < end; q++) {
      const e = shortExp(z![q]! - most)
      dz![q] = e
      sum += e
    }
    const label = p + labels[i]!
    loss![i] = Math.log(sum) + most - z![label]!
    const scale = 1 / sum / rows
    for (let q = p; q < end; q++) dz![q]! *= scale
    dz![label]! -= 1 / rows
  }
}

/** Doubles that V8 keeps unboxed: begun with fractions, one by one. */
const columns = (count: number): number[] => Array.from({ length: count }, () => 0.5)

/** What a batch norm works in, so that no call allocates. */
export interface ColumnWork {
  readonly a: number[]
  readonly b: number[]
}

/** Workspaces for so many columns, as arrays of doubles. */
export const columnWork = (count: number): ColumnWork => ({
  a: columns(count),
  b: columns(count),
})

/** Means and variances down the columns, four rows a turn; then ReLU and all, two rows a turn. */
export function batchNorm(
  [x, gamma, beta, rm, rv, y, mean, rstd]: readonly F32[],
  { a, b }: ColumnWork,
  rows: number,
  cols: number,
): void {
  moments(x!, { a, b }, rows, cols)
  for (let c = 0; c < cols; c++) {
    const variance = b[c]! / rows
    const r = 1 / Math.sqrt(variance + 1e-5)
    rm![c] = 0.9 * rm![c]! + 0.1 * a[c]!
    rv![c] = 0.9 * rv![c]! + 0.1 * variance
    mean![c] = a[c]!
    rstd![c] = r
    b[c] = r * gamma![c]!
    a[c] = beta![c]! - a[c]! * b[c]!
  }
  const cell = [0.5, 0.5, 0.5, 0.5]
  cell[1] = 0
  cell[3] = 0
  for (let p = 0; p < rows * cols; p += 2 * cols) {
    for (let c = 0, q = p; c < cols; c++, q++) {
      const v0 = x![q]! * b[c]! + a[c]!
      cell[0] = v0
      const v1 = x![q + cols]! * b[c]! + a[c]!
      cell[2] = v1
      y![q] = cell[+(v0 <= 0)]!
      y![q + cols] = cell[2 + +(v1 <= 0)]!
    }
  }
}

/** Means into `a`, sums of squared deviations into `b`. */
function moments(x: F32, { a, b }: ColumnWork, rows: number, cols: number): void {
  for (let c = 0; c < cols; c++) a[c] = 0
  for (let p = 0; p < rows * cols; p += 4 * cols) {
    for (let c = 0, q = p; c < cols; c++, q++) {
      a[c]! += x[q]! + x[q + cols]! + x[q + 2 * cols]! + x[q + 3 * cols]!
    }
  }
  for (let c = 0; c < cols; c++) {
    a[c]! /= rows
    b[c] = 0
  }
  for (let p = 0; p < rows * cols; p += 4 * cols) {
    for (let c = 0, q = p; c < cols; c++, q++) {
      const m = a[c]!
      const d0 = x[q]! - m
      const d1 = x[q + cols]! - m
      const d2 = x[q + 2 * cols]! - m
      const d3 = x[q + 3 * cols]! - m
      b[c]! += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3
    }
  }
}

/** Both sums in one pass of two rows a turn, then one pass with everything of a column folded. */
export function batchNormGradient(
  [x, y, dy, gamma, mean, rstd, dx, dgamma, dbeta]: readonly F32[],
  { a, b }: ColumnWork,
  rows: number,
  cols: number,
): void {
  sumsOfGradient([x!, y!, dy!, mean!], { a, b }, rows, cols)
  for (let c = 0; c < cols; c++) {
    dgamma![c] = b[c]! * rstd![c]!
    dbeta![c] = a[c]!
    a[c]! /= rows
    b[c] = (b[c]! * rstd![c]! * rstd![c]!) / rows
  }
  const cell = [0.5, 0.5]
  cell[0] = 0
  for (let p = 0; p < rows * cols; p += cols) {
    for (let c = 0, q = p; c < cols; c++, q++) {
      cell[1] = dy![q]!
      const g = cell[+(y![q]! > 0)]!
      dx![q] = gamma![c]! * rstd![c]! * (g - a[c]! - (x![q]! - mean![c]!) * b[c]!)
    }
  }
}

function sumsOfGradient(
  [x, y, dy, mean]: readonly F32[],
  { a, b }: ColumnWork,
  rows: number,
  cols: number,
): void {
  const cell = [0.5, 0.5]
  cell[0] = 0
  for (let c = 0; c < cols; c++) {
    a[c] = 0
    b[c] = 0
  }
  for (let p = 0; p < rows * cols; p += 2 * cols) {
    for (let c = 0, q = p; c < cols; c++, q++) {
      cell[1] = dy![q]!
      const g0 = cell[+(y![q]! > 0)]!
      cell[1] = dy![q + cols]!
      const g1 = cell[+(y![q + cols]! > 0)]!
      a[c]! += g0 + g1
      const m = mean![c]!
      b[c]! += g0 * (x![q]! - m) + g1 * (x![q + cols]! - m)
    }
  }
}

/** The gradient of a layer norm along rows. */
export function layerNormGradient(
  [x, dy, gamma, mean, rstd, dx]: readonly F32[],
  rows: number,
  cols: number,
): void {
  for (let i = 0, p = 0; i < rows; i++, p += cols) {
    const m = mean![i]!
    const r = rstd![i]!
    let a = 0
    let b = 0
    for (let j = 0, q = p; j < cols; j++, q++) {
      const g = dy![q]! * gamma![j]!
      a += g
      b += g * (x![q]! - m)
    }
    a /= cols
    b = (b / cols) * r * r
    for (let j = 0, q = p; j < cols; j++, q++) {
      dx![q] = r * (dy![q]! * gamma![j]! - a - (x![q]! - m) * b)
    }
  }
}

/** The gradients of the params of a layer norm, two rows a turn. */
export function layerNormParams(
  [x, dy, mean, rstd, dgamma, dbeta]: readonly F32[],
  { a, b }: ColumnWork,
  rows: number,
  cols: number,
): void {
  for (let c = 0; c < cols; c++) {
    a[c] = 0
    b[c] = 0
  }
  for (let i = 0, p = 0; i < rows; i += 2, p += 2 * cols) {
    const m0 = mean![i]!
    const m1 = mean![i + 1]!
    const r0 = rstd![i]!
    const r1 = rstd![i + 1]!
    for (let c = 0, q = p; c < cols; c++, q++) {
      const g0 = dy![q]!
      const g1 = dy![q + cols]!
      a[c]! += g0 + g1
      b[c]! += g0 * (x![q]! - m0) * r0 + g1 * (x![q + cols]! - m1) * r1
    }
  }
  for (let c = 0; c < cols; c++) {
    dgamma![c] = b[c]!
    dbeta![c] = a[c]!
  }
}

/** The update of Adam. */
export function adam([p, m, v, g, lr, c1, c2]: readonly F32[]): void {
  const rate = lr![0]! * c1![0]!
  const scale = c2![0]!
  for (let i = 0; i < p!.length; i++) {
    const g0 = g![i]!
    const m1 = 0.9 * m![i]! + 0.1 * g0
    const v1 = 0.999 * v![i]! + 0.001 * g0 * g0
    m![i] = m1
    v![i] = v1
    p![i]! -= (rate * m1) / (Math.sqrt(v1 * scale) + 1e-8)
  }
}

/** tanh(a x + b) sigmoid(x) + leakyRelu(x). */
export function chain([x, a, b, y]: readonly F32[]): void {
  const slopes = [0.01, 0.5]
  slopes[1] = 1
  for (let i = 0; i < x!.length; i++) {
    const v = x![i]!
    y![i] = shortTanh(a![i]! * v + b![i]!) / (1 + shortExp(-v)) + v * slopes[+(v > 0)]!
  }
}

/** A bias and ReLU, two columns a turn; a choice is a load, a third of the cost of a branch. */
export function biasRelu([x, b, y]: readonly F32[], rows: number, cols: number): void {
  const cell = [0.5, 0.5, 0.5, 0.5]
  cell[1] = 0
  cell[3] = 0
  for (let i = 0, p = 0; i < rows; i++, p += cols) {
    for (let j = 0, q = p; j < cols; j += 2, q += 2) {
      const v0 = x![q]! + b![j]!
      cell[0] = v0
      const v1 = x![q + 1]! + b![j + 1]!
      cell[2] = v1
      y![q] = cell[+(v0 <= 0)]!
      y![q + 1] = cell[2 + +(v1 <= 0)]!
    }
  }
}
