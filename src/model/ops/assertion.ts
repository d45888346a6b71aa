// The way out of the checks of tsc and back: forget a shape, or claim one, which is verified when
// the graph is built.

import { dim } from '../../ir/dim.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { type AssertShapeRule, assertShapeRule } from '../shapes/assertion.ts'
import { accepted } from '../shapes/checked.ts'
import { placed } from '../tracing.ts'

/** The same tensor with its shape forgotten: rules then wait until the graph is built. */
export function loose<D extends DTypeName>(x: Tensor<Shape, D>): Tensor<Shape, D> {
  return x
}

/** The same tensor with its shape claimed. Throws E101 where it has another. */
export function assertShape<S extends Shape, D extends DTypeName, const C extends Shape>(
  x: Tensor<S, D>,
  shape: Checked<C, AssertShapeRule<S, [...C]>>,
): Tensor<[...C], D> {
  const help = 'correct the shape that is claimed, or reshape the tensor'
  const claimed = placed(assertShape, () => (shape as Shape).map(dim))
  accepted(assertShapeRule(x.shape, claimed), [x], assertShape, help)
  return x as Tensor<Shape, D> as Tensor<[...C], D>
}
