// What a call of a layer or op is checked for at build time: the number and kind of its arguments,
// their types against the slots, and the result of the body against the declared output.

import type { Value } from '../ir/builder.ts'
import { show } from '../ir/shape-sentence.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'
import { type Boundary, bodyError, described } from './declaration-error.ts'
import { type Bound, matchShape, matchSlot, NOTHING_BOUND, showPattern } from './pattern.ts'
import { refusal } from './shapes/checked.ts'
import type { Slot } from './slot.ts'

/** Arguments that fit, and what their shapes bound the names of the signature to. */
export interface CheckedCall {
  readonly inputs: readonly Value[]
  readonly bound: Bound
}

/** Whether something that may come from untyped code is a tensor of a graph. */
export function isTensor(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'builder' in value
}

/**
 * Checks the arguments of a call of `name`, a layer at `path`; without slots it takes any one
 * tensor. Throws E102 where there are more or fewer than slots, E104 where one is no tensor, E101
 * where one does not fit.
 */
export function checkInputs(
  name: string,
  slots: readonly Slot[] | undefined,
  given: readonly unknown[],
  boundary: Boundary,
  path?: string,
): CheckedCall {
  const source = () => captureSource(boundary)
  const wanted = slots?.length ?? 1
  if (given.length !== wanted) {
    const message = `takes ${count(wanted)}, got ${given.length}`
    const types = slots?.map(slot => `${slot.dtype}${showPattern(slot.shape)}`)
    const help = `pass ${types?.join(' and ') ?? 'one tensor'}`
    throw new GraphError({ code: 'E102', subject: name, message, help, source: source() })
  }
  const inputs = given.map(value => {
    if (isTensor(value)) return value
    const message = `inputs must be tensors of the graph, got ${described(value)}`
    const help = 'make a number a tensor with constant(2)'
    throw new GraphError({ code: 'E104', subject: name, message, help, source: source() })
  })
  const place = path === undefined ? name : `${name} "${path}"`
  let bound = NOTHING_BOUND
  for (const [i, slot] of slots?.entries() ?? []) {
    const found = matchSlot(name, slot, inputs[i]!, bound)
    if (typeof found === 'string') {
      const help = `pass a tensor that fits, or declare ${place} for the shape that it gets`
      throw refusal(found, inputs, boundary, help)
    }
    bound = found
  }
  return { inputs, bound }
}

const count = (n: number) => (n === 1 ? 'one input' : `${n} inputs`)

/** The result of a body, checked. Throws E125 where it is no tensor or not as declared. */
export function checkOutput(
  name: string,
  declared: Slot | undefined,
  output: unknown,
  bound: Bound,
  boundary: Boundary,
): Value {
  const problem = outputProblem(declared, output, bound)
  if (problem === undefined) return output as Value
  const help = 'return a tensor of the declared type, or declare another output'
  throw bodyError(name, problem, help, captureSource(boundary))
}

/** Why a body's result is not what was declared; undefined where it is. */
export function outputProblem(
  declared: Slot | undefined,
  output: unknown,
  bound: Bound,
): string | undefined {
  if (!isTensor(output)) return `its body must return a tensor, got ${described(output)}`
  if (declared === undefined) return undefined
  if (output.dtype !== declared.dtype) {
    return `declares ${declared.dtype}, but its body returned ${output.dtype}`
  }
  if (matchShape(declared.shape, output.shape, bound) !== undefined) return undefined
  const wanted = showPattern(declared.shape)
  return `declares output ${wanted}, but its body returned ${show(output.shape)}`
}
