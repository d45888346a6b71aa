// Random tensors. The draws of a program differ from one another, and each is a function of the
// seed and the step of a run: nothing is hidden, nothing depends on the order of evaluation.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import * as distributions from '../../ops/distributions.ts'
import * as core from '../../ops/random.ts'
import type { ExtentsRule } from '../shapes/creation.ts'
import { calledFrom, drawFor } from '../tracing.ts'
import { writtenShape } from './creation.ts'

/** A dtype that floats are drawn in; never inferred from what the result is used for. */
type Drawn<D> = [D] extends ['f32'] ? 'f32' : [D] extends ['f64'] ? 'f64' : 'f32' | 'f64'

/** Options of `randomUniform`. */
export interface RandomUniformOptions<D extends 'f32' | 'f64' = 'f32' | 'f64'> {
  /** f32 by default. */
  readonly dtype?: D | undefined
  /** 0 by default. */
  readonly low?: number | undefined
  /** 1 by default. */
  readonly high?: number | undefined
}

/** Options of `randomNormal`. */
export interface RandomNormalOptions<D extends 'f32' | 'f64' = 'f32' | 'f64'> {
  /** f32 by default. */
  readonly dtype?: D | undefined
  /** 0 by default. */
  readonly mean?: number | undefined
  /** The standard deviation; 1 by default. */
  readonly deviation?: number | undefined
}

/** The type of `randomUniform`. */
interface RandomUniformFunction extends Operator {
  <const S extends Shape, D extends 'f32' | 'f64' = 'f32'>(
    shape: Checked<S, ExtentsRule<'randomUniform', [...S]>>,
    options?: RandomUniformOptions<D>,
  ): Tensor<[...S], Drawn<D>>
}

/** The type of `randomNormal`. */
interface RandomNormalFunction extends Operator {
  <const S extends Shape, D extends 'f32' | 'f64' = 'f32'>(
    shape: Checked<S, ExtentsRule<'randomNormal', [...S]>>,
    options?: RandomNormalOptions<D>,
  ): Tensor<[...S], Drawn<D>>
}

/** The type of `bernoulli`. */
interface BernoulliFunction extends Operator {
  <const S extends Shape>(
    shape: Checked<S, ExtentsRule<'bernoulli', [...S]>>,
    options: { readonly probability: number },
  ): Tensor<[...S], 'bool'>
}

/** The type of `randomBits`. */
interface RandomBitsFunction extends Operator {
  <const S extends Shape>(
    shape: Checked<S, ExtentsRule<'randomBits', [...S]>>,
  ): Tensor<[...S], 'u32'>
}

/** Numbers drawn evenly from [low, high), [0, 1) by default. Throws E121 in the body of an op. */
export const randomUniform: RandomUniformFunction = drawn(
  'randomUniform',
  distributions.randomUniform,
) as Operator as RandomUniformFunction

/** Numbers drawn from a normal distribution, by default the standard one. Throws E121 as above. */
export const randomNormal: RandomNormalFunction = drawn(
  'randomNormal',
  distributions.randomNormal,
) as Operator as RandomNormalFunction

/** `true` with a given probability. Throws E101 where it is none, E121 in the body of an op. */
export const bernoulli: BernoulliFunction = drawn(
  'bernoulli',
  distributions.bernoulli,
) as Operator as BernoulliFunction

/** Uniform 32-bit words. Throws E121 in the body of an op. */
export const randomBits: RandomBitsFunction = drawn(
  'randomBits',
  core.randomBits,
) as Operator as RandomBitsFunction

/** The public function of a core op that draws. */
function drawn<O extends core.RandomOptions>(
  name: string,
  draw: Operator & ((key: Value, counter: Value, options: O) => Value),
): Operator {
  const call = operator(draw.op, (shape: Shape, options?: Omit<O, 'stream' | 'shape'>): Value => {
    const { key, counter, stream } = drawFor(name, call)
    const extents = writtenShape(name, shape, call)
    const all = { ...options, stream, shape: extents } as O
    return calledFrom(key.builder, call, () => draw(key, counter, all))
  })
  return call
}
