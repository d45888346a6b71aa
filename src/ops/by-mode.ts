// The choice between training and evaluation as a node: both sides are built and checked, and a
// program keeps one of them. `passes/choose-mode.ts` decides before anything is lowered; until then
// the attribute gives the node a meaning of its own, evaluation.

import { choice } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, operator } from '../ir/define.ts'
import { zero } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { ALL, equalTypes } from './families.ts'

/** Which side of `byMode` a program keeps. */
export type Mode = 'train' | 'eval'

const byModeOp = defineOp({
  name: 'by_mode',
  family: 'select',
  operands: ['train', 'eval'],
  attributes: { mode: choice('train', 'eval') },
  defaults: () => ({ mode: 'eval' }),
  constraints: { C1: 'train and eval have equal shape and dtype' },
  type: sides => {
    const problem = equalTypes(sides.train, sides.eval, ['train', 'eval'])
    return problem === undefined ? sides.train : { ...problem, constraint: 'C1' }
  },
  evaluate: (sides, { mode }) => sides[mode],
  vjp: ({ ct, attributes: { mode } }) => ({
    train: mode === 'train' ? ct : zero,
    eval: mode === 'eval' ? ct : zero,
  }),
  jvp: {
    train: ({ t, attributes: { mode } }) => (mode === 'train' ? t : zero),
    eval: ({ t, attributes: { mode } }) => (mode === 'eval' ? t : zero),
  },
  lowering: {
    kind: 'elementwise',
    scalar: ([train, evaluation], { attributes }) =>
      attributes.mode === 'train' ? train! : evaluation!,
  },
  facts: { idempotent: true },
  samples: draw => {
    const [shape, dtype] = [draw.shape(), draw.pick(ALL)]
    return {
      operands: [operand(dtype, shape), operand(dtype, shape)],
      attributes: { mode: draw.pick(['train', 'eval']) },
    }
  },
})

/**
 * A value that differs between programs that train and programs that evaluate.
 *
 *   out = mode = train ? train : eval          the cotangent goes to the side that is kept
 *
 * Requires  C1 train and eval of equal shape and dtype.
 * Numerics  the side that is not kept is not computed
 * Errors    E101 when C1 fails
 */
export const byMode = operator(
  byModeOp,
  (sides: { readonly train: Value; readonly eval: Value }, mode: Mode = 'eval'): Value =>
    sides.train.builder.append(byModeOp, [sides.train, sides.eval], { mode }, byMode)[0]!,
)
