// What convolutions mean, as loops over plain numbers: every product of a pixel and a weight is put
// where it belongs. Operands are in double.

import type { Attributes } from '../../src/ir/attribute.ts'
import type { Literal } from '../../src/ir/literal.ts'

/** Where a weight of a kernel stands: its place in the window, its channels, its group. */
interface Weight {
  readonly r: number
  readonly s: number
  /** The channel of the larger image. */
  readonly channel: number
  /** The channel of the smaller image, whose pixels are windows. */
  readonly result: number
  readonly value: number
}

interface Geometry {
  readonly stride: readonly [number, number]
  readonly padding: readonly [readonly [number, number], readonly [number, number]]
  readonly dilation: readonly [number, number]
  readonly groups: number
  readonly output_padding?: readonly [number, number]
}

function weightsOf(kernel: Literal, groups: number): Weight[] {
  const [, kw, each, results] = kernel.shape as readonly [number, number, number, number]
  return [...kernel.values()].map((value, at) => {
    const result = at % results
    const within = Math.floor(at / results) % each
    const place = Math.floor(at / results / each)
    const channel = Math.floor(result / (results / groups)) * each + within
    return { r: Math.floor(place / kw), s: place % kw, channel, result, value }
  })
}

/** Calls `visit` with the positions of both images and the weight that joins them. */
function eachProduct(
  large: readonly number[],
  small: readonly number[],
  kernel: Literal,
  { stride, padding, dilation, groups }: Geometry,
  visit: (large: number, small: number, weight: number) => void,
): void {
  const [n, h, w, channels] = large as readonly [number, number, number, number]
  const [, oh, ow, results] = small as readonly [number, number, number, number]
  for (const { r, s, channel, result, value } of weightsOf(kernel, groups)) {
    for (let cell = 0; cell < n * oh * ow; cell++) {
      const [b, i, j] = [Math.floor(cell / oh / ow), Math.floor(cell / ow) % oh, cell % ow]
      const y = stride[0] * i + dilation[0] * r - padding[0][0]
      const x = stride[1] * j + dilation[1] * s - padding[1][0]
      if (y < 0 || y >= h || x < 0 || x >= w) continue
      visit(((b * h + y) * w + x) * channels + channel, cell * results + result, value)
    }
  }
}

const zeros = (shape: readonly number[]) =>
  new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0)

/** The convolution of images with a kernel. */
export function convolved([x, kernel]: readonly Literal[], attributes: Attributes) {
  const geometry = attributes as unknown as Geometry
  const cells = ([1, 2] as const).map(axis => {
    const [low, high] = geometry.padding[axis - 1]!
    const reach = (kernel!.shape[axis - 1]! - 1) * geometry.dilation[axis - 1]! + 1
    return Math.floor((x!.shape[axis]! + low + high - reach) / geometry.stride[axis - 1]!) + 1
  })
  const shape = [x!.shape[0]!, ...cells, kernel!.shape[3]!]
  const out = zeros(shape)
  eachProduct(x!.shape, shape, kernel!, geometry, (from, to, weight) => {
    out[to]! += weight * x!.at(from)
  })
  return [out]
}

/** Its transpose. */
export function transposed([x, kernel]: readonly Literal[], attributes: Attributes) {
  const geometry = attributes as unknown as Geometry
  const pixels = ([1, 2] as const).map(axis => {
    const [low, high] = geometry.padding[axis - 1]!
    const reach = (kernel!.shape[axis - 1]! - 1) * geometry.dilation[axis - 1]! + 1
    const last = (x!.shape[axis]! - 1) * geometry.stride[axis - 1]!
    return last + reach - low - high + geometry.output_padding![axis - 1]!
  })
  const shape = [x!.shape[0]!, ...pixels, kernel!.shape[2]! * geometry.groups]
  const out = zeros(shape)
  eachProduct(shape, x!.shape, kernel!, geometry, (to, from, weight) => {
    out[to]! += weight * x!.at(from)
  })
  return [out]
}
