// The rule of exchanging axes.

import type { Dim } from '../../ir/dim.ts'
import { type RankUnknown, type Show, show, type Unknown } from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import { type AnyDims, type AxesOf, axesOf, type DimAt } from './axes.ts'

/** A shape from the last axis to the first. */
type Backwards<S extends Shape, Done extends Shape = []> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? Backwards<Rest, [D, ...Done]>
  : Done

/** `S` with its axes in the order `P`, reversed where left out; or why that is no order. */
export type TransposeRule<S extends Shape, P> =
  RankUnknown<S> extends true
    ? Shape
    : Unknown<P> extends true
      ? AnyDims<S>
      : [P] extends [undefined]
        ? Backwards<S>
        : P extends readonly number[]
          ? RankUnknown<P> extends true
            ? AnyDims<S>
            : P['length'] extends S['length']
              ? Permuted<S, AxesOf<'transpose', S, P>>
              : `transpose: ${P['length']} axes given for ${Show<S>} (rank ${S['length']})`
          : Shape

type Permuted<S extends Shape, Found> = Found extends string
  ? Found
  : Found extends readonly string[]
    ? { -readonly [I in keyof Found]: DimAt<S, Found[I]> }
    : AnyDims<S>

/** The axes in the order given, reversed where left out; or why that is no order. */
export function permutationOf(
  shape: Shape,
  permutation: readonly number[] | undefined,
): readonly number[] | string {
  const rank = shape.length
  if (permutation === undefined) return shape.map((_, axis) => rank - 1 - axis)
  if (permutation.length !== rank) {
    return `transpose: ${permutation.length} axes given for ${show(shape)} (rank ${rank})`
  }
  return axesOf('transpose', shape, permutation)
}
