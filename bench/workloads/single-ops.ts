// One operation on large arrays, where time is memory and arithmetic, and on four numbers, where it
// is everything else: what a call costs. What is timed is one run of the compiled program, inputs
// passed as they are, the result in an array of its own.

import {
  add,
  compile,
  exp,
  f32,
  mean,
  model,
  mul,
  softmax,
  type Tensor,
  tanh,
} from '../../src/index.ts'
import { floats } from '../data.ts'
import { forwardWork } from '../ideal.ts'
import type { ApplyTask } from '../task.ts'
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

async function prepareSingle(single: Single, { backend }: Context): Promise<Prepared> {
  const { op, shape, apply, low = -1 } = single
  const data = floats(
    shape.reduce((size, extent) => size * extent, 1),
    1,
    low,
  )
  const program = model({ inputs: { x: f32(...shape) }, body: ({ x }) => ({ y: apply(x) }) })
  const compiled = await compile(program, { target: backend, dims: {} })
  const run = () => compiled({ x: data }, {})
  const { y } = run() as { readonly y: number | { readonly data: Float32Array } }
  const result = typeof y === 'number' ? Float32Array.of(y) : y.data
  const task: ApplyTask = { kind: 'apply', op, operands: [{ shape, data }] }
  const work = forwardWork(coreGraph(program.graph))
  return { run, work, comparison: { task, result }, dispose: compiled.dispose }
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
  timed({ name, summary, prepare: context => prepareSingle(of, context) })

/** Single operations on large arrays. */
export const singleOps: readonly Bench[] = [
  timed({
    name: 'elementwise-4m',
    summary: 'x * y + z on arrays of 4 Mi numbers',
    prepare: context => prepareMultiplyAdd(4 * MILLION, context),
  }),
  single('exp-1m', 'exp of 1 Mi numbers', { op: 'exp', shape: [MILLION], apply: exp }),
  single('tanh-1m', 'tanh of 1 Mi numbers', { op: 'tanh', shape: [MILLION], apply: tanh }),
  single('mean-4m', 'the mean of 4 Mi numbers', {
    op: 'mean',
    shape: [4 * MILLION],
    apply: x => mean(x),
    low: 0,
  }),
  single('softmax-1024', 'softmax of each row of [1024,1024]', {
    op: 'softmax',
    shape: [1024, 1024],
    apply: x => softmax(x),
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
