// How far apart the elements lie that an expression loads at neighbouring positions of an axis.

import type { Atom, Axis, AxisAtom, Index } from '../../kernel/index.ts'
import type { Scalar } from '../../kernel/scalar.ts'
import { axesOfIndex, loadsOf, needsOf, scalarsOfIndex } from '../../kernel/uses.ts'
import type { Place } from './expression.ts'
import { flatten } from './guards.ts'

/**
 * The stride along `axis` of the largest array that `roots` load at a position that depends on it;
 * undefined where there is none, or where the axis is divided.
 */
export function strideAlong(
  roots: readonly Scalar[],
  axis: Axis,
  places: ReadonlyMap<string, Pick<Place, 'shape'>>,
): number | undefined {
  let stride: number | undefined
  let most = -1
  for (const { buffer, index } of loadsOf(roots)) {
    const { shape } = places.get(buffer)!
    const size = shape.reduce((product, dim) => product * dim, 1)
    const at = strideOf(flatten(index, shape), axis)
    if (at === 0 || size <= most) continue
    most = size
    stride = at
  }
  return stride
}

/** What one step along `axis` adds to `e`; undefined where that depends on the position. */
export function strideOf(e: Index, axis: Axis): number | undefined {
  let stride = 0
  for (const { scale, of } of e.terms) {
    if (of.kind === 'axis') {
      if (of.axis.name === axis.name) stride += scale
    } else if (dependsOn(of, axis)) return undefined
  }
  return stride
}

function dependsOn(of: Exclude<Atom, AxisAtom>, { name }: Axis): boolean {
  if (of.kind === 'value') return needsOf(of.value).axes.has(name)
  const loaded = scalarsOfIndex(of.of)
  return axesOfIndex(of.of).includes(name) || loaded.some(node => needsOf(node).axes.has(name))
}
