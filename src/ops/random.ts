// Random numbers as pure ops: bits are a function of key, counter and stream, never of a hidden state.
// The stream is fixed when the program is built, so renumbering, merging equal nodes, computing one
// twice or running on another target leaves every draw as it was.

import { dimensions, dtype, integer, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, defineOp, operator } from '../ir/define.ts'
import { dim, sizeOf } from '../ir/dim.ts'
import { elementCount, Literal, roundTo } from '../ir/literal.ts'
import { notDifferentiable, type Op, type Violation, violation } from '../ir/op.ts'
import { type Draw, type OperandSample, operand } from '../ir/sample.ts'
import { printType, type Shape, type TensorType, tensorType, typesEqual } from '../ir/type.ts'
import { index } from '../kernel/index.ts'
import * as s from '../kernel/scalar.ts'
import { type DTypeName, isFloat } from '../support/dtype.ts'
import { threefry2x32 } from '../support/threefry.ts'
import { add, div, mul } from './arithmetic.ts'
import { less } from './comparison.ts'
import { fullLike } from './creation.ts'
import { log, sqrt } from './exponential.ts'
import { flatIndex } from './movement.ts'
import { cast } from './select.ts'
import { cos } from './trigonometric.ts'

const KEY = tensorType('u32', [2])
const COUNTER = tensorType('u32', [])

/** The operands of every random op: the seed's key, and the number of the step. */
type Source = Readonly<Record<'key' | 'counter', TensorType>>

const SOURCE_CONSTRAINTS = {
  C1: 'key is u32[2]',
  C2: 'counter is u32[]',
  C3: 'stream is a u32',
}

function sourceViolation({ key, counter }: Source, stream: number): Violation | undefined {
  if (!typesEqual(key, KEY)) {
    return violation(
      'C1',
      `key must be u32[2], got ${printType(key)}`,
      { key: 'whole' },
      'pass the key argument',
    )
  }
  if (!typesEqual(counter, COUNTER)) {
    const message = `counter must be u32[], got ${printType(counter)}`
    return violation('C2', message, { counter: 'whole' }, 'pass the counter argument')
  }
  if (roundTo('u32')(stream) === stream) return undefined
  return violation(
    'C3',
    `stream must be from 0 to 2^32 - 1, got ${stream}`,
    {},
    'number streams from 0',
  )
}

const sampleSource = (): OperandSample[] => [
  operand('u32', [2], 0, 2 ** 32 - 1),
  operand('u32', [], 0, 1000),
]

const notDrawnFrom = () => ({ key: notDifferentiable, counter: notDifferentiable })

const randomBitsOp: Op = defineOp({
  name: 'random_bits',
  family: 'random',
  operands: ['key', 'counter'],
  attributes: { stream: integer, word: integer, shape: dimensions },
  defaults: () => ({ word: 0 }),
  constraints: {
    ...SOURCE_CONSTRAINTS,
    C4: 'word is 0 or 1',
    C5: 'the result has at most 2³² elements',
  },
  type: (types, { stream, word, shape }) => {
    const problem = sourceViolation(types, stream)
    if (problem !== undefined) return problem
    if (word !== 0 && word !== 1) {
      return violation('C4', `word must be 0 or 1, got ${word}`, {}, 'a block has two words')
    }
    const count = sizeOf(shape)
    if (typeof count === 'string' || count <= 2 ** 32) return { dtype: 'u32', shape }
    const message = `the result must have at most 2^32 elements, got ${count}`
    return violation('C5', message, {}, 'draw in parts, each with a stream of its own')
  },
  evaluate: ({ key, counter }, { stream, word }, { shape }) => {
    const [k0, k1] = threefry2x32(key.at(0), key.at(1), counter.at(0), stream)
    const extents = shape as readonly number[]
    const count = elementCount(extents)
    const bits = Float64Array.from({ length: count }, (_, i) => threefry2x32(k0, k1, i, 0)[word]!)
    return new Literal('u32', extents, bits)
  },
  vjp: notDrawnFrom,
  jvp: { key: () => notDifferentiable, counter: () => notDifferentiable },
  lowering: {
    kind: 'movement',
    element: (at, load, { attributes, result }) => {
      const u32 = (value: number) => s.constant('u32', value)
      const words = [load(0, [index(0)]), load(0, [index(1)])] as const
      const block = [load(1, []), u32(attributes.stream as number)] as const
      const k0 = s.threefry(...words, ...block)
      const k1 = s.threefry2(...words, ...block)
      const linear = flatIndex(at, result.shape as readonly number[])
      const position = s.cast('u32', s.indexValue(linear))
      const word = attributes.word === 0 ? s.threefry : s.threefry2
      return word(k0, k1, position, u32(0))
    },
  },
  samples: draw => ({
    operands: sampleSource(),
    attributes: { stream: draw.integer(0, 9), word: draw.integer(0, 1), shape: draw.shape() },
  }),
})

/** What every random function is told: the shape to draw, and which stream to draw from. */
export interface RandomOptions {
  /** The number of the draw; draws of one program with different streams are independent. */
  readonly stream: number
  readonly shape: Shape
}

/** Options of `randomBits`. */
export interface RandomBitsOptions extends RandomOptions {
  /** Which of the two words of each block; 0 by default. The two words are independent. */
  readonly word?: 0 | 1 | undefined
}

/**
 * Uniform 32-bit words, each a function of key, counter, stream and its own position.
 *
 *   k′ = threefry2x32(key, (counter, stream))
 *   out[i…] = word `word` of threefry2x32(k′, (row-major position of i…, 0))          no derivative
 *
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 word is 0 or 1. C5 at most
 *          2³² elements.
 * Numerics the same bits on every target and engine
 * Errors   E101 where a constraint fails
 * Source   Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011
 */
export const randomBits = operator(
  randomBitsOp,
  (key: Value, counter: Value, options: RandomBitsOptions): Value => {
    const { stream, word = 0, shape } = options
    const attributes = { stream, word, shape: shape.map(dim) }
    return key.builder.append(randomBitsOp, [key, counter], attributes, randomBits)[0]!
  },
)

const FLOAT_CONSTRAINT = 'dtype is f32 or f64'

function floatViolation(dtype: DTypeName): Violation | undefined {
  if (isFloat(dtype)) return undefined
  const help = 'draw as f32 and cast, or use randomBits'
  return violation('C4', `dtype must be f32 or f64, got ${dtype}`, {}, help)
}

/** k · 2^−24 for the high 24 bits k of a word, in f32; plus `offset` units. Exact. */
function fraction24(bits: Value, offset: 0 | 1): Value {
  const high = div(bits, fullLike(bits, 2 ** 8))
  const counted = cast(offset === 0 ? high : add(high, fullLike(high, 1)), 'f32')
  return mul(counted, fullLike(counted, 2 ** -24))
}

/** k · 2^−53 for the 53 bits k made of 27 bits of one word and 26 of the other, in f64. Exact. */
function fraction53(first: Value, second: Value): Value {
  const high = cast(div(first, fullLike(first, 2 ** 5)), 'f64')
  const low = cast(div(second, fullLike(second, 2 ** 6)), 'f64')
  const counted = add(mul(high, fullLike(high, 2 ** 26)), low)
  return mul(counted, fullLike(counted, 2 ** -53))
}

/** (word + offset) · 2^−32, in f64. Exact. */
function fraction32(bits: Value, offset: 0 | 1): Value {
  const word = cast(bits, 'f64')
  const counted = offset === 0 ? word : add(word, fullLike(word, 1))
  return mul(counted, fullLike(counted, 2 ** -32))
}

/** x · factor + term, without what changes nothing. */
function affine(x: Value, factor: number, term: number): Value {
  const rounded = (value: number) => fullLike(x, roundTo(x.type.dtype)(value))
  const scaled = factor === 1 ? x : mul(x, rounded(factor))
  return term === 0 ? scaled : add(scaled, rounded(term))
}

const randomUniformOp: Op = defineComposite({
  name: 'random_uniform',
  family: 'random',
  operands: ['key', 'counter'],
  attributes: { stream: integer, shape: dimensions, dtype, low: number, high: number },
  defaults: () => ({ dtype: 'f32', low: 0, high: 1 }),
  constraints: { ...SOURCE_CONSTRAINTS, C4: FLOAT_CONSTRAINT },
  type: (types, { stream, shape, dtype }) =>
    sourceViolation(types, stream) ?? floatViolation(dtype) ?? { dtype, shape },
  body: ({ key, counter }, { stream, shape, dtype, low, high }) => {
    const bits = (word: 0 | 1) => randomBits(key, counter, { stream, word, shape })
    const unit = dtype === 'f32' ? fraction24(bits(0), 0) : fraction53(bits(0), bits(1))
    return affine(unit, high - low, low)
  },
  vjp: notDrawnFrom,
  samples: draw => ({
    operands: sampleSource(),
    attributes: { ...sampleShape(draw), dtype: draw.pick(['f32', 'f64']), low: -1, high: 3 },
  }),
})

const sampleShape = (draw: Draw) => ({ stream: draw.integer(0, 9), shape: draw.shape() })

/** Options of `randomUniform`. */
export interface RandomUniformOptions extends RandomOptions {
  /** f32 by default. */
  readonly dtype?: DTypeName | undefined
  /** 0 by default. */
  readonly low?: number | undefined
  /** 1 by default. */
  readonly high?: number | undefined
}

/**
 * Numbers drawn evenly from [low, high).
 *
 *   f32   out = low + (high − low) · k · 2⁻²⁴, k the high 24 bits of word 0
 *   f64   out = low + (high − low) · k · 2⁻⁵³, k the high 27 bits of word 0, then 26 of word 1
 *
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 dtype is f32 or f64.
 * Numerics [0, 1) is exact, so 1 never occurs; other bounds round, and `high` itself may then occur
 * Errors   E101 where a constraint fails
 */
export const randomUniform = operator(
  randomUniformOp,
  (key: Value, counter: Value, options: RandomUniformOptions): Value => {
    const { stream, shape, dtype = 'f32', low = 0, high = 1 } = options
    const attributes = { stream, shape: shape.map(dim), dtype, low, high }
    return key.builder.append(randomUniformOp, [key, counter], attributes, randomUniform)[0]!
  },
)

const bernoulliOp: Op = defineComposite({
  name: 'bernoulli',
  family: 'random',
  operands: ['key', 'counter'],
  attributes: { stream: integer, shape: dimensions, probability: number },
  constraints: { ...SOURCE_CONSTRAINTS, C4: 'probability is from 0 to 1' },
  type: (types, { stream, shape, probability }) => {
    const problem = sourceViolation(types, stream)
    if (problem !== undefined) return problem
    if (probability >= 0 && probability <= 1) return { dtype: 'bool', shape }
    const message = `probability must be from 0 to 1, got ${probability}`
    return violation('C4', message, {}, 'a probability of 0.9 keeps nine of ten')
  },
  body: ({ key, counter }, { stream, shape, probability }) => {
    const bits = randomBits(key, counter, { stream, shape })
    const high = div(bits, fullLike(bits, 2 ** 8))
    // k · 2^-24 < p exactly when k < ceil(p · 2^24): integers only, hence the same on every target.
    return less(high, fullLike(high, Math.ceil(probability * 2 ** 24)))
  },
  vjp: notDrawnFrom,
  samples: draw => ({
    operands: sampleSource(),
    attributes: { ...sampleShape(draw), probability: draw.pick([0, 0.3, 1]) },
  }),
})

/** Options of `bernoulli`. */
export interface BernoulliOptions extends RandomOptions {
  /** How likely `true` is. */
  readonly probability: number
}

/**
 * `true` with a given probability.
 *
 *   out = [k · 2⁻²⁴ < probability], k the high 24 bits of word 0: where randomUniform is below it
 *
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 probability is from 0 to 1.
 * Numerics the probability is taken up to the next multiple of 2⁻²⁴; 0 and 1 are certain
 * Errors   E101 where a constraint fails
 */
export const bernoulli = operator(
  bernoulliOp,
  (key: Value, counter: Value, options: BernoulliOptions): Value => {
    const { stream, shape, probability } = options
    const attributes = { stream, shape: shape.map(dim), probability }
    return key.builder.append(bernoulliOp, [key, counter], attributes, bernoulli)[0]!
  },
)

const randomNormalOp: Op = defineComposite({
  name: 'random_normal',
  family: 'random',
  operands: ['key', 'counter'],
  attributes: { stream: integer, shape: dimensions, dtype, mean: number, deviation: number },
  defaults: () => ({ dtype: 'f32', mean: 0, deviation: 1 }),
  constraints: { ...SOURCE_CONSTRAINTS, C4: FLOAT_CONSTRAINT },
  type: (types, { stream, shape, dtype }) =>
    sourceViolation(types, stream) ?? floatViolation(dtype) ?? { dtype, shape },
  body: ({ key, counter }, { stream, shape, dtype, mean, deviation }) => {
    const bits = (word: 0 | 1) => randomBits(key, counter, { stream, word, shape })
    const fraction = dtype === 'f32' ? fraction24 : fraction32
    // One unit above zero: the logarithm never meets 0.
    const radius = sqrt(affine(log(fraction(bits(0), 1)), -2, 0))
    const angle = affine(fraction(bits(1), 0), 2 * Math.PI, 0)
    return affine(mul(radius, cos(angle)), deviation, mean)
  },
  vjp: notDrawnFrom,
  samples: draw => ({
    operands: sampleSource(),
    attributes: { ...sampleShape(draw), dtype: draw.pick(['f32', 'f64']), mean: 1, deviation: 2 },
  }),
})

/** Options of `randomNormal`. */
export interface RandomNormalOptions extends RandomOptions {
  /** f32 by default. */
  readonly dtype?: DTypeName | undefined
  /** 0 by default. */
  readonly mean?: number | undefined
  /** The standard deviation; 1 by default. */
  readonly deviation?: number | undefined
}

/**
 * Numbers drawn from a normal distribution.
 *
 *   out = mean + deviation · √(−2 ln u) · cos(2π v)
 *   f32   u = (k₀ + 1) · 2⁻²⁴, v = k₁ · 2⁻²⁴, kᵢ the high 24 bits of word i
 *   f64   u = (w₀ + 1) · 2⁻³², v = w₁ · 2⁻³², wᵢ word i
 *
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 dtype is f32 or f64.
 * Numerics u is in (0, 1], so every number is finite: within 5.8 deviations in f32, 6.7 in f64
 * Errors   E101 where a constraint fails
 * Source   Box, Muller, "A note on the generation of random normal deviates", 1958
 */
export const randomNormal = operator(
  randomNormalOp,
  (key: Value, counter: Value, options: RandomNormalOptions): Value => {
    const { stream, shape, dtype = 'f32', mean = 0, deviation = 1 } = options
    const attributes = { stream, shape: shape.map(dim), dtype, mean, deviation }
    return key.builder.append(randomNormalOp, [key, counter], attributes, randomNormal)[0]!
  },
)
