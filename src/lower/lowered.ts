// What lowering takes and gives beside the graph: where the state of a model lies, and which buffer
// of the program stands for which argument and output of the graph.

import type { Literal } from '../ir/literal.ts'
import type { Launch, Program } from '../kernel/program.ts'
import type { Target } from '../kernel/target.ts'
import type { DTypeName } from '../support/dtype.ts'

/** The place of one param, state or block in the state region. */
export interface StateSlot {
  readonly type: DTypeName
  readonly shape: readonly number[]
  /** Bytes from the start of the region. */
  readonly offset: number
}

/** The state region of a model: every argument that is resident there, by name. */
export interface StateLayout {
  readonly slots: ReadonlyMap<string, StateSlot>
  readonly bytes: number
}

/** How a graph is lowered. */
export interface LowerOptions {
  readonly target: Target
  readonly state: StateLayout
  /** Checks the program and its kernels before it is given back; off by default. */
  readonly verify?: boolean | undefined
  /**
   * Bytes that state, scratch, inputs and outputs may take together: above that, values are
   * computed again instead of being kept, as far as that helps. No limit by default.
   */
  readonly maxBytes?: number | undefined
}

/** A value that is computed again, or anew by whoever reads it, instead of being kept. */
export interface Recomputed {
  /** The buffer that it is in where it is kept. */
  readonly buffer: string
  /** The launch that makes it. */
  readonly origin: Launch['origin']
  /** What it takes where it is kept. */
  readonly bytes: number
  /** Operations that are added to a run. */
  readonly flops: number
  /** What they should take on the target. */
  readonly estimatedMs: number
}

/** Bytes of a block, and the launches between which their contents matter, counted from 0. */
export interface PlannedRange {
  /** Bytes from the start of the block. */
  readonly start: number
  readonly bytes: number
  /** The first launch that touches any of them; before it, other blocks may use them. */
  readonly first: number
  /** The last launch that touches any of them; after it, other blocks may use them. */
  readonly last: number
}

/** A range of scratch that stays together, and the launches between which there is any of it. */
export interface PlannedBlock {
  /**
   * The names of its buffers, the widest first: a value, its views and parts, and results that are
   * stored over it.
   */
  readonly buffers: readonly string[]
  readonly bytes: number
  readonly offset: number
  /** The first launch that touches it. */
  readonly first: number
  /** The last launch that touches it. */
  readonly last: number
  /** All of its bytes, in order: one range where they live between the same launches. */
  readonly ranges: readonly PlannedRange[]
}

/** How the scratch of a program is used. */
export interface MemoryPlan {
  /** Bytes of scratch that the program takes. */
  readonly bytes: number
  /** The bytes that it would take with a range for every value. */
  readonly unsharedBytes: number
  readonly launches: number
  /** The first launch during which most bytes live. */
  readonly peakLaunch: number
  readonly blocks: readonly PlannedBlock[]
}

/** A program, and what its buffers mean. */
export interface Lowered {
  readonly program: Program<Launch>
  readonly memory: MemoryPlan
  /** What is computed again to take less scratch, and the plan without that; mostly nothing is. */
  readonly recomputed: readonly Recomputed[]
  readonly keptBytes: number
  /** Buffers by the name of the input or rng argument. */
  readonly inputs: ReadonlyMap<string, string>
  /** Buffers by the name of the output. */
  readonly outputs: ReadonlyMap<string, string>
  /** The data of constants, by buffer; those buffers lie in region input. */
  readonly constants: ReadonlyMap<string, Literal>
}
