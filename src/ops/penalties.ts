// Penalties on the size of weights, to be added to a loss: one number each. Composites, so that a
// training graph reads as it is taught.

import { number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { type Operator, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { mul, scale, square } from './arithmetic.ts'
import { broadcastAlong, sum } from './broadcast.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { abs, sign } from './piecewise.ts'

/** A public penalty: a tensor of weights to one number. */
export interface PenaltyOp extends Operator {
  (x: Value, strength: number): Value
}

interface PenaltySection {
  readonly name: string
  /** The penalty of strength 1 is this factor times the sum of `of` every element. */
  readonly factor: number
  readonly of: (x: Value) => Value
  /** The derivative of the penalty of strength 1 by each element. */
  readonly slope: (x: Value) => Value
  readonly kinks?: readonly number[]
}

/** A penalty over all elements. C1: x is a float. C2: the strength is finite and not negative. */
function penalty({ name, factor, of, slope, kinks = [] }: PenaltySection): PenaltyOp {
  const op = defineComposite({
    name,
    operands: ['x'],
    attributes: { strength: number },
    constraints: { C1: dtypeConstraint('x', FLOATS), C2: 'strength is a number from 0 on' },
    type: ({ x }, { strength }) => {
      const refused = dtypeViolation(x, 'x', FLOATS)
      if (refused !== undefined) return refused
      if (strength >= 0 && strength < Number.POSITIVE_INFINITY) return { ...x, shape: [] }
      const message = `strength must be a number from 0 on, got ${strength}`
      return violation('C2', message, {}, 'start from a strength such as 1e-4')
    },
    body: ({ x }, { strength }) => scale(sum(of(x)), factor * strength),
    vjp: ({ x, ct, attributes: { strength } }) => {
      const { shape } = x.type
      const all = shape.map((_, axis) => axis)
      return { x: mul(broadcastAlong(scale(ct, strength), shape, all), slope(x)) }
    },
    samples: draw => ({
      operands: [operand(draw.pick(FLOATS), draw.shape())],
      attributes: { strength: draw.pick([0, 0.5, 3]) },
    }),
    kinks,
  })
  const call: PenaltyOp = operator(
    op,
    (x: Value, strength: number): Value => x.builder.append(op, [x], { strength }, call)[0]!,
  )
  return call
}

/**
 * L1 penalty: the sum of magnitudes, times a strength. It draws weights to exactly 0.
 *
 *   out = strength · Σ |x|          x̄ = ct · strength · sign(x)
 *
 * Requires  C1 a float dtype. C2 strength is a number from 0 on.
 * Numerics  the derivative at 0 is 0; NaN stays NaN
 * Errors    E101 when C1 or C2 fails
 */
export const l1Penalty: PenaltyOp = penalty({
  name: 'l1_penalty',
  factor: 1,
  of: abs,
  slope: sign,
  kinks: [0],
})

/**
 * L2 penalty: half the sum of squares, times a strength; weight decay as a loss.
 *
 *   out = ½ · strength · Σ x²          x̄ = ct · strength · x
 *
 * With strength λ/m this is the λ/2m · ‖w‖² of the textbooks; of a matrix, the Frobenius norm.
 *
 * Requires  C1 a float dtype. C2 strength is a number from 0 on.
 * Numerics  no root is taken, so the derivative at 0 is 0 and not 0/0
 * Errors    E101 when C1 or C2 fails
 */
export const l2Penalty: PenaltyOp = penalty({
  name: 'l2_penalty',
  factor: 0.5,
  of: square,
  slope: x => x,
})
