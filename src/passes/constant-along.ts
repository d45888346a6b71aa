// Values that do not change along some axes: fills, and what a broadcast repeats along all of them.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { dropAxes, otherAxes } from '../ops/axes.ts'
import { broadcastAlong, broadcastTo } from '../ops/broadcast.ts'
import { full } from '../ops/creation.ts'
import type { RuleContext } from '../rewrite/rule.ts'
import { attribute } from '../rewrite/rule.ts'
import { fillOf } from './known.ts'

/**
 * What gives, for a value that is the same all along `axes`, the value without those axes;
 * undefined where it may change. Nothing is built before it is asked for.
 */
export function constantAlong(
  value: Value,
  axes: readonly number[],
  { madeBy, into }: Pick<RuleContext, 'madeBy' | 'into'>,
): (() => Value) | undefined {
  const of = madeBy(value)
  if (of === undefined) return undefined
  const { dtype, shape } = value.type
  const left = dropAxes(shape, axes)
  const fill = fillOf(of)
  if (fill !== undefined) return () => full(into, fill, { dtype, shape: left })
  if (of.op !== broadcastTo.op) return undefined
  const fresh = attribute(of, 'axes', integers)
  if (!axes.every(axis => fresh.includes(axis))) return undefined
  const kept = otherAxes(shape.length, axes)
  const repeated = kept.flatMap((axis, i) => (fresh.includes(axis) ? [i] : []))
  return () => broadcastAlong(of.operands[0]!, left, repeated)
}
