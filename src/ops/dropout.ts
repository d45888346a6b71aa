// Dropout: elements are left out at random while training. The mask is a function of key, counter
// and stream, so the derivative draws it again instead of keeping it.

import { integer, number } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineComposite, operator } from '../ir/define.ts'
import { type Operator, violation } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import { isFloat } from '../support/dtype.ts'
import { scale } from './arithmetic.ts'
import { fullLike } from './creation.ts'
import { bernoulli } from './distributions.ts'
import { FLOATS } from './families.ts'
import { notDrawnFrom, SOURCE_CONSTRAINTS, sampleSource, sourceViolation } from './random.ts'
import { where } from './select.ts'

const dropoutOp = defineComposite({
  name: 'dropout',
  operands: ['x', 'key', 'counter'],
  attributes: { rate: number, stream: integer },
  constraints: {
    ...SOURCE_CONSTRAINTS,
    C4: 'x is f32 or f64',
    C5: 'rate is from 0 to below 1',
  },
  type: ({ x, key, counter }, { rate, stream }) => {
    const refused = sourceViolation({ key, counter }, stream)
    if (refused !== undefined) return refused
    if (!isFloat(x.dtype)) {
      const message = `x must be f32 or f64, got ${x.dtype}`
      return violation('C4', message, { x: 'dtype' }, "use cast(x, 'f32')")
    }
    if (rate >= 0 && rate < 1) return x
    const help = 'a rate of 0.1 leaves one of ten out'
    return violation('C5', `rate must be from 0 to below 1, got ${rate}`, {}, help)
  },
  body: ({ x, key, counter }, { rate, stream }) => {
    if (rate === 0) return x
    const { shape } = x.type
    const isKept = bernoulli(key, counter, { stream, shape, probability: 1 - rate })
    return where(isKept, scale(x, 1 / (1 - rate)), fullLike(x, 0))
  },
  vjp: ({ key, counter, ct, attributes }) => ({
    x: dropout(ct, key, counter, attributes),
    ...notDrawnFrom(),
  }),
  samples: draw => ({
    operands: [operand(draw.pick(FLOATS), draw.shape()), ...sampleSource()],
    attributes: { rate: draw.pick([0, 0.25, 0.5]), stream: draw.integer(0, 9) },
  }),
})

/** Options of `dropout`. */
export interface DropoutOptions {
  /** The share of elements that are left out, from 0 to below 1. */
  readonly rate: number
  /** The number of the draw; draws of one program with different streams are independent. */
  readonly stream: number
}

/**
 * Inverted dropout: leaves elements out at random and scales the others, so that their expectation
 * stays and evaluation needs no dropout at all.
 *
 *   m[i…] = bernoulli(key, counter) {stream, probability = 1 − rate}
 *   out = m ? x/(1 − rate) : 0          x̄ = m ? ct/(1 − rate) : 0
 *
 * The rule is the same dropout of the cotangent: the same key, counter and stream draw the same
 * mask, so none is kept between forward and backward.
 *
 * Requires  C1 key is u32[2]. C2 counter is u32[]. C3 stream is a u32. C4 x is f32 or f64. C5 rate
 *           is from 0 to below 1.
 * Numerics  an element that is left out is 0 and gets the cotangent 0, whatever it is, NaN too; a
 *           rate of 0 is x itself. The probability is that of `bernoulli`, up to 2⁻²⁴
 * Errors    E101 where a constraint fails
 * Source    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout: a simple way to
 *           prevent neural networks from overfitting, 2014, section 10 for the inverted form
 */
export const dropout: Operator &
  ((x: Value, key: Value, counter: Value, options: DropoutOptions) => Value) = operator(
  dropoutOp,
  (x: Value, key: Value, counter: Value, { rate, stream }: DropoutOptions): Value =>
    x.builder.append(dropoutOp, [x, key, counter], { rate, stream }, dropout)[0]!,
)
