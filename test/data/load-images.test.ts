// Folders of labelled images: which pair of files is taken, what becomes of it, and what is said
// where there is none that fits.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadImages } from '../../src/data/index.ts'

/** Three images of 2 × 2 pixels. */
const images = (first: number) =>
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, first, ...new Array(11).fill(51))

const labels = (...values: readonly number[]) =>
  Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values)

describe('loadImages', () => {
  let folder = ''
  const at = (...names: string[]) => join(folder, ...names)
  const write = (name: string, files: Readonly<Record<string, Uint8Array>>) => {
    mkdirSync(at(name), { recursive: true })
    for (const [file, bytes] of Object.entries(files)) writeFileSync(at(name, file), bytes)
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradc-images-'))
    write('both', {
      't10k-images-idx3-ubyte': images(10),
      't10k-labels-idx1-ubyte': labels(7, 8, 9),
      'train-images-idx3-ubyte.gz': gzipSync(images(255)),
      'train-labels-idx1-ubyte.gz': gzipSync(labels(0, 1, 2)),
      'readme.txt': Uint8Array.of(1),
    })
    write('above/inner', { 'images.idx3-ubyte': images(0), 'labels.idx1-ubyte': labels(0, 1, 2) })
    write('empty', {})
    write('others', Object.fromEntries([...'abcdefghij'].map(name => [name, Uint8Array.of(1)])))
    write('half', { 'train-images-idx3-ubyte': images(0) })
    write('unequal', {
      'train-images-idx3-ubyte': images(0),
      'train-labels-idx1-ubyte': labels(0, 1),
    })
    write('swapped', {
      'train-images-idx3-ubyte': labels(0, 1),
      'train-labels-idx1-ubyte': labels(0, 1),
    })
    write('cut', {
      'train-images-idx3-ubyte': images(0).subarray(0, 20),
      'train-labels-idx1-ubyte': labels(0, 1, 2),
    })
    write('wrong', {
      'train-images-idx3-ubyte': images(0),
      'train-labels-idx1-ubyte': labels(0, 10, 2),
    })
    write('huge', {
      'train-images-idx3-ubyte': gzipSync(
        Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 9),
      ),
      'train-labels-idx1-ubyte': labels(0, 1, 2),
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('takes the training pair, a row of pixels from 0 to 1 per image', async () => {
    const { data, height, width, files } = await loadImages(at('both'))
    expect(data.x.shape).toEqual([3, 4])
    expect([...data.x.data].slice(0, 3)).toEqual([1, Math.fround(0.2), Math.fround(0.2)])
    expect(data.y).toEqual({ shape: [3], dtype: 'i32', data: Int32Array.of(0, 1, 2) })
    expect([height, width]).toEqual([2, 2])
    expect(files).toEqual({
      images: at('both', 'train-images-idx3-ubyte.gz'),
      labels: at('both', 'train-labels-idx1-ubyte.gz'),
    })
  })

  it('takes another part where asked, and bytes as they are', async () => {
    const { data } = await loadImages(`${at('both')}/`, { part: 't10k', scale: false })
    expect([...data.x.data].slice(0, 2)).toEqual([10, 51])
    expect([...data.y.data]).toEqual([7, 8, 9])
  })

  it('looks into the folders of the folder, and takes names with a dot', async () => {
    const { files } = await loadImages(at('above'))
    expect(files.images).toBe(at('above', 'inner', 'images.idx3-ubyte'))
  })

  it.each([
    ['absent', 'must be a folder that can be listed, got no such file or directory'],
    ['both/readme.txt', 'must be a folder that can be listed, got not a directory'],
    ['empty', 'must hold …-images-idx3-ubyte, plain or .gz, got no file at all'],
    ['others', 'got a, b, c, d, e, f, g, h, … and 2 more'],
    ['half', 'must hold train-labels-idx1-ubyte, plain or .gz, got train-images-idx3-ubyte'],
    [
      'unequal',
      'images must be u8[count,rows,columns] and labels u8[count], got u8[3,2,2] and u8[2]',
    ],
    ['swapped', 'got u8[2] and u8[2]'],
    ['cut', 'u8[3,2,2] needs 28 bytes, got 20'],
    ['huge', 'must have at most 2147483648 bytes, got a header for'],
  ])('refuses the folder %s', async (name, sentence) => {
    const expected = { code: 'E310', message: expect.stringContaining(sentence) }
    await expect(loadImages(at(name))).rejects.toMatchObject(expected)
  })

  it('refuses a part that is not there', async () => {
    const found = loadImages(at('both'), { part: 'valid' })
    await expect(found).rejects.toThrow('must hold valid-images-idx3-ubyte, plain or .gz, got')
  })

  it('refuses a label that is none of the classes', async () => {
    const sentence = 'a label must be an integer from 0 to 9, got 10 at example 1'
    const expected = { code: 'E312', message: expect.stringContaining(sentence) }
    await expect(loadImages(at('wrong'))).rejects.toMatchObject(expected)
    const { data } = await loadImages(at('wrong'), { classes: 11 })
    expect([...data.y.data]).toEqual([0, 10, 2])
  })
})
