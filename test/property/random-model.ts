// Random models through the public functions, as a fast-check arbitrary: layers with params and
// state, then a chain of public ops on what there is so far, with broadcasting, numbers as
// operands, draws and modes. The declarations are always the same, so that shrinking changes the
// chain alone.

import fc from 'fast-check'
import {
  add,
  bernoulli,
  block,
  byMode,
  cast,
  clamp,
  concat,
  cumsum,
  div,
  equal,
  exp,
  expandDims,
  f32,
  gelu,
  greater,
  i32,
  layer,
  leakyRelu,
  logSumExp,
  loose,
  matmul,
  max,
  maximum,
  mean,
  model,
  mul,
  oneHot,
  pad,
  param,
  pow,
  randomUniform,
  relu,
  repeat,
  reshape,
  reverse,
  sigmoid,
  slice,
  softmax,
  softmaxCrossEntropy,
  square,
  squaredError,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  variance,
  where,
} from '../../src/index.ts'
import { dense } from '../../src/nn/index.ts'
import { oneOf, type Pick } from './random-scalar.ts'

/** A chain starts from values of this width. */
const WIDTH = 6

type Value = Tensor<readonly (string | number)[], 'f32'>

/** One step of a chain: another value of those so far, or nothing where it does not apply. */
type Move = (x: Value, y: Value, pick: Pick) => Tensor | undefined

const axisOf = (x: Value, pick: Pick) => (x.shape.length === 0 ? undefined : pick(x.shape.length))

/** Applies a move along one axis of a value that has one. */
const along =
  (move: (x: Value, axis: number, pick: Pick) => Tensor | undefined): Move =>
  (x, _, pick) => {
    const axis = axisOf(x, pick)
    return axis === undefined ? undefined : move(x, axis, pick)
  }

/** Whether y broadcasts to x, or x to y. */
function fits(x: Value, y: Value): boolean {
  const least = Math.min(x.shape.length, y.shape.length)
  const [a, b] = [x, y].map(({ shape }) => shape.slice(shape.length - least))
  return a!.every((dim, i) => dim === b![i] || dim === 1 || b![i] === 1)
}

/** Applies a move to two values of which each broadcasts to what both become. */
const joint =
  (move: (x: Value, y: Value) => Tensor): Move =>
  (x, y) =>
    fits(x, y) ? move(x, y) : undefined

const isKnown = (dim: string | number | undefined): dim is number => typeof dim === 'number'

const MOVES: readonly Move[] = [
  joint((x, y) => add(x, y)),
  joint((x, y) => sub(tanh(x), y)),
  joint((x, y) => mul(x, sigmoid(y))),
  joint((x, y) => div(x, add(square(y), 1))),
  joint((x, y) => maximum(x, y)),
  joint((x, y) => where(greater(x, 0.123), tanh(x), y)),
  joint((x, y) => squaredError(tanh(x), tanh(y))),
  x => mul(x, 0.5),
  x => sub(1, x),
  x => div(2, add(square(x), 1)),
  x => pow(add(square(tanh(x)), 1), 1.5),
  x => relu(x),
  x => gelu(x),
  x => leakyRelu(x, 0.2),
  x => clamp(x, -0.7, 1.3),
  x => exp(tanh(x)),
  x => mul(x, cast(equal(x, x), 'f32')),
  along((x, axis) => sub(x, mean(x, axis, { keepDims: true }))),
  along((x, axis) => mean(x, axis)),
  along((x, axis) => sum(tanh(x), axis)),
  along((x, axis) => max(x, axis, { keepDims: true })),
  along((x, axis) => variance(x, axis)),
  along((x, axis) => logSumExp(x, axis)),
  along((x, axis) => softmax(x, axis)),
  along((x, axis) => cumsum(x, axis)),
  along((x, axis) => reverse(x, axis)),
  along((x, axis) => concat([x, tanh(x)], axis)),
  along((x, axis) => (x.shape.length < 4 ? stack([x, relu(x)], axis) : undefined)),
  along((x, axis) => (x.shape.length < 4 ? expandDims(x, axis) : undefined)),
  along((x, axis) => {
    const extent = x.shape[axis]
    if (!isKnown(extent) || extent < 3) return undefined
    const start = x.shape.map((_, i) => (i === axis ? 1 : 0))
    return slice(
      x,
      start,
      x.shape.map((dim, i) => (i === axis ? extent - 1 : dim)),
    )
  }),
  x => (x.shape.length < 2 ? undefined : transpose(x)),
  x => (x.shape.length === 2 ? tanh(matmul(x, transpose(x))) : undefined),
  x => (x.shape.length === 3 ? tanh(matmul(x, transpose(x, [0, 2, 1]))) : undefined),
  x => {
    const [first, ...rest] = x.shape
    return rest.length > 0 && rest.every(isKnown)
      ? reshape(x, [first!, rest.reduce((a, b) => a * b, 1)])
      : undefined
  },
  x => {
    const widths = x.shape.map((_, i): readonly [number, number] => [i % 2, 1])
    return x.shape.length === 0 ? undefined : pad(x, widths, { value: 0.5 })
  },
  x => mul(x, cast(bernoulli(x.shape, { probability: 0.7 }), 'f32')),
  x => add(x, randomUniform(x.shape, { low: -0.1, high: 0.1 })),
  x => byMode({ train: tanh(x), eval: x }),
]

/** Takes the running mean of what it has seen away. */
const centred = layer({
  name: 'centred',
  input: f32('...', WIDTH),
  output: f32('...', WIDTH),
  state: { mean: param([WIDTH]) },
  apply(x, _, running) {
    const used = byMode({ train: mean(x, 0), eval: running.mean })
    const next = add(mul(running.mean, 0.5), mul(mean(x, 0), 0.5))
    return { output: sub(x, used), state: { mean: next } }
  },
})

const residual = block({
  name: 'residual',
  input: f32('...', WIDTH),
  params: { fc: dense(WIDTH, WIDTH) },
  body: (x, { fc }) => add(x, tanh(fc(x))),
})

/** Values with more elements than this, with batches of `BATCH`, are not built on. */
const MOST_ELEMENTS = 200

/** The size of a batch. */
export const BATCH = 3

const elements = ({ shape }: Value): number =>
  shape.reduce<number>((size, dim) => size * (isKnown(dim) ? dim : BATCH), 1)

function grow(
  pool: Value[],
  [move = 0, first = 0, second = 0, ...choices]: readonly number[],
): void {
  let next = 0
  const pick: Pick = below => (choices[next++] ?? 0) % below
  const recent = (back: number) => pool[pool.length - 1 - (back % Math.min(5, pool.length))]!
  const made = oneOf(() => move % MOVES.length, MOVES)(recent(first), recent(second), pick)
  if (made === undefined) return
  const value = loose(made as Value)
  const isPlain = value.shape.every(dim => isKnown(dim) || dim === 'batch')
  if (isPlain && elements(value) <= MOST_ELEMENTS) pool.push(value)
}

/** The model of a list of steps. */
export function modelOf(steps: readonly (readonly number[])[]) {
  return model({
    name: 'random',
    inputs: { x: f32('batch', WIDTH), y: i32('batch') },
    params: {
      head: dense(WIDTH, 4),
      blocks: repeat(2, residual),
      centred,
      bias: param([WIDTH]),
      scale: param([]),
    },
    body({ x, y }, { head, blocks, centred, bias, scale }) {
      const [first, second] = blocks
      const start = centred(second(first(x)))
      const logits = head(start)
      const pool = [logits, oneHot(y, 4, 'f32'), bias, scale, start].map(value =>
        loose(value as Value),
      )
      for (const step of steps) grow(pool, step)
      const tail = pool.slice(-3).map(value => mean(tanh(value)))
      const base = add(
        mean(softmaxCrossEntropy(logits, y)),
        add(mean(square(bias)), mul(scale, 0.5)),
      )
      const loss = tail.reduce((a, b) => add(a, b), loose(base as Value))
      return { loss, last: pool.at(-1)! }
    },
  })
}

/** A random model; a failing property shows it as text. */
export interface RandomModel {
  readonly program: ReturnType<typeof modelOf>
}

/** Random models. */
export const randomModel: fc.Arbitrary<RandomModel> = fc
  .array(fc.array(fc.nat(1000), { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 12 })
  .map(steps => {
    const program = modelOf(steps)
    return { program, [fc.toStringMethod]: () => `\n${program}` }
  })
