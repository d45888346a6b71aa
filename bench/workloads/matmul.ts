// Products of two matrices: square ones of sizes that fill tiles and of sizes that do not, operands
// stored transposed, and the thin product of a classifier's last layer. What is timed is one run of
// the compiled program: matrices are passed in as they are, without a copy, and the product comes
// back in an array of its own.

import { compile, f32, matmul, model } from '../../src/index.ts'
import { floats } from '../data.ts'
import { forwardWork } from '../ideal.ts'
import type { Task, TaskTensor } from '../task.ts'
import { type Bench, type Context, type Prepared, timed } from '../workload.ts'
import { coreGraph } from './graphs.ts'

/** The product of [rows, over] and [over, columns], each stored as such or transposed. */
interface Form {
  readonly rows: number
  readonly over: number
  readonly columns: number
  readonly transposeA: boolean
  readonly transposeB: boolean
}

const SQUARES = [250, 256, 257, 512]
/** Suffixes of names, as in BLAS: n for an operand as it is, t for a transposed one. */
const SUFFIXES = ['nt', 'tn', 'tt']

function tensor(rows: number, columns: number, isTransposed: boolean, seed: number): TaskTensor {
  const shape = isTransposed ? [columns, rows] : [rows, columns]
  return { shape, data: floats(rows * columns, seed) }
}

async function prepare(form: Form, { backend }: Context): Promise<Prepared> {
  const { rows, over, columns, transposeA, transposeB } = form
  const a = tensor(rows, over, transposeA, 1)
  const b = tensor(over, columns, transposeB, 2)
  const program = model({
    inputs: { a: f32(a.shape[0]!, a.shape[1]!), b: f32(b.shape[0]!, b.shape[1]!) },
    body: ({ a, b }) => ({ product: matmul(a, b, { transposeA, transposeB }) }),
  })
  const compiled = await compile(program, { target: backend, dims: {} })
  const run = () => compiled({ a: a.data, b: b.data }, {})
  const task: Task = { kind: 'apply', op: 'matmul', operands: [a, b], transposeA, transposeB }
  return {
    run,
    work: forwardWork(coreGraph(program.graph)),
    comparison: { task, result: run().product.data },
    dispose: compiled.dispose,
  }
}

function product(name: string, form: Form): Bench {
  const { rows, over, columns, transposeA, transposeB } = form
  const stored = (is: boolean) => (is ? ', transposed' : '')
  const [a, b] = [
    `[${rows},${over}]${stored(transposeA)}`,
    `[${over},${columns}]${stored(transposeB)}`,
  ]
  const summary = `the product of ${a} and ${b}`
  return timed({ name, summary, prepare: context => prepare(form, context) })
}

function square(size: number, suffix: string): Bench {
  const name = suffix === 'nn' ? `matmul-${size}` : `matmul-${size}-${suffix}`
  const [transposeA, transposeB] = [suffix[0] === 't', suffix[1] === 't']
  return product(name, { rows: size, over: size, columns: size, transposeA, transposeB })
}

/** All products. */
export const products: readonly Bench[] = [
  ...SQUARES.map(size => square(size, 'nn')),
  ...SQUARES.flatMap(size => SUFFIXES.map(suffix => square(size, suffix))),
  product('matmul-128x512x10', {
    rows: 128,
    over: 512,
    columns: 10,
    transposeA: false,
    transposeB: false,
  }),
]
