// Kernels that no other step joins: fills of gaps, running totals, scatters.

import type { ValueId } from '../ir/graph.ts'
import { type Axis, addIndex, axisIndex, type Index, index, valueIndex } from '../kernel/index.ts'
import type { Combine, Loop, Stmt } from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import type { Written } from './kernel-table.ts'
import { pointsOf } from './names.ts'
import type { Place } from './places.ts'
import type { Computed, LoweringOf } from './values.ts'
import type { Workshop } from './workshop.ts'

/** What takes one more value into an accumulation. */
const COMBINED: Readonly<Record<Combine, (a: Scalar, b: Scalar) => Scalar>> = {
  '+': s.add,
  '*': s.mul,
  max: s.max,
  min: s.min,
  '|': s.or,
  '&': s.and,
}

/** Fills of places of one shape, which is not that of the values. */
export function writeFills(
  workshop: Workshop,
  fills: readonly { readonly fill: Computed; readonly place: Place }[],
): Written {
  const draft = workshop.draft()
  const { axes, index: at } = pointsOf(fills[0]!.place.shape, 'i')
  const stores = fills.map(({ place }) => draft.target(place))
  const body = fills.map(({ fill }, i) => stores[i]!(at, draft.compute(fill, at)))
  const roots = fills.map(({ fill }) => fill.id)
  return { draft, kernel: { kind: 'kernel', parallel: axes, rows: [], body }, roots }
}

/** A running total: the carried axis in order, all others parallel. */
export function writeSerial(workshop: Workshop, value: Computed<LoweringOf<'serial'>>): Written {
  const { combine, carried } = value.lowering
  const { axis, exclusive, reverse } = carried(value.context.attributes)
  const draft = workshop.draft()
  draft.computes(value.id)
  const store = draft.target(workshop.places.of(value.id))
  const others = value.shape.map((extent, d) => (d === axis ? 1 : extent))
  const { axes, index: at } = pointsOf(others, 'i')
  const along: Axis = { name: 'j', extent: value.shape[axis]! }
  const last = index(along.extent - 1)
  const position = reverse ? addIndex(last, axisIndex(along), -1) : axisIndex(along)
  const here = at.map((e, d) => (d === axis ? position : e))
  const element = draft.read(value.operands[0]!, here)
  const before = s.acc(value.dtype, 's')
  const loop: Loop = {
    kind: 'loop',
    order: 'serial',
    axes: [along],
    accs: [{ name: 's', combine, value: element, at: undefined }],
    body: [store(here, exclusive ? before : COMBINED[combine](before, element))],
  }
  const kernel = { kind: 'kernel', parallel: axes, rows: [], body: [loop] } as const
  return { draft, kernel, roots: [value.id] }
}

/** A scatter: first the tensor as it was, then the updates in order; slices are parallel. */
export function writeScatter(workshop: Workshop, value: Computed<LoweringOf<'scatter'>>): Written {
  const { context, operands, shape } = value
  const [x, indices, updates] = operands as readonly [ValueId, ValueId, ValueId]
  const axis = value.lowering.axis(context.attributes)
  const draft = workshop.draft()
  draft.computes(value.id)
  const place = workshop.places.of(value.id)
  const store = draft.target(place)
  const { axes, index: at } = pointsOf(
    shape.map((extent, d) => (d === axis ? 1 : extent)),
    'i',
  )
  const slice: Axis = { name: 'v', extent: shape[axis]! }
  const old = at.map((e, d) => (d === axis ? axisIndex(slice) : e))
  const copy = loop('over', [slice], [store(old, draft.read(x, old))])
  const which = serialPoints(context.types[1]!.shape as readonly number[])
  const chosen = valueIndex(s.cast('i32', draft.read(indices, which.index)))
  const target = at.map((e, d) => (d === axis ? chosen : e))
  const update = draft.read(updates, [...at.slice(0, axis), ...which.index, ...at.slice(axis + 1)])
  const current = draft.reload(place, target, s.constant(value.dtype, 0))
  const combined = COMBINED[value.lowering.combine](current, update)
  const body = [copy, loop('serial', which.axes, [store(target, combined)])]
  return { draft, kernel: { kind: 'kernel', parallel: axes, rows: [], body }, roots: [value.id] }
}

/** Points in order; a loop needs an axis, if only one of a single position. */
function serialPoints(shape: readonly number[]): {
  readonly axes: readonly Axis[]
  readonly index: readonly Index[]
} {
  const { axes, index: at } = pointsOf(shape, 'u')
  return { axes: axes.length > 0 ? axes : [{ name: 'u', extent: 1 }], index: at }
}

const loop = (order: Loop['order'], axes: readonly Axis[], body: readonly Stmt[]): Loop => ({
  kind: 'loop',
  order,
  axes,
  accs: [],
  body,
})
