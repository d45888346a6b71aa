// Indices as rows of zeros with a single one: the bridge from class numbers to probabilities.

import { dimension, dtype as dtypeAttribute } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { type Dim, dim } from '../ir/dim.ts'
import { notDifferentiable, type Operator } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import type { DTypeName } from '../support/dtype.ts'
import { broadcastAlong } from './broadcast.ts'
import { equal } from './comparison.ts'
import { iota } from './creation.ts'
import { ALL, dtypeConstraint, dtypeViolation } from './families.ts'
import { cast } from './select.ts'

const INDICES: readonly DTypeName[] = ['i32', 'u32']

/** Whether class c is the one that `labels` names: [k…] to bool [k…, classes]. */
export function isClass(labels: Value, classes: Dim): Value {
  const { dtype, shape } = labels.type
  const rank = shape.length
  const wide = [...shape, classes]
  const rows = shape.map((_, axis) => axis)
  const numbers = broadcastAlong(iota(labels.builder, [classes], 0, dtype), wide, rows)
  return equal(broadcastAlong(labels, wide, [rank]), numbers)
}

const oneHotOp = defineComposite({
  name: 'one_hot',
  operands: ['indices'],
  attributes: { depth: dimension, dtype: dtypeAttribute },
  defaults: () => ({ dtype: 'f32' }),
  constraints: { C1: dtypeConstraint('indices', INDICES) },
  type: ({ indices }, { depth, dtype }) =>
    dtypeViolation(indices, 'indices', INDICES) ?? { dtype, shape: [...indices.shape, depth] },
  body: ({ indices }, { depth, dtype }) => cast(isClass(indices, depth), dtype),
  vjp: () => ({ indices: notDifferentiable }),
  samples: draw => ({
    operands: [operand(draw.pick(INDICES), draw.shape(0, 5), 0, 4)],
    attributes: { depth: draw.integer(0, 5), dtype: draw.pick(ALL) },
  }),
})

/**
 * Indices as rows of 0 with a 1 where the index points, along a new last axis.
 *
 *   out[k…, c] = [indices[k…] = c]          no derivative
 *
 * Shapes    indices: [k…] → [k…, depth]
 * Requires  C1 indices are i32 or u32.
 * Numerics  an index outside 0 … depth − 1 gives a row of zeros
 * Errors    E101 when C1 fails
 *
 * @example
 * oneHot(labels, 10) // f32[batch,10] of i32[batch]
 */
export const oneHot: Operator & ((indices: Value, depth: Dim, dtype?: DTypeName) => Value) =
  operator(
    oneHotOp,
    (indices: Value, depth: Dim, dtype: DTypeName = 'f32'): Value =>
      indices.builder.append(oneHotOp, [indices], { depth: dim(depth), dtype }, oneHot)[0]!,
  )
