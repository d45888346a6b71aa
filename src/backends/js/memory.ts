// The memory of one model on js: two array buffers. State stays where it is; scratch is replaced
// when a larger program is loaded, and programs then make their views again.

import { GraphError, UnsupportedError } from '../../support/diagnostic.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../../support/dtype.ts'
import { captureSource } from '../../support/source.ts'
import type { Memory } from '../backend.ts'
import type { Workspace } from './emit.ts'
import type { WorkArray } from './load.ts'

/** The two arenas as array buffers. */
export class JsMemory implements Memory {
  readonly stateBytes: number
  #state: ArrayBuffer | undefined
  #scratch = new ArrayBuffer(0)

  constructor(stateBytes: number) {
    this.stateBytes = stateBytes
    this.#state = allocated('state', stateBytes, bytes => new ArrayBuffer(bytes))
  }

  get scratchBytes(): number {
    return this.#scratch.byteLength
  }

  get isDisposed(): boolean {
    return this.#state === undefined
  }

  /** The arena as it is now: scratch is another buffer once a larger program is loaded. */
  arena(region: 'state' | 'scratch'): ArrayBuffer {
    if (this.#state === undefined) throw disposed('the memory of a model', this.arena)
    return region === 'state' ? this.#state : this.#scratch
  }

  /** Makes scratch hold at least `bytes`; what it held is gone if it grows. */
  reserve(bytes: number): void {
    if (bytes <= this.#scratch.byteLength) return
    this.#scratch = allocated('scratch', bytes, size => new ArrayBuffer(size))
  }

  write(offset: number, data: TypedArray): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    new Uint8Array(this.arena('state'), offset, data.byteLength).set(bytes)
  }

  read(offset: number, type: DTypeName, length: number): TypedArray {
    return DTYPES[type].view(this.arena('state'), offset, length).slice()
  }

  dispose(): void {
    this.#state = undefined
    this.#scratch = new ArrayBuffer(0)
  }
}

/** A typed array of its own; `what` says in an error what it is for. */
export const array = (what: string, type: DTypeName, size: number): TypedArray =>
  allocated(what, size * DTYPES[type].bytes, () => DTYPES[type].allocate(size))

/** What `allocate` makes; the engine's refusal as an error that says what was wanted. */
function allocated<T>(what: string, bytes: number, allocate: (bytes: number) => T): T {
  try {
    return allocate(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UnsupportedError({
      code: 'E503',
      subject: "target 'js'",
      message: `${what} needs ${bytes} bytes in one piece, got a refusal: ${error.message}`,
      help: 'use a smaller batch, or fewer values at a time',
    })
  }
}

/** The error of a call on what has been disposed of. */
export function disposed(what: string, caller: (...args: never[]) => unknown): GraphError {
  return new GraphError({
    code: 'E108',
    subject: what,
    message: 'needs memory to run in, got a call after dispose()',
    source: captureSource(caller),
    help: 'compile the model again, or dispose of it later',
  })
}

/**
 * What a kernel works in. Doubles lie in a plain array, which V8 keeps unboxed as long as nothing
 * but doubles was ever in it: its elements are reached a fifth faster than those of a Float64Array,
 * and a third faster once any array buffer of the process was detached, after which V8 looks at
 * every access to a typed array whether it still has its buffer.
 */
export function workArray({ type, size }: Workspace): WorkArray {
  if (type !== 'f64') return array('a workspace', type, size)
  const doubles: number[] = []
  // Begun with fractions and one by one: no integers, no holes.
  for (let i = 0; i < size; i++) doubles.push(0.5)
  return doubles
}
