// Ops of users. A definition is a signature in slots, a forward in ops, and optionally a reverse
// rule; what comes out is an op like any other: it prints, parses with `{ ...ops, swish }`, is
// differentiated, and decomposes into its forward, which is how every backend gets it.

import type { Value } from '../ir/builder.ts'
import type { Op, Operator } from '../ir/op.ts'
import type { Tensor } from '../ir/tensor.ts'
import type { Shape } from '../ir/type.ts'
import { captureSource } from '../support/source.ts'
import type { CallOf, Cotangents, Inputs, LooseInputs } from './call-type.ts'
import { checkInputs } from './check-call.ts'
import { declarationError } from './declaration-error.ts'
import { type OpDefinition, UserOp } from './op-contract.ts'
import { checkSignature } from './signature.ts'
import type { Slot } from './slot.ts'

type Out<O> = O extends Slot<infer _S, infer D> ? Tensor<Shape, D> : never

/**
 * Defines an op by its meaning. Its name is the text name, so it is a word.
 *
 * Throws E126 where the name or signature is not well formed. A call throws E101 where an argument
 * does not fit, E125 where the forward gives something else than `output` says; a derivative throws
 * E125 where `vjp` gives something else than a cotangent per input.
 *
 * @example
 * const swish = op({
 *   name: 'swish', input: f32('...'), output: f32('...'),
 *   forward: x => mul(x, sigmoid(x)),
 *   vjp: ({ inputs: [x], out, ct }) => [mul(ct, add(out, mul(sigmoid(x), sub(1, out))))],
 * })
 */
export function op<
  const N extends string,
  const I extends Inputs,
  const O extends Slot,
>(definition: {
  readonly name: N
  readonly input: I
  readonly output: O
  /** The meaning, in ops. It may neither draw nor depend on the mode. */
  forward(...inputs: LooseInputs<I>): Out<O>
  /** The reverse rule, where it is better than that of the forward; null for no influence. */
  vjp?(context: {
    readonly inputs: LooseInputs<I>
    readonly out: Out<O>
    readonly ct: Out<O>
  }): Cotangents<I>
}): CallOf<N, I, O> & Operator {
  const { name, input, output } = definition
  const inputs = checkSignature(name, input, output, op)
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const help = 'use letters, digits and _: it is how text names the op'
    throw declarationError('op', `the name must be a word, got "${name}"`, help, op)
  }
  const source = captureSource(op)
  // The contract works on values of any type; the signature above is what types the definition.
  const user = new UserOp({ ...(definition as unknown as OpDefinition), inputs, source })
  return callable(user, user.contract) as unknown as CallOf<N, I, O> & Operator
}

function callable(user: UserOp, contract: Op) {
  const { name, inputs: slots } = user.definition
  function call(...given: readonly unknown[]): Value {
    const { inputs } = checkInputs(name, slots, given, call)
    user.check(inputs.map(({ type }) => type))
    return inputs[0]!.builder.append(contract, inputs, {}, call)[0]!
  }
  return Object.assign(call, { op: contract })
}
