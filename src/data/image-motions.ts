// Mirroring, turning and shifting one image. All that is asked for happens in one go: a turn reads
// every pixel of the result from where it was, between four pixels (bilinear), so that nothing is
// blurred twice; without a turn pixels are copied as they are.

import { cosOfTurn } from '../model/normal.ts'

/** The elements of images: rows from the top, each from the left, the channels of a pixel last. */
export type Pixels = Float32Array | Float64Array

/** The extents of one image. */
export interface ImageSize {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** What happens to an image, in this order: it is mirrored, turned about its middle, shifted. */
export interface Motion {
  /** Left and right change sides. */
  readonly mirrored: boolean
  /** Top and bottom change sides. */
  readonly upsideDown: boolean
  /** Clockwise, as a share of a whole turn in [0, 1). */
  readonly turn: number
  /** Whole pixels. */
  readonly down: number
  readonly right: number
}

/**
 * Writes the image that begins at element `at` of `from`, moved, to the same place of `to`, which
 * must hold `fill`: that is what comes in from outside.
 */
export function moveImage(
  from: Pixels,
  to: Pixels,
  at: number,
  size: ImageSize,
  motion: Motion,
  fill: number,
): void {
  if (motion.turn === 0) copyMoved(from, to, at, size, motion)
  else resample(from, to, at, size, motion, fill)
}

function copyMoved(
  from: Pixels,
  to: Pixels,
  at: number,
  { height, width, channels }: ImageSize,
  { mirrored, upsideDown, down, right }: Motion,
): void {
  const line = width * channels
  const [firstX, endX] = [Math.max(0, right), Math.min(width, width + right)]
  const [firstY, endY] = [Math.max(0, down), Math.min(height, height + down)]
  // From one pixel to where the next one comes from, either way through the row.
  const step = mirrored ? -channels : channels
  for (let y = firstY; y < endY; y++) {
    const fromY = upsideDown ? height - 1 - (y - down) : y - down
    const fromX = mirrored ? width - 1 - (firstX - right) : firstX - right
    let get = at + fromY * line + fromX * channels
    const end = at + y * line + endX * channels
    for (let put = at + y * line + firstX * channels; put < end; put += channels) {
      for (let c = 0; c < channels; c++) to[put + c] = from[get + c]!
      get += step
    }
  }
}

/**
 * The inverse of the motion, for every pixel of the result: with u and v from the middle to the
 * pixel, less the shift,
 *
 *   x = cos · u + sin · v      y = cos · v - sin · u      from the middle, then mirrored
 */
function resample(
  from: Pixels,
  to: Pixels,
  at: number,
  size: ImageSize,
  { mirrored, upsideDown, turn, down, right }: Motion,
  fill: number,
): void {
  const { height, width, channels } = size
  const cos = cosOfTurn(turn)
  const sin = cosOfTurn((turn + 0.75) % 1)
  const [toRight, toBottom] = [mirrored ? -1 : 1, upsideDown ? -1 : 1]
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  let put = at
  for (let row = 0; row < height; row++) {
    const v = row - down - middleY
    for (let column = 0; column < width; column++) {
      const u = column - right - middleX
      const x = middleX + toRight * (cos * u + sin * v)
      const y = middleY + toBottom * (cos * v - sin * u)
      const left = Math.floor(x)
      const top = Math.floor(y)
      if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
        const get = at + (top * width + left) * channels
        blendInside(from, to, get, put, size, x - left, y - top)
      } else if (left >= -1 && left < width && top >= -1 && top < height) {
        blendAtEdge(from, to, at, put, size, x, y, fill)
      }
      put += channels
    }
  }
}

/** Blends the pixels at element `get`, right of it, below and right below, in these shares. */
function blendInside(
  from: Pixels,
  to: Pixels,
  get: number,
  put: number,
  { width, channels }: ImageSize,
  across: number,
  along: number,
): void {
  const below = get + width * channels
  for (let c = 0; c < channels; c++) {
    const upper = between(from[get + c]!, from[get + channels + c]!, across)
    const lower = between(from[below + c]!, from[below + channels + c]!, across)
    to[put + c] = between(upper, lower, along)
  }
}

/** As `blendInside`, at `x` and `y` of the image, where some of the four pixels are outside. */
function blendAtEdge(
  from: Pixels,
  to: Pixels,
  at: number,
  put: number,
  { height, width, channels }: ImageSize,
  x: number,
  y: number,
  fill: number,
): void {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const isLeft = left >= 0
  const isRight = left < width - 1
  const isTop = top >= 0
  const isBottom = top < height - 1
  const get = at + (top * width + left) * channels
  const below = get + width * channels
  for (let c = 0; c < channels; c++) {
    const topLeft = isTop && isLeft ? from[get + c]! : fill
    const topRight = isTop && isRight ? from[get + channels + c]! : fill
    const bottomLeft = isBottom && isLeft ? from[below + c]! : fill
    const bottomRight = isBottom && isRight ? from[below + channels + c]! : fill
    const upper = between(topLeft, topRight, x - left)
    const lower = between(bottomLeft, bottomRight, x - left)
    to[put + c] = between(upper, lower, y - top)
  }
}

/** In this form equal ends give what they are, to the bit. */
const between = (start: number, end: number, share: number) => start + share * (end - start)
