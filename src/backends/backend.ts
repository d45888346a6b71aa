// What a backend offers. It makes programs runnable and owns the memory they run in; it sees
// kernels, buffers and launches, never a tensor op. Calls that a GPU answers later are declared as
// `T | Promise<T>`: js and wasm answer at once.

import type { Program } from '../kernel/program.ts'
import type { Target } from '../kernel/target.ts'
import type { DTypeName, TypedArray } from '../support/dtype.ts'

/** Now on js and wasm, later on wgsl. */
export type Eventually<T> = T | Promise<T>

/** Turns programs into something that runs. */
export interface Backend {
  readonly target: Target
  /** Memory for one model: its state region, zeroed, and scratch that grows with `load`. */
  memory(stateBytes: number): Eventually<Memory>
  /**
   * Makes `program` runnable on `memory`. `constants` holds the data of inputs that are known now;
   * all other inputs are passed to every run.
   */
  load(
    program: Program,
    memory: Memory,
    constants: ReadonlyMap<string, TypedArray>,
  ): Eventually<Loaded>
}

/** The two arenas that the programs of one model share. */
export interface Memory {
  readonly stateBytes: number
  /** Bytes of the scratch arena: the most that any loaded program needs. */
  readonly scratchBytes: number
  /** Copies `data` to `offset` bytes into the state region. */
  write(offset: number, data: TypedArray): Eventually<void>
  /** A copy of `length` elements at `offset` bytes of the state region. */
  read(offset: number, type: DTypeName, length: number): Eventually<TypedArray>
  /** Gives the memory back; every program loaded on it is unusable afterwards. */
  dispose(): void
}

/** A program that can run. */
export interface Loaded {
  /** What was generated, for people to read. */
  readonly source: string
  /** Memory beside the two arenas: packing buffers, rows. */
  readonly workspaceBytes: number
  /** Runs all launches once, on inputs by buffer name. */
  run(inputs: Readonly<Record<string, TypedArray>>): Eventually<void>
  /**
   * Milliseconds that each launch takes, in order: the middle of up to `runs` runs on these inputs,
   * fewer where one takes long. State and outputs are left as they were.
   */
  profile(inputs: Readonly<Record<string, TypedArray>>, runs: number): Eventually<readonly number[]>
  /** A copy of an output buffer as the last run left it. */
  read(output: string): Eventually<TypedArray>
  dispose(): void
}
