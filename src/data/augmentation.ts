// What is asked of an augmentation, looked at once for all images of a batch and brought to one
// form.

import { checkOptions } from '../compile/check-options.ts'
import type { HostTensor } from '../ir/literal.ts'
import { printShape } from '../ir/type.ts'
import { nearest, oneOf } from '../support/diagnostic.ts'
import { type Boundary, rowSize, unusable } from './dataset.ts'
import type { ImageSize } from './image-motions.ts'

/** How images may change. What is not asked for does not happen. */
export interface Augmentation {
  /** The extents of an image whose elements are one row: `[28, 28]`, or with channels. */
  readonly size?: readonly [number, number] | readonly [number, number, number] | undefined
  /** Shifts by up to so many whole pixels, or up to `[vertical, horizontal]`, evenly drawn. */
  readonly shift?: number | readonly [number, number] | undefined
  /**
   * Mirrors every other image or so: `horizontal` changes left and right, `vertical` top and
   * bottom, `both` draws for each.
   */
  readonly flip?: 'horizontal' | 'vertical' | 'both' | undefined
  /** Turns about the middle by up to so many degrees either way, at most 180, evenly drawn. */
  readonly rotate?: number | undefined
  /** The deviation of the normal noise that is added to every element at the end. */
  readonly noise?: number | undefined
  /** What comes in from outside; 0 by default. Normalized images need their own background. */
  readonly fill?: number | undefined
}

/** An augmentation with nothing left open. */
export interface AugmentationPlan {
  readonly size: ImageSize
  /** At most so many pixels up or down, left or right. */
  readonly vertical: number
  readonly horizontal: number
  /** Whether left and right, top and bottom may change sides. */
  readonly mirror: boolean
  readonly upsideDown: boolean
  /** In degrees. */
  readonly rotate: number
  readonly noise: number
  readonly fill: number
}

const NAMES = ['size', 'shift', 'flip', 'rotate', 'noise', 'fill']
const FLIPS: readonly string[] = ['horizontal', 'vertical', 'both']

type Refuse = (message: string, help: string) => Error

/** What `change` asks for. Throws E110 where a value does not fit, E137 where a name is unknown. */
export function planOf(
  images: HostTensor,
  change: Augmentation,
  boundary: Boundary,
): AugmentationPlan {
  checkOptions(boundary.name, change, NAMES, boundary)
  const refuse: Refuse = (message, help) => unusable(message, boundary, { help })
  const { shift = 0, flip, rotate = 0, noise = 0, fill = 0 } = change
  const size = sizeOf(images, change.size, refuse)
  const [vertical, horizontal] = shiftsOf(shift, refuse)
  if (flip !== undefined && !FLIPS.includes(flip)) {
    const help = `write flip: '${nearest(String(flip), FLIPS) ?? 'horizontal'}'`
    throw refuse(`flip must be ${oneOf(FLIPS)}, got ${flip}`, help)
  }
  if (!(rotate >= 0 && rotate <= 180)) {
    throw refuse(`rotate must be from 0 to 180 degrees, got ${rotate}`, 'write rotate: 10')
  }
  if (!(noise >= 0 && noise < Number.POSITIVE_INFINITY)) {
    const help = 'pass a part of the deviation of the images, such as 0.1'
    throw refuse(`noise must be a finite deviation from 0 on, got ${noise}`, help)
  }
  if (!Number.isFinite(fill)) {
    const help = 'pass the value of the background, which is 0 unless images were normalized'
    throw refuse(`fill must be a finite number, got ${fill}`, help)
  }
  const mirror = flip === 'horizontal' || flip === 'both'
  const upsideDown = flip === 'vertical' || flip === 'both'
  return { size, vertical, horizontal, mirror, upsideDown, rotate, noise, fill }
}

function sizeOf(images: HostTensor, given: Augmentation['size'], refuse: Refuse): ImageSize {
  const { dtype } = images
  if (dtype !== 'f32' && dtype !== 'f64') {
    throw refuse(`images must be f32 or f64, got ${dtype}`, 'bring them to f32, as normalize does')
  }
  const elements = rowSize(images)
  const extents: readonly number[] = given ?? images.shape.slice(1)
  const [height, width, channels = 1] = extents as readonly [number, number, number?]
  const size = { height, width, channels }
  const isSize = extents.length === 2 || extents.length === 3
  if (given === undefined) {
    if (isSize) return size
    throw shapeless(images, refuse)
  }
  const isPositive = extents.every(extent => Number.isSafeInteger(extent) && extent > 0)
  if (isSize && isPositive && height * width * channels === elements) return size
  const message = `size must be [height, width] or [height, width, channels] of ${elements} elements`
  throw refuse(`${message}, got [${given.join(', ')}]`, 'pass the extents of one image')
}

/** The error of images whose shape does not say what is above what. */
function shapeless(images: HostTensor, refuse: Refuse): Error {
  const side = Math.sqrt(rowSize(images))
  const size = Number.isInteger(side) ? `${side}, ${side}` : 'height, width'
  const got = printShape(images.shape)
  return refuse(
    `images must be [n, height, width] or [n, height, width, channels], got ${got}`,
    `say what an image is with size: [${size}]`,
  )
}

function shiftsOf(
  shift: number | readonly [number, number],
  refuse: Refuse,
): readonly [vertical: number, horizontal: number] {
  const [vertical, horizontal] = typeof shift === 'number' ? [shift, shift] : shift
  const isWhole = (pixels: number) => Number.isSafeInteger(pixels) && pixels >= 0
  if (isWhole(vertical) && isWhole(horizontal)) return [vertical, horizontal]
  const got = typeof shift === 'number' ? shift : `[${shift.join(', ')}]`
  const message = `shift must be whole pixels from 0 on, or [vertical, horizontal], got ${got}`
  throw refuse(message, 'write shift: 2')
}
