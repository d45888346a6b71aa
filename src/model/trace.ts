// Tracing: the declarations become arguments, the body runs once, and the record it returns becomes
// the outputs.

import type { Value } from '../ir/builder.ts'
import type { SourceReference } from '../support/source.ts'
import { captureSource } from '../support/source.ts'
import { bindPart } from './bound.ts'
import { isTensor } from './check-call.ts'
import { checkKey, declare } from './declaration.ts'
import {
  type Boundary,
  bodyError,
  declarationError,
  described,
  nameError,
} from './declaration-error.ts'
import type { Model } from './model.ts'
import { programOf } from './program.ts'
import { Session } from './session.ts'
import { checkSlot } from './signature.ts'
import type { Slot } from './slot.ts'

/** A definition as untyped code may give it. */
export interface Definition {
  readonly name?: string
  readonly inputs: Readonly<Record<string, Slot>>
  readonly params?: unknown
  readonly body: (inputs: unknown, params: unknown) => unknown
}

/** Names under which programs return more than what a body does. */
const RESERVED = ['grads', 'inputGrads', 'params', 'state', 'tangent']

/** The model of a definition; errors of declarations show the line of the caller of `boundary`. */
export function trace(definition: Definition, boundary: Boundary): Model {
  const name = definition.name ?? 'main'
  const { inputs, params: parts = {} } = definition
  const session = new Session(name, boundary)
  const { builder } = session
  checkInputs(inputs, boundary)
  const { declarations, params, state } = declare(parts, boundary)
  const tensors: Record<string, Value> = {}
  for (const [key, slot] of Object.entries(inputs)) tensors[key] = builder.input(key, slot)
  const both = declarations.find(({ path }) => Object.hasOwn(inputs, path))
  if (both !== undefined) {
    const message = `"${both.path}" must be an input or a parameter, got both`
    throw nameError('model', message, 'rename one of them', boundary)
  }
  const ordered = [...declarations].sort((a, b) => rank(a.role) - rank(b.role))
  for (const { path, role, type } of ordered) builder.argument(role, path, type)
  const bound = bindPart(session, parts, '', '')
  const source = captureSource(boundary)
  const outputs = session.run(() => definition.body(tensors, bound))
  const names = addOutputs(session, outputs, source, boundary)
  return programOf({ graph: builder.finish(), params, state, outputs: names, declarations })
}

/** Params before state, each in the order of the tree. */
const rank = (role: 'param' | 'state') => (role === 'param' ? 0 : 1)

function checkInputs(inputs: unknown, boundary: Boundary): void {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    const message = `inputs must be slots by name, got ${described(inputs)}`
    throw declarationError('model', message, "write inputs: { x: f32('batch', 784) }", boundary)
  }
  for (const [name, slot] of Object.entries(inputs)) {
    checkKey('inputs', name, '', boundary)
    checkSlot('model', `input "${name}"`, slot, boundary)
    if ((slot as Slot).shape[0] !== '...') continue
    const message = `input "${name}" must have a known rank, got a leading '...'`
    throw declarationError('model', message, "name the axis: f32('batch', 784)", boundary)
  }
}

function addOutputs(
  session: Session,
  outputs: unknown,
  source: SourceReference,
  boundary: Boundary,
) {
  const help = 'return the outputs by name: { loss, probabilities }'
  const fail = (message: string, what = help) => bodyError('model', message, what, source)
  if (described(outputs) === 'a promise') {
    const what = 'load data before; the body only says what is computed'
    throw fail('the body must run at once, got a promise', what)
  }
  if (described(outputs) !== 'an object' || isTensor(outputs)) {
    const got = isTensor(outputs) ? 'a single tensor' : described(outputs)
    throw fail(`the body must return a record of tensors, got ${got}`)
  }
  const entries = Object.entries(outputs as Record<string, unknown>)
  if (entries.length === 0) throw fail('the body must return an output, got none')
  for (const [name, value] of entries) {
    if (!isTensor(value)) throw fail(`output "${name}" must be a tensor, got ${described(value)}`)
    checkOutputName(name, boundary)
    // Named for messages: the loss must depend on …
    session.builder.output(name, session.builder.named(value, name))
  }
  return Object.fromEntries(entries.map(([name]) => [name, name]))
}

function checkOutputName(name: string, boundary: Boundary): void {
  checkKey('outputs', name, '', boundary)
  if (!RESERVED.includes(name)) return
  const message = `an output must not be named ${RESERVED.join(', ')}, got "${name}"`
  const help = 'rename it; derived programs return theirs under that name'
  throw nameError('model', message, help, boundary)
}
