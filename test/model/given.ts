// Values for tests of the public ops: arguments of one graph whose shapes tsc does not know, so
// that what it would refuse is refused when the graph is built; and rows of the table of sentences
// at both times.

import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Tensor } from '../../src/ir/tensor.ts'
import { type Shape, tensorType } from '../../src/ir/type.ts'
import type { DTypeName } from '../../src/support/dtype.ts'

/** A fresh argument of a graph: its shape and dtype are known at build time only. */
export function given(
  shape: Shape,
  dtype: DTypeName = 'f32',
  builder: GraphBuilder = new GraphBuilder(),
): Tensor {
  return builder.input(`x${builder.arguments.length}`, tensorType(dtype, shape))
}

/** Arguments of one graph, in a row. */
export function givenAll(...types: readonly (readonly [Shape, DTypeName?])[]): Tensor[] {
  const builder = new GraphBuilder()
  return types.map(([shape, dtype]) => given(shape, dtype, builder))
}

/** A sentence that a rule gives as a type, and a call that throws it when the graph is built. */
export type Row = readonly [sentence: string, call: () => unknown]

/**
 * A row of a table of sentences. `Rule` is the rule on the shapes of `call`: where it does not give
 * `sentence`, the row does not compile.
 */
export function row<Rule extends string>(sentence: Rule, call: () => unknown): Row {
  return [sentence, call]
}
