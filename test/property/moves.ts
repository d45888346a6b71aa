// The steps from which random graphs are made. A move takes a value of the graph so far and gives a
// new one, or nothing where it does not apply. Values stay of moderate size (steep functions only
// see bounded arguments), so that comparisons up to rounding mean something.

import { GraphBuilder, type Value } from '../../src/ir/builder.ts'
import type { Dim } from '../../src/ir/dim.ts'
import { multiplyDims, sizeOf } from '../../src/ir/dim.ts'
import { typesEqual } from '../../src/ir/type.ts'
import * as a from '../../src/ops/activation.ts'
import { add, div, mul, neg, reciprocal, square, sub } from '../../src/ops/arithmetic.ts'
import { broadcastAlong, sum } from '../../src/ops/broadcast.ts'
import { call } from '../../src/ops/call.ts'
import { less } from '../../src/ops/comparison.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { constant, fullLike, iota, size } from '../../src/ops/creation.ts'
import { softmaxCrossEntropy } from '../../src/ops/cross-entropy.ts'
import { cumsum } from '../../src/ops/cumulative.ts'
import * as e from '../../src/ops/exponential.ts'
import { gelu } from '../../src/ops/gelu.ts'
import { gather, scatterAdd } from '../../src/ops/indexing.ts'
import { concat, stack } from '../../src/ops/joining.ts'
import { and, not } from '../../src/ops/logic.ts'
import { sigmoidCrossEntropy, squaredError } from '../../src/ops/losses.ts'
import { expandDims, reshape, reverse, transpose } from '../../src/ops/movement.ts'
import { batchNorm, batchNormInference, layerNorm } from '../../src/ops/normalization.ts'
import { oneHot } from '../../src/ops/one-hot.ts'
import { pad } from '../../src/ops/padding.ts'
import { l1Penalty, l2Penalty } from '../../src/ops/penalties.ts'
import * as p from '../../src/ops/piecewise.ts'
import { prod } from '../../src/ops/product.ts'
import { argmax, max, min } from '../../src/ops/reduction.ts'
import { cast, where } from '../../src/ops/select.ts'
import { slice } from '../../src/ops/slicing.ts'
import { logSoftmax, logSumExp, softmax } from '../../src/ops/softmax.ts'
import { mean, variance } from '../../src/ops/statistics.ts'
import { cos, sin, tanh } from '../../src/ops/trigonometric.ts'

/** What a move may use besides its value. */
export interface Choices {
  /** A number in [0, below), chosen by the property test and shrunk by it. */
  pick(below: number): number
  /** All float values so far. */
  readonly pool: readonly Value[]
}

/** One step of a random graph. */
export type Move = (x: Value, choices: Choices) => Value | undefined

/** 1 + x², which is safe to divide by, to take the root or the logarithm of. */
const positive = (x: Value) => add(fullLike(x, 1), square(tanh(x)))

const MOST_RANK = 4

const axisOf = (x: Value, { pick }: Choices) => pick(x.type.shape.length)
const axesOf = (x: Value, { pick }: Choices) => x.type.shape.flatMap((_, i) => (pick(2) ? [i] : []))

/** Another value of the same type, `x` itself where there is none. */
function partner(x: Value, { pick, pool }: Choices): Value {
  const fitting = pool.filter(y => typesEqual(x.type, y.type))
  return fitting[pick(fitting.length)] ?? x
}

/** Applies `move` to a value that has at least one axis. */
const ranked =
  (move: Move): Move =>
  (x, choices) =>
    x.type.shape.length === 0 ? undefined : move(x, choices)

/** A position along an axis of known extent, cut to it. */
const known = (x: Value, axis: number) => {
  const extent = x.type.shape[axis]
  return typeof extent === 'number' ? extent : undefined
}

const pointwise: readonly Move[] = [
  tanh,
  a.sigmoid,
  sin,
  cos,
  neg,
  p.abs,
  a.relu,
  a.softplus,
  a.silu,
  x => gelu(x),
  x => gelu(x, { approximate: true }),
  x => a.leakyRelu(x),
  x => a.elu(x),
  e.erf,
  x => square(tanh(x)),
  x => e.exp(tanh(x)),
  x => e.expm1(tanh(x)),
  x => e.log(positive(x)),
  x => e.log1p(square(tanh(x))),
  x => e.sqrt(positive(x)),
  x => e.rsqrt(positive(x)),
  x => reciprocal(positive(x)),
  x => e.pow(positive(x), tanh(x)),
  x => p.clamp(x, -0.9, 1.1),
  x => mul(x, fullLike(x, 1)),
  x => add(x, fullLike(x, 0)),
  x => sub(fullLike(x, 2), x),
]

/**
 * Two formulas of one number differ in the last bit, and rewriting may make one of the other. What
 * jumps must not be decided by that: operands are set apart by numbers that turn up nowhere else.
 */
const belowBy = (gap: number, x: Value, y: Value) => less(x, add(y, fullLike(y, gap)))

/** The position of the largest element, of those that are equal the last. */
function argmaxApart(x: Value, axis: number): Value {
  const positions = iota(x.builder, x.type.shape, axis, x.type.dtype)
  return argmax(add(x, mul(positions, fullLike(x, 0.0071829))), axis)
}

const binary: readonly Move[] = [
  (x, c) => add(x, partner(x, c)),
  (x, c) => sub(x, partner(x, c)),
  (x, c) => mul(tanh(x), partner(x, c)),
  (x, c) => div(x, positive(partner(x, c))),
  (x, c) => p.maximum(x, partner(x, c)),
  (x, c) => p.minimum(x, partner(x, c)),
  (x, c) => {
    const y = partner(x, c)
    const both = and(belowBy(0.0141421, x, y), not(belowBy(0.0173205, y, fullLike(y, -1))))
    return where(both, add(x, y), sub(x, y))
  },
  (x, c) => {
    // y stands beside its comparison: a choice alone has no differentiable path, which is a
    // refusal.
    const y = partner(x, c)
    return add(mul(x, cast(belowBy(0.0314159, x, y), x.type.dtype)), y)
  },
]

const shape: readonly Move[] = [
  ranked(x => reshape(x, [sizeOf(x.type.shape)])),
  ranked((x, c) => {
    const axis = axisOf(x, c)
    return x.type.shape.length < MOST_RANK ? expandDims(x, axis) : undefined
  }),
  ranked(x => {
    const [first, second, ...rest] = x.type.shape
    return second === undefined ? undefined : reshape(x, [multiplyDims(first!, second), ...rest])
  }),
  ranked((x, c) => {
    const order = x.type.shape.map((_, i) => i)
    const turn = c.pick(order.length)
    return transpose(x, [...order.slice(turn), ...order.slice(0, turn)])
  }),
  ranked((x, c) => reverse(x, axesOf(x, c))),
  ranked((x, c) =>
    cumsum(x, axisOf(x, c), { exclusive: c.pick(2) === 1, reverse: c.pick(2) === 1 }),
  ),
  ranked((x, c) => concat([x, partner(x, c)], axisOf(x, c))),
  (x, c) => (x.type.shape.length < MOST_RANK ? stack([x, partner(x, c)], 0) : undefined),
  ranked((x, c) =>
    pad(
      x,
      x.type.shape.map(() => [c.pick(2), c.pick(3)] as const),
      { value: 0.5 },
    ),
  ),
  ranked((x, c) => {
    const axis = axisOf(x, c)
    const extent = known(x, axis)
    if (extent === undefined || extent < 2) return undefined
    const at = (of: number): Dim[] => x.type.shape.map((whole, i) => (i === axis ? of : whole))
    const start = x.type.shape.map((_, i) => (i === axis ? 1 : 0))
    return slice(
      x,
      start,
      at(extent),
      x.type.shape.map((_, i) => (i === axis ? 1 + c.pick(2) : 1)),
    )
  }),
  (x, c) => {
    const { shape } = x.type
    const axis = c.pick(shape.length + 1)
    const extents: Dim[] = ['batch', 'time', 3]
    const wider = [...shape.slice(0, axis), extents[c.pick(3)]!, ...shape.slice(axis)]
    return shape.length < MOST_RANK - 1 ? broadcastAlong(x, wider, [axis]) : undefined
  },
]

const reductions: readonly Move[] = [
  ranked((x, c) => mean(x, axesOf(x, c))),
  ranked((x, c) => mean(x, axisOf(x, c), { keepDims: true })),
  ranked((x, c) => sum(tanh(x), axesOf(x, c))),
  ranked((x, c) => max(x, axesOf(x, c))),
  ranked((x, c) => min(x, axisOf(x, c))),
  ranked((x, c) => prod(a.sigmoid(x), axisOf(x, c))),
  ranked((x, c) => variance(x, axesOf(x, c))),
  ranked((x, c) => logSumExp(x, axisOf(x, c))),
  ranked((x, c) => softmax(x, axisOf(x, c))),
  ranked((x, c) => logSoftmax(x, axisOf(x, c))),
  // With the maximum beside it: a choice alone has no differentiable path, which is a refusal.
  ranked((x, c) => {
    const axis = axisOf(x, c)
    return add(cast(argmaxApart(x, axis), x.type.dtype), max(x, axis))
  }),
]

/** x · sigmoid(x) as a graph of its own, called. */
function calledSwish(x: Value): Value {
  // Graphs of one file need different names; the shape in it makes equal names equal graphs.
  const builder = new GraphBuilder(`swish [${x.type.shape}]`)
  const inner = builder.input('x', x.type)
  const body = builder.output('y', mul(inner, a.sigmoid(inner))).finish()
  return call(body, [x])[0]!
}

/** Large enough that the deviation of equal numbers is not all rounding. */
const epsilon = 0.01

const composites: readonly Move[] = [
  calledSwish,
  (x, c) => squaredError(tanh(x), tanh(partner(x, c))),
  (x, c) => sigmoidCrossEntropy(x, a.sigmoid(partner(x, c))),
  (x, c) => sigmoidCrossEntropy(x, a.sigmoid(partner(x, c)), { positiveWeight: 2 }),
  ranked((x, c) => {
    const axis = axisOf(x, c)
    // The maximum stands beside its position, which has no differentiable path of its own.
    return add(oneHot(argmaxApart(x, axis), 3, x.type.dtype), spread(x, axis, 3))
  }),
  x => {
    const { shape } = x.type
    if (shape.length !== 2) return undefined
    return softmaxCrossEntropy(x, softmax(reverse(x, [1])), { labelSmoothing: 0.1 })
  },
]

/** Normalizations over one axis, with factors and offsets made from the value itself. */
const normalizations: readonly Move[] = [
  ranked((x, c) => {
    const axes = [axisOf(x, c)]
    const [gamma, beta] = [tanh(mean(x, axes)), tanh(max(x, axes))]
    const { output, mean: middle, variance: spread } = batchNorm(x, gamma, beta, { axes, epsilon })
    const { shape } = x.type
    const statistics = add(tanh(middle), tanh(spread))
    return c.pick(2) === 0 ? output : add(output, broadcastAlong(statistics, shape, axes))
  }),
  ranked((x, c) => {
    const axes = [axisOf(x, c)]
    const others = x.type.shape.map((_, i) => i).filter(i => !axes.includes(i))
    const [gamma, beta] = [tanh(mean(x, others)), tanh(max(x, others))]
    return layerNorm(x, gamma, beta, { axes, epsilon })
  }),
  ranked((x, c) => {
    const axes = [axisOf(x, c)]
    const middle = tanh(mean(x, axes))
    const spread = square(middle)
    return batchNormInference(x, middle, middle, middle, spread, { axes, epsilon: 0.1 })
  }),
  x => l1Penalty(tanh(x), 0.3),
  x => l2Penalty(tanh(x), 0.3),
]

/** The maximum along an axis, repeated along a new last axis. */
function spread(x: Value, axis: number, extent: number): Value {
  const most = max(x, axis)
  return broadcastAlong(most, [...most.type.shape, extent], [most.type.shape.length])
}

const contractions: readonly Move[] = [
  x => (x.type.shape.length === 2 ? tanh(matmul(x, x, { transposeB: true })) : undefined),
  x => (x.type.shape.length === 3 ? tanh(matmul(x, x, { transposeA: true })) : undefined),
  (x, { pool, pick }) => {
    const fits = (y: Value) => y.type.shape.length === 2 && y.type.shape[0] === x.type.shape[1]
    const fitting = x.type.shape.length === 2 ? pool.filter(fits) : []
    return fitting.length === 0 ? undefined : tanh(matmul(x, fitting[pick(fitting.length)]!))
  },
]

const indexing: readonly Move[] = [
  ranked((x, c) => gather(x, constant(x.builder, [1, 0, 7, 1], 'i32'), axisOf(x, c))),
  ranked((x, c) => {
    const axis = axisOf(x, c)
    const indices = iota(x.builder, [x.type.shape[axis]!], 0)
    return scatterAdd(partner(x, c), indices, x, axis)
  }),
  x => {
    const { shape } = x.type
    if (shape.length !== 2) return undefined
    return softmaxCrossEntropy(x, argmaxApart(reverse(x, [1]), 1))
  },
  ranked((x, c) => {
    const count = size(x.builder, x.type.shape[axisOf(x, c)]!, x.type.dtype)
    const everywhere = x.type.shape.map((_, i) => i)
    return div(x, broadcastAlong(add(fullLike(count, 1), count), x.type.shape, everywhere))
  }),
]

/** Every move. */
export const MOVES: readonly Move[] = [
  ...pointwise,
  ...binary,
  ...shape,
  ...reductions,
  ...composites,
  ...normalizations,
  ...contractions,
  ...indexing,
]
