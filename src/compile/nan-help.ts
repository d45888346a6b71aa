// What to do about a node that makes NaN or an infinity: by the op, or, in a backward, by the op
// that it differentiates, and by what its operands are.

import type { Node } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'

const ROOT = 'a root has no finite derivative at 0: write sqrt(add(x, 1e-12))'
const POSITIVE = 'logarithms are of positive numbers: write log(maximum(x, 1e-7))'
const DIVISOR =
  'keep the divisor away from 0: write div(x, add(y, 1e-7)), or choose with where before'
const OVERFLOW = 'exp of more than 88 is no f32: subtract the largest element first, or use softmax'

/** In a backward, by the op that is differentiated: what it does where its own value is fine. */
export const BACKWARD: Readonly<Record<string, string>> = {
  sqrt: `${ROOT}; a where behind it is too late, since 0 · infinity is NaN`,
  rsqrt: 'a reciprocal root has no finite derivative at 0: write rsqrt(add(x, 1e-12))',
  log: `${POSITIVE}; a where behind it is too late, since 0 · infinity is NaN`,
  log1p: 'log1p has no finite derivative at -1: keep its operand above',
  div: DIVISOR,
  reciprocal: DIVISOR,
  pow: 'a power below 1 has no finite derivative at 0: write pow(add(x, 1e-7), y)',
  exp: OVERFLOW,
}

/** By the op itself. */
export const FORWARD: Readonly<Record<string, string>> = {
  log: POSITIVE,
  log1p: 'log1p is of numbers above -1: keep its operand above',
  div: DIVISOR,
  reciprocal: DIVISOR,
  rsqrt:
    'a root to divide by is of positive numbers: add an epsilon under it, as in sqrt(add(x, 1e-7))',
  sqrt: 'roots are of numbers from 0: write sqrt(maximum(x, 0))',
  exp: OVERFLOW,
  expm1: 'expm1 of more than 88 is no f32: make its operand smaller',
  pow: 'a negative number has no broken power, and 0 none below 0: keep the base positive',
  batch_norm: 'a column of equal elements has variance 0: use an epsilon above 0',
  layer_norm: 'a row of equal elements has variance 0: use an epsilon above 0',
}

const OTHERWISE = 'the operands are too large: scale the inputs, or lower the learning rate'
const MEETING = 'an infinity met another one or 0: look at where it comes from'

/** One thing to do about a node with these operands. */
export function helpFor({ op, origin }: Node, operands: readonly Literal[]): string {
  const { forward } = origin
  const known = (forward && BACKWARD[forward.op]) ?? FORWARD[op.name]
  if (known !== undefined) return known
  const isMeeting = operands.some(operand => !operand.values().every(Number.isFinite))
  return isMeeting ? MEETING : OTHERWISE
}
