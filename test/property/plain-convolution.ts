// Convolutions and pools as plain loops over numbers, without any op of this library: what the
// random ones are compared with. A convolution is a sum of products of three numbers, so that its
// result, both of its derivatives and theirs are the same sum, gathered where another factor is.

import { Literal } from '../../src/ir/literal.ts'

/** Windows along one axis. */
export interface PlainAxis {
  /** Elements of the axis. */
  readonly extent: number
  /** Windows over it. */
  readonly count: number
  readonly size: number
  readonly stride: number
  readonly dilation: number
  /** Elements of padding before the first. */
  readonly low: number
}

/** Sizes of a convolution: image [n, h, w, groups · each], kernel [kh, kw, each, groups · per]. */
export interface PlainConvolution {
  readonly batch: number
  readonly height: PlainAxis
  readonly width: PlainAxis
  readonly groups: number
  readonly each: number
  readonly per: number
}

/** A factor of a convolution: the image, the kernel, or the cells, one for every window. */
export type Factor = 'image' | 'kernel' | 'cells'

/** Where the three numbers of a product lie. */
type Term = Readonly<Record<Factor, number>>

/** The shape of a factor. */
export function shapeOf(of: PlainConvolution, factor: Factor): readonly number[] {
  const { batch, height, width, groups, each, per } = of
  if (factor === 'kernel') return [height.size, width.size, each, groups * per]
  if (factor === 'cells') return [batch, height.count, width.count, groups * per]
  return [batch, height.extent, width.extent, groups * each]
}

/**
 * The sum over all products, of a number of each of two factors, gathered where the third is:
 *
 *   cells[n, i, j, o]   = Σ over r, s, c of image[n, y, x, c] · kernel[r, s, c, o]
 *   image[n, y, x, c]   = Σ over i, j, r, s, o of cells[n, i, j, o] · kernel[r, s, c, o]
 *   kernel[r, s, c, o]  = Σ over n, i, j of image[n, y, x, c] · cells[n, i, j, o]
 *
 * with y = stride · i + dilation · r − top, x likewise, and c in the group of o.
 */
export function gathered(
  of: PlainConvolution,
  into: Factor,
  factors: Partial<Readonly<Record<Factor, Literal>>>,
): Literal {
  const [[a, left], [b, right]] = Object.entries(factors) as [[Factor, Literal], [Factor, Literal]]
  const shape = shapeOf(of, into)
  const sums = new Float64Array(shape.reduce((size, extent) => size * extent, 1))
  for (const term of terms(of)) sums[term[into]]! += left.at(term[a]) * right.at(term[b])
  return new Literal('f64', shape, sums)
}

function* terms({ batch, height, width, groups, each, per }: PlainConvolution): Generator<Term> {
  const [channels, results] = [groups * each, groups * per]
  for (let n = 0; n < batch; n++) {
    for (const { cell: i, place: r, at: y } of places(height)) {
      for (const { cell: j, place: s, at: x } of places(width)) {
        for (let o = 0; o < results; o++) {
          for (let q = 0; q < each; q++) {
            const c = Math.floor(o / per) * each + q
            yield {
              image: ((n * height.extent + y) * width.extent + x) * channels + c,
              kernel: ((r * width.size + s) * each + q) * results + o,
              cells: ((n * height.count + i) * width.count + j) * results + o,
            }
          }
        }
      }
    }
  }
}

/** Which element of an axis every place of every window holds, those in the padding left out. */
function* places({ extent, count, size, stride, dilation, low }: PlainAxis) {
  for (let cell = 0; cell < count; cell++) {
    for (let place = 0; place < size; place++) {
      const at = stride * cell + dilation * place - low
      if (at >= 0 && at < extent) yield { cell, place, at }
    }
  }
}

/** A pixel with the weight that it has in the result of a window. */
export interface Weighed {
  readonly cell: number
  readonly pixel: number
  readonly weight: number
}

/** Of every window the first of its largest pixels, in row-major order, with weight 1. */
export function largest(of: PlainConvolution, image: Literal): readonly Weighed[] {
  return windowsOf(of).map((pixels, cell) => {
    const [first, ...rest] = pixels
    const pixel = rest.reduce((best, at) => (image.at(at) > image.at(best) ? at : best), first!)
    return { cell, pixel, weight: 1 }
  })
}

/** Of every window all pixels, with their share of the mean. */
export function shares(of: PlainConvolution, countPadding: boolean): readonly Weighed[] {
  const whole = of.height.size * of.width.size
  return windowsOf(of).flatMap((pixels, cell) => {
    const weight = 1 / (countPadding ? whole : pixels.length)
    return pixels.map(pixel => ({ cell, pixel, weight }))
  })
}

/** The pixels that every window holds, in row-major order; windows in the order of their cells. */
function windowsOf({ batch, height, width, groups }: PlainConvolution): readonly number[][] {
  const windows = Array.from(
    { length: batch * height.count * width.count * groups },
    (): number[] => [],
  )
  for (let n = 0; n < batch; n++) {
    for (const { cell: i, at: y } of places(height)) {
      for (const { cell: j, at: x } of places(width)) {
        for (let c = 0; c < groups; c++) {
          const pixel = ((n * height.extent + y) * width.extent + x) * groups + c
          windows[((n * height.count + i) * width.count + j) * groups + c]!.push(pixel)
        }
      }
    }
  }
  return windows
}

/** Σ of weight · pixel for every window. */
export function pooled(weighed: readonly Weighed[], image: Literal, like: Literal): Literal {
  const sums = new Float64Array(like.size)
  for (const { cell, pixel, weight } of weighed) sums[cell]! += weight * image.at(pixel)
  return new Literal('f64', like.shape, sums)
}

/** Σ of weight · cell for every pixel. */
export function spread(weighed: readonly Weighed[], cells: Literal, like: Literal): Literal {
  const sums = new Float64Array(like.size)
  for (const { cell, pixel, weight } of weighed) sums[pixel]! += weight * cells.at(cell)
  return new Literal('f64', like.shape, sums)
}
