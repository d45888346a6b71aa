// What single ops weigh. Functions that a processor has no instruction for cost several times what
// arithmetic does, so that one of them in place of two is always the better way; a composite costs
// less than the shortest way to write it out.

import type { Op, Operator } from '../ir/op.ts'
import { sigmoid, softplus } from '../ops/activation.ts'
import { div, neg, reciprocal, sub } from '../ops/arithmetic.ts'
import { broadcastTo } from '../ops/broadcast.ts'
import { full } from '../ops/creation.ts'
import { softmaxCrossEntropy } from '../ops/cross-entropy.ts'
import { exp, expm1, log, log1p, pow, rsqrt } from '../ops/exponential.ts'
import { log1mexp, logAddExp, xlog1py, xlogy } from '../ops/logarithms.ts'
import { sigmoidCrossEntropy } from '../ops/losses.ts'
import { transpose } from '../ops/movement.ts'
import { logSoftmax, logSumExp, softmax } from '../ops/softmax.ts'
import { mean, variance } from '../ops/statistics.ts'
import { tanh } from '../ops/trigonometric.ts'

const ROWS: readonly (readonly [Operator, number])[] = [
  [full, 0],
  [neg, 3],
  [sub, 5],
  [div, 7],
  [reciprocal, 6],
  [rsqrt, 6],
  [broadcastTo, 5],
  [transpose, 6],
  [pow, 20],
  [exp, 16],
  [expm1, 16],
  [log, 20],
  [log1p, 20],
  [sigmoid, 16],
  [tanh, 16],
  [softplus, 7],
  [xlogy, 20],
  [xlog1py, 20],
  [log1mexp, 16],
  [logAddExp, 14],
  [logSumExp, 20],
  [softmax, 32],
  [logSoftmax, 30],
  [softmaxCrossEntropy, 16],
  [sigmoidCrossEntropy, 14],
  [mean, 4],
  [variance, 12],
]

/** The weights of ops that do not weigh what others of their kind do. */
export const WEIGHTS: ReadonlyMap<Op, number> = new Map(
  ROWS.map(([{ op }, weight]) => [op, weight]),
)
