// One operation on large arrays, where time is memory and arithmetic, and on four numbers, where it
// is everything else: what a call costs. What is timed is one run of the compiled program, inputs
// passed as they are, the result in an array of its own; loops written by hand make one as well.

import {
  add,
  compile,
  exp,
  f32,
  leakyRelu,
  mean,
  model,
  mul,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
} from '../../src/index.ts'
import { floats } from '../data.ts'
import * as byHand from '../hand-written.ts'
import { forwardWork } from '../ideal.ts'
import { digits } from '../row.ts'
import { type ApplyTask, LEAKY_SLOPE } from '../task.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

const MILLION = 2 ** 20

/** An operation on one array. */
interface Single {
  readonly op: ApplyTask['op']
  readonly shape: readonly number[]
  readonly apply: (x: Tensor<readonly number[], 'f32'>) => Tensor
  /** Numbers are drawn from here to 1. */
  readonly low?: number
}

/** What a single operation runs on and gives. */
interface PreparedSingle extends Prepared {
  readonly data: Float32Array
  readonly result: Float32Array
}

async function prepareSingle(single: Single, { backend }: Context): Promise<PreparedSingle> {
  const { op, shape, apply, low = -1 } = single
  const size = shape.reduce((product, extent) => product * extent, 1)
  const data = floats(size, 1, low)
  const program = model({ inputs: { x: f32(...shape) }, body: ({ x }) => ({ y: apply(x) }) })
  const compiled = await compile(program, { target: backend, dims: {} })
  const run = () => compiled({ x: data }, {})
  const { y } = run() as { readonly y: number | { readonly data: Float32Array } }
  const result = typeof y === 'number' ? Float32Array.of(y) : y.data
  const task: ApplyTask = { kind: 'apply', op, operands: [{ shape, data }] }
  const work = forwardWork(coreGraph(program.graph))
  return { run, work, comparison: { task, result }, dispose: compiled.dispose, data, result }
}

/** Softmax of rows, beside a loop. */
export async function prepareSoftmax(
  rows: number,
  columns: number,
  context: Context,
): Promise<Prepared> {
  const of: Single = { op: 'softmax', shape: [rows, columns], apply: x => softmax(x) }
  const { data, result, ...prepared } = await prepareSingle(of, context)
  const run = () => byHand.softmax(data, columns)
  return { ...prepared, hand: { run, results: [[result, run()]] } }
}

/** The mean, and how far it is from one that is summed in double, with what that loses as well. */
export async function prepareMean(size: number, context: Context): Promise<Prepared> {
  const of: Single = { op: 'mean', shape: [size], apply: x => mean(x), low: 0 }
  const { data, result, ...prepared } = await prepareSingle(of, context)
  const exact = preciseSum(data) / size
  return { ...prepared, extra: { relativeError: digits(Math.abs(result[0]! / exact - 1)) } }
}

/** A sum in double that carries along what each addition loses. */
function preciseSum(data: Float32Array): number {
  let sum = 0
  let lost = 0
  for (const value of data) {
    const term = value - lost
    const next = sum + term
    lost = next - sum - term
    sum = next
  }
  return sum
}

const A = 0.9
const B = 0.1

/** tanh(a·x + b) · sigmoid(x) + leakyRelu(x), a and b scalars that are passed to every run. */
export async function prepareActivations(size: number, { backend }: Context): Promise<Prepared> {
  const x = floats(size, 1, -4, 4)
  const [a, b] = [Float32Array.of(A), Float32Array.of(B)]
  const program = model({
    inputs: { x: f32(size), a: f32(), b: f32() },
    body: ({ x, a, b }) => {
      const gated = mul(tanh(add(mul(a, x), b)), sigmoid(x))
      return { y: add(gated, leakyRelu(x, LEAKY_SLOPE)) }
    },
  })
  const compiled = await compile(program, { target: backend, dims: {} })
  const run = () => compiled({ x, a, b }, {})
  const hand = () => byHand.activations(x, a[0]!, b[0]!, LEAKY_SLOPE)
  const operands = [
    { shape: [size], data: x },
    { shape: [], data: a },
    { shape: [], data: b },
  ]
  const result = run().y.data
  return {
    run,
    work: forwardWork(coreGraph(program.graph)),
    hand: { run: hand, results: [[result, hand()]] },
    comparison: { task: { kind: 'apply', op: 'activations', operands }, result },
    dispose: compiled.dispose,
  }
}

async function prepareMultiplyAdd(size: number, { backend }: Context): Promise<Prepared> {
  const [x, y, z] = [floats(size, 1), floats(size, 2), floats(size, 3)]
  const program = model({
    inputs: { x: f32(size), y: f32(size), z: f32(size) },
    body: ({ x, y, z }) => ({ sum: add(mul(x, y), z) }),
  })
  const compiled = await compile(program, { target: backend, dims: {} })
  const run = () => compiled({ x, y, z }, {})
  const operands = [x, y, z].map(data => ({ shape: [size], data }))
  const task: ApplyTask = { kind: 'apply', op: 'multiplyAdd', operands }
  const work = forwardWork(coreGraph(program.graph))
  return { run, work, comparison: { task, result: run().sum.data }, dispose: compiled.dispose }
}

const single = (name: string, summary: string, of: Single): Bench =>
  timed({
    name,
    summary,
    prepare: async context => {
      const { data: _data, result: _result, ...prepared } = await prepareSingle(of, context)
      return prepared
    },
  })

/** Single operations on large arrays. */
export const singleOps: readonly Bench[] = [
  timed({
    name: 'elementwise-4m',
    summary: 'tanh(a * x + b) * sigmoid(x) + leakyRelu(x) on 4 Mi numbers',
    prepare: context => prepareActivations(4 * MILLION, context),
  }),
  single('exp-1m', 'exp of 1 Mi numbers', { op: 'exp', shape: [MILLION], apply: exp }),
  single('tanh-1m', 'tanh of 1 Mi numbers', { op: 'tanh', shape: [MILLION], apply: tanh }),
  timed({
    name: 'mean-4m',
    summary: 'the mean of 4 Mi numbers',
    prepare: context => prepareMean(4 * MILLION, context),
  }),
  timed({
    name: 'softmax-1024',
    summary: 'softmax of each row of [1024,1024]',
    prepare: context => prepareSoftmax(1024, 1024, context),
  }),
]

/** The cost of a call. */
export const dispatchTiny: Bench = timed({
  name: 'dispatch-tiny',
  summary: 'x * y + z on 4 numbers: what a call of a compiled program costs',
  prepare: async context => {
    const { work: _tooLittle, ...prepared } = await prepareMultiplyAdd(4, context)
    return prepared
  },
})
