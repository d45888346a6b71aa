// Random numbers of a distribution, made of random bits by formulas in core ops: exact in integers
// and in powers of two where that is possible, so that targets agree to the bit.

import { dimensions, dtype, integer, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { dim } from '../ir/dim.ts'
import { roundTo } from '../ir/literal.ts'
import { type Op, type Violation, violation } from '../ir/op.ts'
import type { Draw } from '../ir/sample.ts'
import { type DTypeName, isFloat } from '../support/dtype.ts'
import { add, div, mul } from './arithmetic.ts'
import { less } from './comparison.ts'
import { fullLike } from './creation.ts'
import { log, sqrt } from './exponential.ts'
import {
  notDrawnFrom,
  type RandomOptions,
  randomBits,
  SOURCE_CONSTRAINTS,
  sampleSource,
  sourceViolation,
} from './random.ts'
import { cast } from './select.ts'
import { cos } from './trigonometric.ts'

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
 * Requires C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 probability is from 0 to
 *          1.
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
