// The time that a workload would take if nothing but its own work cost anything: the operations of
// its matrix products at the machine's rate, plus the bytes that no fusion can avoid at the rate of
// a copy. Counted from graphs alone, so the count is a pure function and holds for every backend.

import type { Argument, Graph, Result } from '../src/ir/graph.ts'
import { nodesOf } from '../src/ir/graph.ts'
import { elementCount } from '../src/ir/literal.ts'
import type { TensorType } from '../src/ir/type.ts'
import { nodeFlops } from '../src/model/flops.ts'
import { DTYPES } from '../src/support/dtype.ts'
import type { Yardstick } from './yardstick.ts'

/** What a run has to do. */
export interface Work {
  /** Multiplications and additions of matrix products. */
  readonly flops: number
  /** Bytes that are read or written at least. */
  readonly bytes: number
}

/** The ideal time of some work. */
export interface Ideal {
  readonly yardstick: Yardstick
  readonly ms: number
  readonly flopsMs: number
  readonly bytesMs: number
}

/** The time of `work` at the rates of `yardstick`. */
export function idealOf(work: Work, yardstick: Yardstick): Ideal {
  const flopsMs = work.flops / yardstick.gflops / 1e6
  const bytesMs = work.bytes / yardstick.gbps / 1e6
  return { yardstick, ms: flopsMs + bytesMs, flopsMs, bytesMs }
}

/**
 * The work of a program that runs forward: arguments are read once and outputs written once. What a
 * product or a reduction makes on the way is written once and read once. Graphs are bound, in core
 * ops.
 */
export function forwardWork(graph: Graph): Work {
  const outputs = new Set(graph.outputs.map(output => output.value))
  const inner = boundaries(graph).filter(({ id }) => !outputs.has(id))
  return {
    flops: flopsOf(graph),
    bytes: bytesOf(graph.arguments) + bytesOf(outputResults(graph)) + 2 * bytesOf(inner),
  }
}

/**
 * The work of a training step: `forward` is the model, `derivative` its forward and backward
 * pass in one graph, `slots` the arrays that the optimizer keeps for each parameter. Parameters,
 * slots and state are read once and written once; inputs are read once; what a product or a
 * reduction of the forward pass makes is written once, then read once forward and once backward.
 * A batch norm adds no activation of its own: all that it needs of the product before it are two
 * small sums, and what it makes of that product can be made wherever it is read.
 */
export function stepWork(forward: Graph, derivative: Graph, slots: number): Work {
  const bytes = (role: Argument['role']) =>
    bytesOf(forward.arguments.filter(argument => argument.role === role))
  const resident = 2 * (1 + slots) * bytes('param') + 2 * bytes('state')
  return {
    flops: flopsOf(derivative),
    bytes: bytes('input') + bytes('rng') + resident + 3 * bytesOf(boundaries(forward)),
  }
}

/**
 * Multiplications and additions of all matrix products of a graph, of which convolutions and their
 * gradients are some: of a strided one those with an element, not those with a zero between two.
 */
export function flopsOf(graph: Graph): number {
  const flops = nodeFlops(graph)
  const products = nodesOf(graph).filter(({ op }) => op.lowering.kind === 'contraction')
  return products.reduce((sum, { id }) => sum + flops.get(id)!, 0)
}

/** Classes of ops that fuse into whatever uses their result: no memory need ever hold it. */
const FUSIBLE: readonly string[] = ['elementwise', 'movement', 'literal']

/**
 * The values that have to lie in memory between two kernels, whatever is fused: what products make,
 * convolutions too, and what reductions do, pools too. Windows are movements, and lie nowhere.
 */
function boundaries(graph: Graph): readonly Result[] {
  const kept = nodesOf(graph).filter(node => !FUSIBLE.includes(node.op.lowering.kind))
  return kept.flatMap(node => node.results)
}

function outputResults(graph: Graph): readonly Result[] {
  const results = new Map(nodesOf(graph).flatMap(node => node.results.map(r => [r.id, r] as const)))
  const values = [...new Set(graph.outputs.map(output => output.value))]
  return values.flatMap(id => results.get(id) ?? [])
}

function bytesOf(results: readonly Result[]): number {
  return results.reduce((sum, { type }) => {
    return sum + elementCount(extentsOf(type.shape)) * DTYPES[type.dtype].bytes
  }, 0)
}

/** Sizes of a bound shape. Counting needs numbers: a name here is a mistake of the workload. */
function extentsOf(shape: TensorType['shape']): readonly number[] {
  if (shape.every(extent => typeof extent === 'number')) return shape
  throw new RangeError(`work is counted on bound graphs, got the shape [${shape}]`)
}
