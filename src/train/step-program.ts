// The program of one step with all that a step feeds it: arrays of its own for the optimizer's
// scalars and for what draws are made from, bound once. A step writes into them and runs; it makes
// no object, which is what keeps the heap of a long training as it is.

import type { Eventually } from '../backends/backend.ts'
import { type Draws, drawsOf } from '../compile/draws.ts'
import type { Executable } from '../compile/executable.ts'
import { type InputSlot, inputSlots } from '../compile/feed.ts'
import type { Dims } from '../ir/dim.ts'
import type { Argument } from '../ir/graph.ts'
import { substituteType } from '../ir/type.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { scalarName } from '../optim/training-step.ts'
import { DTYPES, type DTypeName, type TypedArray } from '../support/dtype.ts'
import type { TrainingLayout } from './block-layout.ts'

/** Inputs of the model, by name. */
export type Inputs = Readonly<Record<string, TypedArray>>

/** What steps of one training have in common. */
export interface StepSettings {
  readonly optimizer: Optimizer
  readonly seed: number
  readonly layout: TrainingLayout
  /** The inputs of the model, symbolic in their dims. */
  readonly inputs: readonly Pick<Argument, 'name' | 'type'>[]
}

/** The program of a step for one batch size. */
export class StepProgram {
  readonly executable: Executable
  /** What the caller of a step passes. */
  readonly slots: readonly InputSlot[]
  readonly #settings: StepSettings
  readonly #scalars: readonly ScalarInput[]
  readonly #draws: Draws
  readonly #fed: Record<string, TypedArray>

  constructor(executable: Executable, settings: StepSettings) {
    const { layout, optimizer } = settings
    this.executable = executable
    this.#settings = settings
    this.slots = this.slotsFor(executable.dims)
    this.#scalars = layout.blocks.flatMap(({ dtype }) => scalarInputs(optimizer, dtype))
    this.#draws = drawsOf(executable.inputs.values())
    this.#fed = { ...this.#draws.inputs }
    for (const { name, data } of this.#scalars) this.#fed[name] = data
  }

  /** What the caller of a step of other sizes passes. */
  slotsFor(dims: Dims): readonly InputSlot[] {
    const { inputs } = this.#settings
    return inputSlots(inputs.map(({ name, type }) => ({ name, type: substituteType(type, dims) })))
  }

  /** Makes step number `step` on inputs that were checked. Allocates nothing. */
  run(inputs: Inputs, step: number): Eventually<void> {
    const { seed, optimizer } = this.#settings
    for (let i = 0; i < this.slots.length; i++) {
      const { name } = this.slots[i]!
      this.#fed[name] = inputs[name]!
    }
    for (let i = 0; i < this.#scalars.length; i++) {
      const { data, value } = this.#scalars[i]!
      data[0] = value(step, optimizer.learningRate)
    }
    this.#draws.set(seed, step)
    return this.executable.run(this.#fed, step)
  }
}

/** A number of the optimizer, and the array that it comes in by. */
interface ScalarInput {
  readonly name: string
  readonly data: TypedArray
  readonly value: Optimizer['scalars'][string]
}

const scalarInputs = ({ scalars }: Optimizer, dtype: DTypeName): readonly ScalarInput[] =>
  Object.entries(scalars).map(([name, value]) => ({
    name: scalarName(name, dtype),
    data: DTYPES[dtype].allocate(1),
    value,
  }))
