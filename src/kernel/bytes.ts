// The memory that a launch touches: the distinct elements of each parameter, bounded from what the
// index expressions of its accesses range over. Rows are a point's own and do not count.

import { DTYPES } from '../support/dtype.ts'
import { type Axis, type Index, range } from './index.ts'
import { asLoops, type Kernel, type Param, pointsOf, type Store, sizeOf } from './kernel.ts'
import type { LoadScalar } from './scalar.ts'
import { holdsAtom, loadsOf, reach, scalarsOf, scalarsOfIndex, storesOf } from './uses.ts'

/**
 * The bytes that one launch reads and writes. An element counts once however often it is loaded,
 * and twice where it is loaded and stored. Of a guarded access the elements outside its buffer do
 * not count; of one at a loaded index as many count as it is made times, at most the parameter.
 */
export function bytesTouched(kernel: Kernel): number {
  const { params, body } = asLoops(kernel)
  const accesses = [...loadsOf(body.flatMap(scalarsOf)), ...body.flatMap(storesOf)]
  return params.reduce((sum, param) => {
    const own = accesses.filter(({ buffer }) => buffer === param.name)
    const [loads, stores] = [own.filter(isLoad), own.filter(access => !isLoad(access))]
    const elements = elementsOf(param, loads) + elementsOf(param, stores)
    return sum + elements * DTYPES[param.type].bytes
  }, 0)
}

/** A load or a store. */
type Access = LoadScalar | Store

const isLoad = ({ kind }: Access) => kind === 'load'

/** Accesses at different indices are taken to be of different elements, up to all there are. */
function elementsOf({ shape }: Param, accesses: readonly Access[]): number {
  const distinct = new Map(accesses.map(({ index }) => [index.map(({ id }) => id).join(), index]))
  const counts = [...distinct.values()].map(index => elementsAt(index, shape))
  const all = counts.reduce((a, b) => a + b, 0)
  return Math.min(sizeOf(shape), all)
}

/** No more elements than positions of the axes, and in each dim no more than it has. */
function elementsAt(index: readonly Index[], shape: readonly number[]): number {
  const inDims = index.map((e, d) => Math.min(positionsOf([e]), inside(e, shape[d]!)))
  return Math.min(positionsOf(index), sizeOf(inDims))
}

/** The places of a dim that an index can be at. */
function inside(e: Index, size: number): number {
  if (holdsAtom(e, 'value')) return size
  const [low, high] = range(e)
  return Math.max(0, Math.min(high, size - 1) - Math.max(low, 0) + 1)
}

/** How many positions the axes have that index expressions depend on, loaded values included. */
function positionsOf(indices: readonly Index[]): number {
  const loaded = reach(indices.flatMap(scalarsOfIndex)).order
  // What an accumulator says may be anything.
  if (loaded.some(({ kind }) => kind === 'acc')) return Number.MAX_SAFE_INTEGER
  const inside = loaded.flatMap(node => {
    if (node.kind === 'load') return node.index
    return node.kind === 'index' ? [node.index] : []
  })
  const axes = [...indices, ...inside].flatMap(axesOf)
  return pointsOf([...new Map(axes.map(axis => [axis.name, axis])).values()])
}

/** The axes that an index is written with, those inside loaded values left out. */
function axesOf(e: Index): readonly Axis[] {
  return e.terms.flatMap(({ of }) => {
    if (of.kind === 'axis') return [of.axis]
    return of.kind === 'value' ? [] : axesOf(of.of)
  })
}
