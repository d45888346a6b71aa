// Ops on known tensors, for tests that state values: a call computes at once.

import type { Value } from '../../src/ir/builder.ts'
import { Evaluator } from '../../src/ir/evaluate.ts'
import { Literal, type NestedArray } from '../../src/ir/literal.ts'
import type { DTypeName } from '../../src/support/dtype.ts'

/** What the values of a test belong to. */
export const evaluator = new Evaluator()

/** A known tensor; f64 by default, so that nothing is rounded. */
export function known(value: NestedArray, dtype: DTypeName = 'f64', shape?: number[]): Value {
  return evaluator.value(Literal.from(value, dtype, shape))
}

/** The elements of a value, in row-major order. */
export function elements(value: Value): number[] {
  return Array.from(evaluator.literal(value).values())
}

/** Whole numbers from 0, as a tensor of the shape. */
export function counting(shape: readonly number[]): Value {
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)
  return evaluator.value(new Literal('f64', shape, data))
}
