// The example kernels: canonical text that verifies, round-trips, and means what naive loops
// written here mean. The loops share no code with the interpreter and take another route where
// there is one.

import { describe, expect, test } from 'vitest'
import { splitResidues } from '../../src/kernel/residues.ts'
import {
  interpretProgram,
  parseKernels,
  placeBuffers,
  printKernels,
  verifyAll,
} from '../../src/kernel/text.ts'
import { verifyKernel } from '../../src/kernel/verify.ts'
import { erf } from '../../src/support/erf.ts'
import { threefry2x32 } from '../../src/support/threefry.ts'
import {
  example,
  examples,
  examplesText,
  expectClose,
  floats,
  integers,
  run,
  table,
  total,
} from './files.ts'

/** A store to f32 rounds by half an ulp; sums are compared in double. */
const STORED = 1e-7

describe('the text of the examples', () => {
  test('holds 23 kernels that verify', () => {
    expect(examples.kernels).toHaveLength(23)
    expect(() => verifyAll(examples)).not.toThrow()
  })

  test('is canonical: printing what was read gives it back', () => {
    expect(printKernels(examples)).toBe(examplesText)
  })

  test('reads back as the same kernels and programs', () => {
    const again = parseKernels('again.kir', printKernels(examples))
    expect(again.kernels).toEqual(examples.kernels)
    expect(again.programs).toEqual(examples.programs)
  })
})

describe('elementwise kernels and rows', () => {
  test('tanh', () => {
    const x = floats(100000)
    expectClose(run(example('tanh'), { x }).y, x.map(Math.tanh), STORED)
  })

  test('bias and relu', () => {
    const [x, b] = [floats(32000), floats(250)]
    const want = table(32000, i => Math.max(0, x[i]! + b[i % 250]!))
    expectClose(run(example('bias_relu'), { x, b }).y, want, STORED)
  })

  test('softmax', () => {
    const x = floats(256000)
    const row = (i: number) => x.subarray(1000 * i, 1000 * i + 1000)
    const sums = table(256, i => total(1000, j => Math.exp(row(i)[j]!)))
    const want = table(256000, i => Math.exp(x[i]!) / sums[Math.floor(i / 1000)]!)
    expectClose(run(example('softmax'), { x }).y, want, STORED)
  })

  test('softmax cross-entropy and its gradient', () => {
    const [z, label] = [floats(1280), integers(128, 10)]
    const logSums = table(128, i => Math.log(total(10, j => Math.exp(z[10 * i + j]!))))
    const { loss, dz } = run(example('xent'), { z, label })
    expectClose(
      loss,
      table(128, i => logSums[i]! - z[10 * i + label[i]!]!),
      STORED * 2,
    )
    const want = table(1280, e => {
      const i = Math.floor(e / 10)
      const hot = label[i] === e % 10 ? 1 : 0
      return (Math.exp(z[e]! - logSums[i]!) - hot) / 128
    })
    expectClose(dz, want, STORED)
  })

  test('one step of Adam sees the old moments everywhere', () => {
    const n = 203530
    const [p, m, v, g] = [floats(n), floats(n), floats(n, 0, 1), floats(n)]
    const scalars = { lr: floats(1, 1e-3, 1e-3), c1: floats(1, 10, 10), c2: floats(1, 1e3, 1e3) }
    const out = run(example('adam'), { p, m, v, g, ...scalars })
    const m2 = table(n, i => 0.9 * m[i]! + 0.1 * g[i]!)
    const v2 = table(n, i => 0.999 * v[i]! + 0.001 * g[i]! ** 2)
    const step = (i: number) => (1e-3 * m2[i]! * 10) / (Math.sqrt(v2[i]! * 1e3) + 1e-8)
    expectClose(out.m, m2, 2e-7)
    expectClose(out.v, v2, 2e-7)
    expectClose(
      out.p,
      table(n, i => p[i]! - step(i)),
      2e-7,
    )
  })

  test('dropout draws by global index', () => {
    const x = floats(32768)
    const want = table(32768, i => {
      const uniform = (threefry2x32(5, 9, i, 7)[0] >>> 8) * 2 ** -24
      return uniform < Math.fround(0.8) ? x[i]! * 1.25 : 0
    })
    expectClose(run(example('dropout'), { x, key: Uint32Array.of(5, 9) }).y, want, STORED)
  })
})

describe('batch norm', () => {
  const [N, C] = [256, 512]
  type Numbers = ArrayLike<number>
  const mean = (x: Numbers) => table(C, c => total(N, n => x[n * C + c]!) / N)
  const variance = (x: Numbers, m: Numbers) =>
    table(C, c => total(N, n => (x[n * C + c]! - m[c]!) ** 2) / N)
  const normalized = (x: Numbers, gamma: Numbers, beta: Numbers) => {
    const m = mean(x)
    const r = variance(x, m).map(v => 1 / Math.sqrt(v + 1e-5))
    return table(N * C, i => (x[i]! - m[i % C]!) * r[i % C]! * gamma[i % C]! + beta[i % C]!)
  }
  const forward = (x: Numbers, gamma: Numbers, beta: Numbers) =>
    normalized(x, gamma, beta).map(one => Math.max(0, one))
  const given = {
    x: floats(N * C),
    gamma: floats(C),
    beta: floats(C),
    rm: floats(C),
    rv: floats(C),
  }

  test('forward, with running statistics', () => {
    const out = run(example('bn_forward'), given)
    const m = mean(given.x)
    const v = variance(given.x, m)
    expectClose(out.mean, m, STORED)
    expectClose(
      out.rstd,
      v.map(one => 1 / Math.sqrt(one + 1e-5)),
      2e-7,
    )
    expectClose(
      out.rm,
      m.map((one, c) => 0.9 * given.rm[c]! + 0.1 * one),
      2e-7,
    )
    expectClose(
      out.rv,
      v.map((one, c) => 0.9 * given.rv[c]! + 0.1 * one),
      2e-7,
    )
    expectClose(out.y, forward(given.x, given.gamma, given.beta), 1e-6)
  })

  test('backward agrees with central differences of the forward', () => {
    const { x, gamma, beta } = given
    const dy = floats(N * C)
    const m = mean(x)
    const saved = {
      y: Float32Array.from(forward(x, gamma, beta)),
      mean: Float32Array.from(m),
      rstd: Float32Array.from(variance(x, m), v => 1 / Math.sqrt(v + 1e-5)),
    }
    const out = run(example('bn_backward'), { x, dy, gamma, ...saved })
    const dot = (a: Numbers, b: Numbers) => total(a.length, i => a[i]! * b[i]!)
    const directions = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 1],
    ]
    for (const [dx, dgamma, dbeta] of directions) {
      const t = { x: floats(N * C, 0, dx), gamma: floats(C, 0, dgamma), beta: floats(C, 0, dbeta) }
      const h = 1e-6
      // Which elements pass is settled at the point: of so many, some would cross 0 within a step.
      const passing = table(N * C, i => (saved.y[i]! > 0 ? dy[i]! : 0))
      const loss = (s: number) => {
        const move = (a: Numbers, by: Numbers) => table(a.length, i => a[i]! + s * by[i]!)
        return dot(normalized(move(x, t.x), move(gamma, t.gamma), move(beta, t.beta)), passing)
      }
      const want = (loss(h) - loss(-h)) / (2 * h)
      const got = dot(out.dx!, t.x) + dot(out.dgamma!, t.gamma) + dot(out.dbeta!, t.beta)
      expectClose([got], [want], 1e-4)
    }
  })
})

test('layer norm backward, by rows and by columns', () => {
  const [R, D] = [128, 96]
  const [x, dy, gamma] = [floats(R * D), floats(R * D), floats(D)]
  const row = (i: number) => Math.floor(i / D)
  const mean = Float32Array.from(table(R, i => total(D, j => x[i * D + j]!) / D))
  const rstd = Float32Array.from(
    table(R, i => 1 / Math.sqrt(total(D, j => (x[i * D + j]! - mean[i]!) ** 2) / D + 1e-5)),
  )
  const normal = table(R * D, i => (x[i]! - mean[row(i)]!) * rstd[row(i)]!)
  const g = table(R * D, i => dy[i]! * gamma[i % D]!)
  const a = table(R, i => total(D, j => g[i * D + j]!) / D)
  const b = table(R, i => total(D, j => g[i * D + j]! * normal[i * D + j]!) / D)
  const { dx } = run(example('ln_backward_x'), { x, dy, gamma, mean, rstd })
  const want = table(R * D, i => rstd[row(i)]! * (g[i]! - a[row(i)]! - normal[i]! * b[row(i)]!))
  expectClose(dx, want, 1e-6)
  const { dgamma, dbeta } = run(example('ln_backward_params'), { x, dy, mean, rstd })
  expectClose(
    dgamma,
    table(D, j => total(R, i => dy[i * D + j]! * normal[i * D + j]!)),
    1e-6,
  )
  expectClose(
    dbeta,
    table(D, j => total(R, i => dy[i * D + j]!)),
    1e-6,
  )
})

describe('reductions, scans and indexing', () => {
  test('a full sum in two launches', () => {
    const program = examples.programs[0]!
    const x = floats(4_000_000, -0.5, 1.5)
    const memory = placeBuffers(program, new Map([['x', x]]))
    interpretProgram(program, memory)
    expectClose(memory.get('y'), [total(x.length, i => x[i]!)], 1e-7)
  })

  test('argmax gives the first of equal maxima', () => {
    const x = floats(64 * 33, -5, 5).map(Math.round)
    const want = table(64, i => {
      const row = [...x.subarray(33 * i, 33 * i + 33)]
      return row.indexOf(Math.max(...row))
    })
    expectClose(run(example('argmax'), { x }).at, want, 0)
  })

  test('cumulative sums', () => {
    const x = floats(3200)
    const want = table(3200, i => total((i % 50) + 1, j => x[i - (i % 50) + j]!))
    expectClose(run(example('cumsum'), { x }).y, want, STORED * 10)
  })

  test('embedding and its gradient, with repeated and wrong labels', () => {
    const ids = integers(28, 100)
    ids[3] = ids[5]!
    ids[7] = -1
    ids[9] = 100
    const [rows, dy] = [floats(3200), floats(28 * 32)]
    const isIn = (id: number) => id >= 0 && id < 100
    const want = table(28 * 32, i => {
      const id = ids[Math.floor(i / 32)]!
      return isIn(id) ? rows[32 * id + (i % 32)]! : 0
    })
    expectClose(run(example('embed'), { table: rows, ids }).y, want, 0)
    const d = new Float64Array(3200)
    dy.forEach((value, i) => {
      const id = ids[Math.floor(i / 32)]!
      if (isIn(id)) d[32 * id + (i % 32)]! += value
    })
    expectClose(run(example('embed_grad'), { ids, dy }).d, d, 2e-7)
  })

  test('concatenation as a condition on the position', () => {
    const [a, b] = [floats(60), floats(30)]
    const want = table(90, i => {
      const [row, column] = [Math.floor(i / 15), i % 15]
      return column < 10 ? a[10 * row + column]! : b[5 * row + column - 10]!
    })
    expectClose(run(example('concat_flat'), { a, b }).y, want, 0)
  })

  test('max pooling backward sends each cotangent to the first maximum of its window', () => {
    const x = floats(512, -2, 2).map(Math.round)
    const dy = floats(128)
    const dx = new Float64Array(512)
    const at = (n: number, h: number, w: number, c: number) => ((n * 8 + h) * 8 + w) * 4 + c
    dy.forEach((value, i) => {
      const [n, p, q, c] = [i >> 6, (i >> 4) & 3, (i >> 2) & 3, i & 3]
      const inside = Array.from({ length: 9 }, (_, k) => [
        2 * p + ((k / 3) | 0) - 1,
        2 * q + (k % 3) - 1,
      ])
        .filter(([h, w]) => h! >= 0 && h! < 8 && w! >= 0 && w! < 8)
        .map(([h, w]) => at(n, h!, w!, c))
      const most = Math.max(...inside.map(place => x[place]!))
      dx[inside.find(place => x[place] === most)!]! += value
    })
    expectClose(run(example('max_pool_grad'), { x, dy }).dx, dx, 2e-7)
  })
})

describe('contracts', () => {
  test('dense layer with gelu, its first rows', () => {
    // 128 rows are 25 million terms, and all rows are alike.
    const dense = example('dense_gelu')
    const strip =
      dense.kind === 'contract' ? { ...dense, rows: [{ name: 'i', extent: 12 }] } : dense
    const [x, w, b] = [floats(128 * 784), floats(250 * 784), floats(250)]
    const pre = table(3000, e => {
      const [i, j] = [Math.floor(e / 250), e % 250]
      return total(784, k => x[784 * i + k]! * w[784 * j + k]!) + b[j]!
    })
    const out = run(strip, { x, w, b })
    expectClose(out.pre?.subarray(0, 3000), pre, STORED)
    expectClose(
      out.y?.subarray(0, 3000),
      pre.map(v => 0.5 * v * (1 + erf(v * Math.SQRT1_2))),
      2e-7,
    )
    expect(out.y?.[3000]).toBe(7)
  })

  test('a masked batch of products', () => {
    const [p, u, q] = [floats(396), floats(396), floats(220)]
    const want = table(180, e => {
      const [g, i, j] = [Math.floor(e / 45), Math.floor(e / 5) % 9, e % 5]
      const kept = (k: number) => (u[99 * g + 11 * i + k]! < 0.5 ? p[99 * g + 11 * i + k]! : 0)
      return total(11, k => kept(k) * q[55 * g + 5 * k + j]!)
    })
    expectClose(run(example('batched_masked'), { p, u, q }).y, want, STORED * 3)
  })

  // The naive loops scatter where the kernels gather, so the maps meet something of another shape.
  type Visit = (x: number, w: number, y: number) => void
  const [H, K, CI, CO] = [16, 3, 8, 12]
  function convolve(stride: number, visit: Visit): void {
    const O = H / stride
    const taps = Array.from({ length: K * K }, (_, k) => [Math.floor(k / K), k % K] as const)
    for (let at = 0; at < 2 * O * O; at++) {
      const [n, p, q] = [Math.floor(at / O / O), Math.floor(at / O) % O, at % O]
      for (const [r, s] of taps) {
        const [h, v] = [p * stride + r - 1, q * stride + s - 1]
        if (h < 0 || h >= H || v < 0 || v >= H) continue
        const [x, w] = [((n * H + h) * H + v) * CI, (r * K + s) * CI * CO]
        for (let k = 0; k < CI * CO; k++) visit(x + Math.floor(k / CO), w + k, at * CO + (k % CO))
      }
    }
  }
  const [x, w, b] = [floats(2 * H * H * CI), floats(K * K * CI * CO), floats(CO)]

  test('convolution', () => {
    const y = table(2 * H * H * CO, i => b[i % CO]!)
    convolve(1, (xi, wi, yi) => {
      y[yi]! += x[xi]! * w[wi]!
    })
    const want = y.map(value => Math.max(value, 0))
    expectClose(run(example('conv_forward'), { x, w, b }).y, want, 2e-7)
  })

  test('the gradient of a strided convolution, whole and split by residue classes', () => {
    const dy = floats((2 * H * H * CO) / 4)
    const dx = new Float64Array(2 * H * H * CI)
    convolve(2, (xi, wi, yi) => {
      dx[xi]! += dy[yi]! * w[wi]!
    })
    const whole = example('conv_dx_stride2')
    expectClose(run(whole, { dy, w }).dx, dx, 2e-7)
    const parts = whole.kind === 'contract' ? splitResidues(whole) : []
    expect(parts.map(part => part.name)).toEqual(
      ['0_0', '0_1', '1_0', '1_1'].map(classes => `conv_dx_stride2_${classes}`),
    )
    expect(parts.flatMap(verifyKernel)).toEqual([])
    let out = new Float32Array(dx.length)
    for (const part of parts) out = Float32Array.from(run(part, { dy, w, dx: out }).dx!)
    expectClose(out, dx, 2e-7)
  })

  test('the gradient by the kernel is added to what is there', () => {
    const [dy, before] = [floats(2 * H * H * CO), floats(K * K * CI * CO)]
    const dw = Float64Array.from(before)
    convolve(1, (xi, wi, yi) => {
      dw[wi]! += x[xi]! * dy[yi]!
    })
    expectClose(run(example('conv_dw'), { x, dy, dw: before }).dw, dw, 2e-7)
  })
})
