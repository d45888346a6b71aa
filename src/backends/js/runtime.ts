// A program that runs: generated functions, and views of memory for them. A run puts references to
// its inputs in place and calls `step`; it allocates nothing.

import { sizeOf } from '../../kernel/kernel.ts'
import { arenaBytes, type Buffer, isArena, type Program } from '../../kernel/program.ts'
import { invariant } from '../../support/diagnostic.ts'
import { DTYPES, type TypedArray } from '../../support/dtype.ts'
import type { Loaded } from '../backend.ts'
import { compileModule, type Step, type WorkArray } from './load.ts'
import { array, disposed, type JsMemory, workArray } from './memory.ts'
import { emitModule } from './module.ts'
import { profile } from './profile.ts'

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
  #workspaces: readonly WorkArray[]
  /** The array of every buffer, in order. */
  #arrays: TypedArray[]
  #step: Step | undefined
  /** Every launch by itself; made for the first profile. */
  #launches: readonly Step[] | undefined
  readonly #launchSource: () => string
  /** The scratch of which `#arrays` holds views. */
  #scratch: ArrayBuffer

  constructor(program: Program, memory: JsMemory, constants: ReadonlyMap<string, TypedArray>) {
    memory.reserve(arenaBytes(program, 'scratch'))
    const { source, launches, workspaces } = emitModule(program)
    this.source = source
    this.#launchSource = launches
    this.#program = program
    this.#memory = memory
    this.#inputs = program.buffers.flatMap((buffer, slot) =>
      buffer.region === 'input' && !constants.has(buffer.name) ? [inputSlot(buffer, slot)] : [],
    )
    this.#workspaces = workspaces.map(workArray)
    this.workspaceBytes = workspaces.reduce((sum, { type, size }) => {
      return sum + DTYPES[type].bytes * size
    }, 0)
    this.#scratch = memory.arena('scratch')
    this.#arrays = program.buffers.map(
      buffer => constants.get(buffer.name) ?? place(buffer, memory),
    )
    this.#step = compileModule(source)
  }

  run(inputs: Readonly<Record<string, TypedArray>>): void {
    const step = this.#ready(this.run)
    this.#bind(inputs)
    step(this.#arrays, this.#workspaces)
  }

  profile(inputs: Readonly<Record<string, TypedArray>>, runs: number): readonly number[] {
    this.#ready(this.profile)
    this.#bind(inputs)
    this.#launches ??= compileModule<readonly Step[]>(this.#launchSource())
    const { buffers } = this.#program
    const outputs = this.#arrays.filter((_, slot) => buffers[slot]!.region === 'output')
    const kept = [new Uint8Array(this.#memory.arena('state')), ...outputs]
    return profile(this.#launches, [this.#arrays, this.#workspaces], kept, runs)
  }

  #bind(inputs: Readonly<Record<string, TypedArray>>): void {
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
    this.#launches = undefined
    this.#arrays = []
    this.#workspaces = []
    this.#scratch = new ArrayBuffer(0)
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
