// Graph to text. The text is canonical: arguments and named values by name, all others numbered in
// definition order, attributes in declaration order without those that equal the op's defaults.
// Equal graphs have equal text, so the text also defines equality.

import { GraphError } from '../support/diagnostic.ts'
import { Writer } from '../support/writer.ts'
import { type Attributes, printAttributes } from './attribute.ts'
import { type Graph, type Node, nodesOf, type ValueId } from './graph.ts'
import type { Op } from './op.ts'
import { printType, type TensorType } from './type.ts'

/** What a printed graph shows besides its structure. */
export interface PrintOptions {
  /** Adds source lines, layer paths and forward nodes as comments. */
  readonly origins?: boolean
}

/** The graph and the graphs that its attributes refer to, those first. Ends in a newline. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return printGraphs([graph], options)
}

/** Several graphs as one file: each once, after those it refers to, in the order given. */
export function printGraphs(graphs: readonly Graph[], options: PrintOptions = {}): string {
  const all: Graph[] = []
  for (const graph of graphs) collect(graph, all)
  return all.map(graph => printOne(graph, options)).join('\n')
}

/** Whether two graphs are the same up to value numbers and origins. */
export function graphsEqual(a: Graph, b: Graph): boolean {
  return a === b || printGraph(a) === printGraph(b)
}

/** The graphs that a node's attributes hold. */
export function graphsIn(op: Op, attributes: Attributes): Graph[] {
  return Object.entries(op.attributes).flatMap(([name, kind]) =>
    kind.graph === undefined || attributes[name] === undefined
      ? []
      : [kind.graph(attributes[name])],
  )
}

function collect(graph: Graph, into: Graph[]): void {
  if (into.includes(graph)) return
  for (const node of nodesOf(graph)) {
    for (const body of graphsIn(node.op, node.attributes)) collect(body, into)
  }
  const namesake = into.find(other => other.name === graph.name)
  if (namesake === undefined) into.push(graph)
  else if (printOne(namesake, {}) !== printOne(graph, {})) throw twoGraphs(graph.name)
}

function twoGraphs(name: string): GraphError {
  return new GraphError({
    code: 'E105',
    subject: 'print',
    message: `graphs of one file must have different names, got two graphs @${name}`,
    help: 'give one of them another name when it is built',
  })
}

/** The text name of every value of a graph: `%x`, `%"l1.w"`, `%7`. */
export function valueLabels(graph: Graph): ReadonlyMap<ValueId, string> {
  const labels = new Map<ValueId, string>()
  const used = new Set<string>()
  for (const argument of graph.arguments) {
    labels.set(argument.id, `%${quoted(argument.name)}`)
    used.add(argument.name)
  }
  let next = 0
  for (const node of nodesOf(graph)) {
    for (const { id, name } of node.results) {
      const hinted = name !== undefined && !used.has(name)
      if (hinted) used.add(name)
      labels.set(id, hinted ? `%${quoted(name)}` : `%${next++}`)
    }
  }
  return labels
}

/** One node as text: `%2 = matmul %x, %w : f32[batch,10]`. */
export function printNode(
  node: Node,
  labels: ReadonlyMap<ValueId, string>,
  typeOf: (id: ValueId) => TensorType | undefined,
): string {
  const label = (id: ValueId) => labels.get(id) ?? `%?${id}`
  const results = node.results.map(result => label(result.id)).join(', ')
  const operands = node.operands.map(label).join(', ')
  const written = withoutDefaults(node, typeOf)
  const attributes = printAttributes(node.op.attributes, written)
  const types = node.results.map(result => printType(result.type)).join(', ')
  const applied = [node.op.name, operands, attributes].filter(part => part !== '').join(' ')
  return `${results} = ${applied} : ${types}`
}

/** The attributes that text has to state: those that differ from what the op would fill in. */
function withoutDefaults(node: Node, typeOf: (id: ValueId) => TensorType | undefined): Attributes {
  const types = node.operands.map(typeOf)
  if (types.some(type => type === undefined)) return node.attributes
  const defaults = node.op.defaults(types as TensorType[])
  const differs = ([name, value]: [string, unknown]) => {
    const kind = node.op.attributes[name]
    if (kind === undefined || !Object.hasOwn(defaults, name)) return true
    return kind.print(defaults[name]) !== kind.print(value)
  }
  return Object.fromEntries(Object.entries(node.attributes).filter(differs))
}

/** Types of all values of a graph by id. */
export function valueTypes(graph: Graph): ReadonlyMap<ValueId, TensorType> {
  const results = [...graph.arguments, ...nodesOf(graph).flatMap(node => node.results)]
  return new Map(results.map(result => [result.id, result.type]))
}

function printOne(graph: Graph, options: PrintOptions): string {
  const labels = valueLabels(graph)
  const types = valueTypes(graph)
  const label = (id: ValueId) => labels.get(id) ?? `%?${id}`
  const declared = graph.arguments.map(
    ({ id, role, type }) => `${role} ${label(id)}: ${printType(type)}`,
  )
  const writer = new Writer()
  writer.block(`graph @${quoted(graph.name)}(${declared.join(', ')}) {`, () => {
    for (const node of nodesOf(graph)) {
      const text = printNode(node, labels, id => types.get(id))
      writer.line(options.origins ? text + originComment(node) : text)
    }
    const outputs = graph.outputs.map(({ name, value }) => `${quoted(name)} = ${label(value)}`)
    if (outputs.length > 0) writer.line(`return ${outputs.join(', ')}`)
    for (const { target, value } of graph.updates) {
      writer.line(`update ${quoted(target)} = ${label(value)}`)
    }
  })
  return writer.toString()
}

function originComment({ origin }: Node): string {
  const { composite, forward, isUpdate, path, source } = origin
  const of = forward?.operand === undefined ? '' : ` for ${forward.operand}`
  const parts = [
    ...(source?.location === undefined ? [] : [String(source)]),
    ...(path === undefined ? [] : [`in ${path}`]),
    ...(forward === undefined ? [] : [`gradient of ${forward.op}${of}`]),
    ...(composite === undefined ? [] : [`part of ${composite}`]),
    ...(isUpdate === true ? ['update'] : []),
  ]
  return parts.length === 0 ? '' : `  // ${parts.join(', ')}`
}

const quoted = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))
