// A computed element at an index that may leave its tensor. A load has `else` for that; an
// expression is chosen by conditions on the index, made of the index expressions themselves.

import { addIndex, divide, type Index, index, range, scaleIndex } from '../kernel/index.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { Rewriter } from '../kernel/substitute.ts'

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
  return chosen(conditions, assuming(conditions, element(inside)), fill)
}

/** `value` under all conditions, else `fill`; a value that is such a choice adds its own. */
function chosen(conditions: readonly Scalar[], value: Scalar, fill: Scalar): Scalar {
  if (value.kind === 'op' && value.op === 'select' && value.args[2] === fill) {
    const [more, inner] = value.args as readonly [Scalar, Scalar]
    return chosen([...conditions, ...conjuncts(more)], inner, fill)
  }
  const [first, ...rest] = conditions
  if (first === undefined || value === fill) return value
  return s.select(rest.reduce(s.and, first), value, fill)
}

/** The value where all of `conditions` hold: what they decide is not asked again. */
function assuming(conditions: readonly Scalar[], value: Scalar): Scalar {
  const held = new Set(conditions)
  if (held.size === 0) return value
  const scalar = (node: Scalar): Scalar => {
    if (node.kind !== 'op' || node.op !== 'select') return node
    const [condition, inner, other] = node.args as readonly [Scalar, Scalar, Scalar]
    const open = conjuncts(condition).filter(one => !held.has(one))
    const [first, ...rest] = open
    return first === undefined ? inner : s.select(rest.reduce(s.and, first), inner, other)
  }
  return new Rewriter({ scalar }).scalar(value)
}

/** The conditions of which `condition` is the conjunction. */
export function conjuncts(condition: Scalar): readonly Scalar[] {
  return condition.kind === 'op' && condition.op === 'and'
    ? condition.args.flatMap(conjuncts)
    : [condition]
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
