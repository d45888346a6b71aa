// The rule of reductions: the axes that are gone, or stay with size 1. When the graph is built, the
// function `axesOf` of axes.ts says the same sentences.

import type { RankUnknown } from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { AnyDims, AxesOf, Dropped, Replaced } from './axes.ts'

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
