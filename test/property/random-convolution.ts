// Random sizes and options of convolutions and pools: a fast-check arbitrary of plain data, and the
// geometry that the data stands for, worked out without the library.

import fc from 'fast-check'
import type { PlainAxis } from './plain-convolution.ts'

/** What is drawn for one axis. */
export interface Side {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  readonly low: number
  readonly high: number
  /** Elements or cells beyond the fewest that there can be. */
  readonly more: number
  readonly outputPadding: number
}

/** A convolution or a pool as data. */
export interface Config {
  readonly batch: number
  readonly height: Side
  readonly width: Side
  readonly padding: 'valid' | 'same' | 'explicit'
  readonly groups: number
  readonly each: number
  readonly per: number
  /** Whether numbers are few, so that many are equal. */
  readonly hasTies: boolean
  readonly countPadding: boolean
  readonly seed: number
}

/** An axis with what stands after it. */
export interface PaddedAxis extends PlainAxis {
  readonly high: number
  readonly outputPadding: number
}

/** Both axes of an image. */
export type Axes = readonly [height: PaddedAxis, width: PaddedAxis]

const from = (min: number, max: number) => fc.integer({ min, max })

const side: fc.Arbitrary<Side> = fc.record({
  size: from(1, 4),
  stride: from(1, 3),
  dilation: from(1, 2),
  low: from(0, 3),
  high: from(0, 3),
  more: from(0, 5),
  outputPadding: from(0, 2),
})

/** Channels in groups: one, some, or one for every channel. */
const channels = fc.oneof(
  fc.record({ groups: fc.constant(1), each: from(1, 4), per: from(1, 5) }),
  fc.record({ groups: from(2, 3), each: from(1, 2), per: from(1, 3) }),
  fc.record({ groups: from(2, 4), each: fc.constant(1), per: fc.constant(1) }),
)

/** Everything that a convolution or a pool can be told. */
export const configs: fc.Arbitrary<Config> = fc
  .record({
    batch: from(1, 2),
    height: side,
    width: side,
    padding: fc.constantFrom('valid', 'same', 'explicit'),
    channels,
    hasTies: fc.boolean(),
    countPadding: fc.boolean(),
    seed: from(0, 2 ** 31 - 1),
  })
  .map(({ channels, ...config }) => ({ ...config, ...channels }))

const reachOf = ({ size, dilation }: Side) => (size - 1) * dilation + 1

/** The least padding with which every stride has a window: half of it before, rounded down. */
function sameSides(extent: number, of: Side): readonly [number, number] {
  const covered = (Math.ceil(extent / of.stride) - 1) * of.stride + reachOf(of)
  const total = Math.max(covered - extent, 0)
  return [Math.floor(total / 2), Math.ceil(total / 2)]
}

/** The axes of an image over which windows walk. */
export function walked({ height, width, padding }: Config): Axes {
  const axis = (of: Side): PaddedAxis => {
    const { size, stride, dilation, more } = of
    const [before, after] = padding === 'explicit' ? [of.low, of.high] : [0, 0]
    const least = padding === 'same' ? 1 : Math.max(1, reachOf(of) - before - after)
    const extent = least + more
    const [low, high] = padding === 'same' ? sameSides(extent, of) : [before, after]
    const count = Math.floor((extent + low + high - reachOf(of)) / stride) + 1
    return { extent, count, size, stride, dilation, low, high, outputPadding: 0 }
  }
  return [axis(height), axis(width)]
}

/** The same for a pool: its elements are neighbours, and every window holds a pixel. */
export function pooledOver(config: Config): Axes {
  const neighbours = (of: Side): Side => {
    return { ...of, dilation: 1, low: of.low % of.size, high: of.high % of.size }
  }
  const [height, width] = [neighbours(config.height), neighbours(config.width)]
  return walked({ ...config, height, width })
}

/** The axes of an image that a transposed convolution makes of cells. */
export function unwalked({ height, width, padding }: Config): Axes {
  const axis = (of: Side): PaddedAxis => {
    const { size, stride, dilation } = of
    const outputPadding = of.outputPadding % stride
    const fewest = 1 + Math.min(of.more, 3)
    if (padding === 'same') {
      const extent = fewest * stride
      const [low, high] = sameSides(extent, of)
      return { extent, count: fewest, size, stride, dilation, low, high, outputPadding }
    }
    const [low, high] = padding === 'explicit' ? [of.low, of.high] : [0, 0]
    const extentOf = (cells: number) =>
      (cells - 1) * stride + reachOf(of) - low - high + outputPadding
    let count = fewest
    while (extentOf(count) < 1) count++
    return { extent: extentOf(count), count, size, stride, dilation, low, high, outputPadding }
  }
  return [axis(height), axis(width)]
}

/** The options of the public functions. */
export function optionsOf([height, width]: Axes, { padding }: Config) {
  const both = (name: 'stride' | 'dilation' | 'outputPadding') =>
    [height[name], width[name]] as const
  const explicit = [
    [height.low, height.high],
    [width.low, width.high],
  ] as const
  return {
    stride: both('stride'),
    dilation: both('dilation'),
    outputPadding: both('outputPadding'),
    padding: padding === 'explicit' ? explicit : padding,
  }
}
