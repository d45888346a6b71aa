// The dropout layer.

import { byMode } from '../model/by-mode.ts'
import { declarationError } from '../model/declaration-error.ts'
import { layer } from '../model/layer.ts'
import { dropout as leaveOut, RATE_HELP, rateProblem } from '../model/ops/dropout.ts'
import { f32 } from '../model/slot.ts'

/**
 * A layer that leaves elements out at random while it is trained, so that none relies on another.
 *
 *   in training     out = x / (1 − rate) with probability 1 − rate, else 0
 *   in evaluation   out = x
 *
 * What is left out follows from the seed and the step of a run; every call of the layer, and every
 * layer, draws for itself.
 *
 * Shapes  x: f32 [...] → f32 [...]
 * Source  Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to
 *         prevent neural networks from overfitting", 2014
 * Throws  E126 where the rate is not in [0, 1).
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 784) },
 *   params: { l1: dense(784, 256), drop: dropout(0.5) },
 *   body: ({ x }, { l1, drop }) => ({ h: drop(relu(l1(x))) }),
 * })
 */
export const dropout = (rate: number) => {
  const problem = rateProblem(rate)
  if (problem !== undefined) throw declarationError('dropout', problem, RATE_HELP, dropout)
  return layer({
    name: 'dropout',
    input: f32('...'),
    output: f32('...'),
    apply: x => byMode({ train: leaveOut(x, rate), eval: x }),
  })
}
