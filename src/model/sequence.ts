// The types of parts that are applied one after the other: their call, and their parameters by
// position.

import type { Checked } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { Loosely } from './call-type.ts'
import type { Layer, None } from './part.ts'
import type { DTypeIn, Made, ShapeIn, Step, Steps, Through } from './step.ts'

/**
 * Calls of one tensor, one after the other; a misfit is the sentence of the call that refuses. In
 * the body of a generic layer the result counts as f32, which nearly every sequence gives.
 */
export interface Sequence<Calls>
  extends Loosely<(x: Tensor) => Tensor<Shape, 'f32'>>,
    Steps<SequenceStep<Calls>> {
  <S extends Shape, D extends DTypeName>(
    x: Checked<Tensor<S, D>, Through<Calls, Tensor<S, D>>>,
  ): Made<Through<Calls, Tensor<S, D>>>
}

interface SequenceStep<Calls> extends Step {
  readonly result: Through<Calls, Tensor<ShapeIn<this>, DTypeIn<this>>>
}

/** The calls of parts: those of layers, and functions as they are. */
export type CallsOf<P> = {
  readonly [I in keyof P]: P[I] extends Layer<infer C, infer _P, infer _S> ? C : P[I]
}

/** The tree of parts: layers, and nothing at the positions of functions. */
export type LayersOf<P> = {
  readonly [I in keyof P]: P[I] extends Layer<infer _C, infer _P, infer _S> ? P[I] : None
}
