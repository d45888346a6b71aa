// Kernels of reductions and contractions. Both end in a total per point; what follows in the same
// kernel is the elementwise value that the total leads to, where the plan found one.

import type { Axis, Index } from '../kernel/index.ts'
import { axisIndex, flatIndex } from '../kernel/index.ts'
import { pointsOf as countPoints, identityOf, type Store } from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { type Accumulation, accumulate, cut } from './accumulate.ts'
import { type Contracted, factorAxes, hasTiles, roleShapes } from './contraction-roles.ts'
import type { Draft } from './draft.ts'
import type { Written } from './kernel-table.ts'
import { type Points, pointsOf } from './names.ts'
import type { Computed, LoweringOf } from './values.ts'
import type { Workshop } from './workshop.ts'

/** A value that a reduction makes. */
export type Reduced = Computed<LoweringOf<'reduction'>>

/** The launches of a reduction that ends in `root`: one, or two where few points sum up much. */
export function writeReduction(workshop: Workshop, value: Reduced, root: Computed): Written[] {
  const { combine, at } = value.lowering
  const { kept, reduced, index } = reductionPoints(value)
  const few = countPoints(kept.axes) < workshop.target.minPoints
  const chunks = cut(reduced.axes)
  if (chunks.outer.length > 0 && few && at !== true) {
    return writeInChunks(workshop, value, root)
  }
  const draft = workshop.draft()
  const store = draft.target(workshop.places.of(root.id))
  const beyond = beyondEnd(value)
  const read = (along: readonly Index[]) => draft.read(value.operands[0]!, index(along), beyond)
  const position = (along: readonly Index[]) =>
    s.indexValue(
      flatIndex(
        along,
        reduced.axes.map(({ extent }) => extent),
      ),
    )
  const what = { combine, name: 's', value: read, at: at === true ? position : undefined }
  const { body, total } = accumulateOrNothing(value, reduced.axes, what)
  draft.setTotal(value.id, kept.index, total)
  const end = store(kept.index, finished(draft, value, root, kept.index, total))
  const kernel = { kind: 'kernel', parallel: kept.axes, rows: [], body: [...body, end] } as const
  return [{ draft, kernel, roots: [root.id] }]
}

/** Chunks of a fixed size first, then their totals in order. */
function writeInChunks(workshop: Workshop, value: Reduced, root: Computed): Written[] {
  const { combine } = value.lowering
  const { kept, reduced, index } = reductionPoints(value)
  const { outer, inner, index: along } = cut(reduced.axes)
  const shape = [...kept.axes, ...outer].map(({ extent }) => extent)
  const parts = workshop.places.temporary(value.dtype, shape, `${workshop.label(value)}_parts`)
  const partAt = [...kept.axes, ...outer].map(axisIndex)

  const first = workshop.draft()
  first.computes(value.id)
  const storePart = first.target(parts)
  const element = first.read(value.operands[0]!, index(along), beyondEnd(value))
  const part = accumulate(inner, { combine, name: 's', value: () => element })
  const partKernel = {
    kind: 'kernel',
    parallel: [...kept.axes, ...outer],
    rows: [],
    body: [...part.body, storePart(partAt, part.total)],
  } as const

  const second = workshop.draft()
  const store = second.target(workshop.places.of(root.id))
  const { body, total } = accumulate(outer, {
    combine,
    name: 's',
    value: chunk => second.load(parts, [...kept.axes.map(axisIndex), ...chunk]),
  })
  second.setTotal(value.id, kept.index, total)
  const end = store(kept.index, finished(second, value, root, kept.index, total))
  const kernel = { kind: 'kernel', parallel: kept.axes, rows: [], body: [...body, end] } as const
  return [
    { draft: first, kernel: partKernel, roots: [value.id] },
    { draft: second, kernel, roots: [root.id] },
  ]
}

/** What stands for an element beyond the end of the last chunk. */
function beyondEnd({ lowering, context }: Reduced): Scalar {
  const { dtype } = context.types[0]!
  return s.constant(dtype, identityOf(lowering.combine, dtype))
}

/** Kept and reduced points of a reduction, and the operand's index from those along both. */
function reductionPoints(value: Reduced) {
  const shape = value.context.types[0]!.shape as readonly number[]
  const axes = new Set(value.lowering.axes(value.context.attributes))
  const kept = pointsOf(value.shape, 'i')
  const reduced = pointsOf(
    shape.filter((_, axis) => axes.has(axis)),
    'r',
  )
  /** `along` has an index per axis of `reduced.axes`. */
  const index = (along: readonly Index[]): readonly Index[] => {
    let [nextKept, nextReduced, nextAlong] = [0, 0, 0]
    return shape.map((extent, axis) => {
      if (!axes.has(axis)) return kept.index[nextKept++]!
      const own = reduced.index[nextReduced++]!
      return extent === 1 ? own : along[nextAlong++]!
    })
  }
  return { kept, reduced, index }
}

/** The total; that of nothing is known. */
function accumulateOrNothing(value: Computed, axes: readonly Axis[], what: Accumulation) {
  const nothing = what.at === undefined ? identityOf(what.combine, value.dtype) : -1
  const total = s.constant(value.dtype, nothing)
  return countPoints(axes) === 0 ? { body: [], total } : accumulate(axes, what)
}

/** What is stored: the total, or the value that it leads to. */
function finished(
  draft: Draft,
  value: Computed,
  root: Computed,
  index: readonly Index[],
  total: Scalar,
): Scalar {
  return root.id === value.id ? total : draft.compute(root, index)
}

/** The kernel of a contraction that ends in `root`. */
export function writeContraction(workshop: Workshop, value: Contracted, root: Computed): Written {
  const draft = workshop.draft()
  const store = draft.target(workshop.places.of(root.id))
  const shapes = roleShapes(value)
  const batch = pointsOf(shapes.batch, 'b')
  const [rows, cols, over] = [
    pointsOf(shapes.rows, 'i'),
    pointsOf(shapes.cols, 'j'),
    pointsOf(shapes.over, 'k'),
  ]
  const at = [...batch.index, ...rows.index, ...cols.index]
  const factors = (along: readonly Index[]) =>
    factorsOf(draft, value, { batch, rows, cols, over: along })
  const end = (total: Scalar): Store => {
    draft.setTotal(value.id, at, total)
    return store(at, finished(draft, value, root, at, total))
  }
  if (hasTiles(value)) {
    const [left, right] = factors(over.index)
    const roles = { batch: batch.axes, rows: rows.axes, cols: cols.axes, over: over.axes }
    const body = [end(s.acc(value.dtype, 'z'))]
    const kernel = { kind: 'contract', ...roles, acc: 'z', left, right, body } as const
    return { draft, kernel, roots: [root.id] }
  }
  const product = (along: readonly Index[]) => s.mul(...factors(spread(over, along)))
  const parallel = [...batch.axes, ...rows.axes, ...cols.axes]
  if (over.axes.length === 0) {
    const kernel = { kind: 'kernel', parallel, rows: [], body: [end(product([]))] } as const
    return { draft, kernel, roots: [root.id] }
  }
  const what: Accumulation = { combine: '+', name: 's', value: product }
  const { body, total } = accumulateOrNothing(value, over.axes, what)
  const kernel = { kind: 'kernel', parallel, rows: [], body: [...body, end(total)] } as const
  return { draft, kernel, roots: [root.id] }
}

/** The index of a point, with `along` for the axes that move. */
function spread({ index }: Points, along: readonly Index[]): readonly Index[] {
  let next = 0
  return index.map(e => (e.terms.length === 0 ? e : along[next++]!))
}

interface RoleIndices {
  readonly batch: Points
  readonly rows: Points
  readonly cols: Points
  readonly over: readonly Index[]
}

function factorsOf(draft: Draft, value: Contracted, roles: RoleIndices): readonly [Scalar, Scalar] {
  const [left, right] = factorAxes(value)
  const factor = (side: 0 | 1, free: Points) => {
    const axes = side === 0 ? left : right
    const index: Index[] = []
    const put = (places: readonly number[], indices: readonly Index[]) => {
      places.forEach((axis, i) => {
        index[axis] = indices[i]!
      })
    }
    put(axes.batch, roles.batch.index)
    put(axes.free, free.index)
    put(axes.over, roles.over)
    return draft.read(value.operands[side]!, index)
  }
  return [factor(0, roles.rows), factor(1, roles.cols)]
}
