// Every op by its text name. It serves the parser, the generated docs and the generic suites, which
// receive it as a value; nothing else imports it, so a bundle holds only the ops a program uses.
// Files are imported whole: an op is one line here.

import type { OpTable } from '../ir/op.ts'
import * as activation from './activation.ts'
import * as arithmetic from './arithmetic.ts'
import * as broadcast from './broadcast.ts'
import * as byMode from './by-mode.ts'
import * as calling from './call.ts'
import * as comparison from './comparison.ts'
import * as contraction from './contraction.ts'
import * as convolution from './convolution.ts'
import * as creation from './creation.ts'
import * as crossEntropy from './cross-entropy.ts'
import * as cumulative from './cumulative.ts'
import * as distributions from './distributions.ts'
import * as dropout from './dropout.ts'
import * as exponential from './exponential.ts'
import * as gelu from './gelu.ts'
import * as indexing from './indexing.ts'
import * as joining from './joining.ts'
import * as logarithms from './logarithms.ts'
import * as logic from './logic.ts'
import * as losses from './losses.ts'
import * as movement from './movement.ts'
import * as normalization from './normalization.ts'
import * as oneHot from './one-hot.ts'
import * as padding from './padding.ts'
import * as penalties from './penalties.ts'
import * as piecewise from './piecewise.ts'
import * as pooling from './pooling.ts'
import * as product from './product.ts'
import * as random from './random.ts'
import * as reduction from './reduction.ts'
import * as select from './select.ts'
import * as skewing from './skew.ts'
import * as slicing from './slicing.ts'
import * as softmax from './softmax.ts'
import * as statistics from './statistics.ts'
import * as trigonometric from './trigonometric.ts'

/** The op table: text name to public function, grouped by family. */
export const ops = {
  // creation
  constant: creation.constant,
  full: creation.full,
  iota: creation.iota,
  size: creation.size,
  // elementwise
  abs: piecewise.abs,
  add: arithmetic.add,
  ceil: piecewise.ceil,
  clamp: piecewise.clamp,
  cos: trigonometric.cos,
  div: arithmetic.div,
  elu: activation.elu,
  erf: exponential.erf,
  exp: exponential.exp,
  expm1: exponential.expm1,
  floor: piecewise.floor,
  gelu: gelu.gelu,
  leaky_relu: activation.leakyRelu,
  log: exponential.log,
  log1mexp: logarithms.log1mexp,
  log1p: exponential.log1p,
  log_add_exp: logarithms.logAddExp,
  maximum: piecewise.maximum,
  minimum: piecewise.minimum,
  mul: arithmetic.mul,
  neg: arithmetic.neg,
  pow: exponential.pow,
  reciprocal: arithmetic.reciprocal,
  relu: activation.relu,
  round: piecewise.round,
  rsqrt: exponential.rsqrt,
  sigmoid: activation.sigmoid,
  sign: piecewise.sign,
  silu: activation.silu,
  sin: trigonometric.sin,
  softplus: activation.softplus,
  sqrt: exponential.sqrt,
  square: arithmetic.square,
  sub: arithmetic.sub,
  tanh: trigonometric.tanh,
  xlog1py: logarithms.xlog1py,
  xlogy: logarithms.xlogy,
  // comparison
  equal: comparison.equal,
  greater: comparison.greater,
  greater_equal: comparison.greaterEqual,
  less: comparison.less,
  less_equal: comparison.lessEqual,
  not_equal: comparison.notEqual,
  // logic
  and: logic.and,
  not: logic.not,
  or: logic.or,
  xor: logic.xor,
  // choice and conversion
  by_mode: byMode.byMode,
  cast: select.cast,
  where: select.where,
  // shape
  broadcast_to: broadcast.broadcastTo,
  concat: joining.concat,
  pad: padding.pad,
  reshape: movement.reshape,
  reverse: movement.reverse,
  skew: skewing.skew,
  slice: slicing.slice,
  transpose: movement.transpose,
  // reduction
  argmax: reduction.argmax,
  argmin: reduction.argmin,
  max: reduction.max,
  min: reduction.min,
  prod: product.prod,
  sum: broadcast.sum,
  // cumulative
  cumsum: cumulative.cumsum,
  // contraction
  conv2d: convolution.conv2d,
  conv2d_transpose: convolution.conv2dTranspose,
  matmul: contraction.matmul,
  // indexing
  gather: indexing.gather,
  scatter_add: indexing.scatterAdd,
  // random
  bernoulli: distributions.bernoulli,
  random_bits: random.randomBits,
  random_normal: distributions.randomNormal,
  random_uniform: distributions.randomUniform,
  // composite
  call: calling.call,
  // composites
  avg_pool2d: pooling.avgPool2d,
  batch_norm: normalization.batchNorm,
  batch_norm_inference: normalization.batchNormInference,
  dropout: dropout.dropout,
  l1_penalty: penalties.l1Penalty,
  l2_penalty: penalties.l2Penalty,
  layer_norm: normalization.layerNorm,
  log_softmax: softmax.logSoftmax,
  log_sum_exp: softmax.logSumExp,
  max_pool2d: pooling.maxPool2d,
  mean: statistics.mean,
  one_hot: oneHot.oneHot,
  sigmoid_cross_entropy: losses.sigmoidCrossEntropy,
  softmax: softmax.softmax,
  softmax_cross_entropy: crossEntropy.softmaxCrossEntropy,
  squared_error: losses.squaredError,
  variance: statistics.variance,
} as const satisfies OpTable
