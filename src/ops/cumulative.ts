// Running totals along an axis.

import { boolean, integer } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { eachIndex, Literal, stridesOf } from '../ir/literal.ts'
import type { Op } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { absoluteAxis, axisViolation } from './axes.ts'
import { dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'

/** Options of `cumsum`. */
export interface CumulativeOptions {
  /** Whether an element's own value is left out of its total. */
  readonly exclusive?: boolean | undefined
  /** Whether totals run from the last element to the first. */
  readonly reverse?: boolean | undefined
}

const cumsumOp: Op = defineOp({
  name: 'cumsum',
  family: 'cumulative',
  operands: ['x'],
  attributes: { axis: integer, exclusive: boolean, reverse: boolean },
  defaults: () => ({ exclusive: false, reverse: false }),
  constraints: { C1: dtypeConstraint('x', NUMBERS), C2: 'axis is within the rank of x' },
  type: ({ x }, { axis }) =>
    dtypeViolation(x, 'x', NUMBERS) ?? axisViolation('C2', axis, x, 'x') ?? x,
  evaluate: ({ x }, { axis, exclusive, reverse }) => {
    const step = stridesOf(x.shape)[axis]!
    const extent = x.shape[axis]!
    const data = new Float64Array(x.size)
    const lines = x.shape.map((size, other) => (other === axis ? Math.min(1, size) : size))
    eachIndex(lines, index => {
      const first = index.reduce((sum, i, k) => sum + i * stridesOf(x.shape)[k]!, 0)
      let total = 0
      for (let i = 0; i < extent; i++) {
        const position = first + step * (reverse ? extent - 1 - i : i)
        const before = total
        total += x.at(position)
        data[position] = exclusive ? before : total
      }
    })
    return new Literal(x.dtype, x.shape, data)
  },
  vjp: ({ ct, attributes: { axis, exclusive, reverse } }) => ({
    x: cumsum(ct, axis, { exclusive, reverse: !reverse }),
  }),
  jvp: 'linear',
  lowering: {
    kind: 'serial',
    combine: '+',
    carried: ({ axis, exclusive, reverse }) => ({
      axis: axis as number,
      exclusive: exclusive as boolean,
      reverse: reverse as boolean,
    }),
  },
  facts: { zeroPreserving: true },
  samples: draw => {
    const shape = draw.shape(1)
    const axis = draw.integer(0, shape.length - 1)
    const flags = { exclusive: draw.integer(0, 1) === 1, reverse: draw.integer(0, 1) === 1 }
    return { operands: [operand(draw.pick(NUMBERS), shape)], attributes: { axis, ...flags } }
  },
})

/**
 * Running sums along an axis.
 *
 *   out[…, i, …] = Σ over j ≤ i of x[…, j, …]          x̄ = cumsum(ct) in the other direction
 *
 * With `exclusive` the sum is over j < i; with `reverse` over j ≥ i (or j > i).
 *
 * Requires C1 x is a number. C2 axis is within the rank.
 * Numerics summed in order; integers wrap
 * Errors   E101 where the axis is out of range
 */
export const cumsum = operator(
  cumsumOp,
  (x: Value, axis: number, options: CumulativeOptions = {}): Value => {
    const { exclusive = false, reverse = false } = options
    const absolute = absoluteAxis('cumsum', x, axis, cumsum)
    return x.builder.append(cumsumOp, [x], { axis: absolute, exclusive, reverse }, cumsum)[0]!
  },
)
