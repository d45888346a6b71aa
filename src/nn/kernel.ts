// The kernel that a convolution layer declares: its shape, as a type and as a list, and why a
// declaration has none.

import type { Same, ShowDim } from '../ir/shape-sentence.ts'
import type { Param } from '../model/param.ts'
import type { DivMod } from '../model/shapes/integers.ts'
import { type AtLeast, belowLeast, type Option, type Pair } from '../model/shapes/windows.ts'
import { type PerAxis, pair } from '../ops/window-geometry.ts'

/** [height, width, split / groups, whole]: all groups share the axis that is whole. */
export type KernelShape<
  Size extends PerAxis,
  Split extends number,
  Whole extends number,
  Groups,
> = [Along<Size, 0>, Along<Size, 1>, InGroup<Split, Groups>, Whole]

type Along<Size extends PerAxis, At extends 0 | 1> = Size extends readonly number[]
  ? Size[At]
  : Extract<Size, number>

type InGroup<N extends number, G> = [G] extends [1]
  ? N
  : DivMod<N, G> extends readonly [infer Each extends number, unknown]
    ? Each
    : number

/** The same as a list. */
export function kernelShape(
  size: PerAxis,
  split: number,
  whole: number,
  groups = 1,
): [number, number, number, number] {
  return [...pair(size), split / groups, whole]
}

/** The parameters of a convolution layer with options `O`. */
export type KernelParams<K extends readonly number[], Units extends number, O> = O extends {
  readonly bias: false
}
  ? { readonly kernel: Param<K, 'f32', true> }
  : { readonly kernel: Param<K, 'f32', true>; readonly b: Param<[Units], 'f32', true> }

/** True where a kernel can have a size, else why not. */
export type SizeRule<Op extends string, Size> = AtLeast<Op, 'size', 1, Pair<Size>, true>

/** True where groups divide what goes in and what comes out, else why not. */
export type GroupsRule<Op extends string, I, U, O> = Divides<
  Op,
  'inputs',
  I,
  Option<O, 'groups', 1>,
  Divides<Op, 'units', U, Option<O, 'groups', 1>, true>
>

type Divides<Op extends string, What extends string, N, G, Rest> = [G] extends [1]
  ? Rest
  : DivMod<N, G> extends readonly [unknown, infer Left]
    ? Same<Left, 0> extends true
      ? Rest
      : `${Op}: ${ShowDim<N>} ${What} are not divisible by ${ShowDim<G>} groups`
    : Rest

/** What a convolution layer is declared with. */
export interface KernelDeclaration {
  readonly inputs: number
  readonly units: number
  readonly size: PerAxis
  readonly groups?: number | undefined
}

/** Why no kernel has such a size. */
export function sizeRule(op: string, size: PerAxis): string | undefined {
  return belowLeast(op, [['size', 1, pair(size)]])
}

/** Why groups do not divide what goes in or what comes out. */
export function groupsRule(op: string, of: KernelDeclaration): string | undefined {
  const { groups = 1 } = of
  const what = (['inputs', 'units'] as const).find(name => of[name] % groups !== 0)
  if (what === undefined) return undefined
  return `${op}: ${of[what]} ${what} are not divisible by ${groups} groups`
}
