// A full reduction, or one that keeps few points, in two launches: fixed chunks first, as many
// points as a target wants, then their totals in order. The chunks depend on the size alone.

import { axisIndex } from '../kernel/index.ts'
import { accumulate, cut } from './accumulate.ts'
import type { Written } from './kernel-table.ts'
import { axesOf, pointsOf } from './names.ts'
import { isTotal, type Unit } from './steps.ts'
import { spread, summedExtents, termsOf } from './terms.ts'
import { type Computed, isMadeBy } from './values.ts'
import type { Workshop } from './workshop.ts'
import { writeRegion } from './write-region.ts'

/** Whether the one total of a unit is better summed up in chunks. */
export function needsChunks({ kind, axes, steps }: Unit, minPoints: number): boolean {
  const totals = steps.filter(isTotal)
  const value = totals[0]?.value
  if (kind !== 'rows' || totals.length !== 1 || value?.node === undefined) return false
  if (isMadeBy(value, 'reduction') && value.lowering.at === true) return false
  const few = axes.reduce((points, extent) => points * extent, 1) < minPoints
  return few && chunksOf(value).outer.length > 0
}

const chunksOf = (value: Computed) =>
  cut(
    axesOf(
      summedExtents(value).filter(extent => extent !== 1),
      'r',
    ),
  )

/** Both launches of such a unit. */
export function writeInChunks(workshop: Workshop, unit: Unit): readonly Written[] {
  const step = unit.steps.find(isTotal)!
  const value = step.value as Computed
  const { outer, inner, index: along } = chunksOf(value)
  const kept = pointsOf(value.shape, 'i')
  const shape = [...kept.axes, ...outer].map(({ extent }) => extent)
  const parts = workshop.places.temporary(value.dtype, shape, `${workshop.label(value)}_parts`)

  const draft = workshop.draft()
  draft.computes(value.id)
  const store = draft.target(parts)
  const terms = termsOf(draft, value, kept.index)
  const { combine } = terms
  const sum = { combine, name: 's', value: () => terms.value(along), at: undefined }
  const { body, totals } = accumulate(inner, [sum])
  const partAt = [...kept.axes, ...outer].map(axisIndex)
  const kernel = {
    kind: 'kernel',
    parallel: [...kept.axes, ...outer],
    rows: [],
    body: [...body, store(partAt, totals[0]!)],
  } as const
  const extents = outer.map(({ extent }) => extent)
  const second = writeRegion(workshop, unit, {
    extents,
    terms: (from, at) => {
      const keptAt = at.filter((_, d) => value.shape[d] !== 1)
      return {
        combine,
        extents,
        value: chunk => from.load(parts, [...keptAt, ...spread(extents, chunk)]),
        at: undefined,
      }
    },
  })
  return [{ draft, kernel, roots: [value.id] }, second]
}
