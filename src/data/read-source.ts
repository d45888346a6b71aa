// Bytes from where they lie: given as such, a path, a URL. It uses what Node and browsers share
// (fetch), and Node's files where there are any.

import type { ParseError } from '../support/diagnostic.ts'
import { unreadable } from './idx.ts'

/** Where data lies: its bytes, a path or address, or a `URL`. */
export type DataSource = Uint8Array | string | { readonly href: string }

interface Files {
  readFile(path: string | { readonly href: string }): Promise<Uint8Array>
  readdir(path: string, options: { readonly withFileTypes: true }): Promise<readonly Entry[]>
}

interface Entry {
  readonly name: string
  isDirectory(): boolean
}

interface Response {
  readonly ok: boolean
  readonly status: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * What is used of the engine. The package is compiled without the globals of Node or browsers, so
 * this states the few that are needed; `process` is there in Node alone, and asking it for its own
 * module leaves nothing in the source for a bundler to resolve.
 */
interface Engine {
  readonly fetch: (address: string) => Promise<Response>
  readonly process?: { getBuiltinModule?(name: 'node:fs/promises'): Files }
}

const engine = () => globalThis as unknown as Engine

const files = () => engine().process?.getBuiltinModule?.('node:fs/promises')

/** What errors call a source; `bare` where it is bytes without a name. */
export function nameOf(source: DataSource, bare: string): string {
  if (source instanceof Uint8Array) return bare
  return typeof source === 'string' ? source : source.href
}

/**
 * The bytes of a source. A path is read from the file system, or fetched where there is none.
 * Throws E310 with `name` where that fails.
 */
export async function readSource(source: DataSource, name: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  const system = files()
  if (system === undefined || /^(?:https?|blob|data):/.test(name)) return fetchBytes(name)
  try {
    return await system.readFile(source)
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

function unopened(name: string, reason: string): ParseError {
  const help = 'check the path, and that the file may be read'
  return unreadable(name, `must be a file that can be read, got ${reason}`, help)
}

/**
 * The paths of the files in a folder and in the folders directly in it, in order. Throws E310 where
 * they cannot be listed.
 */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const within = folder.replace(/(?<=.)[/\\]+$/, '')
  const entries = await listFolder(within)
  const paths = entries.map(async ({ name, isDirectory }) => {
    const path = `${within}/${name}`
    if (!isDirectory) return [path]
    const inner = await listFolder(path)
    return inner.filter(entry => !entry.isDirectory).map(entry => `${path}/${entry.name}`)
  })
  return (await Promise.all(paths)).flat().sort()
}

async function listFolder(folder: string) {
  const refused = (reason: string) => {
    const help = 'check the path, and that it names a folder of this machine'
    return unreadable(folder, `must be a folder that can be listed, got ${reason}`, help)
  }
  const system = files()
  if (system === undefined) throw refused('an engine without a file system')
  try {
    const entries = await system.readdir(folder, { withFileTypes: true })
    return entries.map(entry => ({ name: entry.name, isDirectory: entry.isDirectory() }))
  } catch (error) {
    throw refused(reasonOf(error))
  }
}

/** `no such file or directory` of `ENOENT: no such file or directory, open 'x'`. */
export function reasonOf(error: unknown): string {
  // A failed fetch says why only in its cause.
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const text = cause instanceof Error ? cause.message : String(cause)
  return text.replace(/^E[A-Z]+: /, '').replace(/, \w+(?: '.*')?$/, '')
}
