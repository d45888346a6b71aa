// An IDX file from where it lies: bytes, a path, a URL; plain or gzip, told apart by their first
// bytes. It inflates with what Node and browsers share (DecompressionStream), and only as far as
// the header in the compressed bytes says there is something.

import {
  type IdxArray,
  type IdxHeader,
  isGzip,
  LONGEST_HEADER,
  parseIdx,
  readHeader,
  sizeText,
  unreadable,
  wrongSize,
} from './idx.ts'
import { type DataSource, nameOf, readSource, reasonOf } from './read-source.ts'

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>
  cancel(): Promise<void>
}

interface Stream {
  pipeThrough(through: unknown): Stream
  getReader(): Reader
}

/** What is used of the engine, of which Node and browsers both have all. */
interface Engine {
  readonly Blob: new (parts: readonly Uint8Array[]) => { stream(): Stream }
  readonly DecompressionStream: new (format: 'gzip') => unknown
}

const engine = () => globalThis as unknown as Engine

/** One array of more bytes than this is beyond some engine that the package runs on. */
const MOST_BYTES = 2 ** 31

/**
 * Loads an IDX file, plain or gzip. A path is read from the file system, or fetched where there is
 * none. Throws E310 naming the file where it cannot be opened, is damaged, has the wrong magic
 * number, or bytes are missing or left over.
 *
 * @example
 * const images = await loadIdx('data/train-images-idx3-ubyte.gz') // { shape: [60000, 28, 28],
 * type: 'u8', data }
 */
export async function loadIdx(source: DataSource): Promise<IdxArray> {
  const name = nameOf(source, 'IDX data')
  const bytes = await readSource(source, name)
  return parseIdx(isGzip(bytes) ? await inflate(bytes, name) : bytes, name)
}

/** The inflated bytes, as many as the header needs; the header is judged as soon as it is there. */
async function inflate(compressed: Uint8Array, name: string): Promise<Uint8Array> {
  const inflated = new Inflated(compressed)
  await inflated.readTo(LONGEST_HEADER)
  if (inflated.broken !== undefined && inflated.size < 4) throw damaged(inflated, name)
  const header = readHeader(inflated.bytes(), name)
  if (header.needs > MOST_BYTES) throw tooLarge(header, name)
  await inflated.readTo(Number(header.needs) + 1)
  const { size, broken } = inflated
  if (broken !== undefined) throw damaged(inflated, name, ` of ${header.needs}`)
  if (size <= header.needs) return inflated.bytes()
  await inflated.cancel()
  throw wrongSize(header, size, name, `more than ${header.needs}`)
}

/**
 * How much came out tells little about where the damage is: an engine keeps back its last block.
 */
function damaged({ size, broken }: Inflated, name: string, whole = '') {
  return unreadable(name, `gzip data must be whole, got ${broken} after ${size} bytes${whole}`)
}

function tooLarge(header: IdxHeader, name: string) {
  const claimed = sizeText(header.needs)
  const message = `inflated data must have at most ${MOST_BYTES} bytes, got a header for ${claimed}`
  return unreadable(
    name,
    message,
    'split the file into parts, or correct the extents in the header',
  )
}

/** What has been inflated so far. */
class Inflated {
  size = 0
  /** What the engine says of the compressed data, once it has found it damaged. */
  broken: string | undefined
  readonly #reader: Reader
  readonly #chunks: Uint8Array[] = []

  constructor(compressed: Uint8Array) {
    const { Blob, DecompressionStream } = engine()
    const through = new DecompressionStream('gzip')
    this.#reader = new Blob([compressed]).stream().pipeThrough(through).getReader()
  }

  /** Inflates until there are `wanted` bytes or no more. */
  async readTo(wanted: number): Promise<void> {
    try {
      while (this.size < wanted) {
        const { done, value } = await this.#reader.read()
        if (done || value === undefined) return
        this.#chunks.push(value)
        this.size += value.length
      }
    } catch (error) {
      this.broken = reasonOf(error)
    }
  }

  bytes(): Uint8Array {
    const joined = new Uint8Array(this.size)
    let at = 0
    for (const chunk of this.#chunks) {
      joined.set(chunk, at)
      at += chunk.length
    }
    return joined
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}
