// Written digits: the same pixels for a seed everywhere, all digits alike often, and images that
// look like what they are labelled as.

import { describe, expect, it } from 'vitest'
import { GLYPHS } from '../../src/data/glyphs.ts'
import { digits, gatherExamples, moments } from '../../src/data/index.ts'

/** An image as text: a character for each pixel, darker for more ink. */
function shown(pixels: Float32Array): string {
  const ink = (pixel: number) => ' .:+#'[Math.min(4, Math.floor(pixel * 5))]
  const rows = Array.from({ length: 28 }, (_, y) =>
    Array.from(pixels.subarray(y * 28, (y + 1) * 28), ink)
      .join('')
      .trimEnd(),
  )
  return rows.filter(row => row !== '').join('\n')
}

const imageOf = (set: ReturnType<typeof digits>, i: number) =>
  set.x.data.subarray(i * 784, (i + 1) * 784)

describe('digits', () => {
  it('are the same pixels for one seed, on every engine', () => {
    const { x, y } = digits({ count: 3, seed: 1 })
    expect([...y.data]).toEqual([6, 3, 5])
    const bytes = Array.from(x.data, pixel => Math.round(pixel * 255))
    const weighed = [0, 1, 2].map(i =>
      bytes.slice(i * 784, (i + 1) * 784).reduce((sum, byte, at) => sum + byte * at, 0),
    )
    expect(weighed).toEqual([11315806, 13917513, 7394407])
    expect(bytes.slice(784 + 14 * 28 + 8, 784 + 14 * 28 + 20)).toEqual([
      0, 151, 221, 212, 217, 218, 219, 220, 137, 20, 1, 0,
    ])
  })

  it('look like digits', () => {
    expect(shown(digits({ count: 1, seed: 4, only: [2] }).x.data)).toMatchInlineSnapshot(`
      "           .+#####+:
                :###+++####.
               .##.      :##
               ##.        +#.
              :#:         :#:
              .+          :#.
                          +#.
                         .#+
                         ##.
                        +#+
                       +#+
                     .##+
                    :##:
                   +##.
                 .##+
                :##+
               #############+
              .##############
               ."
    `)
    expect(shown(digits({ count: 1, seed: 2, only: [8] }).x.data)).toMatchInlineSnapshot(`
      "                 .
                     +#+##+
                    +#. .:+#
                    #:    .#.
                   .+      ++
                   :#      +#
                   .#.     #+
                    #+   .+#.
                    :+.:##+.
                    .#+#+.
                  .+###:
                 .##. :#+
                 #+    .#+
                +#      .#.
                +:      .+.
               .#.      :#
                +:      ++
                +#     +#
                 ##+++#+.
                  +##+:"
    `)
  })

  it('are another set for another seed, and the beginning of a larger one', () => {
    const [small, large, other] = [
      digits({ count: 12, seed: 5 }),
      digits({ count: 40, seed: 5 }),
      digits({ count: 12, seed: 6 }),
    ]
    expect(gatherExamples(large, [...small.y.data.keys()])).toEqual(small)
    expect(other).not.toEqual(small)
  })

  it('are all ten alike often, in an order without a pattern', () => {
    const { y } = digits({ count: 100, seed: 2 })
    for (let digit = 0; digit < 10; digit++) {
      expect(y.data.filter(label => label === digit)).toHaveLength(10)
    }
    expect(y.data.slice(0, 10)).not.toEqual(y.data.slice(10, 20))
  })

  it('are those asked for', () => {
    const { x, y } = digits({ count: 7, only: [3, 8] })
    expect(new Set(y.data)).toEqual(new Set([3, 8]))
    expect([x.shape, y.shape]).toEqual([[7, 784], [7]])
    expect(digits({ count: 0 }).x.shape).toEqual([0, 784])
  })

  it('are grey steps from 0 to 1, with ink inside and paper at the corners', () => {
    const { x } = digits({ count: 300, seed: 3 })
    expect(x.data.every(pixel => Number.isInteger(Math.fround(pixel * 255)))).toBe(true)
    const [least, most] = [
      x.data.reduce((a, b) => Math.min(a, b)),
      x.data.reduce((a, b) => Math.max(a, b)),
    ]
    expect([least, most]).toEqual([0, 1])
    const { mean } = moments(x)
    for (const corner of [0, 27, 27 * 28, 783]) expect(mean[corner]).toBeLessThan(0.05)
    expect(mean[14 * 28 + 14]).toBeGreaterThan(0.2)
  })

  it('are nearer to their own kind than to others', () => {
    const set = digits({ count: 2000, seed: 7 })
    const means = [...GLYPHS.keys()].map(digit => {
      const own = Array.from(set.y.data.keys()).filter(i => set.y.data[i] === digit)
      return moments(gatherExamples(set, own).x).mean
    })
    const far = (pixels: Float32Array, mean: readonly number[]) =>
      pixels.reduce((sum, pixel, i) => sum + (pixel - mean[i]!) ** 2, 0)
    const unseen = digits({ count: 200, seed: 8 })
    const right = Array.from(unseen.y.data).filter((digit, i) => {
      const distances = means.map(mean => far(imageOf(unseen, i), mean))
      return distances.indexOf(Math.min(...distances)) === digit
    })
    expect(right.length / 200).toBeGreaterThan(0.5)
    expect(right.length / 200).toBeLessThan(0.95)
  })

  it.each([
    [{ count: -1 }, 'the count must be an integer from 0 on, got -1'],
    [{ count: 1.5 }, 'got 1.5'],
    [{ count: 3, only: [] }, 'only must list digits from 0 to 9, got []'],
    [{ count: 3, only: [3, 10] }, 'got [3, 10]'],
  ])('are refused as %j', (options, sentence) => {
    const expected = { code: 'E110', message: expect.stringContaining(sentence) }
    expect(() => digits(options)).toThrow(expect.objectContaining(expected))
  })
})
