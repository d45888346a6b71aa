// Definers of layers. `layer` is generic over shapes: its signature is slots, its body sees tensors
// of unknown shape and is checked when it is traced. `block` is for concrete widths: its body is
// checked precisely, with '...' as one opaque leading dim, and its output is inferred.

import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import type { DTypeName } from '../support/dtype.ts'
import type { CallOf, Inputs, LooseInputsThen } from './call-type.ts'
import type { Apply, Bound, Layer, LooseBound, None, Parts, StateParts } from './part.ts'
import { checkSignature } from './signature.ts'
import type { Slot } from './slot.ts'

/** What the body of a layer returns: a tensor, or with state the new state beside it. */
type Applied<O, S> =
  O extends Slot<infer _S, infer D>
    ? [keyof S] extends [never]
      ? Tensor<Shape, D>
      : { readonly output: Tensor<Shape, D>; readonly state: NewState<S> }
    : never

type NewState<S> = { readonly [K in keyof S]: LooseBound<S[K]> }

/**
 * Defines a layer by its signature, parameters and body.
 *
 * Throws E126 where the signature or the tree of parameters is not well formed. A call throws E101
 * where an argument does not fit, E125 where the body gives something else than `output` says.
 *
 * @example
 * const gated = <W extends number>(width: W) => layer({
 *   name: 'gated', input: f32('...', width), output: f32('...', width),
 *   params: { fc: dense(width, width), gate: param([width], zeros()) },
 *   apply: (x, { fc, gate }) => add(x, mul(relu(fc(x)), gate)),
 * })
 */
export function layer<
  const N extends string,
  const I extends Inputs,
  const O extends Slot,
  const P extends Parts = None,
  const S extends StateParts = None,
>(definition: {
  readonly name: N
  readonly input: I
  readonly output: O
  readonly params?: P
  /** Values that training changes other than by gradients; `apply` returns the new ones. */
  readonly state?: S
  apply(...args: LooseInputsThen<I, LooseBound<P>, LooseBound<S>>): Applied<O, S>
}): Layer<CallOf<N, I, O>, P, S> {
  const { name, input, output, apply } = definition
  const inputs = checkSignature(name, input, output, layer)
  const params = definition.params ?? ({} as P)
  const state = definition.state ?? ({} as S)
  return Object.freeze({
    kind: 'layer',
    name,
    inputs,
    output,
    params,
    state,
    apply: apply as Apply,
  })
}

/**
 * Defines a part of a model for concrete widths; its output type is that of its body.
 *
 * Throws as `layer` does.
 *
 * @example
 * const encoder = block({
 *   name: 'encoder', input: f32('...', 784), params: { l1: dense(784, 256), bn: batchNorm(256) },
 *   body: (x, { l1, bn }) => relu(bn(l1(x))),
 * })
 */
export function block<
  const N extends string,
  const I extends Slot,
  OS extends Shape,
  OD extends DTypeName,
  const P extends Parts = None,
>(definition: {
  readonly name: N
  readonly input: I
  readonly params?: P
  body(x: Tensor<[...I['shape']], I['dtype']>, params: Bound<P>): Tensor<OS, OD>
}): Layer<CallOf<N, I, Slot<OS, OD>>, P, None> {
  const { name, input, body } = definition
  const inputs = checkSignature(name, input, undefined, block)
  const params = definition.params ?? ({} as P)
  // The body's own type is compared with nothing: it holds for the types of this definition alone.
  const apply = body as unknown as Apply
  return Object.freeze({ kind: 'layer', name, inputs, params, state: {}, apply })
}

/**
 * Gives a layer a call type written by hand, where patterns cannot express it: an output size that
 * needs arithmetic, such as that of a convolution. The slots stay as the check at build time. A
 * call that is `Stepped`, or extends `Steps`, is followed by the types of `sequential` too.
 */
export function typed<C>(): <P, S>(of: Layer<unknown, P, S>) => Layer<C, P, S> {
  return <P, S>(of: Layer<unknown, P, S>) => of as Layer<C, P, S>
}
