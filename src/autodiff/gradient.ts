// The derivative of a whole graph: `gradient` in reverse mode, `jvp` in forward mode. Both return a
// graph again, so they compose: a gradient of a gradient is a second derivative.

import { GraphBuilder, type Value } from '../ir/builder.ts'
import { commit } from '../ir/edit.ts'
import { type Argument, type Graph, nodesOf, type ValueId } from '../ir/graph.ts'
import { ancestors, rootsOf } from '../ir/traverse.ts'
import { printType } from '../ir/type.ts'
import { fullLike } from '../ops/creation.ts'
import { GraphError, nearest } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import { isIndependent, notImplementedError, refusalError } from './explain.ts'
import { pushforward } from './forward.ts'
import { type Cut, originOfValue, pullback } from './reverse.ts'

/** What to differentiate, and with respect to what. */
export interface DerivativeOptions {
  /** The output to differentiate. */
  readonly of: string
  /** Names of arguments; by default all float params. */
  readonly wrt?: readonly string[]
  /**
   * Names of `wrt` that get zeros where the output does not depend on them, instead of E202.
   * Without `wrt`, all of them.
   */
  readonly zeros?: readonly string[]
}

/**
 * Appends the gradients of a float scalar with respect to values of the same builder.
 *
 *   gradients : (loss : f32[], x : a) -> ct a
 *
 * Throws E201 where `of` is not a float scalar or a value of `wrt` not a float; E202 where `of` is
 * independent of a value of `wrt`; E203 where no differentiable path leads to it; E204 where a rule
 * on a path is not written. Each names the path.
 */
export function gradients(builder: GraphBuilder, of: Value, wrt: readonly Value[]): Value[] {
  const found = tryGradients(builder, of, wrt)
  return found.cotangents.map((ct, i) => {
    if (ct !== undefined) return ct
    throw refusalError(builder, 'gradient', of, wrt[i]!, found.cuts)
  })
}

function tryGradients(builder: GraphBuilder, of: Value, wrt: readonly Value[]) {
  if (!isFloat(of.type.dtype) || of.type.shape.length > 0) {
    const label = builder.label(of.id)
    throw new GraphError({
      code: 'E201',
      subject: 'gradient',
      message: `${label} must be a float scalar, got ${printType(of.type)}`,
      help: 'reduce it to a scalar first, for example with mean(x)',
    })
  }
  for (const value of wrt) checkFloat(builder, 'gradient', value)
  const seed = builder.withOrigin(originOfValue(builder, of), () => fullLike(of, 1))
  const found = pullback(builder, of, seed, wrt)
  throwNotImplemented(builder, 'gradient', of, found.cuts)
  return found
}

function throwNotImplemented(
  builder: GraphBuilder,
  transform: string,
  of: Value,
  cuts: readonly Cut[],
): void {
  const cut = cuts.find(({ refusal }) => refusal === 'notImplemented')
  if (cut !== undefined) throw notImplementedError(builder, transform, of, cut)
}

function checkFloat(builder: GraphBuilder, transform: string, value: Value): void {
  if (isFloat(value.type.dtype)) return
  const label = builder.label(value.id)
  throw new GraphError({
    code: 'E201',
    subject: transform,
    message: `a derivative needs float values, got ${label}: ${printType(value.type)}`,
    help: `leave ${label} out of wrt`,
  })
}

/**
 * The graph with gradients added: everything it returned before, and `grads.NAME` for each param of
 * `wrt` (`inputGrads.NAME` for an input). The gradient of a gradient graph adds `grads2.NAME`, and
 * so on.
 */
export function gradient(graph: Graph, options: DerivativeOptions): Graph {
  const builder = GraphBuilder.from(graph)
  const of = namedOutput(builder, 'gradient', options.of)
  const targets = namedArguments(graph, 'gradient', options.wrt)
  const wrt = targets.map(({ id }) => builder.value(id))
  const { cotangents, cuts } = tryGradients(builder, of, wrt)
  const prefixes = freshPrefixes(graph)
  const mayBeZero = (name: string) => options.wrt === undefined || options.zeros?.includes(name)
  targets.forEach(({ name, role }, i) => {
    const ct = cotangents[i] ?? zerosOrRefusal(builder, of, wrt[i]!, cuts, mayBeZero(name) ?? false)
    builder.output(`${role === 'input' ? prefixes.inputs : prefixes.params}.${name}`, ct)
  })
  return withoutLeftovers(builder.finish(), graph)
}

/** Zeros for a value that may have no influence, and has none; else the refusal. */
function zerosOrRefusal(
  builder: GraphBuilder,
  of: Value,
  wrt: Value,
  cuts: readonly Cut[],
  mayBeZero: boolean,
): Value {
  const isZero = mayBeZero && isIndependent(builder, of, wrt, cuts)
  if (!isZero) throw refusalError(builder, 'gradient', of, wrt, cuts)
  return builder.withOrigin(originOfValue(builder, of), () => fullLike(wrt, 0))
}

/**
 * The graph with a forward derivative added: an input `tangents.NAME` for each argument of `wrt`,
 * and an output `tangent`, the derivative of `of` in that direction. `of` may have any shape.
 * Throws as `gradient` does, except that an independent output has tangent zero.
 */
export function jvp(graph: Graph, options: DerivativeOptions): Graph {
  const builder = GraphBuilder.from(graph)
  const of = namedOutput(builder, 'jvp', options.of)
  checkFloat(builder, 'jvp', of)
  const targets = namedArguments(graph, 'jvp', options.wrt)
  const perturbed = new Map(
    targets.map(({ id, name, type }) => {
      checkFloat(builder, 'jvp', builder.value(id))
      return [id, builder.input(`tangents.${name}`, type)]
    }),
  )
  const { tangents, cuts } = pushforward(builder, [of], perturbed)
  throwNotImplemented(builder, 'jvp', of, cuts)
  builder.output('tangent', tangents[0] ?? zeroTangent(builder, of, targets, cuts))
  return withoutLeftovers(builder.finish(), graph)
}

/**
 * The tangent of an output that no perturbation reaches: zero, unless a choice stands in the way.
 */
function zeroTangent(
  builder: GraphBuilder,
  of: Value,
  targets: readonly Argument[],
  cuts: readonly Cut[],
): Value {
  for (const { id } of targets) {
    const wrt = builder.value(id)
    if (!isIndependent(builder, of, wrt, cuts)) throw refusalError(builder, 'jvp', of, wrt, cuts)
  }
  return builder.withOrigin(originOfValue(builder, of), () => fullLike(of, 0))
}

/**
 * The derivative without nodes that nothing needs: rules answer for every operand, wanted or not.
 * What the graph held before stays, used or not.
 */
function withoutLeftovers(graph: Graph, before: Graph): Graph {
  const needed = ancestors(nodesOf(graph), rootsOf(graph))
  const isKept = (id: ValueId) => needed.has(id) || before.nodes[id] !== undefined
  const dropped = graph.order.filter(id => !isKept(id))
  const change = {
    nodes: new Map(dropped.map(id => [id, undefined])),
    order: graph.order.filter(isKept),
  }
  return dropped.length === 0 ? graph : commit(graph, change).graph
}

function namedOutput(builder: GraphBuilder, transform: string, name: string): Value {
  const names = builder.outputs.map(output => output.name)
  if (!names.includes(name)) throw missing(transform, 'output', name, names)
  return builder.outputNamed(name)
}

function namedArguments(
  graph: Graph,
  transform: string,
  names: readonly string[] | undefined,
): readonly Argument[] {
  if (names === undefined) {
    return graph.arguments.filter(({ role, type }) => role === 'param' && isFloat(type.dtype))
  }
  const known = graph.arguments.map(argument => argument.name)
  if (!Array.isArray(names)) {
    throw new GraphError({
      code: 'E201',
      subject: transform,
      message: `wrt must be a list of names, got ${JSON.stringify(names)}`,
      help: `write wrt: [${JSON.stringify(names)}]`,
    })
  }
  return names.map(name => {
    const found = graph.arguments.find(argument => argument.name === name)
    if (found === undefined) throw missing(transform, 'argument', name, known)
    return found
  })
}

function missing(transform: string, what: string, name: string, names: readonly string[]) {
  const near = nearest(name, names)
  return new GraphError({
    code: 'E201',
    subject: transform,
    message: `"${name}" must be an ${what} of the graph, which has ${names.join(', ') || 'none'}`,
    help: near === undefined ? `name one of them` : `did you mean "${near}"?`,
  })
}

/** `grads`, or `grads2`, `grads3` … where a derivative was taken before. */
function freshPrefixes(graph: Graph): { params: string; inputs: string } {
  for (let order = 1; ; order++) {
    const suffix = order === 1 ? '' : String(order)
    const [params, inputs] = [`grads${suffix}`, `inputGrads${suffix}`]
    const taken = (name: string) => name.startsWith(`${params}.`) || name.startsWith(`${inputs}.`)
    if (!graph.outputs.some(({ name }) => taken(name))) return { params, inputs }
  }
}
