// Every op by its text name. It serves the parser, the generated docs and the generic suites, which
// receive it as a value; nothing else imports it, so a bundle holds only the ops a program uses.

import type { OpTable } from '../ir/op.ts'
import { elu, leakyRelu, relu, sigmoid, silu, softplus } from './activation.ts'
import { add, div, mul, neg, reciprocal, square, sub } from './arithmetic.ts'
import { broadcastTo, sum } from './broadcast.ts'
import { call } from './call.ts'
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from './comparison.ts'
import { matmul } from './contraction.ts'
import { constant, full, iota, size } from './creation.ts'
import { softmaxCrossEntropy } from './cross-entropy.ts'
import { cumsum } from './cumulative.ts'
import { bernoulli, randomNormal, randomUniform } from './distributions.ts'
import { erf, exp, expm1, log, log1p, pow, rsqrt, sqrt } from './exponential.ts'
import { gelu } from './gelu.ts'
import { gather, scatterAdd } from './indexing.ts'
import { concat } from './joining.ts'
import { and, not, or, xor } from './logic.ts'
import { sigmoidCrossEntropy, squaredError } from './losses.ts'
import { reshape, reverse, transpose } from './movement.ts'
import { oneHot } from './one-hot.ts'
import { pad } from './padding.ts'
import { abs, ceil, clamp, floor, maximum, minimum, round, sign } from './piecewise.ts'
import { prod } from './product.ts'
import { randomBits } from './random.ts'
import { argmax, argmin, max, min } from './reduction.ts'
import { cast, where } from './select.ts'
import { slice } from './slicing.ts'
import { logSoftmax, logSumExp, softmax } from './softmax.ts'
import { mean, variance } from './statistics.ts'
import { cos, sin, tanh } from './trigonometric.ts'

/** The op table: text name to public function, grouped by family. */
export const ops = {
  // creation
  constant,
  full,
  iota,
  size,
  // elementwise
  abs,
  add,
  ceil,
  clamp,
  cos,
  div,
  elu,
  erf,
  exp,
  expm1,
  floor,
  gelu,
  leaky_relu: leakyRelu,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  // comparison
  equal,
  greater,
  greater_equal: greaterEqual,
  less,
  less_equal: lessEqual,
  not_equal: notEqual,
  // logic
  and,
  not,
  or,
  xor,
  // choice and conversion
  cast,
  where,
  // shape
  broadcast_to: broadcastTo,
  concat,
  pad,
  reshape,
  reverse,
  slice,
  transpose,
  // reduction
  argmax,
  argmin,
  max,
  min,
  prod,
  sum,
  // cumulative
  cumsum,
  // contraction
  matmul,
  // indexing
  gather,
  scatter_add: scatterAdd,
  // random
  bernoulli,
  random_bits: randomBits,
  random_normal: randomNormal,
  random_uniform: randomUniform,
  // composite
  call,
  // composites
  log_softmax: logSoftmax,
  log_sum_exp: logSumExp,
  mean,
  one_hot: oneHot,
  sigmoid_cross_entropy: sigmoidCrossEntropy,
  softmax,
  softmax_cross_entropy: softmaxCrossEntropy,
  squared_error: squaredError,
  variance,
} as const satisfies OpTable
