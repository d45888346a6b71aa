// What the writers of kernels work with: the values, their places, and the target.

import type { ValueId } from '../ir/graph.ts'
import type { Target } from '../kernel/target.ts'
import { Draft } from './draft.ts'
import type { Places } from './places.ts'
import type { Fused } from './storage.ts'
import type { Value, Values } from './values.ts'

/** The tools that kernels are written with. */
export interface Workshop {
  readonly values: Values
  readonly places: Places
  readonly target: Target
  /** Values that a launch keeps for each of its points while it works on it. */
  readonly rows: ReadonlySet<ValueId>
  /** Operations of an element, made of what lies in memory. */
  readonly flopsOf: (id: ValueId) => number
  /** The value in whose memory a value lies: another one's where it is a view. */
  readonly baseOf: (id: ValueId) => ValueId
  /** A new kernel. */
  draft(): Draft
  /** A value as text names it. */
  label(value: Pick<Value, 'id'>): string
}

/** The tools for one program. */
export function workshopOf(
  values: Values,
  places: Places,
  target: Target,
  { plan, rows }: Fused,
): Workshop {
  return {
    values,
    places,
    target,
    rows,
    flopsOf: plan.flopsOf,
    baseOf: id => plan.views.get(id)?.of ?? id,
    draft: () => new Draft(values, places),
    label: ({ id }: { readonly id: ValueId }) => places.label(id),
  }
}
