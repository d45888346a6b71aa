// Networks that tell classes apart: from layers, and by the formulas of a first course.

import { logistic } from '../../../examples/logistic.ts'
import { mnist } from '../../../examples/mnist.ts'
import { parabola } from '../../../examples/parabola.ts'
import { planar } from '../../../examples/planar.ts'
import {
  add,
  argmax,
  byMode,
  cast,
  div,
  equal,
  exp,
  f32,
  i32,
  l2Penalty,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  mean,
  model,
  mul,
  neg,
  not,
  oneHot,
  param,
  pow,
  relu,
  repeat,
  sigmoid,
  softmax,
  softmaxCrossEntropy,
  square,
  squeeze,
  sub,
  sum,
  tanh,
} from '../../../src/index.ts'
import { batchNorm, dense, dropout, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

/** Hidden layers with batch norm and dropout, and a penalty on weights. */
const normalized = model({
  name: 'normalized_mlp',
  inputs: { x: f32('batch', 6), y: i32('batch') },
  params: {
    l1: dense(6, 5),
    bn1: batchNorm(5),
    l2: dense(5, 4),
    bn2: batchNorm(4),
    drop: dropout(0.25),
    out: param([4, 3], xavier()),
  },
  body({ x, y }, { l1, bn1, l2, bn2, drop, out }) {
    const h1 = relu(bn1(l1(x)))
    const h2 = drop(tanh(bn2(l2(h1))))
    const logits = matmul(h2, out)
    const data = mean(softmaxCrossEntropy(logits, y))
    const wrong = not(equal(argmax(logits, 1), y))
    return {
      loss: add(data, l2Penalty(out, 1e-3)),
      errorRate: mean(cast(wrong, 'f32')),
      logProbabilities: logSoftmax(logits),
    }
  },
})

/** Logistic regression as the course writes it: a cost over m examples that are columns. */
const course = model({
  name: 'course_logistic',
  inputs: { X: f32(4, 8), Y: f32(1, 8) },
  params: { w: param([4, 1], xavier()), b: param([1, 1]) },
  body({ X, Y }, { w, b }) {
    const m = 8
    const A = sigmoid(add(matmul(w, X, { transposeA: true }), b))
    const terms = add(mul(Y, log(A)), mul(sub(1, Y), log(sub(1, A))))
    return { cost: mul(-1 / m, sum(terms)), A }
  },
})

/** The two-layer network of the course, with its own sigmoid and its own backward formulas. */
const twoLayers = model({
  name: 'course_two_layers',
  inputs: { X: f32(2, 6), Y: f32(1, 6) },
  params: {
    W1: param([4, 2], xavier()),
    b1: param([4, 1]),
    W2: param([1, 4], xavier()),
    b2: param([1, 1]),
  },
  body({ X, Y }, { W1, b1, W2, b2 }) {
    const m = 6
    const A1 = tanh(add(matmul(W1, X), b1))
    const Z2 = add(matmul(W2, A1), b2)
    const A2 = div(1, add(1, exp(neg(Z2))))
    const cross = add(mul(log(A2), Y), mul(sub(1, Y), log(sub(1, A2))))
    const dZ2 = sub(A2, Y)
    const dW2 = mul(matmul(dZ2, A1, { transposeB: true }), 1 / m)
    const dZ1 = mul(matmul(W2, dZ2, { transposeA: true }), sub(1, pow(A1, 2)))
    const dW1 = mul(matmul(dZ1, X, { transposeB: true }), 1 / m)
    return { cost: neg(mean(cross)), dW1, dW2, db1: mul(sum(dZ1, 1, { keepDims: true }), 1 / m) }
  },
})

/** Softmax regression by hand: one-hot labels, the shift by the maximum, the sum over classes. */
const softmaxByHand = model({
  name: 'softmax_regression',
  inputs: { x: f32('batch', 5), y: i32('batch') },
  params: { w: param([5, 3], xavier()), b: param([3]) },
  body({ x, y }, { w, b }) {
    const z = add(matmul(x, w), b)
    const shifted = sub(z, max(z, 1, { keepDims: true }))
    const e = exp(shifted)
    const p = div(e, sum(e, 1, { keepDims: true }))
    const picked = sum(mul(oneHot(y, 3), log(p)), 1)
    return { loss: neg(mean(picked)), p }
  },
})

/** The same without the shift, by the log of the softmax op, with a penalty on the weights. */
const penalized = model({
  name: 'penalized_softmax',
  inputs: { x: f32('batch', 5), y: f32('batch', 3) },
  params: { w: param([5, 3], xavier()) },
  body({ x, y }, { w }) {
    const z = matmul(x, w)
    const loss = neg(mean(sum(mul(y, log(softmax(z))), -1)))
    const penalty = mul(0.5 * 0.01, sum(square(w)))
    return { loss: add(loss, penalty), p: softmax(z) }
  },
})

/** Residual blocks that end as the next one begins: rectified twice. */
const residual = model({
  name: 'residual_mlp',
  inputs: { x: f32('batch', 4), y: f32('batch') },
  params: { stem: dense(4, 4), blocks: repeat(2, dense(4, 4)), head: dense(4, 1) },
  body({ x, y }, { stem, blocks, head }) {
    let h = relu(stem(x))
    for (const block of blocks) h = relu(add(relu(block(relu(h))), h))
    const error = sub(squeeze(head(h), 1), y)
    return { loss: mean(square(error)), worst: max(mul(error, error)) }
  },
})

/** The hinge loss of a support vector machine with labels −1 and 1. */
const hinge = model({
  name: 'hinge',
  inputs: { x: f32('batch', 4), y: f32('batch') },
  params: { w: param([4, 1], xavier()), b: param([1]) },
  body({ x, y }, { w, b }) {
    const score = squeeze(add(matmul(x, w), b), 1)
    const margin = maximum(0, sub(1, mul(y, score)))
    const penalty = div(sum(mul(w, w)), 2)
    return { loss: add(mul(0.5, mean(margin)), penalty), squaredHinge: mean(pow(margin, 2)) }
  },
})

/** Input noise in training only, as a body of its own writes it. */
const noisy = model({
  name: 'temperature',
  inputs: { x: f32('batch', 4), y: i32('batch'), temperature: f32() },
  params: { l1: dense(4, 3) },
  body({ x, y }, { l1 }) {
    const z = byMode({ train: div(l1(x), 2), eval: l1(x) })
    const scaled = div(z, 4)
    return { loss: mean(softmaxCrossEntropy(scaled, y)), p: softmax(mul(scaled, 1)) }
  },
})

/** Networks of the corpus. */
export const classifiers: readonly Program[] = [
  program(mnist, { dims: { batch: 3 }, loss: 'loss', ranges: { x: [0, 1], y: [0, 10] } }),
  program(parabola, { loss: 'J' }),
  program(planar, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(logistic, { dims: { batch: 3 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(normalized, {
    dims: { batch: 6 },
    loss: 'loss',
    ranges: { 'bn1.variance': [0.5, 2], 'bn2.variance': [0.5, 2] },
  }),
  program(course, { loss: 'cost', ranges: { Y: [0, 1] } }),
  program(twoLayers, { loss: 'cost', ranges: { Y: [0, 1] } }),
  program(softmaxByHand, { dims: { batch: 4 }, loss: 'loss' }),
  program(penalized, { dims: { batch: 4 }, loss: 'loss', ranges: { y: [0, 1] } }),
  program(residual, { dims: { batch: 4 }, loss: 'loss' }),
  program(hinge, { dims: { batch: 5 }, loss: 'loss' }),
  program(noisy, { dims: { batch: 4 }, loss: 'loss' }),
]
