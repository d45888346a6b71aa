// Images of two digits, ready to learn from: read from the IDX files of a folder or written by the
// glyphs beside this file, shuffled, split into a part to learn from and a part held out, and
// normalized.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type IdxArray, loadIdx } from '../src/data/index.ts'
import type { Random } from '../src/index.ts'
import { type HostTensor, ParseError } from '../src/index.ts'

/** Labelled images; `pixels` to an image, each from 0 to 1. */
export interface DigitSet {
  /** Where they come from, for a person. */
  readonly source: string
  readonly pixels: number
  readonly images: readonly Float32Array[]
  readonly labels: readonly number[]
}

const IMAGES = /images[-.]idx3-ubyte(?:\.gz)?$/

/** The images of some digits in the first pair of IDX files of a folder, or of a folder in it. */
export async function readDigits(folder: string, digits: readonly number[]): Promise<DigitSet> {
  const [imagePath, labelPath] = await findPair(folder)
  const [all, labels] = [await loadIdx(imagePath), await loadIdx(labelPath)]
  checkPair(all, imagePath, labels, labelPath)
  const pixels = all.shape[1]! * all.shape[2]!
  const absent = digits.find(digit => !labels.data.includes(digit))
  if (absent !== undefined) {
    const message = `must hold images of ${digits.join(' and ')}, got none of ${absent}`
    throw dataError(labelPath, message, 'choose other --digits')
  }
  const chosen = Array.from(labels.data.keys()).filter(i => digits.includes(labels.data[i]!))
  const image = (i: number) =>
    Float32Array.from(all.data.subarray(i * pixels, (i + 1) * pixels), byte => byte / 255)
  return {
    source: imagePath,
    pixels,
    images: chosen.map(image),
    labels: chosen.map(i => labels.data[i]!),
  }
}

/** The files of a folder and of the folders in it; the error of one that cannot be listed. */
async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const inner = entries
      .filter(entry => entry.isDirectory())
      .map(entry => join(folder, entry.name))
    const listed = await Promise.all(inner.map(async path => within(path, await readdir(path))))
    return [
      ...within(
        folder,
        entries.map(entry => entry.name),
      ),
      ...listed.flat(),
    ]
  } catch (error) {
    // Of `ENOENT: no such file or directory, scandir 'x'` the middle is for people.
    const reason = /^E[A-Z]+: ([^,]+)/.exec(error instanceof Error ? error.message : '')?.[1]
    throw dataError(
      folder,
      `must be a folder that can be listed, got ${reason ?? error}`,
      'check --data',
    )
  }
}

const within = (folder: string, names: readonly string[]) => names.map(name => join(folder, name))

/** The paths of images and labels; training files come before test files. */
async function findPair(folder: string): Promise<[string, string]> {
  const files = await listFiles(folder)
  const images = files.filter(path => IMAGES.test(path))
  const path = images.find(candidate => /train-[^/\\]*$/.test(candidate)) ?? images[0]
  const wanted = '…-images-idx3-ubyte and …-labels-idx1-ubyte, plain or .gz'
  const help = 'name the folder that holds MNIST, or leave --data out to use the embedded glyphs'
  if (path === undefined) {
    throw dataError(folder, `must hold ${wanted}, got ${files.length} other files`, help)
  }
  const plain = path.replace(/\.gz$/, '').replace(/images([-.])idx3-ubyte$/, 'labels$1idx1-ubyte')
  const labels = [`${plain}.gz`, plain].find(candidate => files.includes(candidate))
  if (labels !== undefined) return [path, labels]
  throw dataError(folder, `must hold ${plain} beside the images, got none`, help)
}

function checkPair(images: IdxArray, imagePath: string, labels: IdxArray, labelPath: string): void {
  const isPair = images.shape.length === 3 && labels.shape.length === 1
  if (isPair && images.type === 'u8' && images.shape[0] === labels.shape[0]) return
  const got = `${images.type}[${images.shape}] and ${labels.type}[${labels.shape}]`
  throw dataError(
    imagePath,
    `images must be u8[count,rows,columns] and labels [count], got ${got}`,
    `check that ${labelPath} belongs to it`,
  )
}

function dataError(subject: string, message: string, help: string): ParseError {
  return new ParseError({ code: 'E310', subject, message, help })
}

/** Examples of a two-way question: pixels per image, and 1 where it shows the second digit. */
export interface Batch {
  readonly x: HostTensor
  readonly y: HostTensor
}

/** Two digits, split. */
export interface Split {
  readonly train: Batch
  readonly heldOut: Batch
}

/**
 * Shuffles, holds a fifth out, and brings pixels to mean 0 and deviation 1 over the training part.
 */
export function splitDigits(set: DigitSet, positive: number, random: Random): Split {
  const order = random.shuffle(set.labels.map((_, i) => i))
  const count = Math.floor(order.length / 5)
  const [heldOut, train] = [order.slice(0, count), order.slice(count)]
  const { mean, deviation } = moments(train.map(i => set.images[i]!))
  const batch = (chosen: readonly number[]): Batch => {
    const x = new Float32Array(chosen.length * set.pixels)
    chosen.forEach((from, row) => {
      const pixels = set.images[from]!
      x.set(
        pixels.map(pixel => (pixel - mean) / deviation),
        row * set.pixels,
      )
    })
    const y = Float32Array.from(chosen, i => (set.labels[i] === positive ? 1 : 0))
    return tensors(x, y, set.pixels)
  }
  return { train: batch(train), heldOut: batch(heldOut) }
}

function tensors(x: Float32Array, y: Float32Array, pixels: number): Batch {
  return {
    x: { shape: [y.length, pixels], dtype: 'f32', data: x },
    y: { shape: [y.length], dtype: 'f32', data: y },
  }
}

/** Mean and deviation of all pixels together: a pixel that never varies is not blown up. */
function moments(images: readonly Float32Array[]): { mean: number; deviation: number } {
  const average = (of: (pixel: number) => number) => {
    const sums = images.map(
      image => image.reduce((sum, pixel) => sum + of(pixel), 0) / image.length,
    )
    return sums.reduce((sum, value) => sum + value, 0) / images.length
  }
  const mean = average(pixel => pixel)
  return { mean, deviation: Math.sqrt(average(pixel => (pixel - mean) ** 2)) || 1 }
}

/**
 * Mini-batches of `size` without end: everything once in a shuffled order, then again in another.
 */
export function* minibatches(all: Batch, size: number, random: Random): Generator<Batch, never> {
  const [count, pixels] = [all.y.data.length, all.x.shape[1]!]
  let queue: number[] = []
  while (true) {
    if (queue.length < Math.min(size, count)) queue = random.shuffle([...all.y.data.keys()])
    const chosen = queue.splice(0, size)
    const x = new Float32Array(chosen.length * pixels)
    chosen.forEach((from, row) => {
      x.set(all.x.data.subarray(from * pixels, (from + 1) * pixels), row * pixels)
    })
    yield tensors(
      x,
      Float32Array.from(chosen, i => all.y.data[i]!),
      pixels,
    )
  }
}
