// What launches do, before it is decided which launch does what: a step accumulates a value or
// stores one. Steps of a unit run at the same parallel points; the axes of a value are those of its
// unit, or are walked by a loop. Every unit becomes one launch (a full reduction may become two).

import type { ValueId } from '../ir/graph.ts'
import { hasTiles } from './contraction-roles.ts'
import type { Plan } from './plan.ts'
import { type Computed, type Given, isMadeBy, type Values } from './values.ts'

/** Where a store goes. */
export type Destination =
  /** Where the value itself lies. */
  | { readonly kind: 'own' }
  /** A range of a joined value, in elements from its start. */
  | { readonly kind: 'part'; readonly whole: ValueId; readonly start: number }
  /** A copy of its own for an output of that name. */
  | { readonly kind: 'output'; readonly name: string }
  /** The state argument whose new value it is. */
  | { readonly kind: 'state'; readonly target: Given }

/** One thing that a launch does. */
export interface Step {
  readonly value: Computed | Given
  /** Accumulating gives a total at every point; absent for it, else where the value goes. */
  readonly to: Destination | undefined
  /** The unit's axis for each dim of the value; none where a loop walks it or the extent is 1. */
  readonly dims: readonly (number | undefined)[]
}

/** Steps that share their parallel points. */
export interface Unit {
  /**
   * `points`: every axis of its values is parallel. `rows`: it accumulates, so its axes are what
   * the accumulations keep. `contract`: a product in tiles and what follows from it, cell by cell.
   * `alone`: a running total or a scatter, which nothing joins.
   */
  readonly kind: 'points' | 'rows' | 'contract' | 'alone'
  /** Extents of the parallel axes; none is 1. */
  readonly axes: readonly number[]
  readonly steps: readonly Step[]
}

/** Whether a step accumulates rather than stores. */
export const isTotal = ({ to }: Step): boolean => to === undefined

/** Whether others find the value by the step: it is accumulated there, or stored where it lies. */
export const isMaking = ({ to }: Step): boolean => to === undefined || to.kind === 'own'

/** Whether every dim of the step's value is an axis of the unit: it has one element a point. */
export function isPerPoint({ value, dims }: Step): boolean {
  return value.shape.every((extent, d) => extent === 1 || dims[d] !== undefined)
}

/** A step that stores a value at the points of its own shape. */
export function storeStep(value: Computed | Given, to: Destination): Step {
  return { value, to, dims: ownDims(value.shape) }
}

/** The number of each dim of a shape among its axes, which are the dims of an extent above 1. */
function ownDims(shape: readonly number[]): (number | undefined)[] {
  let next = 0
  return shape.map(extent => (extent === 1 ? undefined : next++))
}

/** A unit of one or more steps at the points of their common shape. */
export function pointsUnit(steps: readonly Step[]): Unit {
  return { kind: 'points', axes: axesOf(steps[0]!.value.shape), steps }
}

const axesOf = (shape: readonly number[]) => shape.filter(extent => extent !== 1)

/** The unit that computes a stored value, together with what accumulates for it. */
export function unitOf(value: Computed, values: Values, { cores }: Plan): Unit {
  const core = cores.get(value.id)
  const made = core === undefined ? value : (values.get(core) as Computed)
  const store = storeStep(value, { kind: 'own' })
  if (isMadeBy(made, 'serial', 'scatter')) return { ...pointsUnit([store]), kind: 'alone' }
  if (!isMadeBy(made, 'reduction', 'contraction')) return pointsUnit([store])
  const total: Step = { value: made, to: undefined, dims: ownDims(made.shape) }
  const isTiled = isMadeBy(made, 'contraction') && hasTiles(made)
  return { ...pointsUnit([total, store]), kind: isTiled ? 'contract' : 'rows' }
}

/** The parallel points of a unit. */
export const pointsIn = ({ axes }: Unit): number =>
  axes.reduce((points, extent) => points * extent, 1)
