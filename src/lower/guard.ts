// A computed element at an index that may leave its tensor. A load has `else` for that; an
// expression is chosen by conditions on the index, made of the index expressions themselves.

import { addIndex, divide, type Index, index, range, scaleIndex } from '../kernel/index.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'

/**
 * `element` where `at` lies in `shape`, else `fill`. The element is computed at an index without
 * inexact divisions; its loads must have an `else` of their own.
 */
export function guarded(
  at: readonly Index[],
  shape: readonly number[],
  fill: Scalar,
  element: (index: readonly Index[]) => Scalar,
): Scalar {
  const conditions: Scalar[] = []
  const inside = at.map(e => withoutExact(e, conditions))
  inside.forEach((e, d) => {
    conditions.push(...bounds(e, shape[d]!))
  })
  const [first, ...rest] = conditions
  const value = element(inside)
  if (first === undefined || value === fill) return value
  return s.select(
    rest.reduce((all, one) => s.and(all, one), first),
    value,
    fill,
  )
}

/** The same index with quotients rounded down, and the conditions under which they are exact. */
function withoutExact(e: Index, conditions: Scalar[]): Index {
  return e.terms.reduce((sum, { scale, of }) => {
    if (of.kind === 'axis' || of.kind === 'value') return addIndex(sum, index(0, [{ scale, of }]))
    const dividend = withoutExact(of.of, conditions)
    if (of.kind !== 'exact')
      return addIndex(sum, scaleIndex(divide(of.kind, dividend, of.by), scale))
    const remainder = divide('mod', dividend, of.by)
    conditions.push(s.eq(s.indexValue(remainder), s.constant('i32', 0)))
    return addIndex(sum, scaleIndex(divide('div', dividend, of.by), scale))
  }, index(e.constant))
}

function bounds(e: Index, size: number): Scalar[] {
  const [low, high] = range(e)
  const position = s.indexValue(e)
  return [
    ...(low < 0 ? [s.ge(position, s.constant('i32', 0))] : []),
    ...(high >= size ? [s.lt(position, s.constant('i32', size))] : []),
  ]
}
