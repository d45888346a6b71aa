// Programs of numerical work, mostly in double: mechanics, fits by least squares, matrices, and
// formulas of a user's own as ops.

import {
  add,
  broadcastTo,
  cast,
  constant,
  cos,
  div,
  dot,
  exp,
  expm1,
  f32,
  f64,
  gradient,
  log,
  matmul,
  mean,
  model,
  mul,
  neg,
  op,
  param,
  pow,
  reciprocal,
  reshape,
  sigmoid,
  sin,
  sqrt,
  square,
  sub,
  sum,
  transpose,
} from '../../../src/index.ts'
import { dense, xavier } from '../../../src/nn/index.ts'
import { type Program, program } from './program.ts'

const double = { dtype: 'f64' } as const

/** A pendulum in both directions of time: its energy, and forces as the gradient of a potential. */
const pendulum = model({
  name: 'pendulum',
  inputs: { theta: f64('steps'), omega: f64('steps') },
  params: { length: param([], xavier(), double) },
  body({ theta, omega }, { length }) {
    const potential = mul(9.81, sub(1, cos(theta)))
    const kinetic = div(pow(mul(add(length, 2), omega), 2), 2)
    const mirrored = cos(neg(theta))
    const force = neg(sub(mul(9.81, sin(theta)), mul(0.1, neg(omega))))
    const period = mul(2 * Math.PI, sqrt(div(square(length), 9.81)))
    return { loss: mean(add(kinetic, potential)), mirrored, force, period }
  },
})

/** Bodies that attract each other: softened distances, inverse squares, a Lennard-Jones pair. */
const bodies = model({
  name: 'attracting_bodies',
  inputs: { mass: f64(3) },
  params: { at: param([3, 2], xavier(), double) },
  body({ mass }, { at }) {
    const from = sub(reshape(at, [3, 1, 2]), reshape(at, [1, 3, 2]))
    const squared = add(sum(square(from), 2), 0.01)
    const inverse = div(1, sqrt(squared))
    const pairs = mul(reshape(mass, [3, 1]), reshape(mass, [1, 3]))
    const energy = neg(sum(mul(pairs, inverse)))
    const sixth = pow(pow(squared, -1), 2)
    const lennardJones = sum(sub(square(sixth), mul(2, sixth)))
    const pull = neg(mul(pairs, pow(inverse, 3)))
    return { loss: add(energy, mul(1e-6, lennardJones)), pull }
  },
})

/** Least squares and its normal equations, a quadratic form, and principal directions. */
const leastSquares = model({
  name: 'least_squares',
  inputs: { x: f64('rows', 4), y: f64('rows', 1) },
  params: { w: param([4, 1], xavier(), double), basis: param([4, 2], xavier(), double) },
  body({ x, y }, { w, basis }) {
    const residual = sub(matmul(x, w), y)
    const gram = matmul(transpose(x), x)
    const normal = sub(matmul(gram, w), matmul(transpose(x), y))
    const ridge = mul(0.5, sum(mul(w, matmul(gram, w))))
    const scores = matmul(x, basis)
    const rebuilt = matmul(scores, transpose(basis))
    const trace = sum(mul(transpose(transpose(gram)), gram))
    const lost = sum(square(sub(x, rebuilt)))
    return { loss: add(add(mean(square(residual)), ridge), lost), normal, trace }
  },
})

/** A quadratic by its coefficients, with a term for each power, at its vertex. */
const polynomial = model({
  name: 'polynomial_fit',
  inputs: { x: f64('points'), y: f64('points') },
  params: {
    a: param([], xavier(), double),
    b: param([], xavier(), double),
    c: param([], xavier(), double),
  },
  body({ x, y }, { a, b, c }) {
    const fit = add(add(mul(a, pow(x, 2)), mul(b, x)), c)
    const vertex = div(neg(b), mul(2, add(square(a), 1)))
    const scaled = mul(mul(3, sub(fit, y)), 4)
    return { loss: mean(square(scaled)), vertex, curvature: mul(mul(2, a), 1) }
  },
})

/** Interest and decay: small rates, where exp(x) − 1 and log(1 + x) lose their digits. */
const rates = model({
  name: 'compound_rates',
  inputs: { t: f64('years') },
  params: { rate: param([], xavier(), double) },
  body({ t }, { rate }) {
    const growth = sub(exp(mul(rate, t)), 1)
    const logReturn = log(add(growth, 1))
    const effective = expm1(log(add(1, square(rate))))
    const halfLife = div(Math.log(2), add(square(rate), 0.1))
    return { loss: mean(square(sub(growth, logReturn))), effective, halfLife }
  },
})

/** Options of a small library: a scale, a shift and a decay that are off by default. */
interface Tuning {
  readonly scale?: number
  readonly shift?: number
  readonly decay?: number
}

/** A layer of a user's library whose options are off: it multiplies by 1, adds 0, decays by 0. */
function tuned(x: ReturnType<typeof sigmoid>, { scale = 1, shift = 0, decay = 0 }: Tuning) {
  const moved = add(mul(x, scale), shift)
  return sub(moved, mul(decay, moved))
}

/** A model that is built from such options, one of them on. */
const configured = model({
  name: 'options_that_are_off',
  inputs: { x: f32('batch', 3) },
  params: { l1: dense(3, 3), l2: dense(3, 1) },
  body({ x }, { l1, l2 }) {
    const h = tuned(sigmoid(l1(tuned(x, {}))), { scale: -1 })
    const temperature = constant(1)
    return { loss: mean(square(div(tuned(l2(h), { shift: 2 }), temperature))), h }
  },
})

const smoothStep = op({
  name: 'smooth_step',
  input: f32('...'),
  output: f32('...'),
  forward: x => div(1, add(1, exp(neg(mul(x, x))))),
})

const logistic = op({
  name: 'logistic_growth',
  input: [f32('...'), f32('...')],
  output: f32('...'),
  forward: (x, k) => sub(1, div(1, add(1, exp(mul(k, x))))),
})

const naiveSoftplus = op({
  name: 'naive_softplus',
  input: f32('...'),
  output: f32('...'),
  forward: x => log(add(exp(x), 1)),
  vjp: ({ inputs: [x], ct }) => [mul(ct, sub(1, reciprocal(add(1, exp(x)))))],
})

/** Ops of a user's own: formulas as they come to mind, one with its own derivative. */
const customOps = model({
  name: 'custom_ops',
  inputs: { x: f32('batch', 3) },
  params: { l1: dense(3, 3), rate: param([3]) },
  body({ x }, { l1, rate }) {
    const h = smoothStep(l1(x))
    const grown = logistic(h, broadcastTo(rate, ['batch', 3]))
    return { loss: mean(add(naiveSoftplus(grown), square(neg(h)))) }
  },
})

/** A network that solves y' = −y: the derivative by its input is part of the loss. */
const energy = gradient(
  model({
    name: 'derivative_matching',
    inputs: { x: f32('points', 2) },
    params: { w: param([2, 3], xavier()), v: param([3], xavier()) },
    body: ({ x }, { w, v }) => ({ energy: sum(mul(sigmoid(dot(x, w)), v)) }),
  }),
  { of: 'energy', inputs: ['x'] },
)

/** A matrix in mixed precision: read in single, summed in double. */
const mixedPrecision = model({
  name: 'mixed_precision',
  inputs: { x: f32('batch', 3), y: f32('batch') },
  params: { w: param([3], xavier()) },
  body({ x, y }, { w }) {
    const products = mul(cast(x, 'f64'), cast(w, 'f64'))
    const total = cast(sum(products, 1), 'f32')
    const rounded = cast(cast(sub(total, y), 'f64'), 'f32')
    return { loss: mean(square(rounded)), total: cast(total, 'f32') }
  },
})

/** Scientific programs of the corpus. */
export const science: readonly Program[] = [
  program(pendulum, { dims: { steps: 4 }, loss: 'loss' }),
  program(bodies, { loss: 'loss', ranges: { mass: [0.5, 2] } }),
  program(leastSquares, { dims: { rows: 5 }, loss: 'loss' }),
  program(polynomial, { dims: { points: 4 }, loss: 'loss' }),
  program(rates, { dims: { years: 3 }, loss: 'loss', ranges: { t: [0, 1] } }),
  program(configured, { dims: { batch: 3 }, loss: 'loss' }),
  program(customOps, { dims: { batch: 3 }, loss: 'loss' }),
  program(energy, { dims: { points: 4 }, loss: 'energy' }),
  program(mixedPrecision, { dims: { batch: 3 }, loss: 'loss' }),
]
