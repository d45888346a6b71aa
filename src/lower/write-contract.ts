// The kernel of a product in tiles, and of everything that follows from its cells at once: bias,
// activation, what the backward pass reads, the update of what it is added to.

import type { Store } from '../kernel/kernel.ts'
import * as s from '../kernel/scalar.ts'
import { type Contracted, roleShapes } from './contraction-roles.ts'
import type { Written } from './kernel-table.ts'
import { pointsOf } from './names.ts'
import { isTotal, type Unit } from './steps.ts'
import { factorsAt, spread } from './terms.ts'
import type { Computed } from './values.ts'
import type { Workshop } from './workshop.ts'
import { placeOf, totalOf } from './write-region.ts'

/** The contract of a unit. */
export function writeContraction(workshop: Workshop, { steps }: Unit): Written {
  const draft = workshop.draft()
  const stored = steps.filter(step => !isTotal(step))
  const targets = stored.map(step => draft.target(placeOf(workshop, step)))
  const value = steps.find(isTotal)!.value as Contracted
  const shapes = roleShapes(value)
  const [batch, rows] = [pointsOf(shapes.batch, 'b'), pointsOf(shapes.rows, 'i')]
  const [cols, over] = [pointsOf(shapes.cols, 'j'), pointsOf(shapes.over, 'k')]
  const at = [...batch.index, ...rows.index, ...cols.index]
  draft.computes(value.id)
  const [left, right] = factorsAt(draft, value, at, over.index)
  const own = new Set(stored.flatMap(({ value: one, to }) => (to?.kind === 'own' ? [one.id] : [])))
  const total = totalOf(value, s.acc(value.dtype, 'z'))
  draft.resolve = (id, index, fill) => {
    if (id === value.id) return total(index, fill)
    return own.has(workshop.baseOf(id)) ? 'compute' : undefined
  }
  draft.forget()
  const axes = at.filter(e => e.terms.length > 0)
  const body = stored.map((step, i): Store => {
    const { value: one, dims } = step
    const here = spread(
      one.shape,
      dims.flatMap(axis => (axis === undefined ? [] : [axes[axis]!])),
    )
    const isMade = own.has(one.id) && step.to?.kind === 'own' && one.id !== value.id
    const scalar = isMade ? draft.compute(one as Computed, here) : draft.read(one.id, here)
    return targets[i]!(here, scalar)
  })
  const roles = { batch: batch.axes, rows: rows.axes, cols: cols.axes, over: over.axes }
  const kernel = { kind: 'contract', ...roles, acc: 'z', left, right, body } as const
  return { draft, kernel, roots: stored.map(step => step.value.id) }
}
