// The reference interpreter: what a graph means. Slow and obvious; every other way to run a graph
// is compared with it. Sizes of symbolic dims are read off the arguments.

import { GraphError, nearest } from '../support/diagnostic.ts'
import type { TypedArray } from '../support/dtype.ts'
import { bindGraph, graphDims } from './bind.ts'
import { type Dims, substituteDim } from './dim.ts'
import { evaluateOp, type Rounding, roundLiteral } from './evaluate.ts'
import { type Argument, type Graph, nodesOf, type ValueId } from './graph.ts'
import { type HostTensor, Literal, type NestedArray } from './literal.ts'
import { printShape, printType } from './type.ts'

/** A value for an argument. A bare typed array takes the argument's shape. */
export type ArgumentValue = Literal | HostTensor | TypedArray | NestedArray

/** How a graph is run. */
export interface InterpretOptions {
  /** `f64` (the default) computes in double throughout; `dtype` rounds after every node. */
  readonly rounding?: Rounding
  /** Sizes of symbolic dims that the arguments do not show. */
  readonly dims?: Dims
}

/** What a run gives: the outputs by name, and the new values of updated arguments. */
export interface RunResult {
  readonly outputs: Readonly<Record<string, Literal>>
  readonly updates: Readonly<Record<string, Literal>>
}

/**
 * Runs a graph on the given arguments.
 * Throws E107 where a symbolic dim has no or two sizes, E108 where an argument does not fit.
 */
export function interpret(
  graph: Graph,
  values: Readonly<Record<string, ArgumentValue>> = {},
  options: InterpretOptions = {},
): RunResult {
  const { rounding = 'f64' } = options
  checkNames(graph, values)
  const dims = inferDims(graph, values, options.dims ?? {})
  const bound = bindGraph(graph, dims)
  const known = new Map<ValueId, Literal>()
  for (const argument of bound.arguments) {
    known.set(
      argument.id,
      roundLiteral(literalFor(graph, argument, values[argument.name]!), rounding),
    )
  }
  for (const node of nodesOf(bound)) {
    const operands = node.operands.map(id => known.get(id)!)
    const results = evaluateOp(node.op, operands, node.attributes, rounding)
    node.results.forEach((result, i) => {
      known.set(result.id, results[i]!)
    })
  }
  return {
    outputs: Object.fromEntries(bound.outputs.map(({ name, value }) => [name, known.get(value)!])),
    updates: Object.fromEntries(
      bound.updates.map(({ target, value }) => [target, known.get(value)!]),
    ),
  }
}

function checkNames(graph: Graph, values: Readonly<Record<string, ArgumentValue>>): void {
  const names = graph.arguments.map(argument => argument.name)
  const missing = graph.arguments.find(({ name }) => !Object.hasOwn(values, name))
  if (missing !== undefined) {
    const wanted = `${missing.role} "${missing.name}", ${printType(missing.type)}`
    fail(graph, `needs ${wanted}, got nothing of that name`, `pass { ${missing.name}: … }`)
  }
  const extra = Object.keys(values).find(name => !names.includes(name))
  if (extra === undefined) return
  const near = nearest(extra, names)
  const help = near === undefined ? `leave "${extra}" out` : `did you mean "${near}"?`
  fail(graph, `takes ${names.join(', ') || 'no arguments'}, got "${extra}"`, help)
}

/**
 * The sizes of all symbolic names: given, or equal to the axis of an argument that is just a name.
 */
function inferDims(
  graph: Graph,
  values: Readonly<Record<string, ArgumentValue>>,
  given: Dims,
): Dims {
  const names = graphDims(graph)
  const dims: Record<string, number> = {}
  const seenIn: Record<string, string> = {}
  for (const [name, size] of Object.entries(given)) {
    if (names.includes(name)) Object.assign(dims, { [name]: size })
  }
  for (const { name, type } of graph.arguments) {
    const shape = shapeOf(values[name]!)
    if (shape === undefined || shape.length !== type.shape.length) continue
    type.shape.forEach((extent, axis) => {
      if (typeof extent !== 'string' || !names.includes(extent)) return
      const size = shape[axis]!
      const known = dims[extent]
      if (known !== undefined && known !== size) {
        const other = seenIn[extent] ?? 'dims'
        fail(
          graph,
          `dim ${extent} must have one size, got ${known} in ${other} and ${size} in ${name}`,
          `pass arguments that agree in ${extent}`,
        )
      }
      dims[extent] = size
      seenIn[extent] = name
    })
  }
  const open = names.find(name => !Object.hasOwn(dims, name))
  if (open === undefined) return dims
  throw new GraphError({
    code: 'E107',
    subject: `graph @${graph.name}`,
    message: `dim ${open} must have a size, which no argument shows`,
    help: `pass dims: { ${open}: 32 }`,
  })
}

function shapeOf(value: ArgumentValue): readonly number[] | undefined {
  if (ArrayBuffer.isView(value)) return undefined
  const hasShape = typeof value === 'object' && 'shape' in value
  return hasShape ? value.shape : Literal.from(value).shape
}

function literalFor(graph: Graph, argument: Argument, value: ArgumentValue): Literal {
  const { name, role, type } = argument
  const shape = type.shape.map(extent => Number(substituteDim(extent, {})))
  const wanted = `${role} "${name}" must be ${printType(type)}`
  if (ArrayBuffer.isView(value)) {
    const count = shape.reduce((size, extent) => size * extent, 1)
    const got = Literal.from(value)
    if (got.size !== count) fail(graph, `${wanted} with ${count} elements, got ${got.size}`)
    return checkedDtype(graph, Literal.from(value, undefined, shape), wanted, type.dtype)
  }
  const isHost = typeof value === 'object' && ('data' in value || value instanceof Literal)
  const literal = isHost ? Literal.from(value) : Literal.from(value, type.dtype)
  if (printShape(literal.shape) !== printShape(shape)) {
    fail(graph, `${wanted}, got ${printType(literal.type)}`)
  }
  return checkedDtype(graph, literal, wanted, type.dtype)
}

/**
 * Floats of either width stand for each other (the interpreter computes in double); kinds must
 * agree.
 */
function checkedDtype(
  graph: Graph,
  literal: Literal,
  wanted: string,
  dtype: Literal['dtype'],
): Literal {
  if (literal.dtype === dtype) return literal
  const floats = ['f32', 'f64']
  if (floats.includes(literal.dtype) && floats.includes(dtype)) return literal.map(x => x, dtype)
  return fail(graph, `${wanted}, got ${printType(literal.type)}`, `pass elements of dtype ${dtype}`)
}

function fail(graph: Graph, message: string, help?: string): never {
  const fallback = 'pass a typed array of the right length, or { shape, dtype, data }'
  throw new GraphError({
    code: 'E108',
    subject: `graph @${graph.name}`,
    message,
    help: help ?? fallback,
  })
}
