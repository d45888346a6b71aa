// Kernels of loops, given as text, beside the loops that one writes for them by hand. Both run in
// one process, in turns, so that the ratio holds on any machine. No graph is involved: what is
// measured is what the js backend makes of the forms that lowering ends in.

import { js } from '../../src/backends/js/index.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { sizeOf } from '../../src/kernel/kernel.ts'
import type { Buffer, Program } from '../../src/kernel/program.ts'
import { parseKernels } from '../../src/kernel/text.ts'
import type { TypedArray } from '../../src/support/dtype.ts'
import { floats, labels } from '../data.ts'
import { median } from '../harness.ts'
import { digits, figures, type Row } from '../row.ts'
import { disagreement } from '../task.ts'
import type { Bench, Context } from '../workload.ts'
import * as byHand from './by-hand.ts'

/** A kernel, and the same by hand on arrays in the order of its params. */
interface Pair {
  readonly name: string
  readonly summary: string
  readonly kernel: string
  readonly hand: () => (arrays: readonly Float32Array[], labels: Int32Array) => void
  /** Where its params are drawn from; from -1 to 1 by default. */
  readonly low?: number
}

const softmax = (rows: number, cols: number): Pair => ({
  name: `kernel-softmax-${rows}x${cols}`,
  summary: `softmax of each row of [${rows},${cols}]`,
  hand:
    () =>
    ([x, y]) =>
      byHand.softmax(x!, y!, rows, cols),
  kernel: `kernel @softmax(x: read f32[${rows},${cols}], y: write f32[${rows},${cols}]) {
    parallel i in ${rows}
    row e: f32[${cols}]
    over j in ${cols} { m max= x[i, j] }
    over j in ${cols} { %0 = exp(x[i, j] - m)  e[j] = %0  s += %0 }
    %1 = 1 / s
    over j in ${cols} { y[i, j] = e[j] * %1 } }`,
})

const crossEntropy = (rows: number, cols: number): Pair => ({
  name: `kernel-xent-${rows}x${cols}`,
  summary: `cross-entropy of logits [${rows},${cols}] and its gradient`,
  hand: () => (arrays, labels) => byHand.crossEntropy(arrays, labels, rows, cols),
  kernel: `kernel @xent(z: read f32[${rows},${cols}], label: read i32[${rows}],
    loss: write f32[${rows}], dz: write f32[${rows},${cols}]) {
    parallel i in ${rows}
    row e: f32[${cols}]
    over j in ${cols} { m max= z[i, j] }
    over j in ${cols} { %0 = exp(z[i, j] - m)  e[j] = %0  s += %0 }
    loss[i] = log(s) + m - (z[i, {label[i]}] else 0)
    over j in ${cols} {
      dz[i, j] = (e[j] / s - select(index(j) == label[i], 1, 0)) * ${1 / rows} } }`,
})

const batchNorm = (rows: number, cols: number): Pair => ({
  name: `kernel-bn-${rows}x${cols}`,
  summary: `batch norm and ReLU of [${rows},${cols}]`,
  low: 0.25,
  hand() {
    const work = byHand.columnWork(cols)
    return arrays => byHand.batchNorm(arrays, work, rows, cols)
  },
  kernel: `kernel @bn_forward(x: read f32[${rows},${cols}], gamma: read f32[${cols}],
    beta: read f32[${cols}], rm: update f32[${cols}], rv: update f32[${cols}],
    y: write f32[${rows},${cols}], mean: write f32[${cols}], rstd: write f32[${cols}]) {
    parallel c in ${cols}
    over n in ${rows} { s += x[n, c] }
    %0 = s * ${1 / rows}
    over n in ${rows} { %1 = x[n, c] - %0  q += %1 * %1 }
    %2 = q * ${1 / rows}
    %3 = 1 / sqrt(%2 + 0.00001)
    rm[c] = 0.9 * rm[c] + 0.1 * %0
    rv[c] = 0.9 * rv[c] + 0.1 * %2
    mean[c] = %0
    rstd[c] = %3
    over n in ${rows} { y[n, c] = max((x[n, c] - %0) * %3 * gamma[c] + beta[c], 0) } }`,
})

const batchNormGradient = (rows: number, cols: number): Pair => ({
  name: `kernel-bn-grad-${rows}x${cols}`,
  summary: `the gradient of batch norm and ReLU of [${rows},${cols}]`,
  hand() {
    const work = byHand.columnWork(cols)
    return arrays => byHand.batchNormGradient(arrays, work, rows, cols)
  },
  kernel: `kernel @bn_backward(x: read f32[${rows},${cols}], y: read f32[${rows},${cols}],
    dy: read f32[${rows},${cols}], gamma: read f32[${cols}], mean: read f32[${cols}],
    rstd: read f32[${cols}], dx: write f32[${rows},${cols}], dgamma: write f32[${cols}],
    dbeta: write f32[${cols}]) {
    parallel c in ${cols}
    over n in ${rows} {
      %g = select(y[n, c] > 0, dy[n, c], 0)
      sg += %g
      sgx += %g * ((x[n, c] - mean[c]) * rstd[c])
    }
    dgamma[c] = sgx
    dbeta[c] = sg
    over n in ${rows} {
      %g = select(y[n, c] > 0, dy[n, c], 0)
      dx[n, c] = gamma[c] * rstd[c] * (%g - sg * ${1 / rows}
        - (x[n, c] - mean[c]) * rstd[c] * (sgx * ${1 / rows})) } }`,
})

const layerNormGradient = (rows: number, cols: number): Pair => ({
  name: `kernel-ln-grad-${rows}x${cols}`,
  summary: `the gradient of layer norm by its input [${rows},${cols}]`,
  hand: () => arrays => byHand.layerNormGradient(arrays, rows, cols),
  kernel: `kernel @ln_backward_x(x: read f32[${rows},${cols}], dy: read f32[${rows},${cols}],
    gamma: read f32[${cols}], mean: read f32[${rows}], rstd: read f32[${rows}],
    dx: write f32[${rows},${cols}]) {
    parallel i in ${rows}
    over j in ${cols} { %g = dy[i, j] * gamma[j]  a += %g  b += %g * (x[i, j] - mean[i]) }
    %a = a * ${1 / cols}
    %b = b * ${1 / cols} * rstd[i] * rstd[i]
    over j in ${cols} {
      dx[i, j] = rstd[i] * (dy[i, j] * gamma[j] - %a - (x[i, j] - mean[i]) * %b) } }`,
})

const layerNormParams = (rows: number, cols: number): Pair => ({
  name: `kernel-ln-params-${rows}x${cols}`,
  summary: `the gradient of layer norm of [${rows},${cols}] by its params`,
  hand() {
    const work = byHand.columnWork(cols)
    return arrays => byHand.layerNormParams(arrays, work, rows, cols)
  },
  kernel: `kernel @ln_backward_params(x: read f32[${rows},${cols}], dy: read f32[${rows},${cols}],
    mean: read f32[${rows}], rstd: read f32[${rows}], dgamma: write f32[${cols}],
    dbeta: write f32[${cols}]) {
    parallel j in ${cols}
    over i in ${rows} {
      sgx += dy[i, j] * (x[i, j] - mean[i]) * rstd[i]
      sg += dy[i, j]
    }
    dgamma[j] = sgx
    dbeta[j] = sg }`,
})

const MILLION = 2 ** 20

const adam: Pair = {
  name: 'kernel-adam-1m',
  summary: 'the update of Adam on 1 Mi numbers',
  low: 0.25,
  hand: () => arrays => byHand.adam(arrays),
  kernel: `kernel @adam(p: update f32[${MILLION}], m: update f32[${MILLION}],
    v: update f32[${MILLION}], g: read f32[${MILLION}], lr: read f32[], c1: read f32[],
    c2: read f32[]) {
    parallel i in ${MILLION}
    %m = 0.9 * m[i] + 0.1 * g[i]
    %v = 0.999 * v[i] + 0.001 * (g[i] * g[i])
    m[i] = %m
    v[i] = %v
    p[i] = p[i] - lr[] * (%m * c1[]) / (sqrt(%v * c2[]) + 1e-8) }`,
}

const chain: Pair = {
  name: 'kernel-chain-4m',
  summary: 'tanh(a x + b) sigmoid(x) + leakyRelu(x) of 4 Mi numbers',
  hand: () => arrays => byHand.chain(arrays),
  kernel: `kernel @chain(x: read f32[${4 * MILLION}], a: read f32[${4 * MILLION}],
    b: read f32[${4 * MILLION}], y: write f32[${4 * MILLION}]) {
    parallel i in ${4 * MILLION}
    y[i] = tanh(a[i] * x[i] + b[i]) * (1 / (1 + exp(neg(x[i]))))
      + select(x[i] > 0, x[i], 0.01 * x[i]) }`,
}

const biasRelu = (rows: number, cols: number): Pair => ({
  name: `kernel-relu-${rows}x${cols}`,
  summary: `bias and ReLU of [${rows},${cols}]`,
  hand: () => arrays => byHand.biasRelu(arrays, rows, cols),
  kernel: `kernel @bias_relu(x: read f32[${rows},${cols}], b: read f32[${cols}],
    y: write f32[${rows},${cols}]) {
    parallel i in ${rows}, j in ${cols}
    y[i, j] = max(x[i, j] + b[j], 0) }`,
})

const PAIRS: readonly Pair[] = [
  softmax(1024, 1024),
  softmax(256, 1000),
  crossEntropy(128, 10),
  batchNorm(256, 512),
  batchNorm(64, 256),
  batchNormGradient(256, 512),
  batchNormGradient(64, 256),
  layerNormGradient(1024, 256),
  layerNormParams(1024, 256),
  adam,
  chain,
  biasRelu(256, 1000),
]

/** Turns of both; the median of their ratios counts. */
const TURNS = 5

/** One turn: short, since the other one waits. */
const EFFORT = { measureMs: 100, patienceMs: 400 }

/** A kernel and its loops by hand. */
function beside(pair: Pair): Bench {
  const { name, summary } = pair
  return {
    name,
    summary,
    async run(context) {
      if (context.backend !== 'js') return []
      context.say(`${name}: measuring`)
      return [await rowOf(pair, context)]
    },
  }
}

async function rowOf(pair: Pair, { measure, threads }: Context): Promise<Row> {
  const { own, hand } = await prepare(pair)
  const turns = []
  for (let turn = 0; turn < TURNS; turn++) {
    turns.push({ own: await measure(own, EFFORT), hand: await measure(hand, EFFORT) })
  }
  const inOrder = [...turns].sort((a, b) => a.own.medianMs - b.own.medianMs)
  const { own: middle } = inOrder[Math.floor(TURNS / 2)]!
  const handMs = digits(median(turns.map(turn => turn.hand.medianMs)))
  const ratio = digits(median(turns.map(turn => turn.own.medianMs / turn.hand.medianMs)))
  const compared = { handMs, hand: ratio }
  return { name: pair.name, backend: 'js', threads, ...figures(middle), ...compared }
}

/** Both, ready to run on arrays of their own, after they have given the same once. */
async function prepare(pair: Pair): Promise<{ own: () => void; hand: () => void }> {
  const kernel = parseKernels(`${pair.name}.kir`, pair.kernel).kernels[0]!
  const arrays = () => kernel.params.map((param, i) => dataOf(param, i + 1, pair.low))
  const [given, mine] = [arrays(), arrays()]
  const program = launchOf(kernel)
  const loaded = await js.load(program, await js.memory(0), new Map())
  const inputs = Object.fromEntries(kernel.params.map(({ name }, i) => [name, given[i]!]))
  const own = () => void loaded.run(inputs)
  const floats = mine.filter(data => data instanceof Float32Array)
  const labels = mine.find(data => data instanceof Int32Array) ?? new Int32Array(0)
  const loops = pair.hand()
  const hand = () => loops(floats, labels)
  own()
  hand()
  for (const [i, { name, access }] of kernel.params.entries()) {
    if (access === 'read') continue
    const difference = disagreement(mine[i] as Float32Array, given[i] as Float32Array)
    if (difference !== undefined) throw new Error(`${name} by hand differs: ${difference}`)
  }
  return { own, hand }
}

/** A program that launches `kernel` once, on arrays that it is given. */
function launchOf(kernel: Kernel): Program {
  const buffers = kernel.params.map(({ name, type, shape }): Buffer => {
    return { name, region: 'input', type, shape, offset: 0 }
  })
  const args = kernel.params.map(({ name }) => name)
  const items = [{ kind: 'launch', kernel: kernel.name, args, origin: undefined }] as const
  return { name: kernel.name, buffers, kernels: [kernel], items }
}

function dataOf(
  { type, shape }: Kernel['params'][number],
  seed: number,
  low: number | undefined,
): TypedArray {
  return type === 'i32' ? labels(sizeOf(shape), 10, seed) : floats(sizeOf(shape), seed, low)
}

/** All kernels, each beside its loops by hand. */
export const kernels: readonly Bench[] = PAIRS.map(beside)
