// The workloads themselves: their names are what other tools ask for, and what they ask of peers is
// what they run. Each runs once; nothing is timed.

import { describe, expect, it } from 'vitest'
import type { Row } from '../../bench/row.ts'
import { matching, runAll } from '../../bench/suite.ts'
import type { ApplyTask, Task } from '../../bench/task.ts'
import type { Context } from '../../bench/workload.ts'
import { BENCHES } from '../../bench/workloads/index.ts'

/** Names that other tools rely on. */
const NAMES = [
  ...['matmul-250', 'matmul-256', 'matmul-257', 'matmul-512'].flatMap(name => [
    name,
    `${name}-nt`,
    `${name}-tn`,
    `${name}-tt`,
  ]),
  'matmul-128x512x10',
  ...['same', 'valid', 'stride2'].flatMap(form =>
    ['fwd', 'dx', 'dw'].map(part => `conv3-${form}-${part}`),
  ),
  'elementwise-4m',
  'exp-1m',
  'tanh-1m',
  'mean-4m',
  'softmax-1024',
  ...['softmax-1024x1024', 'softmax-256x1000', 'xent-128x10', 'bn-256x512', 'bn-64x256'].map(
    name => `kernel-${name}`,
  ),
  ...['bn-grad-256x512', 'bn-grad-64x256', 'ln-grad-1024x256', 'ln-params-1024x256'].map(
    name => `kernel-${name}`,
  ),
  ...['adam-1m', 'chain-4m', 'relu-256x1000'].map(name => `kernel-${name}`),
  'bn-256x512',
  'adam-1m',
  'step-mlp',
  'step-mlp-bn',
  'step-mlp-wide',
  'step-deep24',
  'step-cnn',
  'compile-deep24',
  'dispatch-tiny',
  'heap-growth',
  'passes',
  'passes-bn24',
]

/** What an operation gives, written down a second time. */
function applied({ op, operands, transposeA, transposeB }: ApplyTask): Float32Array {
  const [a, b, c] = operands.map(({ data }) => data)
  if (op === 'multiplyAdd') return a!.map((value, i) => value * b![i]! + c![i]!)
  if (op !== 'matmul') throw new RangeError(`no second definition of ${op}`)
  const [rows, over] = transposeA ? [...operands[0]!.shape].reverse() : operands[0]!.shape
  const columns = operands[1]!.shape[transposeB ? 0 : 1]!
  const product = new Float32Array(rows! * columns)
  for (let i = 0; i < product.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns]
    let sum = 0
    for (let k = 0; k < over!; k++) {
      const left = a![transposeA ? k * rows! + row : row * over! + k]!
      sum += left * b![transposeB ? column * over! + k : k * columns + column]!
    }
    product[i] = sum
  }
  return product
}

type Figures = Readonly<Record<'stateBytes' | 'scratchBytes' | 'unsharedBytes' | 'sharing', number>>

const TIMING = { medianMs: 2, minMs: 1, maxMs: 3, runs: 1 }

/** Runs the benchmarks whose name matches, once, beside a peer that computes by definition. */
async function runOnce(only: RegExp) {
  const rows: Row[] = []
  const complaints: string[] = []
  const tasks: Task[] = []
  const peer = {
    name: 'definition',
    perform: async (task: Task) => {
      tasks.push(task)
      return { timing: TIMING, threads: 1, result: applied(task as ApplyTask) }
    },
  }
  const context: Context = {
    backend: 'js',
    threads: 1,
    peers: [peer],
    yardstick: () => ({ gflops: 5, gbps: 40 }),
    measure: async run => {
      await run()
      return TIMING
    },
    alternate: async runs => {
      for (const run of runs) await run()
      return runs.map(() => TIMING)
    },
    say: () => undefined,
    complain: sentence => void complaints.push(sentence),
  }
  await runAll(matching(BENCHES, only), context, row => void rows.push(row))
  return { rows, complaints, tasks }
}

describe('the workloads', () => {
  it('have the names that other tools rely on', () => {
    expect(BENCHES.map(({ name }) => name).sort()).toEqual([...NAMES].sort())
  })

  it.each(['nt', 'tn', 'tt'])('ask peers for the product that they run: %s', async suffix => {
    const { rows, complaints, tasks } = await runOnce(new RegExp(`^matmul-257-${suffix}$`))
    expect(complaints).toEqual([])
    expect(tasks).toMatchObject([{ transposeA: suffix[0] === 't', transposeB: suffix[1] === 't' }])
    expect(rows.map(({ backend }) => backend)).toEqual(['js', 'definition'])
    expect(rows[0]).toMatchObject({ gflops: 17, idealFlopsMs: 6.79, peers: { definition: 1 } })
  })

  it('ask peers for the product that they run: a thin one', async () => {
    const { complaints, tasks, rows } = await runOnce(/^matmul-128x512x10$/)
    expect(complaints).toEqual([])
    expect(tasks).toMatchObject([{ operands: [{ shape: [128, 512] }, { shape: [512, 10] }] }])
    expect(rows[0]!.idealFlopsMs).toBe(0.262)
  })

  it('ask peers for the few numbers of a call, of which nothing is ideal', async () => {
    const { complaints, rows } = await runOnce(/^dispatch-tiny$/)
    expect(complaints).toEqual([])
    expect(rows[0]).not.toHaveProperty('idealMs')
  })

  it('give by hand what the kernels beside them give', async () => {
    const { complaints, rows } = await runOnce(/^kernel-(xent|bn|ln|relu)/)
    expect(complaints).toEqual([])
    expect(rows).toHaveLength(8)
    expect(rows[0]).toMatchObject({ name: 'kernel-xent-128x10', handMs: 2, hand: 1 })
  })

  it('train on real steps: the products of three layers, forward and back', async () => {
    const { rows } = await runOnce(/^step-mlp$/)
    const forward = 784 * 128 + 128 * 64 + 64 * 10
    const backward = 2 * forward - 784 * 128
    const flops = 2 * 128 * (forward + backward)
    expect(rows[0]!.idealFlopsMs).toBe(Number((flops / 5e6).toPrecision(3)))
    const params = forward + 128 + 64 + 10
    const activations = 128 * (128 + 64 + 10)
    const bytes = 4 * (128 * 785 + 6 * params + 3 * activations)
    expect(rows[0]!.idealBytesMs! * 40e6).toBeCloseTo(bytes, -5)
  })

  it('count for a batch norm its params, averages and sums, but no activation of its own', async () => {
    const { rows } = await runOnce(/^step-mlp-bn$/)
    const forward = 784 * 256 + 256 * 256 + 256 * 10
    const backward = 2 * forward - 784 * 256
    const flops = 2 * 128 * (forward + backward)
    expect(rows[0]!.idealFlopsMs).toBe(Number((flops / 5e6).toPrecision(3)))
    const norms = 2 * 2 * 256
    const params = forward + 256 + 256 + 10 + norms
    const activations = 128 * (256 + 256 + 10) + norms
    const bytes = 4 * (128 * 785 + 6 * params + 2 * norms + 3 * activations)
    // The head adds a few numbers an example, and the row keeps three digits.
    const counted = rows[0]!.idealBytesMs! * 40e6
    expect(Math.abs(counted / bytes - 1)).toBeLessThan(0.005)
  })

  it.each([
    ['same', { fwd: 16, dx: 16, dw: 16 }],
    // By the image there is a sum for every pixel, also of places beyond the last cell.
    ['valid', { fwd: 14, dx: 16, dw: 14 }],
    // A quarter of the places in a window reach a pixel.
    ['stride2', { fwd: 8, dx: 8, dw: 8 }],
  ] as const)('convolve with %s forward and back', async (form, sides) => {
    const { rows, complaints } = await runOnce(new RegExp(`^conv3-${form}-`))
    expect(complaints).toEqual([])
    const [image, kernel] = [8 * 16 * 16 * 32, 3 * 3 * 32 * 32]
    const cells = 8 * sides.fwd ** 2 * 32
    for (const { name, idealFlopsMs, idealBytesMs } of rows) {
      const side = sides[name.split('-').at(-1) as keyof typeof sides]
      const flops = 2 * 8 * side ** 2 * 32 * 9 * 32
      expect(idealFlopsMs, name).toBe(Number((flops / 5e6).toPrecision(3)))
      const bytes = 4 * (image + kernel + cells)
      expect(idealBytesMs, name).toBe(Number((bytes / 40e6).toPrecision(3)))
    }
    expect(rows).toHaveLength(3)
  })

  it('train on real steps: convolutions, of which the first has no gradient by its image', async () => {
    const { rows, complaints } = await runOnce(/^step-cnn$/)
    expect(complaints).toEqual([])
    const [first, second] = [784 * 9 * 16, 196 * 9 * 16 * 32]
    const head = 49 * 32 * 10
    const flops = 2 * 128 * (2 * first + 3 * second + 3 * head)
    expect(rows[0]!.idealFlopsMs).toBe(Number((flops / 5e6).toPrecision(3)))
    const norms = 2 * (16 + 32)
    const params = 9 * 16 + 9 * 16 * 32 + head + 10 + norms
    // Convolutions and pools lie in memory; what is normalized, and windows, do not.
    const activations = 128 * (784 * 16 + 196 * 16 + 196 * 32 + 49 * 32 + 10)
    const bytes = 4 * (128 * 785 + 6 * params + 2 * norms + 3 * activations)
    expect(rows[0]!.idealBytesMs! / (bytes / 40e6)).toBeCloseTo(1, 2)
  })

  it('say what a step holds in memory: state of three arrays a param, and shared scratch', async () => {
    const { rows } = await runOnce(/^step-mlp-bn$/)
    const params = 784 * 256 + 256 * 256 + 256 * 10 + 256 + 256 + 10 + 2 * 2 * 256
    const state = 4 * (3 * params + 2 * 2 * 256)
    const { stateBytes, scratchBytes, unsharedBytes, sharing } = rows[0] as unknown as Figures
    expect(stateBytes).toBeGreaterThanOrEqual(state)
    expect(stateBytes).toBeLessThan(state * 1.01)
    expect(scratchBytes).toBeLessThanOrEqual(unsharedBytes)
    expect(sharing).toBe(Number((scratchBytes / unsharedBytes).toPrecision(3)))
  })
})
