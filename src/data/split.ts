// Cutting a data set in parts, such as one to learn from and one held out: a seeded shuffle, then
// as many examples for each part as asked for.

import { countExamples, type Dataset, gathered, type Rows, unusable } from './dataset.ts'
import { permutation, streamOf } from './permutation.ts'

/** One part for every size; two for a fraction. */
export type Parts<
  D extends Dataset,
  P extends number | readonly number[],
> = P extends readonly number[] ? { readonly [I in keyof P]: Rows<D> } : readonly [Rows<D>, Rows<D>]

/**
 * The examples in a shuffled order, cut in parts: copies. `parts` is the fraction that the first of
 * two parts gets, or the size of every part. One seed gives one split, on every engine. Throws E110
 * where the sizes do not add up to the number of examples.
 *
 * @example
 * const [train, dev] = split(data, 0.8, 1)
 * const [train, dev, test] = split(data, [8000, 1000, 1000], 1)
 */
export function split<D extends Dataset, const P extends number | readonly number[]>(
  data: D,
  parts: P,
  seed = 0,
): Parts<D, P> {
  const count = countExamples(data, split)
  const sizes = typeof parts === 'number' ? twoSizes(count, parts) : checkedSizes(count, parts)
  const order = permutation(count, streamOf(seed, 'split'))
  let start = 0
  const cut = sizes.map(size => {
    const part = gathered(data, order.subarray(start, start + size))
    start += size
    return part
  })
  return cut as readonly Rows<D>[] as Parts<D, P>
}

function twoSizes(count: number, fraction: number): readonly number[] {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw unusable(`a fraction must be from 0 to 1, got ${fraction}`, split, {
      help: 'pass a fraction such as 0.8, or a list of sizes',
    })
  }
  const first = Math.round(count * fraction)
  return [first, count - first]
}

function checkedSizes(count: number, sizes: readonly number[]): readonly number[] {
  const isWhole = sizes.every(size => Number.isInteger(size) && size >= 0)
  if (isWhole && sizes.reduce((sum, size) => sum + size, 0) === count) return sizes
  const got = sizes.join(', ')
  throw unusable(`the sizes of the parts must add up to ${count}, got ${got}`, split, {
    help: 'pass sizes that add up to the number of examples, or the fraction of the first part',
  })
}
