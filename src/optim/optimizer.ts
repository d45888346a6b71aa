// What an optimizer is: a few numbers per step, and how params follow from gradients, in ops. It
// works on blocks: all parameters of one dtype end to end, and slots of the same length, so that
// the update of a whole model is one kernel.

import type { Value } from '../ir/builder.ts'
import { broadcastAlong } from '../ops/broadcast.ts'

/** Values by name. */
export type Named = Readonly<Record<string, Value>>

/** What an update sees; all values but the scalars are blocks of one type. */
export interface UpdateContext {
  readonly param: Value
  readonly gradient: Value
  /** The slots as the step before left them; zeros at first. */
  readonly slots: Named
  /** The scalars of this step, each repeated to the type of the block. */
  readonly scalars: Named
}

/** What an update gives: the new params, and a new value for every slot. */
export interface Updated {
  readonly param: Value
  readonly slots: Named
}

/** A rule that improves parameters step by step. A value: it keeps nothing of any training. */
export interface Optimizer {
  readonly name: string
  /** The step size, as the user gave it. */
  readonly learningRate: number
  /** Names of what is remembered per parameter from step to step. */
  readonly slots: readonly string[]
  /**
   * The numbers of a step, each computed in double from the number of the step (from 1) and the
   * learning rate. They are inputs of the program, so that changing one recompiles nothing.
   */
  readonly scalars: Readonly<Record<string, (step: number, learningRate: number) => number>>
  /** The new params and slots, in ops. */
  readonly update: (context: UpdateContext) => Updated
}

/** A scalar value, repeated to the shape of a block. */
export function perElement(scalar: Value, block: Value): Value {
  const { shape } = block.type
  return broadcastAlong(
    scalar,
    shape,
    shape.map((_, axis) => axis),
  )
}
