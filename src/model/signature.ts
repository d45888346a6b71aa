// The checks of a declared signature, for layers and ops alike: a name, one to four inputs, and
// slots whose dims are sizes, names, or a leading '...'.

import type { Inputs } from './call-type.ts'
import { type Boundary, declarationError, described } from './declaration-error.ts'
import { isSlot, type Slot } from './slot.ts'

/** The inputs as a list. Throws E126 where a name or slot is not well formed. */
export function checkSignature(
  name: string,
  input: Inputs,
  output: Slot | undefined,
  boundary: Boundary,
): readonly Slot[] {
  if (typeof name !== 'string' || name === '') {
    const help = "write name: 'dense'"
    throw declarationError('name', `must be a text, got ${described(name)}`, help, boundary)
  }
  const inputs = listOf(input)
  if (inputs.length < 1 || inputs.length > 4) {
    const help = 'pass the rest as parameters, or concatenate tensors of one kind'
    const message = `must have one to four inputs, got ${inputs.length}`
    throw declarationError(name, message, help, boundary)
  }
  for (const slot of inputs) checkSlot(name, 'input', slot, boundary)
  if (output !== undefined) checkSlot(name, 'output', output, boundary)
  return inputs
}

const listOf = (input: Inputs) => (Array.isArray(input) ? input : [input]) as readonly Slot[]

/** Throws E126 unless `slot`, which may come from untyped code, has dims that patterns know. */
export function checkSlot(name: string, what: string, slot: unknown, boundary: Boundary): void {
  if (!isSlot(slot)) {
    const help = "write it as a slot: f32('...', 784)"
    throw declarationError(name, `${what} must be a slot, got ${described(slot)}`, help, boundary)
  }
  const wrong = slot.shape.find((dim, axis) => !isDim(dim, axis))
  if (wrong === undefined) return
  const message = `${what} must have sizes, names or a leading '...' for dims, got ${String(wrong)}`
  throw declarationError(name, message, "write f32('...', 784) or f32('batch', 784)", boundary)
}

function isDim(dim: unknown, axis: number): boolean {
  if (typeof dim === 'number') return Number.isSafeInteger(dim) && dim >= 0
  return typeof dim === 'string' && (/^[A-Za-z_]\w*$/.test(dim) || (dim === '...' && axis === 0))
}
