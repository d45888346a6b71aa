// Quotients of exponentials, softmax above all, its logarithm and shifts of it. Normal form: no
// exponential divided by exponentials, and no shift before what does its own.

import { integer, integers } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sizeOf } from '../../ir/dim.ts'
import { add, div, mul, reciprocal, sub } from '../../ops/arithmetic.ts'
import { dimsAt } from '../../ops/axes.ts'
import { broadcastTo, sum } from '../../ops/broadcast.ts'
import { exp, log } from '../../ops/exponential.ts'
import { reshape } from '../../ops/movement.ts'
import { logSoftmax, logSumExp, softmax } from '../../ops/softmax.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'
import { constantAlong } from '../constant-along.ts'
import { exponentOf, LOGARITHM_DEPTH } from './stable-logarithms.ts'

const axesOf = (of: Matched) => attribute(of, 'axes', integers)
const axisOf = (of: Matched) => attribute(of, 'axis', integer)

/** Whether a broadcast repeats what a reduction gives along the very axes that it took away. */
function restores(repeated: Matched, reduced: Matched): boolean {
  const [fresh, gone] = [axesOf(repeated), axesOf(reduced)]
  return fresh.length === gone.length && fresh.every((axis, i) => axis === gone[i])
}

/** Whether a sum over one axis, or over neighbours, is repeated along them. */
function isAlongOne(repeated: Matched, reduced: Matched): boolean {
  const axes = axesOf(reduced)
  const areNeighbours = axes.every((axis, i) => i === 0 || axis === axes[i - 1]! + 1)
  return axes.length > 0 && areNeighbours && restores(repeated, reduced)
}

/** Softmax over neighbouring axes, which count as one. */
function softmaxAlong(x: Value, axes: readonly number[]): Value {
  const { shape } = x.type
  const [first] = axes
  if (axes.length === 1) return softmax(x, first)
  const merged = sizeOf(dimsAt(shape, axes))
  const flat = [...shape.slice(0, first), merged, ...shape.slice(first! + axes.length)]
  return reshape(softmax(reshape(x, flat), first), shape)
}

const totalOfExp = pattern(sum, pattern(exp, any('x'))).as('total')

const softmaxOfExp = rule({
  name: 'softmax-of-exp',
  why: 'exp(x) / Σ exp(x) = softmax(x): exponentials overflow to ∞/∞, or all underflow to 0/0',
  exactness: 'stabilizing',
  match: pattern(div, pattern(exp, any('x')), pattern(broadcastTo, totalOfExp).as('repeated')),
  when: ({ repeated, total }) => isAlongOne(repeated, total),
  build: ({ x, total }) => softmaxAlong(x, axesOf(total)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = exp %x : f32[n,4]
      %1 = sum %0 {axes = [1]} : f32[n]
      %2 = broadcast_to %1 {shape = [n, 4], axes = [1]} : f32[n,4]
      %3 = div %0, %2 : f32[n,4]`,
    after: '%0 = softmax %x {axis = 1} : f32[n,4]',
  },
  also: [
    {
      given: '%x: f32[n,2,3]',
      before: `
        %0 = exp %x : f32[n,2,3]
        %1 = sum %0 {axes = [1, 2]} : f32[n]
        %2 = broadcast_to %1 {shape = [n, 2, 3], axes = [1, 2]} : f32[n,2,3]
        %3 = div %0, %2 : f32[n,2,3]`,
      after: `
        %0 = reshape %x {shape = [n, 6]} : f32[n,6]
        %1 = softmax %0 {axis = 1} : f32[n,6]
        %2 = reshape %1 {shape = [n, 2, 3]} : f32[n,2,3]`,
    },
  ],
})

const softmaxOfReciprocal = rule({
  name: 'softmax-of-reciprocal',
  why: 'exp(x) · (1 / Σ exp(x)) = softmax(x): exponentials overflow to ∞ · 0, or all underflow to 0 · ∞',
  exactness: 'stabilizing',
  match: pattern(
    mul,
    pattern(exp, any('x')),
    pattern(broadcastTo, pattern(reciprocal, totalOfExp)).as('repeated'),
  ),
  when: ({ repeated, total }) => isAlongOne(repeated, total),
  build: ({ x, total }) => softmaxAlong(x, axesOf(total)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = exp %x : f32[n,4]
      %1 = sum %0 {axes = [1]} : f32[n]
      %2 = reciprocal %1 : f32[n]
      %3 = broadcast_to %2 {shape = [n, 4], axes = [1]} : f32[n,4]
      %4 = mul %0, %3 : f32[n,4]`,
    after: '%0 = softmax %x {axis = 1} : f32[n,4]',
  },
})

const expOverExp = rule({
  name: 'exp-over-exp',
  why: 'exp(x) / exp(y) = exp(x − y): they overflow to ∞/∞, or underflow to 0/0',
  exactness: 'stabilizing',
  match: pattern(div, any('u'), any('v')),
  when: ({ u, v, madeBy }) =>
    exponentOf(u, madeBy) !== undefined && exponentOf(v, madeBy) !== undefined,
  depth: LOGARITHM_DEPTH + 1,
  build: ({ u, v, madeBy }) => exp(sub(exponentOf(u, madeBy)!(), exponentOf(v, madeBy)!())),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = exp %y : f32[4]
      %2 = div %0, %1 : f32[4]`,
    after: `
      %0 = sub %x, %y : f32[4]
      %1 = exp %0 : f32[4]`,
  },
})

const expTimesExp = rule({
  name: 'exp-times-exp',
  why: 'exp(x) · exp(y) = exp(x + y): one overflows where the other underflows, and the product is ∞ · 0',
  exactness: 'stabilizing',
  match: pattern(mul, any('u'), any('v')),
  when: ({ u, v, madeBy }) =>
    exponentOf(u, madeBy) !== undefined && exponentOf(v, madeBy) !== undefined,
  depth: LOGARITHM_DEPTH + 1,
  build: ({ u, v, madeBy }) => exp(add(exponentOf(u, madeBy)!(), exponentOf(v, madeBy)!())),
  example: {
    given: '%x: f32[4], %y: f32[4]',
    before: `
      %0 = exp %x : f32[4]
      %1 = exp %y : f32[4]
      %2 = mul %0, %1 : f32[4]`,
    after: `
      %0 = add %x, %y : f32[4]
      %1 = exp %0 : f32[4]`,
  },
})

const logOfSoftmax = rule({
  name: 'log-of-softmax',
  why: 'log(softmax(x)) = log_softmax(x): the softmax underflows to 0, whose logarithm is −∞',
  exactness: 'stabilizing',
  match: pattern(log, pattern(softmax, any('x')).as('inner')),
  build: ({ x, inner }) => logSoftmax(x, axisOf(inner)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = softmax %x {axis = 1} : f32[n,4]
      %1 = log %0 : f32[n,4]`,
    after: '%0 = log_softmax %x {axis = 1} : f32[n,4]',
  },
})

const expOfLogSoftmax = rule({
  name: 'exp-of-log-softmax',
  why: 'exp(log_softmax(x)) = softmax(x), with one rounding less',
  exactness: 'rounding',
  match: pattern(exp, pattern(logSoftmax, any('x')).as('inner')),
  build: ({ x, inner }) => softmax(x, axisOf(inner)),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = log_softmax %x {axis = 1} : f32[n,4]
      %1 = exp %0 : f32[n,4]`,
    after: '%0 = softmax %x {axis = 1} : f32[n,4]',
  },
})

const logSoftmaxOfSum = rule({
  name: 'log-softmax-of-log-sum-exp',
  why: 'x − log_sum_exp(x) = log_softmax(x): beside a large x the logarithm of the sum is rounded away',
  exactness: 'stabilizing',
  match: pattern(
    sub,
    any('x'),
    pattern(broadcastTo, pattern(logSumExp, any('x')).as('total')).as('repeated'),
  ),
  when: ({ repeated, total }) => axesOf(total).length === 1 && restores(repeated, total),
  build: ({ x, total }) => logSoftmax(x, axesOf(total)[0]!),
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = log_sum_exp %x {axes = [1]} : f32[n]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
      %2 = sub %x, %1 : f32[n,4]`,
    after: '%0 = log_softmax %x {axis = 1} : f32[n,4]',
  },
  also: [
    {
      given: '%x: f32[4,n]',
      before: `
        %0 = log_sum_exp %x {axes = [0]} : f32[n]
        %1 = broadcast_to %0 {shape = [4, n], axes = [0]} : f32[4,n]
        %2 = sub %x, %1 : f32[4,n]`,
      after: '%0 = log_softmax %x {axis = 0} : f32[4,n]',
    },
  ],
})

const softmaxShift = rule({
  name: 'softmax-shift',
  why: 'softmax(x − c) = softmax(x) where c is constant along the axis: a large c rounds the digits of x away',
  exactness: 'stabilizing',
  match: pattern([softmax, logSoftmax], pattern([add, sub], any('x'), any('c'))),
  when: ({ c, root, madeBy, into }) =>
    constantAlong(c, [axisOf(root)], { madeBy, into }) !== undefined,
  depth: 3,
  build: ({ x, root, into }) => into.append(root.op, [x], root.attributes)[0]!,
  example: {
    given: '%x: f32[n,4]',
    before: `
      %0 = max %x {axes = [1]} : f32[n]
      %1 = broadcast_to %0 {shape = [n, 4], axes = [1]} : f32[n,4]
      %2 = sub %x, %1 : f32[n,4]
      %3 = softmax %2 {axis = 1} : f32[n,4]`,
    after: '%0 = softmax %x {axis = 1} : f32[n,4]',
  },
})

const logSumExpShift = rule({
  name: 'log-sum-exp-shift',
  why: 'log_sum_exp(x − c) + c = log_sum_exp(x): a large c rounds the digits of x away',
  exactness: 'stabilizing',
  match: pattern(
    add,
    pattern(logSumExp, pattern(sub, any('x'), pattern(broadcastTo, any('c')).as('repeated'))).as(
      'total',
    ),
    any('c'),
  ),
  when: ({ repeated, total }) => restores(repeated, total),
  build: ({ x, total }) => logSumExp(x, axesOf(total)),
  example: {
    given: '%x: f32[n,4], %c: f32[n]',
    before: `
      %0 = broadcast_to %c {shape = [n, 4], axes = [1]} : f32[n,4]
      %1 = sub %x, %0 : f32[n,4]
      %2 = log_sum_exp %1 {axes = [1]} : f32[n]
      %3 = add %2, %c : f32[n]`,
    after: '%0 = log_sum_exp %x {axes = [1]} : f32[n]',
  },
})

/** Rules of softmax; see the head of this file. */
export const softmaxRules: readonly Rule[] = [
  softmaxOfExp,
  softmaxOfReciprocal,
  expOverExp,
  expTimesExp,
  logOfSoftmax,
  expOfLogSoftmax,
  logSoftmaxOfSum,
  softmaxShift,
  logSumExpShift,
]
