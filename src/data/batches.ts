// Mini-batches: the examples of a data set in a shuffled order, a few at a time. Rows are gathered
// into two buffers in turn, so an epoch allocates no more than that, and a batch stays as it is
// while the next is prepared.

import type { HostTensor } from '../ir/literal.ts'
import { DTYPES } from '../support/dtype.ts'
import {
  countExamples,
  type Dataset,
  gatherRows,
  mapArrays,
  type Rows,
  rowSize,
  unusable,
  viewRows,
} from './dataset.ts'
import { permutation, streamOf } from './permutation.ts'

/** How `batches` orders examples. */
export interface BatchOptions {
  /** Names the orders; 0 by default. */
  readonly seed?: number | undefined
  /** The pass over the data, each of which has an order of its own; 0 by default. */
  readonly epoch?: number | undefined
  /** False keeps the order of the data set, and gives views of it; true by default. */
  readonly shuffle?: boolean | undefined
}

/**
 * Every example once, `size` at a time; the last batch holds what remains. One seed and epoch give
 * one order, on every engine. A batch is overwritten when the one after the next is asked for:
 * copy what must last longer. Throws E110 where `size` is not a positive integer.
 *
 * @example
 * for (const { x, y } of batches(train, 128, { seed: 1, epoch })) await t.step({ x, y })
 */
export function batches<D extends Dataset>(
  data: D,
  size: number,
  options: BatchOptions = {},
): Generator<Rows<D>, void> {
  const count = countExamples(data, batches)
  if (!Number.isInteger(size) || size < 1) {
    throw unusable(`the size must be a positive integer, got ${size}`, batches, {
      help: 'ask for batches of 32 to 512 examples',
    })
  }
  const { seed = 0, epoch = 0, shuffle = true } = options
  if (!shuffle) return inOrder(data, count, size)
  return gatherBatches(data, permutation(count, streamOf(seed, 'batches', epoch)), size)
}

function* inOrder<D extends Dataset>(
  data: D,
  count: number,
  size: number,
): Generator<Rows<D>, void> {
  for (let start = 0; start < count; start += size) {
    yield viewRows(data, start, Math.min(start + size, count))
  }
}

function* gatherBatches<D extends Dataset>(
  data: D,
  order: Uint32Array,
  size: number,
): Generator<Rows<D>, void> {
  const most = Math.min(size, order.length)
  const buffers = [buffersOf(data, most), buffersOf(data, most)] as const
  for (let start = 0; start < order.length; start += size) {
    const indices = order.subarray(start, start + size)
    const into = buffers[(start / size) % 2 === 0 ? 0 : 1]
    yield mapArrays(data, array => {
      const buffer = into.get(array)!
      gatherRows(array, indices, buffer)
      const shape = [indices.length, ...array.shape.slice(1)]
      const whole = indices.length === most
      return {
        shape,
        dtype: array.dtype,
        data: whole ? buffer : buffer.subarray(0, indices.length * rowSize(array)),
      }
    })
  }
}

/** Room for `rows` rows of every array. */
function buffersOf(data: Dataset, rows: number): ReadonlyMap<HostTensor, HostTensor['data']> {
  const entries = Object.values(data).map(array => {
    return [array, DTYPES[array.dtype].allocate(rows * rowSize(array))] as const
  })
  return new Map(entries)
}
