// What lowering takes and gives beside the graph: where the state of a model lies, and which buffer
// of the program stands for which argument and output of the graph.

import type { Literal } from '../ir/literal.ts'
import type { Program } from '../kernel/program.ts'
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
}

/** A program, and what its buffers mean. */
export interface Lowered {
  readonly program: Program
  /** Buffers by the name of the input or rng argument. */
  readonly inputs: ReadonlyMap<string, string>
  /** Buffers by the name of the output. */
  readonly outputs: ReadonlyMap<string, string>
  /** The data of constants, by buffer; those buffers lie in region input. */
  readonly constants: ReadonlyMap<string, Literal>
}
