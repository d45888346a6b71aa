// The IDX reader: every element type and rank, plain and gzip, from bytes, paths and URLs; and what
// it says of files that are cut short, too long, damaged, of another format, or that claim what
// they lack.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IdxArray, type IdxType, idxTensor, loadIdx, parseIdx } from '../../src/data/index.ts'
import { ParseError } from '../../src/support/diagnostic.ts'
import { runs } from '../counts.ts'

interface Format {
  readonly code: number
  readonly bytes: number
  readonly write: (view: DataView, at: number, value: number) => void
  readonly values: readonly number[]
}

/** The table of the format, written from its description and not from the reader. */
const FORMATS: Readonly<Record<IdxType, Format>> = {
  u8: { code: 8, bytes: 1, write: (v, at, x) => v.setUint8(at, x), values: [0, 1, 128, 255] },
  i8: { code: 9, bytes: 1, write: (v, at, x) => v.setInt8(at, x), values: [-128, -1, 0, 127] },
  i16: { code: 11, bytes: 2, write: (v, at, x) => v.setInt16(at, x), values: [-32768, 258, 32767] },
  i32: { code: 12, bytes: 4, write: (v, at, x) => v.setInt32(at, x), values: [-2147483648, 66051] },
  f32: { code: 13, bytes: 4, write: (v, at, x) => v.setFloat32(at, x), values: [-0.5, 3.25, 1e30] },
  f64: { code: 14, bytes: 8, write: (v, at, x) => v.setFloat64(at, x), values: [0.1, -1e-300] },
}

const TYPES = Object.keys(FORMATS) as IdxType[]

/** A header alone, with any claims. */
function header(code: number, shape: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  view.setUint8(2, code)
  view.setUint8(3, shape.length)
  shape.forEach((extent, axis) => {
    view.setUint32(4 + 4 * axis, extent)
  })
  return new Uint8Array(view.buffer)
}

function idx(type: IdxType, shape: readonly number[], values: readonly number[]): Uint8Array {
  const { code, bytes, write } = FORMATS[type]
  const head = header(code, shape)
  const file = new Uint8Array(head.length + bytes * values.length)
  file.set(head)
  const view = new DataView(file.buffer)
  values.forEach((value, i) => {
    write(view, head.length + bytes * i, value)
  })
  return file
}

/** 40 images of 28x28, as MNIST is stored: 31,376 bytes. */
const images = idx(
  'u8',
  [40, 28, 28],
  Array.from({ length: 40 * 784 }, (_, i) => (i * 7) % 256),
)

function join2(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b])
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ParseError) return error.message
    throw error
  }
  throw new Error('expected an error, got none')
}

async function refusalOf(promise: Promise<IdxArray>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return refusal(() => {
    if (error !== undefined) throw error
  })
}

describe('parseIdx', () => {
  it.each(TYPES)('reads %s, big-endian', type => {
    const { values } = FORMATS[type]
    const read = parseIdx(idx(type, [values.length], values))
    expect(read.type).toBe(type)
    expect(read.shape).toEqual([values.length])
    const stored = type === 'f32' ? values.map(Math.fround) : values
    expect([...read.data]).toEqual(stored)
  })

  it('reads any rank and extent of any type', () => {
    const files = fc
      .record({
        type: fc.constantFrom(...TYPES),
        shape: fc.array(fc.nat({ max: 4 }), { maxLength: 5 }),
      })
      .map(({ type, shape }) => {
        const count = shape.reduce((size, extent) => size * extent, 1)
        return { type, shape, values: Array.from({ length: count }, (_, i) => i % 128) }
      })
    const reads = fc.property(files, ({ type, shape, values }) => {
      const read = parseIdx(idx(type, shape, values))
      expect(read).toMatchObject({ type, shape })
      expect([...read.data]).toEqual(values)
    })
    fc.assert(reads, runs())
  })

  it('reads bytes that lie within a larger buffer, and keeps none of them', () => {
    const file = idx('u8', [3], [7, 8, 9])
    const large = new Uint8Array(100)
    large.set(file, 13)
    const { data } = parseIdx(large.subarray(13, 13 + file.length))
    large.fill(0)
    expect([...data]).toEqual([7, 8, 9])
    expect(data.buffer.byteLength).toBe(3)
  })

  it('never answers but with an array or E310, whatever the bytes', () => {
    const heads = fc.constantFrom([], [0, 0], [0, 0, 8, 1], [0, 0, 13, 2], [0x1f, 0x8b])
    const bytes = fc.tuple(heads, fc.uint8Array({ maxLength: 40 }))
    const answers = fc.property(bytes, ([head, rest]) => {
      const file = Uint8Array.from([...head, ...rest])
      try {
        parseIdx(file)
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError)
        expect((error as ParseError).code).toBe('E310')
      }
    })
    fc.assert(answers, runs())
  })
})

describe('a file that is no IDX file as it should be', () => {
  it('is said to be short, with the bytes needed and those there, and where it breaks off', () => {
    const message = refusal(() => parseIdx(images.subarray(0, 20000), 'train-images'))
    expect(message).toMatchInlineSnapshot(`
      "E310 train-images: u8[40,28,28] needs 31376 bytes, got 20000
        it breaks off inside item 25 of 40
        help: get the file again: this copy is damaged or not complete"
    `)
  })

  it('is said to be long', () => {
    const message = refusal(() => parseIdx(join2(images, Uint8Array.of(0, 0)), 'train-images'))
    expect(message).toMatchInlineSnapshot(`
      "E310 train-images: u8[40,28,28] needs 31376 bytes, got 31378
        help: cut off what follows the elements, or correct the extents in the header"
    `)
  })

  it('is said to have another magic number', () => {
    const zip = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)
    expect(refusal(() => parseIdx(zip, 'mnist.zip'))).toMatchInlineSnapshot(`
      "E310 mnist.zip: an IDX file begins with 00 00, a type code and the rank, got 50 4b 03 04
        help: pass an IDX file, plain or gzip, such as train-images-idx3-ubyte.gz"
    `)
  })

  it('is said to have an unknown type code', () => {
    expect(refusal(() => parseIdx(header(0x0a, [1]), 'x'))).toMatchInlineSnapshot(`
      "E310 x: the type code must be one of 08 (u8), 09 (i8), 0b (i16), 0c (i32), 0d (f32), 0e (f64), got 0a
        help: write the file with one of these element types"
    `)
  })

  it('is said to lack a header, whole or in part', () => {
    expect(refusal(() => parseIdx(new Uint8Array(0)))).toContain('needs 4 bytes of magic, got 0')
    const cut = refusal(() => parseIdx(images.subarray(0, 10)))
    expect(cut).toContain('a header of rank 3 needs 16 bytes, got 10')
  })

  it('is said to be gzip where only plain bytes are read', () => {
    expect(refusal(() => parseIdx(gzipSync(images)))).toContain('read it with loadIdx')
  })

  it.each([
    [[2 ** 20, 2 ** 20], 'needs 1099511627788 bytes, got 12'],
    [[2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], 'needs about 10^28 bytes, got 16'],
    [new Array<number>(255).fill(2 ** 32 - 1), 'needs about 10^2456 bytes, got 1024'],
  ])('allocates nothing for what a header only claims: %#', (shape, sentence) => {
    const message = refusal(() => parseIdx(header(8, shape)))
    expect(message).toContain(sentence)
    expect(message.length).toBeLessThan(300)
  })

  it('is empty where one extent is zero, however large the others are', () => {
    const { shape, data } = parseIdx(header(14, [2 ** 32 - 1, 0, 2 ** 32 - 1]))
    expect([shape.length, data.length]).toEqual([3, 0])
  })
})

describe('loadIdx', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gradc-idx-'))
    writeFileSync(join(folder, 'plain'), images)
    writeFileSync(join(folder, 'packed'), gzipSync(images))
    writeFileSync(join(folder, 'cut'), images.subarray(0, 5000))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const expected = parseIdx(images)

  it('reads bytes, paths and URLs, plain or gzip whatever the name says', async () => {
    expect(await loadIdx(images)).toEqual(expected)
    expect(await loadIdx(gzipSync(images))).toEqual(expected)
    expect(await loadIdx(join(folder, 'plain'))).toEqual(expected)
    expect(await loadIdx(join(folder, 'packed'))).toEqual(expected)
    expect(await loadIdx(pathToFileURL(join(folder, 'packed')))).toEqual(expected)
    expect(await loadIdx(`data:;base64,${Buffer.from(images).toString('base64')}`)).toEqual(
      expected,
    )
  })

  it('names the file that is not there, or not complete', async () => {
    const missing = join(folder, 'absent.gz')
    const absent = await refusalOf(loadIdx(missing))
    expect(absent).toContain(
      `E310 ${missing}: must be a file that can be read, got no such file or directory`,
    )
    const cut = join(folder, 'cut')
    expect(await refusalOf(loadIdx(cut))).toContain(`E310 ${cut}: u8[40,28,28] needs 31376 bytes`)
    expect(await refusalOf(loadIdx(folder))).toContain('must be a file that can be read, got')
  })

  it('says how far damaged gzip data went', async () => {
    const packed = gzipSync(images)
    for (const length of [packed.length - 1, packed.length - 8, packed.length >> 1, 30, 12, 2]) {
      const message = await refusalOf(loadIdx(packed.subarray(0, length)))
      expect(message).toMatch(/^E310 IDX data: gzip data must be whole, got .* after \d+ bytes/)
    }
    const flipped = Uint8Array.from(packed)
    flipped[packed.length - 6]! ^= 1
    expect(await refusalOf(loadIdx(flipped))).toContain('got incorrect data check after')
  })

  it('says that inflated data goes on, or ends early', async () => {
    const long = gzipSync(join2(images, new Uint8Array(500_000)))
    expect(await refusalOf(loadIdx(long))).toContain('needs 31376 bytes, got more than 31376')
    const short = gzipSync(images.subarray(0, 5000))
    expect(await refusalOf(loadIdx(short))).toContain('needs 31376 bytes, got 5000')
  })

  it('judges a header in gzip before it inflates what the header claims', async () => {
    const claim = gzipSync(join2(header(8, [2 ** 20, 2 ** 20]), new Uint8Array(100_000)))
    const message = await refusalOf(loadIdx(claim))
    expect(message).toContain('must have at most 2147483648 bytes, got a header for 1099511627788')
    const zeros = gzipSync(new Uint8Array(100_000).fill(1))
    expect(await refusalOf(loadIdx(zeros))).toContain('begins with 00 00')
  })
})

describe('idxTensor', () => {
  it.each([
    ['u8', 'u32'],
    ['i8', 'i32'],
    ['i16', 'i32'],
    ['i32', 'i32'],
    ['f32', 'f32'],
    ['f64', 'f64'],
  ] as const)('holds %s in %s', (type, dtype) => {
    const { values } = FORMATS[type]
    const tensor = idxTensor(parseIdx(idx(type, [values.length, 1], values)))
    expect(tensor).toMatchObject({ dtype, shape: [values.length, 1] })
    expect([...tensor.data]).toEqual(type === 'f32' ? values.map(Math.fround) : values)
  })

  it('scales before it rounds', () => {
    const tensor = idxTensor(parseIdx(idx('u8', [3], [0, 51, 255])), 'f32', 1 / 255)
    expect([...tensor.data]).toEqual([0, Math.fround(0.2), 1])
  })
})
