// The rule of padding: so many elements before and after those of each axis, as many as there are
// to repeat or to reflect.

import { addDims, type Dim, dim } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { Padding, PadMode } from '../../ops/padding.ts'
import type { AnyDims } from './axes.ts'
import type { Answer } from './checked.ts'
import type { Add, Subtract } from './integers.ts'

/** The shape of `S` with `P` around it; or why there is none. */
export type PadRule<S extends Shape, P extends readonly Padding[], M> =
  RankUnknown<S> extends true
    ? Shape
    : number extends P['length']
      ? AnyDims<S>
      : P['length'] extends S['length']
        ? Padded<S, M, S, P>
        : `pad: needs a pair [low, high] per axis of ${Show<S>}, got ${P['length']}`

/** The dims of `S` one by one: `Left` and `Sides` are what is to do, `Done` is done. */
type Padded<
  S extends Shape,
  M,
  Left extends Shape,
  Sides,
  Done extends Shape = [],
> = Left extends readonly [infer N extends Dim, ...infer Rest extends Shape]
  ? Sides extends readonly [infer Side extends Padding, ...infer Others]
    ? Problem<M, N, Side[0], Side[1]> extends infer Words extends string
      ? `pad: ${Words} axis ${Done['length']} of ${Show<S>}`
      : Padded<S, M, Rest, Others, [...Done, PaddedDim<N, Side[0], Side[1]>]>
    : never
  : Done

type PaddedDim<N extends Dim, Low extends Dim, High extends Dim> = [Low, High] extends [0, 0]
  ? N
  : Extract<Add<Add<Low, N>, High>, Dim>

/** What is wrong, up to the words that name the axis; undefined where nothing is. */
type Problem<M, N extends Dim, Low extends Dim, High extends Dim> =
  Below<Low, Below<High>> extends infer Wrong extends string
    ? `low and high must be 0 or more, got ${Wrong} at`
    : [M] extends ['edge']
      ? [N, true] extends [0, Adds<Low> | Adds<High>]
        ? 'an axis to repeat must have an element, got'
        : undefined
      : [M] extends ['reflect']
        ? Beyond<N, Low, Beyond<N, High>> extends infer Side extends Dim
          ? `an axis to reflect by ${ShowDim<Side>} must have more than ${ShowDim<Side>} elements, got`
          : undefined
        : undefined

/** Whether a side is known not to be empty. */
type Adds<Side extends Dim> = Unknown<Side> extends true ? false : Side extends 0 ? false : true

/** A negative side as text, else `Other`. */
type Below<Side extends Dim, Other = undefined> =
  Unknown<Side> extends true ? Other : `${Side}` extends `-${number}` ? `${Side}` : Other

/** A side that N elements cannot be reflected by, else `Other`. */
type Beyond<N extends Dim, Side extends Dim, Other = undefined> = [Side] extends [0]
  ? Other
  : [Subtract<N, Add<Side, 1>>] extends [never]
    ? Side
    : Other

/** The shape with elements around it; or why there is none. */
export function padRule(shape: Shape, padding: readonly Padding[], mode: PadMode): Answer {
  if (padding.length !== shape.length) {
    return `pad: needs a pair [low, high] per axis of ${show(shape)}, got ${padding.length}`
  }
  const sides = padding.map(([low, high]): Padding => [dim(low), dim(high)])
  const problem = shape
    .map((extent, axis) =>
      sideProblem(extent, sides[axis]!, mode, `axis ${axis} of ${show(shape)}`),
    )
    .find(found => found !== undefined)
  if (problem !== undefined) return `pad: ${problem}`
  return shape.map((extent, axis) => addDims(addDims(sides[axis]![0], extent), sides[axis]![1]))
}

function sideProblem(extent: Dim, sides: Padding, mode: PadMode, at: string): string | undefined {
  const below = sides.find(side => typeof side === 'number' && side < 0)
  if (below !== undefined) return `low and high must be 0 or more, got ${below} at ${at}`
  const most = mode === 'reflect' ? extent : Number.POSITIVE_INFINITY
  const added = sides.filter(side => side !== 0)
  if (mode === 'edge' && extent === 0 && added.length > 0) {
    return `an axis to repeat must have an element, got ${at}`
  }
  if (typeof most !== 'number') return undefined
  const beyond = added.find(side => typeof side === 'number' && side >= most)
  return beyond === undefined
    ? undefined
    : `an axis to reflect by ${beyond} must have more than ${beyond} elements, got ${at}`
}
