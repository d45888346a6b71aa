// Losses and normalizations as a composite, and as they are written by hand. Everything is f64, so
// that derivatives can be compared to twelve digits.

import {
  abs,
  add,
  batchNorm,
  div,
  dot,
  exp,
  expandDims,
  layerNorm,
  log,
  log1p,
  matmul,
  max,
  maximum,
  mean,
  mul,
  neg,
  pow,
  rsqrt,
  sigmoid,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  transpose,
  variance,
} from '../../../src/index.ts'
import type { Tensor } from '../../../src/ir/tensor.ts'
import type { Shape } from '../../../src/ir/type.ts'

type Operand = Tensor<Shape, 'f64'>

/** Inputs by the letters of the formulas; a formula gets those that it names. */
interface Inputs {
  /** Logits. */
  readonly z: Operand
  /** Labels. */
  readonly y: Operand
  /** What is normalized, or comes before. */
  readonly x: Operand
  readonly gamma: Operand
  readonly beta: Operand
  /** Weights and bias of a layer, or weights of classes. */
  readonly w: Operand
  readonly b: Operand
}

type Body = (inputs: Inputs) => Operand

/** The composite, and spellings of it. */
export interface Formula {
  readonly inputs: Partial<Readonly<Record<keyof Inputs, Shape>>>
  readonly composite: Body
  readonly byHand: Readonly<Record<string, Body>>
}

const kept = { keepDims: true } as const

/** y · log a + (1 − y) · log(1 − a). */
const logLikelihood = (y: Operand, a: Operand) =>
  add(mul(y, log(a)), mul(sub(1, y), log(sub(1, a))))

const softmaxLoss: Formula = {
  inputs: { z: ['batch', 4], y: ['batch', 4] },
  composite: ({ z, y }) => mean(softmaxCrossEntropy(z, y)),
  byHand: {
    'mean(-sum(y * log(softmax(z))))': ({ z, y }) => mean(neg(sum(mul(y, log(softmax(z))), -1))),
    'minus outside': ({ z, y }) => neg(mean(sum(mul(log(softmax(z)), y), -1))),
    'minus on the labels': ({ z, y }) => mean(sum(mul(neg(y), log(softmax(z))), -1)),
    'exponentials over their sum': ({ z, y }) => {
      const e = exp(z)
      return neg(mean(sum(mul(y, log(div(e, sum(e, -1, kept)))), -1)))
    },
    'exponentials shifted by the maximum': ({ z, y }) => {
      const e = exp(sub(z, max(z, -1, kept)))
      return neg(mean(sum(mul(y, log(div(e, sum(e, -1, kept)))), -1)))
    },
    'logits less the logarithm of the sum': ({ z, y }) =>
      neg(mean(sum(mul(y, sub(z, log(sum(exp(z), -1, kept)))), -1))),
  },
}

const softmaxLossOfRows: Formula = {
  inputs: { z: [6, 4], y: [6, 4], w: [4] },
  composite: ({ z, y, w }) => mean(softmaxCrossEntropy(z, mul(w, y))),
  byHand: {
    'minus one over the number of rows': ({ z, y, w }) =>
      mul(-1 / 6, sum(mul(mul(w, y), log(softmax(z))))),
    'divided by the number of rows': ({ z, y, w }) =>
      div(neg(sum(mul(mul(w, y), log(softmax(z))))), 6),
  },
}

const sigmoidLoss: Formula = {
  inputs: { z: ['batch'], y: ['batch'] },
  composite: ({ z, y }) => mean(sigmoidCrossEntropy(z, y)),
  byHand: {
    'the formula of a course': ({ z, y }) => neg(mean(logLikelihood(y, sigmoid(z)))),
    'a sigmoid by hand': ({ z, y }) => neg(mean(logLikelihood(y, div(1, add(1, exp(neg(z))))))),
    'terms exchanged, signs inside': ({ z, y }) =>
      mean(sub(mul(sub(y, 1), log(sub(1, sigmoid(z)))), mul(y, log(sigmoid(z))))),
    'the other sigmoid': ({ z, y }) =>
      neg(mean(add(mul(y, log(sigmoid(z))), mul(sub(1, y), log(sigmoid(neg(z))))))),
    'means apart': ({ z, y }) =>
      sub(neg(mean(mul(y, log(sigmoid(z))))), mean(mul(sub(1, y), log(sub(1, sigmoid(z)))))),
    'max(z, 0) - z * y + log1p(exp(-|z|))': ({ z, y }) =>
      mean(add(sub(maximum(z, 0), mul(z, y)), log1p(exp(neg(abs(z)))))),
    'log(1 + exp(z)) - y * z': ({ z, y }) => mean(sub(log(add(1, exp(z))), mul(y, z))),
    '(1 - y) * z + softplus(-z)': ({ z, y }) => mean(add(mul(sub(1, y), z), softplus(neg(z)))),
  },
}

const weightedSigmoidLoss: Formula = {
  inputs: { z: ['batch'], y: ['batch'] },
  composite: ({ z, y }) => mean(sigmoidCrossEntropy(z, y, { positiveWeight: 3 })),
  byHand: {
    'three times the positive term': ({ z, y }) =>
      neg(mean(add(mul(mul(3, y), log(sigmoid(z))), mul(sub(1, y), log(sub(1, sigmoid(z))))))),
  },
}

const sigmoidLossOfSums: Formula = {
  inputs: { z: [6], y: [6] },
  composite: ({ z, y }) => mean(sigmoidCrossEntropy(z, y)),
  byHand: {
    'minus one over m': ({ z, y }) => mul(-1 / 6, sum(logLikelihood(y, sigmoid(z)))),
    'two sums': ({ z, y }) => {
      const a = sigmoid(z)
      return neg(div(add(sum(mul(y, log(a))), sum(mul(sub(1, y), log(sub(1, a))))), 6))
    },
    'two dot products': ({ z, y }) => {
      const a = sigmoid(z)
      return mul(-1 / 6, add(dot(y, log(a)), dot(sub(1, y), log(sub(1, a)))))
    },
  },
}

const sigmoidLossOfRow: Formula = {
  inputs: { z: [1, 6], y: [1, 6] },
  composite: ({ z, y }) => mean(sigmoidCrossEntropy(z, y)),
  byHand: {
    'a row times a column': ({ z, y }) => {
      const a = sigmoid(z)
      const positive = matmul(y, transpose(log(a)))
      return sum(mul(-1 / 6, add(positive, matmul(sub(1, y), transpose(log(sub(1, a)))))))
    },
  },
}

/** A scalar of a normalized tensor, with a different slope everywhere. */
const measured = (out: Operand, y: Operand) => mean(mul(out, y))

const epsilon = 1e-5

const batchNormalization: Formula = {
  inputs: { x: ['batch', 4], gamma: [4], beta: [4], y: ['batch', 4] },
  composite: ({ x, gamma, beta, y }) => measured(batchNorm(x, gamma, beta).output, y),
  byHand: {
    'gamma * (x - mean) / sqrt(variance + epsilon) + beta': ({ x, gamma, beta, y }) => {
      const mu = mean(x, 0)
      const v = mean(square(sub(x, mu)), 0)
      return measured(add(div(mul(gamma, sub(x, mu)), sqrt(add(v, epsilon))), beta), y)
    },
    'mean of squares less square of mean, axes kept': ({ x, gamma, beta, y }) => {
      const mu = mean(x, 0, kept)
      const v = sub(mean(mul(x, x), 0, kept), square(mu))
      return measured(add(mul(gamma, div(sub(x, mu), sqrt(add(v, epsilon)))), beta), y)
    },
    'gamma over the deviation': ({ x, gamma, beta, y }) => {
      const factor = div(gamma, sqrt(add(variance(x, 0), epsilon)))
      return measured(add(beta, mul(sub(x, mean(x, 0)), factor)), y)
    },
    'a reciprocal root': ({ x, gamma, beta, y }) => {
      const unit = mul(sub(x, mean(x, 0)), rsqrt(add(variance(x, 0), epsilon)))
      return measured(add(mul(unit, gamma), beta), y)
    },
    'a power': ({ x, gamma, beta, y }) => {
      const unit = mul(sub(x, mean(x, 0)), pow(add(variance(x, 0), epsilon), -0.5))
      return measured(add(mul(unit, gamma), beta), y)
    },
  },
}

const batchNormOfLayer: Formula = {
  inputs: { x: ['batch', 3], w: [3, 4], b: [4], gamma: [4], beta: [4], y: ['batch', 4] },
  composite: ({ x, w, b, gamma, beta, y }) =>
    measured(batchNorm(add(matmul(x, w), b), gamma, beta).output, y),
  byHand: {
    'by deviations': ({ x, w, b, gamma, beta, y }) => {
      const z = add(matmul(x, w), b)
      const d = sub(z, mean(z, 0))
      return measured(add(div(mul(gamma, d), sqrt(add(mean(square(d), 0), epsilon))), beta), y)
    },
    'by squares': ({ x, w, b, gamma, beta, y }) => {
      const z = add(matmul(x, w), b)
      const mu = mean(z, 0)
      const v = sub(mean(square(z), 0), square(mu))
      return measured(add(div(mul(gamma, sub(z, mu)), sqrt(add(v, epsilon))), beta), y)
    },
  },
}

const batchNormOfColumns: Formula = {
  inputs: { x: [4, 6], gamma: [4], beta: [4], y: [4, 6] },
  composite: ({ x, gamma, beta, y }) => measured(batchNorm(x, gamma, beta, { axes: 1 }).output, y),
  byHand: {
    'sums over the number of columns': ({ x, gamma, beta, y }) => {
      const d = sub(x, div(sum(x, 1, kept), 6))
      const v = div(sum(square(d), 1, kept), 6)
      const scaled = div(mul(expandDims(gamma, 1), d), sqrt(add(v, epsilon)))
      return measured(add(scaled, expandDims(beta, 1)), y)
    },
  },
}

const layerNormalization: Formula = {
  inputs: { x: ['batch', 4], gamma: [4], beta: [4], y: ['batch', 4] },
  composite: ({ x, gamma, beta, y }) => measured(layerNorm(x, gamma, beta), y),
  byHand: {
    'over the last axis': ({ x, gamma, beta, y }) => {
      const d = sub(x, mean(x, -1, kept))
      const v = mean(square(d), -1, kept)
      return measured(add(div(mul(gamma, d), sqrt(add(v, epsilon))), beta), y)
    },
    'a reciprocal root': ({ x, gamma, beta, y }) => {
      const deviation = rsqrt(add(variance(x, -1, kept), epsilon))
      return measured(add(mul(mul(sub(x, mean(x, -1, kept)), deviation), gamma), beta), y)
    },
  },
}

/** All formulas by what they come to. */
export const formulas: Readonly<Record<string, Formula>> = {
  'the cross-entropy of a softmax': softmaxLoss,
  'the weighted cross-entropy of a softmax': softmaxLossOfRows,
  'the cross-entropy of a sigmoid': sigmoidLoss,
  'the weighted cross-entropy of a sigmoid': weightedSigmoidLoss,
  'the cross-entropy of a sigmoid, summed': sigmoidLossOfSums,
  'the cross-entropy of a sigmoid of a row': sigmoidLossOfRow,
  'batch normalization': batchNormalization,
  'batch normalization after a layer': batchNormOfLayer,
  'batch normalization of columns': batchNormOfColumns,
  'layer normalization': layerNormalization,
}
