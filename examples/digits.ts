// Images of digits, ready to learn from: read from the IDX files of a folder or written by the
// unsteady hand of gradc/data, split into a part to learn from and a part held out, and normalized.

import {
  digits,
  gatherExamples,
  type LabelledImages,
  loadImages,
  moments,
  normalize,
  split,
} from '../src/data/index.ts'
import { ParseError } from '../src/index.ts'

/** Which digits, and where they come from. */
export interface DigitChoice {
  /** A folder with MNIST as IDX files; without it, digits are written. */
  readonly data?: string | undefined
  /** The digits that are kept; all ten by default. */
  readonly only?: readonly number[] | undefined
  /** How many are written, where they are written. */
  readonly count: number
  readonly seed: number
}

/** Images to learn from and images held out, each pixel normalized, and the digit each shows. */
export interface DigitSplit {
  /** Where they come from, for a person. */
  readonly source: string
  readonly train: LabelledImages
  readonly heldOut: LabelledImages
  /** What became of a pixel without ink, and of one full of it. */
  readonly paper: number
  readonly ink: number
}

/**
 * The digits asked for, a fifth of them held out, with mean 0 and deviation 1 over all pixels to
 * learn from.
 */
export async function splitDigits(choice: DigitChoice): Promise<DigitSplit> {
  const { source, images } = await getDigits(choice)
  const [train, heldOut] = split(images, 0.8, choice.seed)
  // All pixels together: one that hardly ever varies is not blown up.
  const scale = moments(train.x, { per: 'all' })
  const [paper, ink] = [0, 1].map(pixel => (pixel - scale.mean[0]!) / scale.deviation[0]!)
  return {
    source,
    train: { ...train, x: normalize(train.x, scale) },
    heldOut: { ...heldOut, x: normalize(heldOut.x, scale) },
    paper: paper!,
    ink: ink!,
  }
}

async function getDigits({ data, only, count, seed }: DigitChoice) {
  if (data === undefined) {
    return { source: 'written digits', images: digits({ count, seed, only }) }
  }
  const { data: all, files } = await loadImages(data)
  if (only === undefined) return { source: files.images, images: all }
  return { source: files.images, images: keep(all, only, files.labels) }
}

/** The images of some digits. */
function keep(all: LabelledImages, only: readonly number[], file: string): LabelledImages {
  const absent = only.find(digit => !all.y.data.includes(digit))
  if (absent !== undefined) {
    throw new ParseError({
      code: 'E310',
      subject: file,
      message: `must hold images of ${only.join(' and ')}, got none of ${absent}`,
      help: 'choose other --digits',
    })
  }
  const chosen = Array.from(all.y.data.keys()).filter(i => only.includes(all.y.data[i]!))
  return gatherExamples(all, chosen)
}
