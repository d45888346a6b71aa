// Elementwise functions with kinks or steps: absolute value, sign, extremes of two, clamping,
// rounding. Each says what it does where the derivative jumps.

import { number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { operator } from '../ir/define.ts'
import { type Operator, type Violation, violation, zero } from '../ir/op.ts'
import type { TensorType } from '../ir/type.ts'
import * as s from '../kernel/scalar.ts'
import { DTYPES, isFloat } from '../support/dtype.ts'
import { roundHalfEven } from '../support/half-even.ts'
import { mul, sub } from './arithmetic.ts'
import { greater, greaterEqual, less, lessEqual } from './comparison.ts'
import { fullLike } from './creation.ts'
import {
  type BinaryOp,
  binary,
  defineUnary,
  NUMBERS,
  SIGNED,
  type UnaryOp,
  unary,
} from './families.ts'
import { and } from './logic.ts'
import { cast, where } from './select.ts'

/** `ct` where the condition holds, else 0. */
const masked = (condition: Value, ct: Value) => where(condition, ct, fullLike(ct, 0))

/**
 * Absolute value, elementwise.
 *
 *   out = |x|          x̄ = ct · sign(x)
 *
 * Requires  C1 a dtype with a sign: f32, f64 or i32.
 * Numerics  the derivative at 0 is 0; the smallest i32 stays as it is
 * Errors    E101 when C1 fails
 */
export const abs: UnaryOp = unary({
  name: 'abs',
  dtypes: SIGNED,
  evaluate: Math.abs,
  scalar: s.abs,
  vjp: ({ x, ct }) => ({ x: mul(ct, sign(x)) }),
  jvp: ({ x, t }) => {
    const side = (holds: BinaryOp) => cast(holds(x, fullLike(x, 0)), x.type.dtype)
    return mul(sub(side(greater), side(less)), t)
  },
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [0],
})

/**
 * Sign, elementwise: −1, 0 or 1.
 *
 *   out = x / |x|, and x where x = 0          x̄ = 0
 *
 * Requires  C1 a dtype with a sign: f32, f64 or i32.
 * Numerics  sign(±0) = ±0; NaN stays NaN; the jump at 0 has no derivative, and counts as 0
 * Errors    E101 when C1 fails
 */
export const sign: UnaryOp = unary({
  name: 'sign',
  dtypes: SIGNED,
  evaluate: Math.sign,
  scalar: s.sign,
  vjp: () => ({ x: zero }),
  jvp: () => zero,
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [0],
})

/**
 * The larger of two tensors, elementwise.
 *
 *   out = max(x, y)          x̄ = x < y ? 0 : ct, ȳ = x < y ? ct : 0
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  NaN where an operand is NaN; max(−0, 0) = 0. At a tie, and at NaN, the whole cotangent
 *           goes to x
 * Errors    E101 when C1, C2 or C3 fails
 */
export const maximum: BinaryOp = binary({
  name: 'maximum',
  evaluate: (x, y) => Math.max(x, y),
  scalar: s.max,
  vjp: ({ x, y, ct }) => {
    const second = less(x, y)
    return { x: where(second, fullLike(ct, 0), ct), y: masked(second, ct) }
  },
  jvp: {
    x: ({ x, y, t }) => where(greater(y, x), fullLike(t, 0), t),
    y: ({ x, y, t }) => masked(greater(y, x), t),
  },
  facts: { commutative: true, associative: true, idempotent: true },
})

/**
 * The smaller of two tensors, elementwise.
 *
 *   out = min(x, y)          x̄ = x > y ? 0 : ct, ȳ = x > y ? ct : 0
 *
 * Requires  C1 a number dtype. C2 equal shapes. C3 equal dtypes.
 * Numerics  NaN where an operand is NaN; min(−0, 0) = −0. At a tie, and at NaN, the whole cotangent
 *           goes to x
 * Errors    E101 when C1, C2 or C3 fails
 */
export const minimum: BinaryOp = binary({
  name: 'minimum',
  evaluate: (x, y) => Math.min(x, y),
  scalar: s.min,
  vjp: ({ x, y, ct }) => {
    const second = greater(x, y)
    return { x: where(second, fullLike(ct, 0), ct), y: masked(second, ct) }
  },
  jvp: {
    x: ({ x, y, t }) => where(less(y, x), fullLike(t, 0), t),
    y: ({ x, y, t }) => masked(less(y, x), t),
  },
  facts: { commutative: true, associative: true, idempotent: true },
})

interface Bounds {
  readonly low: number
  readonly high: number
}

/**
 * C2 and C3 of clamp. Float bounds are rounded where they are used; integer ones must fit as given.
 */
function checkBounds({ low, high }: Bounds, { dtype }: TensorType): Violation | undefined {
  if (!(low <= high)) {
    return violation('C2', `low must be at most high, got ${low} and ${high}`, {}, 'swap them')
  }
  const outside = [low, high].find(bound => DTYPES[dtype].round(bound) !== bound)
  if (isFloat(dtype) || outside === undefined) return undefined
  const help = 'use whole numbers in the range of the dtype'
  return violation('C3', `low and high must be values of ${dtype}, got ${outside}`, {}, help)
}

const isInside = (x: Value, { low, high }: Bounds) =>
  and(greaterEqual(x, fullLike(x, low)), lessEqual(x, fullLike(x, high)))

const clampOp = defineUnary({
  name: 'clamp',
  dtypes: NUMBERS,
  attributes: { low: number, high: number },
  constraints: { C2: 'low is at most high', C3: 'integer bounds are values of the dtype' },
  check: checkBounds,
  evaluate: (x, { low, high }) => Math.min(Math.max(x, low), high),
  scalar: (x, { low, high }) => s.min(s.max(x, s.literal(x, low)), s.literal(x, high)),
  // Not where x is the result: computed again in another kernel it may have more bits than that.
  vjp: ({ x, attributes, ct }) => ({ x: masked(isInside(x, attributes), ct) }),
  jvp: ({ x, attributes, t }) => masked(isInside(x, attributes), t),
  sampleAttributes: [{ low: 0, high: 1 }],
  kinks: [0, 1],
})

/**
 * The nearest value of a closed interval, elementwise.
 *
 *   out = min(max(x, low), high)          x̄ = low ≤ x ≤ high ? ct : 0
 *
 * Requires  C1 a number dtype. C2 low ≤ high. C3 integer bounds are values of the dtype.
 * Numerics  NaN stays NaN; at the bounds themselves the cotangent passes. An infinite bound is no
 *           bound
 * Errors    E101 when C1, C2 or C3 fails
 */
export const clamp: Operator & ((x: Value, low: number, high: number) => Value) = operator(
  clampOp,
  (x: Value, low: number, high: number): Value =>
    x.builder.append(clampOp, [x], { low, high }, clamp)[0]!,
)

/**
 * The largest integer that is not above x, elementwise.
 *
 *   out = ⌊x⌋          x̄ = 0
 *
 * Requires  C1 a float dtype.
 * Numerics  −0, NaN and ±∞ stay; the steps count as flat
 * Errors    E101 when C1 fails
 */
export const floor: UnaryOp = unary({
  name: 'floor',
  evaluate: Math.floor,
  scalar: s.floor,
  vjp: () => ({ x: zero }),
  jvp: () => zero,
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [-2, -1, 0, 1, 2],
})

/**
 * The smallest integer that is not below x, elementwise.
 *
 *   out = ⌈x⌉          x̄ = 0
 *
 * Requires  C1 a float dtype.
 * Numerics  −0, NaN and ±∞ stay; (−1, 0) gives −0; the steps count as flat
 * Errors    E101 when C1 fails
 */
export const ceil: UnaryOp = unary({
  name: 'ceil',
  evaluate: Math.ceil,
  scalar: s.ceil,
  vjp: () => ({ x: zero }),
  jvp: () => zero,
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [-2, -1, 0, 1, 2],
})

/**
 * The nearest integer, elementwise; ties go to the even one.
 *
 *   out = ⌊x⌉          x̄ = 0
 *
 * Requires  C1 a float dtype.
 * Numerics  2.5 gives 2, 3.5 gives 4; the sign of a zero stays, and so do NaN and ±∞; the steps
 *           count as flat
 * Errors    E101 when C1 fails
 */
export const round: UnaryOp = unary({
  name: 'round',
  evaluate: roundHalfEven,
  scalar: s.round,
  vjp: () => ({ x: zero }),
  jvp: () => zero,
  facts: { idempotent: true, zeroPreserving: true },
  kinks: [-1.5, -0.5, 0.5, 1.5],
})
