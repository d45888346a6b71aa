// The rules of axes of size 1: taking them away, and repeating along them. Putting one in is the
// insert rule of axes.ts.

import type { Dim } from '../../ir/dim.ts'
import {
  type RankUnknown,
  type Show,
  type ShowDim,
  show,
  type Unknown,
} from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import {
  type AxesArgument,
  type AxesOf,
  axesOf,
  type Dropped,
  type Plain,
  type SomeUnknown,
} from './axes.ts'
import type { Answer } from './checked.ts'

/** `S` without axes `A`, all of size 1 where left out; or why they cannot go. */
export type SqueezeRule<S extends Shape, A> =
  RankUnknown<S> extends true
    ? Shape
    : [A] extends [undefined]
      ? SomeUnknown<S> extends true
        ? Shape
        : WithoutOnes<S>
      : AxesOf<'squeeze', S, A> extends infer Found
        ? Found extends string
          ? Found
          : Found extends readonly string[]
            ? Squeezed<S, Found[number]>
            : Shape
        : never

type WithoutOnes<S extends Shape, Kept extends Shape = []> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? WithoutOnes<Rest, D extends 1 ? Kept : [...Kept, D]>
  : Kept

/** Without the axes of the keys, looking for the first that is not of size 1. */
type Squeezed<S extends Shape, Keys> =
  NotOne<S, Keys> extends infer Wrong
    ? Wrong extends readonly [infer At extends number, infer D]
      ? `squeeze: axis ${At} must have size 1, got ${ShowDim<D>} in ${Show<S>}`
      : Dropped<S, Keys>
    : never

type NotOne<S extends Shape, Keys, Passed extends Shape = []> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? `${Passed['length']}` extends Keys
    ? Unknown<D> extends true
      ? NotOne<Rest, Keys, [...Passed, D]>
      : D extends 1
        ? NotOne<Rest, Keys, [...Passed, D]>
        : readonly [Passed['length'], D]
    : NotOne<Rest, Keys, [...Passed, D]>
  : undefined

/** The shape without axes, all of size 1 where left out; or why they cannot go. */
export function squeezeRule(shape: Shape, axes: AxesArgument): Answer {
  if (axes === undefined) return shape.filter(extent => extent !== 1)
  const found = axesOf('squeeze', shape, axes)
  if (typeof found === 'string') return found
  const wrong = shape.findIndex((extent, axis) => found.includes(axis) && extent !== 1)
  return wrong < 0
    ? shape.filter((_, axis) => !found.includes(axis))
    : `squeeze: axis ${wrong} must have size 1, got ${shape[wrong]} in ${show(shape)}`
}

/** `T` where `S`, aligned at the last axes, can be repeated to it; else why not. */
export type BroadcastToRule<S extends Shape, T extends Shape> =
  RankUnknown<T> extends true
    ? Shape
    : RankUnknown<S> extends true
      ? Plain<T>
      : Repeated<S, T> extends infer Found
        ? Found extends Shape
          ? Found
          : `broadcastTo: cannot broadcast ${Show<S>} to ${Show<T>}: ${Found & string}`
        : never

type Repeated<S extends Shape, T extends Shape, Done extends Shape = []> = S extends readonly [
  ...infer SR extends Shape,
  infer X extends Dim,
]
  ? T extends readonly [...infer TR extends Shape, infer Y extends Dim]
    ? RepeatedDim<X, Y> extends infer D
      ? D extends Dim
        ? Repeated<SR, TR, [D, ...Done]>
        : `${ShowDim<X>} vs ${ShowDim<Y>} at axis -${[0, ...Done]['length']}`
      : never
    : `rank ${Rank<[...S, ...Done]>} exceeds rank ${Rank<Done>}`
  : [...T, ...Done]

type Rank<S extends Shape> = `${S['length']}`

/** What an axis of size X is repeated to, null where it cannot be Y. */
type RepeatedDim<X extends Dim, Y extends Dim> =
  Unknown<Y> extends true
    ? Unknown<X> extends true
      ? number
      : X extends 1
        ? number
        : X
    : Unknown<X> extends true
      ? Y
      : [X] extends [1 | Y]
        ? Y
        : null

/** The target where the shape, aligned at the last axes, can be repeated to it; else why not. */
export function broadcastToRule(shape: Shape, target: Shape): Answer {
  const sentence = `broadcastTo: cannot broadcast ${show(shape)} to ${show(target)}`
  for (let axis = -1; axis >= -Math.min(shape.length, target.length); axis--) {
    const [x, y] = [shape.at(axis)!, target.at(axis)!]
    if (x !== 1 && x !== y) return `${sentence}: ${x} vs ${y} at axis ${axis}`
  }
  return shape.length > target.length
    ? `${sentence}: rank ${shape.length} exceeds rank ${target.length}`
    : target
}
