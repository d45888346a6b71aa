// The broadcasting rule of NumPy: shapes are aligned at their last axes, and an axis that is
// missing or of size 1 is repeated.

import type { Dim } from '../../ir/dim.ts'
import { type Show, type ShowDim, show, type Unknown } from '../../ir/shape-sentence.ts'
import type { Shape } from '../../ir/type.ts'
import type { Answer } from './checked.ts'

/**
 * The shape that `A` and `B` broadcast to, or why there is none. The common case comes first, for
 * the sake of speed: `B` is what `A` ends with, and no dim of `A` is or may be 1.
 */
export type BroadcastRule<Op extends string, A extends Shape, B extends Shape> = number extends
  | A['length']
  | B['length']
  ? Shape
  : 1 extends A[number]
    ? AlignedRule<Op, A, B>
    : A extends readonly [...Shape, ...B]
      ? A
      : AlignedRule<Op, A, B>

type AlignedRule<Op extends string, A extends Shape, B extends Shape> =
  Aligned<A, B> extends infer R
    ? R extends Shape
      ? R
      : R extends Clash<infer X, infer Y, infer Behind>
        ? `${Op}: cannot broadcast ${Show<A>} with ${Show<B>}: ${ShowDim<X>} vs ${ShowDim<Y>} at axis -${[0, ...Behind]['length']}`
        : never
    : never

/** Two dims that do not fit, and the dims behind them. */
interface Clash<X, Y, Behind extends Shape> {
  readonly left: X
  readonly right: Y
  readonly behind: Behind
}

/** Both shapes from the last axis on; `Done` are the dims behind those that are left. */
type Aligned<A extends Shape, B extends Shape, Done extends Shape = []> = A extends readonly [
  ...infer AR extends Shape,
  infer X,
]
  ? B extends readonly [...infer BR extends Shape, infer Y]
    ? Common<X, Y> extends infer D
      ? [D] extends [Dim]
        ? Aligned<AR, BR, [D, ...Done]>
        : Clash<X, Y, Done>
      : never
    : [...A, ...Done]
  : [...B, ...Done]

/** The dim of two that is repeated to, null where neither is 1. What is unknown may be either. */
type Common<X, Y> = [X, Y] extends [Y, X]
  ? X
  : Unknown<X> extends true
    ? Unknown<Y> extends true
      ? number
      : [Y] extends [1]
        ? X
        : Y
    : [X] extends [1]
      ? Y
      : Unknown<Y> extends true
        ? X
        : [Y] extends [1]
          ? X
          : null

/** The shape that `a` and `b` broadcast to, or why there is none. */
export function broadcastRule(op: string, a: Shape, b: Shape): Answer {
  const common: Dim[] = []
  for (let axis = -1; axis >= -Math.max(a.length, b.length); axis--) {
    const [x, y] = [a.at(axis) ?? 1, b.at(axis) ?? 1]
    if (x !== y && x !== 1 && y !== 1) {
      return `${op}: cannot broadcast ${show(a)} with ${show(b)}: ${x} vs ${y} at axis ${axis}`
    }
    common.unshift(x === 1 ? y : x)
  }
  return common
}

/** What to do about operands that do not broadcast. */
export const BROADCAST_HELP = 'make sizes equal or 1 along each axis, for example with reshape'
