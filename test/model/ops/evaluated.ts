// Known tensors with typed shapes, for tests that state values of the public ops: a call computes
// at once. And where the nodes and the errors of a call are said to come from.

import { GraphBuilder } from '../../../src/ir/builder.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import { type Shape, tensorType } from '../../../src/ir/type.ts'
import { GraphError } from '../../../src/support/diagnostic.ts'
import type { DTypeName } from '../../../src/support/dtype.ts'
import type { SourceLocation } from '../../../src/support/source.ts'
import { counting, known } from '../../ops/known.ts'

/** Whole numbers from 0, row by row. */
export function count<const S extends readonly number[]>(shape: S): Tensor<[...S], 'f64'> {
  return counting(shape) as Tensor<[...S], 'f64'>
}

/** Given elements, row by row. */
export function filled<const S extends readonly number[], D extends DTypeName>(
  shape: S,
  dtype: D,
  values: readonly number[],
): Tensor<[...S], D> {
  return known(values, dtype, [...shape]) as Tensor<[...S], D>
}

/** An argument of a graph, with a typed shape. */
export function argument<const S extends Shape, D extends DTypeName = 'f32'>(
  shape: S,
  dtype?: D,
  builder: GraphBuilder = new GraphBuilder(),
): Tensor<[...S], NoInfer<D>> {
  const name = `x${builder.arguments.length}`
  return builder.input(name, tensorType(dtype ?? 'f32', shape)) as Tensor<[...S], D>
}

/** Where the nodes come from that `call` makes of an argument of `shape`. */
export function origins(
  shape: Shape,
  call: (x: Tensor) => unknown,
): readonly (SourceLocation | undefined)[] {
  const builder = new GraphBuilder()
  call(argument(shape, 'f32', builder) as Tensor)
  return builder.nodes().map(({ origin }) => origin.source?.location)
}

/** The error that `call` throws; fails where it throws nothing, or anything else. */
export function refusalOf(call: () => unknown): GraphError {
  try {
    call()
  } catch (error) {
    if (error instanceof GraphError) return error
    throw error
  }
  throw new Error('expected a GraphError, got a result')
}
