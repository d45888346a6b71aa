// `byMode` as bodies call it: typed, and both sides checked.

import { type Checked, type RankUnknown, type Same, type Show, show } from '../ir/shape-sentence.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import { byMode as coreByMode } from '../ops/by-mode.ts'
import type { DTypeName } from '../support/dtype.ts'
import { refusal } from './shapes/checked.ts'
import { calledFrom } from './tracing.ts'

/** Why two sides of one value do not fit. */
export type SidesRule<S extends Shape, D, T extends Shape, E> = [D] extends [E]
  ? AllSame<S, T> extends true
    ? 0
    : Refused<S, D, T, E>
  : DTypeName extends D | E
    ? 0
    : Refused<S, D, T, E>

type Refused<
  S extends Shape,
  D,
  T extends Shape,
  E,
> = `byMode: train is ${D & string} ${Show<S>}, but eval is ${E & string} ${Show<T>}`

type AllSame<S extends Shape, T extends Shape> =
  RankUnknown<S> extends true
    ? true
    : RankUnknown<T> extends true
      ? true
      : S['length'] extends T['length']
        ? { [I in keyof S]: I extends keyof T ? Same<S[I], T[I]> : false }[number] extends true
          ? true
          : false
        : false

/**
 * A value that differs between programs that train and programs that evaluate. A program keeps one
 * side: `gradient` and a trainer the first, `compile` of a model the second. Both are checked.
 *
 * Throws E101 where the two have not one type.
 */
export function byMode<
  S extends Shape,
  D extends DTypeName,
  T extends Shape,
  E extends DTypeName,
>(sides: {
  readonly train: Tensor<S, D>
  readonly eval: Checked<Tensor<T, E>, SidesRule<S, D, T, E>>
}): Tensor<S, D> {
  // The rule's sentence is a type only: what arrives is a tensor.
  const { train, eval: evaluation } = sides as { train: Tensor<S, D>; eval: Tensor<T, E> }
  if (
    train.dtype !== (evaluation.dtype as string) ||
    show(train.shape) !== show(evaluation.shape)
  ) {
    const [first, second] = [train, evaluation].map(({ dtype, shape }) => `${dtype} ${show(shape)}`)
    const sentence = `byMode: train is ${first}, but eval is ${second}`
    throw refusal(sentence, [train, evaluation], byMode, 'make both of one shape and dtype')
  }
  const append = () => coreByMode({ train, eval: evaluation })
  return calledFrom(train.builder, byMode, append) as Tensor<S, D>
}
