// An IDX file from where it lies: bytes, a path, a URL; plain or gzip, told apart by their first
// bytes. It uses what Node and browsers share (DecompressionStream, fetch), and Node's files where
// there are any. Compressed bytes are inflated only as far as the header they hold says there is
// something.

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

/** Where an IDX file lies: its bytes, a path or address, or a `URL`. */
export type IdxSource = Uint8Array | string | { readonly href: string }

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>
  cancel(): Promise<void>
}

interface Files {
  readFile(path: string | { readonly href: string }): Promise<Uint8Array>
}

interface Stream {
  pipeThrough(through: unknown): Stream
  getReader(): Reader
}

interface Response {
  readonly ok: boolean
  readonly status: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * What is used of the engine. The package is compiled without the globals of Node or browsers, so
 * this states the few that both have; `process` is there in Node alone, and asking it for its own
 * module leaves nothing in the source for a bundler to resolve.
 */
interface Engine {
  readonly Blob: new (parts: readonly Uint8Array[]) => { stream(): Stream }
  readonly DecompressionStream: new (format: 'gzip') => unknown
  readonly fetch: (address: string) => Promise<Response>
  readonly process?: { getBuiltinModule?(name: 'node:fs/promises'): Files }
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
export async function loadIdx(source: IdxSource): Promise<IdxArray> {
  const name = nameOf(source)
  const bytes = source instanceof Uint8Array ? source : await readSource(source, name)
  return parseIdx(isGzip(bytes) ? await inflate(bytes, name) : bytes, name)
}

function nameOf(source: IdxSource): string {
  if (source instanceof Uint8Array) return 'IDX data'
  return typeof source === 'string' ? source : source.href
}

async function readSource(
  source: Exclude<IdxSource, Uint8Array>,
  name: string,
): Promise<Uint8Array> {
  const files = engine().process?.getBuiltinModule?.('node:fs/promises')
  if (files === undefined || /^(?:https?|blob|data):/.test(name)) return fetchBytes(name)
  try {
    return await files.readFile(source)
  } catch (error) {
    throw unopened(name, reasonOf(error))
  }
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const failed = (error: unknown) => {
    throw unopened(address, reasonOf(error))
  }
  const response = await engine().fetch(address).catch(failed)
  if (!response.ok) throw unopened(address, `status ${response.status}`)
  return new Uint8Array(await response.arrayBuffer().catch(failed))
}

function unopened(name: string, reason: string) {
  const help = 'check the path, and that the file may be read'
  return unreadable(name, `must be a file that can be read, got ${reason}`, help)
}

/** `no such file or directory` of `ENOENT: no such file or directory, open 'x'`. */
function reasonOf(error: unknown): string {
  // A failed fetch says why only in its cause.
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.replace(/^E[A-Z]+: /, '').replace(/, \w+(?: '.*')?$/, '')
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
