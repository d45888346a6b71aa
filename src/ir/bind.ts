// Sizes for symbolic dims. Binding puts them into argument types and attributes, runs every type
// rule again on the way, and so reports at the user's own line whatever only sizes can show to be
// wrong.

import { GraphError } from '../support/diagnostic.ts'
import type { Attributes } from './attribute.ts'
import { checkNode, describeProblem, isProblem } from './check-node.ts'
import { checkDims, type Dim, type Dims, dimNames, isNegative } from './dim.ts'
import { commit } from './edit.ts'
import {
  type Argument,
  type Graph,
  type Node,
  nodesOf,
  type Result,
  type ValueId,
} from './graph.ts'
import type { Op } from './op.ts'
import { graphsIn, valueLabels } from './printer.ts'
import { substituteType, type TensorType, typesEqual } from './type.ts'

/** The names of all symbolic dims of a graph and the graphs its attributes hold, sorted. */
export function graphDims(graph: Graph): readonly string[] {
  const names = new Set<string>()
  const seen = new Set<Dim>()
  const add = (extent: Dim) => {
    if (typeof extent === 'number' || seen.has(extent)) return
    seen.add(extent)
    for (const name of dimNames(extent)) names.add(name)
  }
  for (const { type } of graph.arguments) type.shape.forEach(add)
  for (const { op, attributes, results } of nodesOf(graph)) {
    for (const { type } of results) type.shape.forEach(add)
    for (const name in op.attributes) op.attributes[name]!.names?.(attributes[name]).forEach(add)
    for (const body of graphsIn(op, attributes)) graphDims(body).forEach(add)
  }
  return [...names].sort()
}

/**
 * The graph with sizes for its symbolic dims; names without a size stay. Throws E107 where a size
 * is no size, a name is not there, or a dim comes out negative, and E101 where an op cannot have
 * the sizes.
 */
export function bindGraph(graph: Graph, dims: Dims): Graph {
  checkDims(dims, graphDims(graph), `bind @${graph.name}`)
  return boundGraph(graph, dims)
}

/** As `bindGraph` with sizes that were checked. */
export function boundGraph(graph: Graph, dims: Dims): Graph {
  return new Binder(graph, dims, new Map()).bound()
}

/**
 * The attributes of a node with sizes for symbolic dims, in the graphs they hold too: the very same
 * object where nothing in them is symbolic. `bodies` holds the graphs that were bound before.
 */
export function bindAttributes(
  op: Op,
  given: Attributes,
  dims: Dims,
  bodies: Map<Graph, Graph> = new Map(),
): Attributes {
  const changed: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(op.attributes)) {
    const value = given[name]
    if (kind.graph !== undefined) {
      const body = boundBody(kind.graph(value), dims, bodies)
      if (body !== value) changed[name] = body
    } else if (kind.bind !== undefined && (kind.names?.(value) ?? []).length > 0) {
      changed[name] = kind.bind(value, dims)
    }
  }
  return Object.keys(changed).length === 0 ? given : { ...given, ...changed }
}

function boundBody(body: Graph, dims: Dims, bodies: Map<Graph, Graph>): Graph {
  const known = bodies.get(body)
  if (known !== undefined) return known
  const bound = new Binder(body, dims, bodies).bound()
  bodies.set(body, bound)
  return bound
}

class Binder {
  readonly #graph: Graph
  readonly #dims: Dims
  readonly #bodies: Map<Graph, Graph>
  readonly #types = new Map<ValueId, TensorType>()
  /** Values whose type has changed: no type rule is asked where nothing has. */
  readonly #changed = new Set<ValueId>()

  constructor(graph: Graph, dims: Dims, bodies: Map<Graph, Graph>) {
    this.#graph = graph
    this.#dims = dims
    this.#bodies = bodies
  }

  bound(): Graph {
    const args = this.#graph.arguments.map(argument => this.#argument(argument))
    const nodes = new Map<ValueId, Node>()
    for (const node of nodesOf(this.#graph)) {
      const bound = this.#node(node)
      if (bound !== node) nodes.set(node.id, bound)
    }
    return commit(this.#graph, { arguments: args, nodes }).graph
  }

  #argument(argument: Argument): Argument {
    const type = substituteType(argument.type, this.#dims)
    this.#checkSign(type, argument.type, `argument "${argument.name}"`)
    return this.#typed(argument, type)
  }

  #node(node: Node): Node {
    const attributes = bindAttributes(node.op, node.attributes, this.#dims, this.#bodies)
    const isAsBefore = attributes === node.attributes
    if (isAsBefore && !node.operands.some(id => this.#changed.has(id))) {
      for (const result of node.results) this.#types.set(result.id, result.type)
      return node
    }
    const types = this.#resultTypes(node, attributes)
    const results = node.results.map((result, i): Result => {
      const type = types[i]!
      this.#checkSign(type, result.type, node.op.name, node)
      return this.#typed(result, type)
    })
    const same = isAsBefore && results.every((r, i) => r === node.results[i])
    return same ? node : { ...node, attributes, results }
  }

  /** A value with its type, which those that use it will ask for; the same one where it is so. */
  #typed<V extends Result>(value: V, type: TensorType): V {
    const isSame = typesEqual(type, value.type)
    this.#types.set(value.id, type)
    if (!isSame) this.#changed.add(value.id)
    return isSame ? value : { ...value, type }
  }

  #resultTypes(node: Node, attributes: Attributes): readonly TensorType[] {
    const types = node.operands.map(id => this.#types.get(id)!)
    const checked = checkNode(node.op, types, attributes)
    if (!isProblem(checked)) return checked.types
    const labels = valueLabels(this.#graph)
    const names = node.operands.map(id => labels.get(id) ?? `%${id}`)
    throw new GraphError({
      ...describeProblem(checked, node.op, names, types),
      node: [node.op.name, names.join(', ')].join(' '),
      notes: [`with ${describeDims(this.#dims)}`],
      source: node.origin.source,
    })
  }

  #checkSign(type: TensorType, written: TensorType, subject: string, node?: Node): void {
    const axis = type.shape.findIndex(isNegative)
    if (axis < 0) return
    const [size, dim] = [type.shape[axis], written.shape[axis]]
    throw new GraphError({
      code: 'E107',
      subject,
      message: `the dim ${dim} must not be negative, got ${size} for ${describeDims(this.#dims)}`,
      source: node?.origin.source,
      help: `choose sizes that make ${dim} zero or more`,
    })
  }
}

function describeDims(dims: Dims): string {
  return Object.entries(dims)
    .map(([name, size]) => `${name} = ${size}`)
    .join(', ')
}
