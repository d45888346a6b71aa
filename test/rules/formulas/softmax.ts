// Softmax and its logarithm written out, shifted or divided in two steps.

import type { Value } from '../../../src/ir/builder.ts'
import { add, div, mul, reciprocal, sub } from '../../../src/ops/arithmetic.ts'
import { broadcastAlong, sum } from '../../../src/ops/broadcast.ts'
import { exp, log } from '../../../src/ops/exponential.ts'
import { logSumExp, softmax } from '../../../src/ops/softmax.ts'
import type { Formula } from './formula.ts'

/** sigmoid(2), and its slope there: the softmax of two logits 2 apart. */
const [SIGMOID2, SLOPE2] = [0.8807970779778824, 0.10499358540350652]
/** sigmoid(¼), and its slope there. */
const [SIGMOID14, SLOPE14] = [0.5621765008857981, 0.24613408273759835]

const along = (reduced: Value, like: Value) => broadcastAlong(reduced, like.type.shape, [0])

/** Formulas of softmax. */
export const softmaxes: readonly Formula[] = [
  {
    rules: ['softmax-of-exp'],
    written: 'exp(x) / Σ exp(x)',
    build: x => div(exp(x!), along(sum(exp(x!)), x!)),
    at: [[90, 88]],
    weights: [1, 0],
    derivation: 'sigmoid(±2), and the slope of sigmoid there with both signs',
    value: [SIGMOID2, 1 - SIGMOID2],
    gradients: [[SLOPE2, -SLOPE2]],
    wrong: 'value and gradient',
  },
  {
    rules: ['log-of-softmax', 'softmax-of-exp'],
    written: 'log(exp(x) / Σ exp(x))',
    build: x => log(div(exp(x!), along(sum(exp(x!)), x!))),
    at: [[-200, 200]],
    derivation: 'x − 200 − exp(−400) + …; slopes 1 − 2 exp(−400) + … and −1 + 2 exp(−400) − …',
    value: [-400, 0],
    gradients: [[1, -1]],
    wrong: 'value and gradient',
  },
  {
    rules: ['softmax-of-reciprocal'],
    written: 'exp(x) · (1 / Σ exp(x))',
    build: x => mul(exp(x!), along(reciprocal(sum(exp(x!))), x!)),
    at: [[-200, -202]],
    weights: [1, 0],
    derivation: 'sigmoid(±2), and the slope of sigmoid there with both signs',
    value: [SIGMOID2, 1 - SIGMOID2],
    gradients: [[SLOPE2, -SLOPE2]],
    wrong: 'value and gradient',
  },
  {
    rules: ['log-of-softmax'],
    written: 'log(softmax(x))',
    build: x => log(softmax(x!, 0)),
    at: [[-200, 200]],
    derivation: 'x − 200 − exp(−400) + …; slopes 1 − 2 exp(−400) + … and −1 + 2 exp(−400) − …',
    value: [-400, 0],
    gradients: [[1, -1]],
    wrong: 'value and gradient',
  },
  {
    rules: ['exp-over-exp'],
    written: 'exp(x) / exp(y)',
    build: (x, y) => div(exp(x!), exp(y!)),
    at: [102, 100],
    derivation: 'exp(2), which is its slope with both signs',
    value: [7.38905609893065],
    gradients: [[7.38905609893065], [-7.38905609893065]],
    wrong: 'value and gradient',
  },
  {
    rules: ['softmax-of-exp'],
    written: 'exp(x) / Σ over both axes of exp(x)',
    build: x => div(exp(x!), broadcastAlong(sum(exp(x!)), x!.type.shape, [0, 1])),
    at: [[[90], [88]]],
    weights: [1, 0],
    derivation: 'sigmoid(±2), and the slope of sigmoid there with both signs',
    value: [SIGMOID2, 1 - SIGMOID2],
    gradients: [[SLOPE2, -SLOPE2]],
    wrong: 'value and gradient',
  },
  {
    rules: ['log-softmax-of-log-sum-exp'],
    written: 'x − log_sum_exp(x)',
    build: x => sub(x!, along(logSumExp(x!), x!)),
    at: [[1e8, 1e8]],
    weights: [1, 0],
    derivation: '−log(2), and ½ of the cotangent less that',
    value: [-Math.LN2, -Math.LN2],
    gradients: [[0.5, -0.5]],
    wrong: 'value and gradient',
  },
  {
    rules: ['softmax-shift'],
    written: 'softmax(x − c)',
    build: (x, c) => softmax(sub(x!, along(c!, x!)), 0),
    at: [[0.5, 0.25], 1e8],
    weights: [1, 0],
    derivation:
      'sigmoid(±¼), and the slope of sigmoid there with both signs; a shift changes nothing',
    value: [SIGMOID14, 1 - SIGMOID14],
    gradients: [[SLOPE14, -SLOPE14], [0]],
    wrong: 'value and gradient',
  },
  {
    rules: ['log-sum-exp-shift', 'log-sum-of-exp'],
    written: 'log(Σ exp(x − c)) + c',
    build: (x, c) => add(log(sum(exp(sub(x!, along(c!, x!))))), c!),
    at: [[0.5, 0.25], 200],
    derivation: '½ + log(1 + exp(−¼)); slopes sigmoid(±¼), and a shift changes nothing',
    value: [1.0759394198788435],
    gradients: [[SIGMOID14, 1 - SIGMOID14], [0]],
    wrong: 'value and gradient',
  },
]
