// What a derivative is asked for, by the names that users know, and which values of the graph that
// means. Names that are not there, outputs that cannot be differentiated: E201 with the user's
// line.

import { valueTypes } from '../ir/printer.ts'
import { show } from '../ir/shape-sentence.ts'
import { type NameTree, namesOf } from '../ir/tree.ts'
import type { TensorType } from '../ir/type.ts'
import { type Diagnostic, GraphError, nearest } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import { captureSource } from '../support/source.ts'
import type { Boundary } from './declaration-error.ts'
import type { Model } from './model.ts'

/** The two derivatives. */
export type Transform = 'gradient' | 'jvp'

/** Throws E201 unless `of` is the path of an output that the transform can differentiate. */
export function checkOf(from: Model, transform: Transform, of: string, boundary: Boundary): void {
  const types = outputTypes(from)
  const fits = transform === 'gradient' ? isScalar : isFloatType
  const candidates = [...types].filter(([, type]) => fits(type)).map(([name]) => name)
  const fail = (message: string, help: string) => refused(transform, message, help, boundary)
  if (transform === 'gradient' && candidates.length === 0) {
    throw fail('this model has no scalar f32 output; use mean(...) or sum(...)', 'add a loss')
  }
  const type = types.get(of)
  const choose = candidates.length === 0 ? 'return a float' : `differentiate ${candidates[0]}`
  if (type === undefined) {
    const within = [...types.keys()].filter(name => name.startsWith(`${of}.`))
    if (within.length > 0) {
      throw fail(`'${of}' holds several outputs; name one of them`, `such as ${within[0]}`)
    }
    throw missing(transform, 'output', of, [...types.keys()], boundary)
  }
  if (fits(type)) return
  const what = `output '${of}' is ${type.dtype}`
  if (transform === 'jvp') throw fail(`${what}; only floats can be differentiated`, choose)
  throw fail(`${what} ${show(type.shape)}; only a scalar f32 can be differentiated`, choose)
}

const isFloatType = (type: TensorType) => isFloat(type.dtype)
const isScalar = (type: TensorType) => isFloatType(type) && type.shape.length === 0

function outputTypes({ graph, outputs }: Model): ReadonlyMap<string, TensorType> {
  const types = valueTypes(graph)
  const known = new Map(graph.outputs.map(({ name, value }) => [name, types.get(value)!]))
  return new Map(namesOf(outputs).map(name => [name, known.get(name)!]))
}

/**
 * The trainable float params under the keys of `wrt`, or all of them. Throws E201 where a key is
 * not there or has none below it.
 */
export function paramTargets(
  { params, declarations }: Model,
  transform: Transform,
  wrt: readonly string[] | undefined,
  boundary: Boundary,
): string[] {
  const differentiable = declarations.filter(
    ({ trainable, type }) => trainable && isFloat(type.dtype),
  )
  const paths = new Set(differentiable.map(({ path }) => path))
  const isTarget = (name: string) => paths.has(name)
  if (wrt === undefined) return namesOf(params).filter(isTarget)
  checkList(transform, 'wrt', wrt, boundary)
  return wrt.flatMap(key => {
    const parts = params as Readonly<Record<string, NameTree>>
    if (!Object.hasOwn(parts, key)) {
      throw missing(transform, 'param', key, Object.keys(parts), boundary)
    }
    const names = namesOf(parts[key]!).filter(isTarget)
    if (names.length > 0) return names
    const message = `param '${key}' must hold a trainable float, got none`
    throw refused(transform, message, `leave '${key}' out of wrt`, boundary)
  })
}

/** Inputs to differentiate by. Throws E201 where one is not there. */
export function inputTargets(
  { graph }: Model,
  inputs: readonly string[],
  boundary: Boundary,
): readonly string[] {
  checkList('gradient', 'inputs', inputs, boundary)
  const known = graph.arguments.filter(({ role }) => role === 'input').map(({ name }) => name)
  const unknown = inputs.find(name => !known.includes(name))
  if (unknown !== undefined) throw missing('gradient', 'input', unknown, known, boundary)
  return inputs
}

function checkList(transform: Transform, what: string, list: unknown, boundary: Boundary): void {
  if (Array.isArray(list)) return
  const message = `${what} must be a list of names, got ${JSON.stringify(list)}`
  throw refused(transform, message, `write ${what}: [${JSON.stringify(list)}]`, boundary)
}

/** The E201 of a name that is not there. */
function missing(
  transform: Transform,
  what: string,
  name: string,
  names: readonly string[],
  boundary: Boundary,
): GraphError {
  const near = nearest(name, names)
  const help = near === undefined ? 'name one of them' : `did you mean '${near}'?`
  const listed = names.join(', ') || 'none'
  const message = `there is no ${what} '${name}'; the model has ${listed}`
  return refused(transform, message, help, boundary)
}

/** An E201 with the line of the caller of `boundary`. */
export function refused(
  subject: Transform,
  message: string,
  help: Diagnostic['help'],
  boundary: Boundary,
): GraphError {
  return new GraphError({ code: 'E201', subject, message, help, source: captureSource(boundary) })
}
