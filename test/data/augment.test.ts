// Augmented images: what each change does to the pixels, held against a slower way to say it; what
// the draws depend on; and what is refused.

import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { moveImage } from '../../src/data/image-motions.ts'
import {
  type Augmentation,
  type AugmentOptions,
  augment,
  batches,
  digits,
} from '../../src/data/index.ts'
import { nextWord, quickStream, reseed } from '../../src/data/quick-stream.ts'
import type { HostTensor } from '../../src/ir/literal.ts'
import { erf } from '../../src/support/erf.ts'
import { runs } from '../counts.ts'

const SIDE = 28
const { x: written } = digits({ count: 40, seed: 4 })

/** Images of f64 in which no two elements are equal. */
function numbered(count: number, height: number, width: number, channels?: number) {
  const shape = [count, height, width, ...(channels === undefined ? [] : [channels])]
  const size = shape.reduce((a, b) => a * b)
  const data = Float64Array.from({ length: size }, (_, i) => i + 1)
  return { shape, dtype: 'f64', data } as const
}

/** Pixel (y, x) of image i, a list of its channels; undefined outside. */
function pixelOf({ shape, data }: HostTensor, i: number, y: number, x: number) {
  const [, height, width, channels = 1] = shape as [number, number, number, number?]
  if (y < 0 || y >= height || x < 0 || x >= width) return undefined
  const start = ((i * height + y) * width + x) * channels
  return Array.from(data.subarray(start, start + channels))
}

/** Image i as rows of pixels, taken from where `from` says, which may be outside. */
function remade(
  images: HostTensor,
  i: number,
  from: (y: number, x: number) => readonly [number, number],
  fill = 0,
): readonly (readonly number[])[] {
  const [, height, width, channels = 1] = images.shape as [number, number, number, number?]
  return Array.from({ length: height * width }, (_, at) => {
    const [y, x] = from(Math.floor(at / width), at % width)
    return pixelOf(images, i, y, x) ?? new Array<number>(channels).fill(fill)
  })
}

const kept = (images: HostTensor, i: number) => remade(images, i, (y, x) => [y, x])

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 1, max: 6 }),
  channels: fc.constantFrom(undefined, 1, 3),
  seed: fc.nat(),
})

describe('augment', () => {
  it('mirrors about half of all images, each exactly', () => {
    const flips = { horizontal: 0, vertical: 0, both: 0, none: 0 }
    const images = numbered(400, 3, 4, 2)
    const [height, width] = [3, 4]
    const changed = augment(images, { flip: 'both' }, { seed: 2 })
    for (let i = 0; i < 400; i++) {
      const ways = {
        none: kept(images, i),
        horizontal: remade(images, i, (y, x) => [y, width - 1 - x]),
        vertical: remade(images, i, (y, x) => [height - 1 - y, x]),
        both: remade(images, i, (y, x) => [height - 1 - y, width - 1 - x]),
      }
      const way = (Object.keys(ways) as (keyof typeof ways)[]).find(
        name => String(ways[name]) === String(kept(changed, i)),
      )
      flips[way!]++
    }
    // 100 each are expected; five deviations of √(400 · 1/4 · 3/4) on either side.
    for (const count of Object.values(flips)) expect(Math.abs(count - 100)).toBeLessThan(44)
  })

  it('mirrors one way only where one is asked for', () => {
    const images = numbered(60, 3, 4)
    for (const flip of ['horizontal', 'vertical'] as const) {
      const changed = augment(images, { flip })
      const seen = new Set<boolean>()
      for (let i = 0; i < 60; i++) {
        const isSame = String(kept(changed, i)) === String(kept(images, i))
        const mirrored = remade(images, i, (y, x) =>
          flip === 'horizontal' ? [y, 3 - x] : [2 - y, x],
        )
        if (!isSame) expect(kept(changed, i)).toEqual(mirrored)
        seen.add(isSame)
      }
      expect(seen.size).toBe(2)
    }
  })

  it('shifts by whole pixels up to what is asked for, every shift alike often', () => {
    const images = numbered(2000, 5, 6)
    const shifts = new Map<string, number>()
    const changed = augment(images, { shift: [1, 2], fill: -7 }, { seed: 1 })
    for (let i = 0; i < 2000; i++) {
      // The pixel in the middle is never outside and says how far it came.
      const [value] = pixelOf(changed, i, 2, 3)!
      const at = value! - 1 - i * 30
      const [down, right] = [2 - Math.floor(at / 6), 3 - (at % 6)]
      expect(kept(changed, i)).toEqual(remade(images, i, (y, x) => [y - down, x - right], -7))
      shifts.set(`${down},${right}`, (shifts.get(`${down},${right}`) ?? 0) + 1)
    }
    expect(shifts.size).toBe(15)
    // 133 each; five deviations of √(2000 · 1/15 · 14/15).
    for (const count of shifts.values()) expect(Math.abs(count - 2000 / 15)).toBeLessThan(56)
  })

  it('shifts an image out of sight where asked for as much', () => {
    const changed = augment(numbered(300, 2, 2), { shift: 9 })
    const unseen = Array.from({ length: 300 }, (_, i) => changed.data.subarray(4 * i, 4 * i + 4))
    expect(unseen.filter(pixels => pixels.every(pixel => pixel === 0)).length).toBeGreaterThan(200)
  })

  it('turns within the degrees asked for, evenly, about the middle', () => {
    // Two coordinates as channels: a turned ramp is a ramp, which bilinear values give exactly.
    const side = 9
    const ramp = Array.from({ length: 500 * side * side }, (_, at) => {
      return [(at % side) - 4, (Math.floor(at / side) % side) - 4]
    })
    const data = Float64Array.from(ramp.flat())
    const images = { shape: [500, side, side, 2], dtype: 'f64', data } as const
    const changed = augment(images, { rotate: 30 }, { seed: 3 })
    const degrees = Array.from({ length: 500 }, (_, i) => {
      const middle = pixelOf(changed, i, 4, 4)!
      const [cos, sin] = pixelOf(changed, i, 4, 5)! as [number, number]
      expect(Math.hypot(middle[0]!, middle[1]!)).toBeLessThan(1e-12)
      expect(Math.hypot(cos, sin)).toBeCloseTo(1, 12)
      const [x, y] = pixelOf(changed, i, 2, 5)! as [number, number]
      expect([x, y]).toEqual([expect.closeTo(cos + 2 * sin, 9), expect.closeTo(sin - 2 * cos, 9)])
      return (Math.atan2(sin, cos) * 180) / Math.PI
    })
    expect(Math.max(...degrees.map(Math.abs))).toBeLessThan(30)
    const mean = degrees.reduce((a, b) => a + b) / 500
    const variance = degrees.reduce((sum, degree) => sum + degree ** 2, 0) / 500
    // Even in [-30, 30]: deviation 30/√3; five standard errors.
    expect(Math.abs(mean)).toBeLessThan((5 * 17.3) / Math.sqrt(500))
    expect(Math.abs(variance - 300)).toBeLessThan((5 * 300 * Math.sqrt(0.8)) / Math.sqrt(500))
  })

  it('adds noise that is normal, with the deviation asked for', () => {
    const count = 200_000
    const data = new Float64Array(count).fill(10)
    const flat = { shape: [200, 25, 40], dtype: 'f64', data } as const
    const noise = augment(flat, { noise: 0.5 }, { seed: 6 }).data.map(value => (value - 10) / 0.5)
    const normal = (x: number) => (1 + erf(x / Math.SQRT2)) / 2
    // 3.4426 begins the tail, which is drawn in another way.
    for (const x of [-3.6, -3.4426, -3, -2, -1, -0.3, 0, 0.1, 0.5, 1.5, 2.5, 3.4426, 3.6]) {
      const expected = normal(x)
      const share = noise.filter(value => value < x).length / count
      const deviation = Math.sqrt((expected * (1 - expected)) / count)
      expect(Math.abs(share - expected) / deviation).toBeLessThan(5)
    }
    const moment = (power: number) => noise.reduce((sum, value) => sum + value ** power, 0) / count
    const error = (variance: number) => 5 * Math.sqrt(variance / count)
    expect(Math.abs(moment(1))).toBeLessThan(error(1))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(error(2))
    expect(Math.abs(moment(3))).toBeLessThan(error(15))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(error(96))
    // Neighbours in one image, and equal places of neighbouring images, know nothing of each other.
    for (const apart of [1, 1000]) {
      const sum = noise.reduce((total, value, i) => total + value * (noise[i + apart] ?? 0), 0)
      expect(Math.abs(sum / count)).toBeLessThan(error(1))
    }
  })

  it('leaves everything as it is where nothing is asked for, in a copy', () => {
    const images = numbered(3, 2, 2)
    for (const change of [{}, { shift: 0, rotate: 0, noise: 0, fill: 5 }]) {
      const same = augment(images, change)
      expect(same).toEqual(images)
      expect(same.data.buffer).not.toBe(images.data.buffer)
    }
  })

  it('never changes what it is given, and keeps shape and dtype', () => {
    const all = { shift: 2, flip: 'both', rotate: 20, noise: 0.1 } as const
    const before = written.data.slice()
    const flat = augment(written, { ...all, size: [SIDE, SIDE] })
    expect(written.data).toEqual(before)
    expectTypeOf(flat.shape).toEqualTypeOf<readonly [number, 784]>()
    expectTypeOf(flat.dtype).toEqualTypeOf<'f32'>()
    expect([flat.shape, flat.dtype, flat.data.constructor]).toEqual([
      [40, 784],
      'f32',
      Float32Array,
    ])
    expect(flat.data).not.toEqual(before)
    const wide = augment(numbered(2, 3, 4, 2), all)
    expect([wide.shape, wide.dtype, wide.data.constructor]).toEqual([
      [2, 3, 4, 2],
      'f64',
      Float64Array,
    ])
    expect(
      augment({ shape: [0, 3, 4], dtype: 'f32', data: new Float32Array(0) }, all).shape[0],
    ).toBe(0)
  })

  it('takes flat rows for what their size says', () => {
    const all = { shift: 2, flip: 'both', rotate: 20, noise: 0.1, fill: 3 } as const
    for (const channels of [undefined, 2]) {
      const shaped = numbered(5, 6, 4, channels)
      const flat = { ...shaped, shape: [5, shaped.data.length / 5] }
      const size = channels === undefined ? ([6, 4] as const) : ([6, 4, channels] as const)
      expect(augment(flat, { ...all, size }).data).toEqual(augment(shaped, all).data)
    }
  })

  it('is the same in f32 and f64 but for rounding', () => {
    const all = { size: [SIDE, SIDE], shift: 2, flip: 'both', rotate: 20, noise: 0.1 } as const
    const precise = { ...written, dtype: 'f64', data: Float64Array.from(written.data) } as const
    const exact = augment(precise, all).data
    const off = augment(written, all).data.map((value, i) => Math.abs(value - exact[i]!))
    expect(off.reduce((a, b) => Math.max(a, b))).toBeLessThan(2e-7)
  })
})

describe('the draws of augment', () => {
  const all: Augmentation = { size: [SIDE, SIDE], shift: 2, flip: 'both', rotate: 20, noise: 0.1 }
  const drawn = (options?: AugmentOptions, change = all) => augment(written, change, options).data

  it('follow from seed and epoch', () => {
    expect(drawn({ seed: 5, epoch: 3 })).toEqual(drawn({ seed: 5, epoch: 3 }))
    expect(drawn()).toEqual(drawn({ seed: 0, epoch: 0, start: 0 }))
    const others = [
      {},
      { seed: 1 },
      { seed: 2 ** 32 },
      { epoch: 1 },
      { start: 1 },
      { start: 2 ** 32 },
    ]
    const sums = others.map(options => drawn(options).reduce((sum, value) => sum + value))
    expect(new Set(sums).size).toBe(6)
  })

  it('differ from image to image', () => {
    const one = written.data.subarray(0, 784)
    const data = Float32Array.from({ length: 50 * 784 }, (_, i) => one[i % 784]!)
    const changed = augment({ shape: [50, 784], dtype: 'f32', data }, { ...all, noise: 0 })
    const different = Array.from({ length: 50 }, (_, i) => {
      return String(changed.data.subarray(784 * i, 784 * (i + 1)))
    })
    expect(new Set(different).size).toBe(50)
  })

  it('are those of an image whatever the size of the batch it comes in', () => {
    const whole = drawn({ seed: 3, epoch: 2 })
    for (const size of [1, 7, 20, 45]) {
      const seen = new Float32Array(whole.length)
      let start = 0
      for (const { x } of batches({ x: written }, size, { shuffle: false })) {
        seen.set(augment(x, all, { seed: 3, epoch: 2, start }).data, start * 784)
        start += x.shape[0]
      }
      expect(seen).toEqual(whole)
    }
  })

  it('stay when another change is asked for too', () => {
    const { noise: _, ...still } = all
    const quiet = drawn({}, still)
    const noise = drawn().map((value, i) => value - quiet[i]!)
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length)
    expect(deviation).toBeCloseTo(0.1, 2)
  })

  it('are the same bits on every engine', () => {
    const bits = new Int32Array(drawn({ seed: 1 }).buffer)
    expect(bits.reduce((sum, word, i) => (Math.imul(sum, 31) + word + i) | 0, 0)).toBe(-1573268590)
    // As computed from the definition of sfc32 elsewhere.
    const stream = quickStream()
    reseed(stream, 1, 2)
    expect([nextWord(stream), nextWord(stream), nextWord(stream)]).toEqual([
      -373492478, 1956182856, -726675755,
    ])
  })
})

describe('the motion of an image', () => {
  const still = { mirrored: false, upsideDown: false, turn: 0, down: 0, right: 0 }
  const moved = (images: HostTensor, motion: object, fill = 0) => {
    const [, height, width, channels = 1] = images.shape as [number, number, number, number?]
    const data = new Float64Array(images.data.length).fill(fill)
    const [from, size] = [images.data as Float64Array, { height, width, channels }]
    for (let i = 0; i < images.shape[0]!; i++) {
      const at = (i * images.data.length) / images.shape[0]!
      moveImage(from, data, at, size, { ...still, ...motion }, fill)
    }
    return { ...images, data }
  }

  it('is exact in quarter turns, clockwise', () => {
    const square = fc.property(fc.integer({ min: 1, max: 7 }), fc.constantFrom(1, 3), (side, c) => {
      const images = numbered(2, side, side, c)
      const last = side - 1
      for (const i of [0, 1]) {
        const turned = (turn: number) => kept(moved(images, { turn }), i)
        expect(turned(0.25)).toEqual(remade(images, i, (y, x) => [last - x, y]))
        expect(turned(0.5)).toEqual(remade(images, i, (y, x) => [last - y, last - x]))
        expect(turned(0.75)).toEqual(remade(images, i, (y, x) => [x, last - y]))
      }
    })
    fc.assert(square, runs())
  })

  it('mirrors first, then turns, then shifts', () => {
    const images = numbered(1, 5, 5, 2)
    const whole = { mirrored: true, turn: 0.25, down: 1, right: -2 }
    const parts = [{ mirrored: true }, { turn: 0.25 }, { down: 1, right: -2 }]
    const steps = parts.reduce((image: HostTensor, motion) => moved(image, motion, -1), images)
    expect(moved(images, whole, -1).data).toEqual(steps.data)
    const down = { upsideDown: true, turn: 0.75 }
    const again = moved(moved(images, { upsideDown: true }), { turn: 0.75 })
    expect(moved(images, down).data).toEqual(again.data)
  })

  it('copies or blends by area, as a slow way to say it does', () => {
    const motion = fc.record({
      turn: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 0.999, noNaN: true })),
      down: fc.integer({ min: -3, max: 3 }),
      right: fc.integer({ min: -3, max: 3 }),
      mirrored: fc.boolean(),
      upsideDown: fc.boolean(),
    })
    const agrees = fc.property(sizes, motion, ({ height, width, channels = 1 }, motion) => {
      const images = numbered(2, height, width, channels)
      const result = moved(images, motion, -5)
      const [cos, sin] = [Math.cos(2 * Math.PI * motion.turn), Math.sin(2 * Math.PI * motion.turn)]
      const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2]
      for (let at = 0; at < height * width; at++) {
        const v = Math.floor(at / width) - motion.down - middleY
        const u = (at % width) - motion.right - middleX
        const toRight = (cos * u + sin * v) * (motion.mirrored ? -1 : 1)
        const toBottom = (cos * v - sin * u) * (motion.upsideDown ? -1 : 1)
        const got = pixelOf(result, 1, Math.floor(at / width), at % width)!
        for (let c = 0; c < channels; c++) {
          const expected = tents(images, middleY + toBottom, middleX + toRight, c)
          expect(got[c]).toBeCloseTo(expected, 6)
        }
      }
    })
    fc.assert(agrees, runs())
  })

  /** Every pixel of image 1 and a rim of -5 around it, weighed by how near it is. */
  function tents(images: HostTensor, y: number, x: number, c: number): number {
    const [, height, width] = images.shape as [number, number, number]
    let sum = -5
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const near = Math.max(0, 1 - Math.abs(y - row)) * Math.max(0, 1 - Math.abs(x - column))
        sum += near * (pixelOf(images, 1, row, column)![c]! + 5)
      }
    }
    return sum
  }
})

describe('augment refuses', () => {
  const flat = { shape: [2, 784], dtype: 'f32', data: new Float32Array(1568) } as const
  const size = [28, 28]
  const kinds = {
    flat,
    odd: { shape: [2, 6], dtype: 'f32', data: new Float32Array(12) },
    whole: { shape: [1, 2, 2], dtype: 'i32', data: new Int32Array(4) },
    short: { shape: [2, 2, 2], dtype: 'f32', data: new Float32Array(4) },
  } as const

  it.each<[kind: keyof typeof kinds, change: object, sentence: string, help: string]>([
    ['short', {}, 'images must have 8 elements for f32[2,2,2], got 4', 'pass arrays'],
    ['whole', {}, 'images must be f32 or f64, got i32', 'bring them to f32, as normalize does'],
    [
      'flat',
      {},
      'images must be [n, height, width] or [n, height, width, channels], got [2,784]',
      'say what an image is with size: [28, 28]',
    ],
    ['odd', {}, 'channels], got [2,6]', 'say what an image is with size: [height, width]'],
    [
      'flat',
      { size: [28, 27] },
      'size must be [height, width] or [height, width, channels] of 784 elements, got [28, 27]',
      'pass the extents of one image',
    ],
    ['flat', { size: [784] }, 'of 784 elements, got [784]', 'pass the extents'],
    ['flat', { size: [-28, -28] }, 'of 784 elements, got [-28, -28]', 'pass the extents'],
    ['flat', { size: [28, 56, 0.5] }, 'of 784 elements, got [28, 56, 0.5]', 'pass the extents'],
    [
      'flat',
      { size, shift: 1.5 },
      'shift must be whole pixels from 0 on, or [vertical, horizontal], got 1.5',
      'write shift: 2',
    ],
    ['flat', { size, shift: [1, -2] }, '[vertical, horizontal], got [1, -2]', 'write shift: 2'],
    ['flat', { size, shift: [1] }, '[vertical, horizontal], got [1]', 'write shift: 2'],
    [
      'flat',
      { size, flip: 'vertically' },
      'flip must be horizontal, vertical or both, got vertically',
      "write flip: 'vertical'",
    ],
    ['flat', { size, flip: true }, 'or both, got true', "write flip: 'horizontal'"],
    ['flat', { size, rotate: 270 }, 'rotate must be from 0 to 180 degrees, got 270', 'rotate: 10'],
    ['flat', { size, rotate: Number.NaN }, 'degrees, got NaN', 'write rotate: 10'],
    [
      'flat',
      { size, noise: -0.1 },
      'noise must be a finite deviation from 0 on, got -0.1',
      'pass a part of the deviation of the images, such as 0.1',
    ],
    ['flat', { size, noise: Number.POSITIVE_INFINITY }, 'from 0 on, got Infinity', 'such as 0.1'],
    ['flat', { size, fill: Number.NaN }, 'fill must be a finite number, got NaN', 'background'],
  ])('%s images changed as %j', (kind, change, sentence, help) => {
    const run = () => augment(kinds[kind] as typeof flat, change as Augmentation)
    expect(run).toThrow(/^E110 augment: [\s\S]*made at .*augment\.test\.ts/)
    expect(run).toThrow(sentence)
    expect(run).toThrow(help)
  })

  it.each([-1, 0.5, Number.NaN])('images from number %s on', start => {
    const run = () => augment(flat, { size: [28, 28] }, { start })
    expect(run).toThrow(`E110 augment: start must be a whole number from 0 on, got ${start}`)
    expect(run).toThrow('help: pass how many images of the epoch came before')
  })

  it('a change that there is none of', () => {
    const run = () => augment(flat, { size: [28, 28], shifts: 2 } as Augmentation)
    expect(run).toThrow(
      'E137 augment: options must be among size, shift, flip, rotate, noise, fill, got "shifts"',
    )
    expect(run).toThrow('did you mean shift?')
  })
})
