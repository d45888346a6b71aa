// The planar flower: petals of two classes that no line tells apart.

import { describe, expect, it } from 'vitest'
import { flower, moments } from '../../src/data/index.ts'

type Flower = ReturnType<typeof flower>

const points = ({ x, y }: Flower) =>
  Array.from(y.data, (label, i) => ({ label, x: x.data[2 * i]!, y: x.data[2 * i + 1]! }))

describe('flower', () => {
  it('has 400 points of two classes, half and half', () => {
    const { x, y } = flower()
    expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[400, 2], 'f32', [400], 'f32'])
    expect(y.data.filter(label => label === 0)).toHaveLength(200)
    expect(y.data.filter(label => label === 1)).toHaveLength(200)
    expect(flower({ count: 5 }).y.data).toEqual(Float32Array.of(0, 0, 0, 1, 1))
  })

  it('lies on the curve r = 4 sin 4t where there is no noise', () => {
    // The angle is not kept; 4 sin 4t with (r sin t, r cos t) says so without it.
    for (const { x, y } of points(flower({ noise: 0 }))) {
      const square = x * x + y * y
      const sine = square === 0 ? 0 : (4 * x * y * (y * y - x * x)) / square ** 2
      expect(Math.sqrt(square)).toBeCloseTo(4 * Math.abs(sine), 3)
    }
  })

  it('is the same for one seed, and another for another', () => {
    expect(flower({ seed: 3 })).toEqual(flower({ seed: 3 }))
    expect(flower({ seed: 3 })).not.toEqual(flower({ seed: 4 }))
    const { x } = flower({ seed: 1 })
    expect(x.data[0]).toBeCloseTo(0.0448879, 6)
  })

  it('is centred and as wide as its petals are long', () => {
    const { mean, deviation } = moments(flower({ count: 2000, seed: 2 }).x)
    for (const value of mean) expect(Math.abs(value)).toBeLessThan(0.3)
    for (const value of deviation) expect(value).toBeCloseTo(2, 0)
  })

  it('is told apart by no line, and well by the petals', () => {
    const all = points(flower({ seed: 1 }))
    const rightBy = (answer: (point: (typeof all)[number]) => boolean) => {
      const share = all.filter(point => answer(point) === (point.label === 1)).length / all.length
      return Math.max(share, 1 - share)
    }
    const lines = Array.from({ length: 36 * 9 }, (_, i) => {
      const angle = (Math.PI * (i % 36)) / 36
      const shift = Math.floor(i / 36) - 4
      return rightBy(({ x, y }) => x * Math.cos(angle) + y * Math.sin(angle) > shift)
    })
    expect(Math.max(...lines)).toBeLessThan(0.75)
    // Which petal a point is on: of the eight eighths of a turn, every other one.
    const petals = rightBy(({ x, y }) => x * y * (y * y - x * x) > 0 === x > 0)
    expect(petals).toBeGreaterThan(0.88)
  })
})
