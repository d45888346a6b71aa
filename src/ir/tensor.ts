// Typed views of what the graph builder and a run hand out: the same objects, with shape and dtype
// known to the TypeScript compiler. Nothing here exists at run time.

import type { DTypeName } from '../support/dtype.ts'
import type { Value } from './builder.ts'
import type { Shape } from './type.ts'

/**
 * A value of the graph under construction, as model bodies see it. A dim is a literal (784), a name
 * ('batch'), or `number` where it is not known before the graph is built.
 */
export interface Tensor<S extends Shape = Shape, D extends DTypeName = DTypeName> extends Value {
  readonly shape: S
  readonly dtype: D
}

/** The typed array that holds elements of each dtype; `ArrayBuffer` only, never shared memory. */
export interface ArrayOf {
  readonly f32: Float32Array
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly bool: Uint32Array
}

/** A tensor outside of any graph, in row-major order: what is passed to a run and comes back. */
export interface Host<S extends Shape = Shape, D extends DTypeName = DTypeName> {
  readonly shape: S
  readonly dtype: D
  readonly data: ArrayOf[D]
}
