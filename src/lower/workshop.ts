// What the writers of kernels work with: the values, their places, and the target.

import type { ValueId } from '../ir/graph.ts'
import type { Target } from '../kernel/target.ts'
import { Draft } from './draft.ts'
import type { Places } from './places.ts'
import type { Value, Values } from './values.ts'

/** The tools that kernels are written with. */
export interface Workshop {
  readonly values: Values
  readonly places: Places
  readonly target: Target
  /** A new kernel. */
  draft(): Draft
  /** A value as text names it. */
  label(value: Pick<Value, 'id'>): string
}

/** The tools for one program. */
export function workshopOf(values: Values, places: Places, target: Target): Workshop {
  return {
    values,
    places,
    target,
    draft: () => new Draft(values, places),
    label: ({ id }: { readonly id: ValueId }) => places.label(id),
  }
}
