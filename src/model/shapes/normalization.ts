// The rules of normalizations. Statistics are taken over axes: a batch norm has one gamma and beta
// per place of what is left of x without them, a layer norm one per place at them. A number that is
// out of its range is found when the graph is built.

import { type Fits, type Out, type RankUnknown, type Show, show } from '../../ir/shape-sentence.ts'
import { type Shape, shapesEqual, type TensorType } from '../../ir/type.ts'
import {
  type AxesArgument,
  type AxesOf,
  axesOf,
  type Dropped,
  type RankRule,
  rankRule,
} from './axes.ts'
import type { Answer } from './checked.ts'
import { type WantRule, wantRule } from './dtypes.ts'
import type { ReduceRule } from './reduce.ts'

/** Whether x has a last axis, which axes that are left out are told by; else why that is needed. */
export type DefaultAxesRule<Op extends string, S extends Shape, A> = [A] extends [undefined]
  ? RankRule<Op, S>
  : true

/** The last dim alone: what is left without the others. */
type LastAxis<Op extends string, S extends Shape> =
  RankUnknown<S> extends true
    ? Shape
    : S extends readonly [...Shape, infer L extends Shape[number]]
      ? [L]
      : RankRule<Op, S>

/**
 * The shape of gamma, beta and statistics of a batch norm over axes `A`, all but the last where
 * left out; or why there is none.
 */
export type BatchNormRule<Op extends string, S extends Shape, A> = [A] extends [undefined]
  ? LastAxis<Op, S>
  : ReduceRule<Op, S, A>

/** The shape of gamma and beta of a layer norm over axes `A`, or why there is none. */
export type LayerNormRule<S extends Shape, A> = [A] extends [undefined]
  ? LastAxis<'layerNorm', S>
  : RankUnknown<S> extends true
    ? Shape
    : AxesOf<'layerNorm', S, A> extends infer Found
      ? Found extends string
        ? Found
        : Found extends readonly string[]
          ? Dropped<S, Exclude<keyof S & `${number}`, Found[number]>>
          : Shape
      : never

/**
 * Whether argument `Name` of shape `P` and dtype `E` goes with x of shape `S` and dtype `D`, which
 * `Wanted` is the rule of; else why not. What that rule refuses is told elsewhere.
 */
export type ScaleRule<
  Op extends string,
  Name extends string,
  S extends Shape,
  D,
  Wanted,
  P extends Shape,
  E,
> = WantRule<
  Op,
  Name,
  E,
  D & string,
  Fits<Out<Wanted>, P> extends true
    ? true
    : `${Op}: x ${Show<S>} needs ${Name} ${Show<Out<Wanted>>}, got ${Show<P>}`
>

/** The axes of a batch norm, ascending; all but the last where left out; or why there are none. */
export function batchAxes(
  op: string,
  shape: Shape,
  axes: AxesArgument,
): readonly number[] | string {
  const given = axes ?? shape.slice(0, -1).map((_, axis) => axis)
  return (axes === undefined ? rankRule(op, shape) : undefined) ?? ascending(op, shape, given)
}

/** The axes of a layer norm, ascending; the last where left out; or why there are none. */
export function layerAxes(shape: Shape, axes: AxesArgument): readonly number[] | string {
  const missing = axes === undefined ? rankRule('layerNorm', shape) : undefined
  return missing ?? ascending('layerNorm', shape, axes ?? -1)
}

function ascending(op: string, shape: Shape, axes: AxesArgument): readonly number[] | string {
  const found = axesOf(op, shape, axes)
  return typeof found === 'string' ? found : [...found].sort((a, b) => a - b)
}

/** The dims at axes, or with `without` those at the others. */
export function dimsOf(shape: Shape, axes: readonly number[], without = false): Shape {
  return shape.filter((_, axis) => axes.includes(axis) !== without)
}

/** The shape of argument `name`, which goes with x; or why it does not. */
export function scaleRule(
  op: string,
  name: string,
  x: TensorType,
  wanted: Shape,
  given: TensorType,
): Answer {
  const refused = wantRule(op, name, given.dtype, x.dtype)
  if (refused !== undefined) return refused
  if (shapesEqual(given.shape, wanted)) return wanted
  return `${op}: x ${show(x.shape)} needs ${name} ${show(wanted)}, got ${show(given.shape)}`
}

/** Why a number cannot stand beside a variance. */
export function epsilonRule(op: string, epsilon: number): string | undefined {
  if (epsilon > 0 && epsilon < Number.POSITIVE_INFINITY) return undefined
  return `${op}: epsilon must be a number above 0, got ${epsilon}`
}
