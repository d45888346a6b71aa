// The rule of reductions: the axes that are gone, or stay with size 1.

import type { Shape } from '../../ir/type.ts'
import {
  type AnyDims,
  type AxesArgument,
  type AxesOf,
  axesOf,
  type Dropped,
  type Replaced,
} from './axes.ts'
import type { Answer, RankUnknown } from './checked.ts'

/** The shape of a reduction of `S` over axes `A`, all where left out; or why there is none. */
export type ReduceRule<Op extends string, S extends Shape, A, Keep = false> = [A, Keep] extends [
  undefined,
  false,
]
  ? []
  : RankUnknown<S> extends true
    ? Shape
    : [A] extends [undefined]
      ? Reduced<S, keyof S, Keep>
      : AxesOf<Op, S, A> extends infer Found
        ? Found extends string
          ? Found
          : Found extends readonly string[]
            ? Reduced<S, Found[number], Keep>
            : [Keep] extends [true]
              ? AnyDims<S>
              : Shape
        : never

/** Without the axes, or with 1 at them; of unknown rank where only the build tells which. */
type Reduced<S extends Shape, Keys, Keep> = [Keep] extends [true]
  ? Replaced<S, Keys, 1>
  : [Keep] extends [false]
    ? Dropped<S, Keys>
    : Shape

/** The shape of a reduction over axes, all where left out; or why there is none. */
export function reduceRule(op: string, shape: Shape, axes: AxesArgument, keepDims = false): Answer {
  const found = axesOf(op, shape, axes)
  if (typeof found === 'string') return found
  const isReduced = (axis: number) => found.includes(axis)
  return keepDims
    ? shape.map((extent, axis) => (isReduced(axis) ? 1 : extent))
    : shape.filter((_, axis) => !isReduced(axis))
}
