// Augmentation: every image of a batch changed at random, so that a model sees each of them a
// little different in every epoch. An image's draws follow from seed, epoch and its number alone:
// neither the size of the batches nor other kinds of change move them.

import type { Host } from '../ir/tensor.ts'
import { DTYPES } from '../support/dtype.ts'
import { threefry2x32 } from '../support/threefry.ts'
import { type Augmentation, type AugmentationPlan, planOf } from './augmentation.ts'
import { countExamples, rowSize, unusable } from './dataset.ts'
import { type Motion, moveImage, type Pixels } from './image-motions.ts'
import { addNoise } from './noise.ts'
import { streamOf } from './permutation.ts'
import {
  nextInteger,
  nextUnit,
  nextWord,
  type QuickStream,
  quickStream,
  reseed,
} from './quick-stream.ts'

/** What the draws of a batch of images follow from. */
export interface AugmentOptions {
  /** Names the draws; 0 by default. */
  readonly seed?: number | undefined
  /** The pass over the data, each of which has draws of its own; 0 by default. */
  readonly epoch?: number | undefined
  /** The number of the first image among those of the epoch; 0 by default. */
  readonly start?: number | undefined
}

type Images = Host<readonly number[], 'f32' | 'f64'>

/**
 * A copy of `images` in which each is changed by draws of its own. Images are [n, height, width] or
 * [n, height, width, channels], or one row each if `change.size` says what a row is. One seed,
 * epoch and number of an image give one result, on every engine and in batches of any size.
 *
 * A turn blends four pixels, once even if the image is shifted too; mirrored and shifted pixels
 * stay as they are. Throws E110 where images or a value do not fit, E137 where `change` holds an
 * unknown name.
 *
 * @example
 * let start = 0
 * for (const { x, y } of batches(train, 128, { seed, epoch })) {
 *   const change = { size: [28, 28], shift: 2, rotate: 10 } as const
 *   await t.step({ x: augment(x, change, { seed, epoch, start }), y })
 *   start += 128
 * }
 */
export function augment<const A extends Images>(
  images: A,
  change: Augmentation,
  { seed = 0, epoch = 0, start = 0 }: AugmentOptions = {},
): Host<A['shape'], A['dtype']> {
  const count = countExamples({ images }, augment)
  const plan = planOf(images, change, augment)
  if (!Number.isSafeInteger(start) || start < 0) {
    throw unusable(`start must be a whole number from 0 on, got ${start}`, augment, {
      help: 'pass how many images of the epoch came before',
    })
  }
  const data = DTYPES[images.dtype].allocate(images.data.length) as Pixels
  if (plan.fill !== 0) data.fill(plan.fill)
  const elements = rowSize(images)
  const source = streamOf(seed, 'augment', epoch)
  const [first, second] = [source.bits(), source.bits()]
  const stream = quickStream()
  for (let i = 0; i < count; i++) {
    const image = start + i
    const [low, high] = threefry2x32(first, second, image >>> 0, Math.floor(image / 2 ** 32))
    reseed(stream, low, high)
    const at = i * elements
    moveImage(images.data, data, at, plan.size, drawMotion(plan, stream), plan.fill)
    if (plan.noise > 0) addNoise(data, at, at + elements, plan.noise, stream)
  }
  return { shape: images.shape, dtype: images.dtype, data } as Host as Host<A['shape'], A['dtype']>
}

/** Draws all that may be drawn, whatever is used: asking for one change more keeps the others. */
function drawMotion(plan: AugmentationPlan, stream: QuickStream): Motion {
  const sides = nextWord(stream)
  const down = nextInteger(stream, -plan.vertical, plan.vertical)
  const right = nextInteger(stream, -plan.horizontal, plan.horizontal)
  const turn = ((2 * nextUnit(stream) - 1) * plan.rotate) / 360
  return {
    mirrored: plan.mirror && (sides & 1) === 1,
    upsideDown: plan.upsideDown && (sides & 2) === 2,
    turn: turn < 0 ? turn + 1 : turn,
    down,
    right,
  }
}
