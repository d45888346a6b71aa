// Programs that run: memory in two array buffers, generated functions, and views of the one for the
// other. A run puts references to its inputs in place and calls `step`; it allocates nothing.

import { sizeOf } from '../../kernel/kernel.ts'
import { arenaBytes, type Buffer, isArena, type Program } from '../../kernel/program.ts'
import { GraphError, invariant, UnsupportedError } from '../../support/diagnostic.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../../support/dtype.ts'
import { captureSource } from '../../support/source.ts'
import type { Loaded, Memory } from '../backend.ts'
import { compileModule, type Step } from './load.ts'
import { emitModule } from './module.ts'

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

/** An input that every run passes. */
interface InputSlot {
  readonly name: string
  /** Its number among the buffers. */
  readonly slot: number
  /** The name of the array type that holds it. */
  readonly kind: string
  readonly size: number
}

/** A program on the memory of its model. */
export class JsProgram implements Loaded {
  readonly source: string
  readonly workspaceBytes: number
  readonly #program: Program
  readonly #memory: JsMemory
  readonly #inputs: readonly InputSlot[]
  readonly #workspaces: readonly TypedArray[]
  /** The array of every buffer, in order. */
  #arrays: TypedArray[]
  #step: Step | undefined
  /** The scratch of which `#arrays` holds views. */
  #scratch: ArrayBuffer

  constructor(program: Program, memory: JsMemory, constants: ReadonlyMap<string, TypedArray>) {
    memory.reserve(arenaBytes(program, 'scratch'))
    const { source, workspaces } = emitModule(program)
    this.source = source
    this.#program = program
    this.#memory = memory
    this.#inputs = program.buffers.flatMap((buffer, slot) =>
      buffer.region === 'input' && !constants.has(buffer.name) ? [inputSlot(buffer, slot)] : [],
    )
    this.#workspaces = workspaces.map(({ type, size }) => array('a workspace', type, size))
    this.workspaceBytes = this.#workspaces.reduce((sum, array) => sum + array.byteLength, 0)
    this.#scratch = memory.arena('scratch')
    this.#arrays = program.buffers.map(
      buffer => constants.get(buffer.name) ?? place(buffer, memory),
    )
    this.#step = compileModule(source)
  }

  run(inputs: Readonly<Record<string, TypedArray>>): void {
    const step = this.#ready(this.run)
    if (this.#scratch !== this.#memory.arena('scratch')) this.#rebind()
    // No iterator and no closure: this is on the path of every step.
    for (let i = 0; i < this.#inputs.length; i++) {
      const input = this.#inputs[i]!
      const data = inputs[input.name]
      if (data?.[Symbol.toStringTag] !== input.kind || data.length !== input.size) {
        invariant(false, input.name, `needs ${input.kind} of ${input.size}, got ${shown(data)}`)
      }
      this.#arrays[input.slot] = data
    }
    step(this.#arrays, this.#workspaces)
  }

  read(output: string): TypedArray {
    this.#ready(this.read)
    const slot = this.#program.buffers.findIndex(({ name }) => name === output)
    const isOutput = this.#program.buffers[slot]?.region === 'output'
    invariant(isOutput, output, 'needs to be an output of the program')
    return this.#arrays[slot]!.slice()
  }

  dispose(): void {
    this.#step = undefined
    this.#arrays = []
  }

  #ready(caller: (...args: never[]) => unknown): Step {
    if (this.#step !== undefined && !this.#memory.isDisposed) return this.#step
    throw disposed(`the program ${this.#program.name}`, caller)
  }

  /** Makes the views of scratch again after it has grown. */
  #rebind(): void {
    this.#scratch = this.#memory.arena('scratch')
    this.#program.buffers.forEach((buffer, slot) => {
      if (buffer.region === 'scratch') this.#arrays[slot] = place(buffer, this.#memory)
    })
  }
}

function place({ region, type, shape, offset }: Buffer, memory: JsMemory): TypedArray {
  const size = sizeOf(shape)
  // An input has its place taken at every run; until then an empty array keeps the list dense.
  if (region === 'input') return DTYPES[type].allocate(0)
  if (!isArena(region)) return array('an output', type, size)
  return DTYPES[type].view(memory.arena(region), offset, size)
}

function inputSlot({ name, type, shape }: Buffer, slot: number): InputSlot {
  return { name, slot, kind: DTYPES[type].allocate(0)[Symbol.toStringTag], size: sizeOf(shape) }
}

const shown = (data: TypedArray | undefined) =>
  data === undefined ? 'nothing' : `${data[Symbol.toStringTag]} of ${data.length}`

const array = (what: string, type: DTypeName, size: number): TypedArray =>
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

function disposed(what: string, caller: (...args: never[]) => unknown): GraphError {
  return new GraphError({
    code: 'E108',
    subject: what,
    message: 'needs memory to run in, got a call after dispose()',
    source: captureSource(caller),
    help: 'compile the model again, or dispose of it later',
  })
}
