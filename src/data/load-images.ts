// Labelled images from a folder of IDX files, as MNIST and its kin are published: one file of
// images, one of labels, found by their names.

import type { Host } from '../ir/tensor.ts'
import { ParseError } from '../support/diagnostic.ts'
import { type IdxArray, idxTensor } from './idx.ts'
import { checkLabels } from './labels.ts'
import { loadIdx } from './load-idx.ts'
import { listFiles } from './read-source.ts'

/** How a folder of images is to be read. */
export interface ImageOptions {
  /**
   * How the names of the files begin, such as `t10k`; by default `train` where there is such a
   * pair, else the first in order.
   */
  readonly part?: string | undefined
  /** Whether bytes become numbers from 0 to 1, which is the default, or stay from 0 to 255. */
  readonly scale?: boolean | undefined
  /** The number of classes; 10 by default. */
  readonly classes?: number | undefined
}

/** Images, a row of pixels each, and their classes. */
export type LabelledImages = {
  readonly x: Host<readonly [number, number], 'f32'>
  readonly y: Host<readonly [number], 'i32'>
}

/** What was found in a folder. */
export interface LoadedImages {
  readonly data: LabelledImages
  readonly height: number
  readonly width: number
  /** The paths of the files that were read. */
  readonly files: { readonly images: string; readonly labels: string }
}

const IMAGES = /images([-.])idx3-ubyte(?=(?:\.gz)?$)/

/**
 * Loads the images and labels of a folder, or of a folder in it: `…-images-idx3-ubyte` and
 * `…-labels-idx1-ubyte`, plain or gzip. Throws E310 where there is no such pair or it does not fit
 * together, E312 where a label is out of range.
 *
 * @example
 * const { data } = await loadImages('data/mnist')
 * data.x.shape // [60000, 784]
 */
export async function loadImages(
  folder: string,
  { part, scale = true, classes = 10 }: ImageOptions = {},
): Promise<LoadedImages> {
  const files = await findPair(folder, part)
  const [pixels, labels] = await Promise.all([loadIdx(files.images), loadIdx(files.labels)])
  const [count, height, width] = checkPair(pixels, labels, files)
  checkLabels(labels.data, classes, files.labels)
  const x = idxTensor(pixels, 'f32', scale ? 1 / 255 : 1).data as Float32Array<ArrayBuffer>
  const y = Int32Array.from(labels.data)
  const data: LabelledImages = {
    x: { shape: [count, height * width], dtype: 'f32', data: x },
    y: { shape: [count], dtype: 'i32', data: y },
  }
  return { data, height, width, files }
}

const baseName = (path: string) => path.replace(/^.*[/\\]/, '')

async function findPair(folder: string, part: string | undefined): Promise<LoadedImages['files']> {
  const files = await listFiles(folder)
  const candidates = files.filter(path => IMAGES.test(path))
  const startingWith = (prefix: string) =>
    candidates.find(path => baseName(path).startsWith(prefix))
  const images = part === undefined ? (startingWith('train') ?? candidates[0]) : startingWith(part)
  if (images === undefined) throw nonePaired(folder, `${part ?? '…'}-images-idx3-ubyte`, files)
  const plain = images.replace(/\.gz$/, '').replace(IMAGES, 'labels$1idx1-ubyte')
  const labels = [`${plain}.gz`, plain].find(path => files.includes(path))
  if (labels === undefined) throw nonePaired(folder, baseName(plain), files)
  return { images, labels }
}

/** Names that an error lists; a folder may hold thousands. */
const MOST_LISTED = 8

function nonePaired(folder: string, wanted: string, files: readonly string[]): ParseError {
  const found = files.slice(0, MOST_LISTED).map(baseName)
  if (files.length > MOST_LISTED) found.push(`… and ${files.length - MOST_LISTED} more`)
  const got = files.length === 0 ? 'no file at all' : found.join(', ')
  return pairError(
    folder,
    `must hold ${wanted}, plain or .gz, got ${got}`,
    'name the folder that holds …-images-idx3-ubyte and …-labels-idx1-ubyte',
  )
}

function pairError(subject: string, message: string, help: string): ParseError {
  return new ParseError({ code: 'E310', subject, message, help })
}

function checkPair(
  images: IdxArray,
  labels: IdxArray,
  files: LoadedImages['files'],
): readonly [count: number, height: number, width: number] {
  const [count, height, width] = images.shape
  const isImages = images.type === 'u8' && images.shape.length === 3
  const isLabels = labels.type === 'u8' && labels.shape.length === 1 && labels.shape[0] === count
  if (isImages && isLabels) return [count!, height!, width!]
  const got = `${images.type}[${images.shape}] and ${labels.type}[${labels.shape}]`
  throw pairError(
    files.images,
    `images must be u8[count,rows,columns] and labels u8[count], got ${got}`,
    `check that ${files.labels} belongs to it`,
  )
}
