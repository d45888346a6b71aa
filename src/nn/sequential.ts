// The layer that applies parts in order.

import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import { declarationError, described } from '../model/declaration-error.ts'
import { isParam } from '../model/param.ts'
import { type Apply, isLayer, type Layer, type None } from '../model/part.ts'
import type { CallsOf, LayersOf, Sequence } from '../model/sequence.ts'

// A method, whose parameter tsc compares both ways: a function may be written for one shape.
interface OfTensor {
  of(x: Tensor<Shape, 'f32'>): Tensor
}

/** A part of a sequence: a layer of one tensor, or a function of it without parameters. */
export type SequencePart = Layer | OfTensor['of']

/**
 * A layer made of parts that are applied in order.
 *
 *   out = partₙ(… part₁(part₀(x)))
 *
 * A part is a layer, another sequence among them, or a plain function such as `relu`. The paths of
 * parameters and state are the positions of the layers: `net.0.w`. Functions take a position too,
 * at which trees have `{}`, so that a position counts in the list as it is written. A sequence with
 * a layer that keeps state may be called once in a program.
 *
 * The type of a call follows all parts, and a misfit is the sentence of the part that refuses. Of
 * two kinds of functions tsc knows no shape of the result, which only the build checks: `x => …`
 * without a type, and generic ones that change the shape, unless their type is `Stepped`.
 *
 * Shapes  x: whatever the first part takes → whatever the last one gives
 * Throws  E126 where there is no part, or one is neither a layer of one tensor nor a function.
 *
 * @example
 * model({
 *   inputs: { x: f32('batch', 28, 28) },
 *   params: { net: sequential(flatten, dense(784, 128), relu, dropout(0.5), dense(128, 10)) },
 *   body: ({ x }, { net }) => ({ logits: net(x) }),
 * })
 */
export function sequential<const P extends readonly SequencePart[]>(
  ...parts: P
): Layer<Sequence<CallsOf<P>>, LayersOf<P>, None> {
  if (parts.length === 0) {
    throw declarationError('sequential', 'must have a part, got none', HELP, sequential)
  }
  for (const [i, part] of parts.entries()) {
    const problem = problemOf(part)
    if (problem === undefined) continue
    const message = `part ${i} must be a layer or a function of one tensor, got ${problem}`
    throw declarationError('sequential', message, HELP, sequential)
  }
  // The types above say position by position what these lists are.
  const params = parts.map(part => (isLayer(part) ? part : {})) as unknown as LayersOf<P>
  const apply = applied(parts) as unknown as Apply
  return Object.freeze({ kind: 'layer', name: 'sequential', params, state: {}, apply })
}

const HELP = 'write sequential(dense(784, 128), relu, dense(128, 10))'

/** What a part from untyped code is instead; undefined where it can be one. */
function problemOf(part: unknown): string | undefined {
  if (typeof part === 'function') return undefined
  if (!isLayer(part)) return isParam(part) ? 'a parameter' : described(part)
  const count = part.inputs?.length ?? 1
  return count === 1 ? undefined : `${part.name}, which takes ${count}`
}

/** The body: `bound` has what a body sees of the layers, at their positions. */
function applied(parts: readonly SequencePart[]) {
  return (x: Tensor<Shape, 'f32'>, bound: readonly OfTensor['of'][]): Tensor => {
    let h: Tensor = x
    // A loop, not reduce: its frames would stand between a node and the user's line.
    for (const [i, part] of parts.entries()) {
      const call = isLayer(part) ? bound[i]! : part
      h = call(h as Tensor<Shape, 'f32'>)
    }
    return h
  }
}
