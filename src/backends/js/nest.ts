// Points as loops: the parallel axes of a kernel become loops around its body, one axis each. The
// walker then takes out of every axis what does not change along it.

import type { Axis } from '../../kernel/index.ts'
import type { Loop, Stmt } from '../../kernel/kernel.ts'

/** `body` once for every position of `axes`, the last one fastest. */
export function nest(axes: readonly Axis[], body: readonly Stmt[]): readonly Stmt[] {
  return axes.reduceRight((inner, axis) => [over(axis, inner)], body)
}

/** A loop along one axis that gathers nothing. */
export function over(axis: Axis, body: readonly Stmt[]): Loop {
  return { kind: 'loop', order: 'over', axes: [axis], accs: [], body }
}
