// Data sets: what counts as one, and taking, gathering, splitting and batching its examples without
// losing or mixing any up.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  batches,
  type Dataset,
  dataset,
  exampleCount,
  gatherExamples,
  split,
  take,
} from '../../src/data/index.ts'
import { GraphError } from '../../src/support/diagnostic.ts'
import { runs } from '../counts.ts'

/** Examples that know their number: example i is [i, i + 0.5, …] with label i. */
function numbered(count: number, width = 2) {
  const x = Float32Array.from({ length: count * width }, (_, i) => {
    return Math.floor(i / width) + (i % width) / 2
  })
  const y = Int32Array.from({ length: count }, (_, i) => i)
  return dataset({
    x: { shape: [count, width] as const, dtype: 'f32', data: x },
    y: { shape: [count] as const, dtype: 'i32', data: y },
  })
}

/** The numbers of the examples, after a check that each is whole. */
function numbersOf(data: Dataset): number[] {
  const { x, y } = data as ReturnType<typeof numbered>
  const width = x.shape[1]
  expect(x.shape[0]).toBe(y.shape[0])
  expect(x.data).toHaveLength(y.data.length * width)
  y.data.forEach((label, row) => {
    const expected = Array.from({ length: width }, (_, i) => label + i / 2)
    expect(Array.from(x.data.subarray(row * width, (row + 1) * width))).toEqual(expected)
  })
  return Array.from(y.data)
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(GraphError)
    expect((error as GraphError).code).toBe('E110')
    return (error as GraphError).message
  }
  throw new Error('expected an error, got none')
}

describe('a data set', () => {
  it('is the record that it was made of', () => {
    const arrays = { x: { shape: [2, 1], dtype: 'f32', data: Float32Array.of(1, 2) } } as const
    expect(dataset(arrays)).toBe(arrays)
    expect(exampleCount(arrays)).toBe(2)
  })

  it('shows arrays that differ in their number of examples', () => {
    const run = () => {
      dataset({
        x: { shape: [3, 2], dtype: 'f32', data: new Float32Array(6) },
        labels: { shape: [4], dtype: 'i32', data: new Int32Array(4) },
      })
    }
    expect(refusal(run).replace(/made at [^:]*:\d+:\d+/, 'made at HERE')).toMatchInlineSnapshot(`
      "E110 dataset: the arrays must have one number of examples, got 3 and 4
             x     : f32[3,2]
             labels: i32[4]
                         ^
        made at HERE
          dataset({
          ^
        help: give every array one row per example; the first axis counts them"
    `)
  })

  it.each([
    [{}, 'must have at least one array, got none'],
    [{ x: undefined }, 'x must be a host array { shape, dtype, data }, got undefined'],
    [{ x: [1, 2] }, 'x must be a host array { shape, dtype, data }, got a Array'],
    [{ x: { shape: [2], dtype: 'f16', data: [] } }, 'dtypes f32, f64, i32, u32, bool, got f16'],
    [{ x: { shape: [], dtype: 'f32', data: Float32Array.of(1) } }, 'examples, got a scalar'],
    [{ x: { shape: [-1], dtype: 'f32', data: Float32Array.of(1) } }, 'that count, got [-1]'],
    [{ x: { shape: [2], dtype: 'f32', data: [1, 2] } }, 'in a Float32Array, got a Array'],
    [{ x: { shape: [2], dtype: 'f32', data: Int32Array.of(1, 2) } }, 'got a Int32Array'],
    [{ x: { shape: [2], dtype: 'i32' } }, 'in a Int32Array, got undefined'],
    [
      { x: { shape: [2, 3], dtype: 'f32', data: new Float32Array(5) } },
      'x must have 6 elements for f32[2,3], got 5',
    ],
  ])('is refused as %j', (arrays, sentence) => {
    expect(refusal(() => dataset(arrays as unknown as Dataset))).toContain(sentence)
  })

  it('keeps its types through everything that selects examples', () => {
    const data = numbered(4)
    type X = { shape: readonly [number, 2]; data: Float32Array }
    const [first] = split(data, 0.5)
    expectTypeOf(first.x.shape).toEqualTypeOf<readonly [number, number]>()
    expectTypeOf(take(data, 1).y.dtype).toEqualTypeOf<'i32'>()
    expectTypeOf(gatherExamples(data, [0]).x.data).toExtend<X['data']>()
    for (const batch of batches(data, 2)) expectTypeOf(batch.y.data).toExtend<Int32Array>()
  })
})

describe('take', () => {
  it('gives the first examples without a copy', () => {
    const data = numbered(5)
    expect(numbersOf(take(data, 3))).toEqual([0, 1, 2])
    expect(take(data, 3).x.data.buffer).toBe(data.x.data.buffer)
    expect(numbersOf(take(data, 0))).toEqual([])
  })

  it.each([6, -1, 1.5, Number.NaN])('refuses %s of five', count => {
    const message = refusal(() => take(numbered(5), count))
    expect(message).toContain(`take: the count must be an integer from 0 to 5, got ${count}`)
  })
})

describe('gatherExamples', () => {
  it('copies examples in the order asked for, long rows and short ones alike', () => {
    for (const width of [1, 31, 32, 100]) {
      const data = numbered(6, width)
      const gathered = gatherExamples(data, [5, 0, 5])
      expect(numbersOf(gathered)).toEqual([5, 0, 5])
      gathered.x.data.fill(0)
      expect(numbersOf(data)).toEqual(upTo(6))
    }
  })

  it.each([6, -1, 0.5])('refuses the index %s of six examples', index => {
    const message = refusal(() => gatherExamples(numbered(6), [0, index]))
    expect(message).toContain(`an index must be an integer from 0 to 5, got ${index}`)
  })
})

describe('split', () => {
  it('is a partition, whatever the sizes and the seed', () => {
    const cut = fc.tuple(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }), fc.nat())
    const isPartition = fc.property(cut, ([sizes, seed]) => {
      const count = sizes.reduce((sum, size) => sum + size, 0)
      const parts = split(numbered(count), sizes, seed).map(numbersOf)
      expect(parts.map(part => part.length)).toEqual(sizes)
      expect(sorted(parts.flat())).toEqual(upTo(count))
    })
    fc.assert(isPartition, runs())
  })

  it('gives the first of two parts a fraction', () => {
    const [train, dev] = split(numbered(10), 0.8, 1)
    expect([exampleCount(train), exampleCount(dev)]).toEqual([8, 2])
    expect(split(numbered(3), 0.5).map(exampleCount)).toEqual([2, 1])
    expect(split(numbered(3), 1).map(exampleCount)).toEqual([3, 0])
  })

  it('depends on the seed, and on nothing else', () => {
    const [first, again, other] = [7, 7, 8].map(seed =>
      numbersOf(split(numbered(50), 0.5, seed)[0]),
    )
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(first).not.toEqual(sorted(first!))
    // The bits of Threefry, the same on every engine.
    expect(numbersOf(split(numbered(10), [10], 1)[0])).toEqual([3, 6, 9, 1, 2, 0, 8, 7, 5, 4])
  })

  it('refuses parts that are none', () => {
    const data = numbered(10)
    const sizes = 'the sizes of the parts must add up to 10, got'
    expect(refusal(() => split(data, [8, 1]))).toContain(`split: ${sizes} 8, 1`)
    expect(refusal(() => split(data, [12, -2]))).toContain(`${sizes} 12, -2`)
    expect(refusal(() => split(data, [5.5, 4.5]))).toContain(`${sizes} 5.5, 4.5`)
    expect(refusal(() => split(data, 8))).toContain('a fraction must be from 0 to 1, got 8')
    expect(refusal(() => split(data, Number.NaN))).toContain('from 0 to 1, got NaN')
  })
})

describe('batches', () => {
  const numbersIn = (data: Dataset, size: number, options = {}) =>
    Array.from(batches(data, size, options), numbersOf)

  it('show every example once, the last batch those that remain', () => {
    const asked = fc.tuple(
      fc.nat({ max: 40 }),
      fc.integer({ min: 1, max: 45 }),
      fc.nat(),
      fc.boolean(),
    )
    const covers = fc.property(asked, ([count, size, seed, shuffle]) => {
      const seen = numbersIn(numbered(count), size, { seed, shuffle })
      expect(sorted(seen.flat())).toEqual(upTo(count))
      const full = Math.floor(count / size)
      const expected = [
        ...new Array<number>(full).fill(size),
        ...(count % size ? [count % size] : []),
      ]
      expect(seen.map(batch => batch.length)).toEqual(expected)
    })
    fc.assert(covers, runs())
  })

  it('come in an order that seed and epoch name', () => {
    const data = numbered(20)
    const order = (seed: number, epoch: number) => numbersIn(data, 6, { seed, epoch }).flat()
    expect(order(1, 0)).toEqual(order(1, 0))
    const orders = [order(1, 0), order(1, 1), order(1, 2), order(2, 0), upTo(20)]
    expect(new Set(orders.map(String)).size).toBe(5)
    expect(numbersIn(numbered(10), 4, { seed: 1, epoch: 3 })).toEqual([
      [4, 6, 0, 1],
      [7, 5, 2, 9],
      [3, 8],
    ])
  })

  it('say nothing by their order about a split of the same seed', () => {
    const apart = numbersOf(split(numbered(20), [20], 3)[0])
    expect(numbersIn(numbered(20), 20, { seed: 3 }).flat()).not.toEqual(apart)
  })

  it('are views in the order of the data where they are not shuffled', () => {
    const data = numbered(5)
    const [first, ...more] = [...batches(data, 2, { shuffle: false })]
    expect([first!, ...more].map(numbersOf)).toEqual([[0, 1], [2, 3], [4]])
    expect(first!.x.data.buffer).toBe(data.x.data.buffer)
  })

  it('stay while the next is prepared, in two buffers for a whole epoch', () => {
    const buffers = new Set<ArrayBufferLike>()
    let before: { readonly batch: Dataset; readonly numbers: readonly number[] } | undefined
    for (const batch of batches(numbered(23), 4, { seed: 9 })) {
      buffers.add(batch.x.data.buffer)
      if (before !== undefined) expect(numbersOf(before.batch)).toEqual(before.numbers)
      before = { batch, numbers: numbersOf(batch) }
    }
    expect(buffers.size).toBe(2)
  })

  it('never allocate for more examples than there are', () => {
    const [batch] = [...batches(numbered(3), 2 ** 40)]
    expect(sorted(numbersOf(batch!))).toEqual([0, 1, 2])
  })

  it.each([0, -1, 2.5, Number.NaN])('are refused with %s examples at the call itself', size => {
    const message = refusal(() => batches(numbered(3), size))
    expect(message).toContain(`batches: the size must be a positive integer, got ${size}`)
    expect(message).toContain('dataset.test.ts')
  })
})
