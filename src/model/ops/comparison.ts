// Comparisons of two tensors, of which one may be a number. The result is a bool, which carries no
// derivative.

import * as core from '../../ops/comparison.ts'
import { type PredicateFunction, predicateOf } from './elementwise.ts'

/** Whether x = y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const equal: PredicateFunction<'equal', 'any'> = predicateOf('equal', 'any', core.equal)

/** Whether x ≠ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const notEqual: PredicateFunction<'notEqual', 'any'> = predicateOf(
  'notEqual',
  'any',
  core.notEqual,
)

/** Whether x < y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const less: PredicateFunction<'less', 'number'> = predicateOf('less', 'number', core.less)

/** Whether x ≤ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const lessEqual: PredicateFunction<'lessEqual', 'number'> = predicateOf(
  'lessEqual',
  'number',
  core.lessEqual,
)

/** Whether x > y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const greater: PredicateFunction<'greater', 'number'> = predicateOf(
  'greater',
  'number',
  core.greater,
)

/** Whether x ≥ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const greaterEqual: PredicateFunction<'greaterEqual', 'number'> = predicateOf(
  'greaterEqual',
  'number',
  core.greaterEqual,
)
