// `model`: declarations and a body become a graph. The body runs once, on symbolic shapes; what it
// computes is the program. A model and everything derived from it is plain data with the same four
// parts: a graph, and how its params, state and outputs nest.

import type { Tensor } from '../ir/tensor.ts'
import type { Hosts, Simplify, TypedGraph } from '../ir/typed-graph.ts'
import type { Declaration } from './declaration.ts'
import type { Bound, None, ParamsOf, Parts, StateOf } from './part.ts'
import type { Slot } from './slot.ts'
import { trace } from './trace.ts'

/** The values that a program starts with. */
export interface Initial<P, S> {
  readonly params: Hosts<P>
  readonly state: Hosts<S>
}

/**
 * A model, or a program derived from one: inputs `In`, params `P`, state `S` (`never` for none),
 * outputs `O`, directions `T` of a forward derivative.
 */
export interface Model<In = unknown, P = unknown, S = unknown, O = unknown, T = never>
  extends TypedGraph<In, P, S, O, T> {
  readonly name: string
  /** Params and state in the order of the tree; known without the body. */
  readonly declarations: readonly Declaration[]
  /**
   * The values to start from. A value depends on the seed and its own path only: adding a layer
   * changes no other one, and the bits are the same on every engine.
   */
  init(seed?: number): Initial<P, S>
  /** The text of the graph. */
  toString(): string
}

type Slots = { readonly [name: string]: Slot }
type Outputs = { readonly [name: string]: Tensor }

/** The inputs of a body: a tensor for each slot. */
export type InputsOf<I> = {
  -readonly [K in keyof I]: I[K] extends Slot<infer S, infer D> ? Tensor<[...S], D> : never
}

/**
 * Makes a model of its inputs, parameters and body. Names of dims such as 'batch' are rigid.
 *
 * Throws E105 where a name is taken, reserved or no part of a path; E120 to E126 and what ops throw
 * where the declarations or the body are wrong, with the line at fault.
 *
 * @example
 * const mlp = model({
 *   inputs: { x: f32('batch', 784), y: i32('batch') },
 *   params: { l1: dense(784, 256), head: dense(256, 10) },
 *   body({ x, y }, { l1, head }) {
 *     const logits = head(relu(l1(x)))
 *     return { loss: mean(softmaxCrossEntropy(logits, y)), probabilities: softmax(logits) }
 *   },
 * })
 */
export function model<
  const I extends Slots,
  O extends Outputs,
  const P extends Parts = None,
>(definition: {
  /** Shown in text and messages; `main` by default. */
  readonly name?: string
  readonly inputs: I
  readonly params?: P
  body(inputs: InputsOf<I>, params: Bound<P>): O
}): Model<Simplify<InputsOf<I>>, ParamsOf<P>, StateOf<P>, O> {
  const traced = trace(definition as unknown as Parameters<typeof trace>[0], model)
  // Types exist for tsc only; the graph was built from what they describe.
  return traced as unknown as Model<Simplify<InputsOf<I>>, ParamsOf<P>, StateOf<P>, O>
}
