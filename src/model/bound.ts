// The second argument of a body: the tree of declarations with tensors in the place of parameters
// and functions in the place of layers, which have their own parameters as `params`. A function
// checks its arguments against the layer's slots, runs its body under its path, and checks what
// that gave.

import type { Value } from '../ir/builder.ts'
import { joinPath } from '../ir/tree.ts'
import { printType, typesEqual } from '../ir/type.ts'
import { byMode } from '../ops/by-mode.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource, type SourceReference } from '../support/source.ts'
import { checkInputs, checkOutput, isTensor } from './check-call.ts'
import { type Boundary, bodyError, described } from './declaration-error.ts'
import { isParam, type Param } from './param.ts'
import { isLayer, type Layer } from './part.ts'
import type { Session } from './session.ts'
import { calledFrom } from './tracing.ts'

/** The tree under `path` as a body sees it; `above` is the path of the layer it belongs to. */
export function bindPart(session: Session, part: unknown, path: string, above: string): unknown {
  if (isParam(part)) return session.builder.argumentNamed(path)
  if (isLayer(part)) return callable(session, part, path, above)
  if (Array.isArray(part)) {
    return part.map((item, i) => bindPart(session, item, joinPath(path, String(i)), above))
  }
  const entries = Object.entries(part as Record<string, unknown>)
  return Object.fromEntries(
    entries.map(([key, item]) => [key, bindPart(session, item, joinPath(path, key), above)]),
  )
}

function callable(session: Session, layer: Layer, path: string, above: string) {
  const params = bindPart(session, layer.params, path, path)
  const declared = layer.state as Record<string, Param>
  const state = bindPart(session, declared, path, path) as Record<string, Value>
  const isStateful = Object.keys(declared).length > 0
  let first: SourceReference | undefined
  function call(...given: readonly unknown[]): Value {
    const { inputs, bound } = checkInputs(layer.name, layer.inputs, given, call, path)
    if (first !== undefined) throw calledTwice(layer, path, first, call)
    if (isStateful) first = captureSource(call)
    return session.inside(path, above, () => {
      const result = layer.apply(...inputs, params, state)
      const output = isStateful ? takeState(session, layer, path, state, result, call) : result
      return checkOutput(layer.name, layer.output, output, bound, call)
    })
  }
  return Object.assign(call, { params })
}

function calledTwice(layer: Layer, path: string, first: SourceReference, boundary: Boundary) {
  return new GraphError({
    code: 'E123',
    subject: layer.name,
    message: `"${path}" keeps state and must be called once in a program, got a second call`,
    notes: [`first called at ${first}`],
    source: captureSource(boundary),
    help: `declare a ${layer.name} for each call, for example with repeat(2, …)`,
  })
}

/**
 * Records the new state that a layer's body returned, and gives its output. A program that
 * evaluates leaves state as it is: the update is a `byMode` whose other side is the old value.
 */
function takeState(
  session: Session,
  layer: Layer,
  path: string,
  old: Readonly<Record<string, Value>>,
  result: unknown,
  boundary: Boundary,
): unknown {
  const { output, state } = parts(result)
  const next = parts(state)
  const fail = (message: string) => {
    const help = `return { output, state: { ${Object.keys(old).join(', ')} } }`
    return bodyError(layer.name, message, help, captureSource(boundary))
  }
  const extra = Object.keys(next).find(key => !Object.hasOwn(old, key))
  if (extra !== undefined) throw fail(`has no state "${extra}", but its body returned one`)
  for (const [key, before] of Object.entries(old)) {
    const value = next[key]
    const wanted = `must return the new state "${key}", ${printType(before.type)}`
    if (!isTensor(value)) throw fail(`${wanted}, got ${described(value)}`)
    if (!typesEqual(value.type, before.type)) throw fail(`${wanted}, got ${printType(value.type)}`)
    const kept = calledFrom(session.builder, boundary, () => byMode({ train: value, eval: before }))
    session.builder.update(joinPath(path, key), kept)
  }
  return output
}

function parts(of: unknown): Readonly<Record<string, unknown>> {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>) : {}
}
