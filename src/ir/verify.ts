// The graph verifier. It checks data, so it holds for graphs from the builder, from text and from
// passes alike, and it collects everything it finds:
//
//   V1  every value id is defined once; a node has results and the id of the first of them
//   V2  the order lists every node of the table exactly once
//   V3  a value is defined before it is used
//   V4  arguments have different names
//   V5  operands, attributes and result types are what the op's type rule accepts and gives
//   V6  outputs have different names and return values of the graph
//   V7  an update targets a param or state, once, with a value of its type
//   V8  a graph-valued attribute holds a well-formed graph; graphs with one name are one graph
//   V9  integer dims are not negative
//   V10 at stage `bound` no dim is symbolic
//   V11 at stage `core` no op is a composite

import type { Diagnostic } from '../support/diagnostic.ts'
import { checkNode, describeProblem, isProblem } from './check-node.ts'
import { isNegative } from './dim.ts'
import type { Graph, Node, ValueId } from './graph.ts'
import { graphsEqual, graphsIn, printNode, valueLabels, valueTypes } from './printer.ts'
import { printType, type TensorType, typesEqual } from './type.ts'

/** What a stage of the pipeline promises of its graphs, besides being well formed. */
export type Stage = 'bound' | 'core'

/** What the verifier found, and at which part of the graph. */
export interface Finding extends Diagnostic {
  readonly rule: string
  readonly at: {
    readonly node?: ValueId | undefined
    readonly argument?: string | undefined
    readonly output?: string | undefined
    readonly update?: string | undefined
  }
}

/** Everything wrong with a graph; empty for a well-formed one. */
export function verifyGraph(graph: Graph, stages: readonly Stage[] = []): Finding[] {
  return new Verifier(graph, stages).run()
}

class Verifier {
  readonly #graph: Graph
  readonly #stages: readonly Stage[]
  readonly #labels: ReadonlyMap<ValueId, string>
  readonly #types: ReadonlyMap<ValueId, TensorType>
  readonly #findings: Finding[] = []
  readonly #bodies: Graph[] = []

  constructor(graph: Graph, stages: readonly Stage[]) {
    this.#graph = graph
    this.#stages = stages
    const present = { ...graph, order: graph.order.filter(id => graph.nodes[id] !== undefined) }
    this.#labels = valueLabels(present)
    this.#types = valueTypes(present)
  }

  run(): Finding[] {
    this.#checkOrder()
    this.#checkArguments()
    const defined = new Set(this.#graph.arguments.map(argument => argument.id))
    const listed = this.#graph.order.filter(id => this.#graph.nodes[id] !== undefined)
    for (const id of listed) this.#checkNode(this.#graph.nodes[id]!, defined)
    this.#checkOutputs(defined)
    this.#checkUpdates(defined)
    return this.#findings
  }

  #checkOrder(): void {
    const { nodes, order } = this.#graph
    const times = new Map<ValueId, number>()
    for (const id of order) times.set(id, (times.get(id) ?? 0) + 1)
    for (const [id, count] of times) {
      if (nodes[id] === undefined) this.#say('V2', `the order lists ${id}, which is no node`, {})
      else if (count > 1) this.#say('V2', `the order lists a node ${count} times`, { node: id })
    }
    for (const key of Object.keys(nodes)) {
      const id = Number(key)
      if (!times.has(id)) this.#say('V2', `the order leaves out node ${key}`, { node: id })
      if (nodes[id]!.id !== id)
        this.#say('V1', `node ${nodes[id]!.id} stands under ${key}`, { node: id })
    }
  }

  #checkArguments(): void {
    const names = new Set<string>()
    const ids = new Set<ValueId>()
    for (const { name, id, type } of this.#graph.arguments) {
      if (names.has(name))
        this.#say('V4', `argument "${name}" is declared twice`, { argument: name })
      if (ids.has(id)) this.#say('V1', `value ${id} is defined twice`, { argument: name })
      names.add(name)
      ids.add(id)
      this.#checkDims(type, `argument "${name}"`, { argument: name })
    }
  }

  #checkNode(node: Node, defined: Set<ValueId>): void {
    const at = { node: node.id }
    for (const id of node.operands) {
      if (defined.has(id)) continue
      const problem = this.#types.has(id) ? 'is used before its definition' : 'is not defined'
      this.#say('V3', `${this.#label(id)} ${problem}`, at)
    }
    if (node.results.length === 0 || node.results[0]?.id !== node.id) {
      this.#say('V1', `node ${node.id} must have the id of its first result`, at)
    }
    for (const { id, type } of node.results) {
      if (defined.has(id)) this.#say('V1', `${this.#label(id)} is defined twice`, at)
      defined.add(id)
      this.#checkDims(type, this.#label(id), at)
    }
    this.#checkTypes(node)
    this.#checkBodies(node)
    if (this.#stages.includes('core') && node.op.body !== undefined) {
      this.#say('V11', `${node.op.name} is a composite, which stage core does not have`, at)
    }
  }

  #checkTypes(node: Node): void {
    const types = node.operands.map(id => this.#types.get(id))
    if (types.some(type => type === undefined)) return
    const operands = types as TensorType[]
    const checked = checkNode(node.op, operands, node.attributes)
    if (isProblem(checked)) {
      const labels = node.operands.map(id => this.#label(id))
      const described = describeProblem(checked, node.op, labels, operands)
      this.#add({ ...described, ...this.#context(node), rule: 'V5', at: { node: node.id } })
      return
    }
    const agree =
      checked.types.length === node.results.length &&
      node.results.every((result, i) => typesEqual(result.type, checked.types[i]!))
    if (agree) return
    const wanted = checked.types.map(printType).join(', ')
    const got = node.results.map(result => printType(result.type)).join(', ')
    this.#say('V5', `${node.op.name} gives ${wanted}, but ${got} is written`, { node: node.id })
  }

  #checkBodies(node: Node): void {
    for (const body of graphsIn(node.op, node.attributes)) {
      const namesake = this.#bodies.find(other => other.name === body.name) ?? body
      const itself = body.name === this.#graph.name
      if (itself || !graphsEqual(namesake, body)) {
        this.#say('V8', `two graphs are named @${body.name}`, { node: node.id })
      }
      if (this.#bodies.includes(body)) continue
      this.#bodies.push(body)
      for (const finding of verifyGraph(body, this.#stages)) {
        this.#say('V8', `@${body.name}: ${finding.message}`, { node: node.id })
      }
    }
  }

  #checkDims(type: TensorType, what: string, at: Finding['at']): void {
    for (const extent of type.shape) {
      if (isNegative(extent)) this.#say('V9', `${what} has the negative dim ${extent}`, at)
      if (this.#stages.includes('bound') && typeof extent !== 'number') {
        this.#say(
          'V10',
          `${what} has the symbolic dim ${extent}, which stage bound does not have`,
          at,
        )
      }
    }
  }

  #checkOutputs(defined: ReadonlySet<ValueId>): void {
    const names = new Set<string>()
    for (const { name, value } of this.#graph.outputs) {
      const at = { output: name }
      if (names.has(name)) this.#say('V6', `output "${name}" is declared twice`, at)
      if (!defined.has(value)) this.#say('V6', `output "${name}" returns no value of the graph`, at)
      names.add(name)
    }
  }

  #checkUpdates(defined: ReadonlySet<ValueId>): void {
    const targets = new Set<string>()
    for (const { target, value } of this.#graph.updates) {
      const at = { update: target }
      const argument = this.#graph.arguments.find(candidate => candidate.name === target)
      const type = this.#types.get(value)
      if (targets.has(target)) this.#say('V7', `"${target}" is updated twice`, at)
      targets.add(target)
      if (argument?.role !== 'param' && argument?.role !== 'state') {
        const got = argument === undefined ? 'no argument of that name' : `role ${argument.role}`
        this.#say('V7', `the update of "${target}" must target a param or state, got ${got}`, at)
      } else if (type === undefined || !defined.has(value)) {
        this.#say('V7', `the update of "${target}" must be a value of the graph`, at)
      } else if (!typesEqual(argument.type, type)) {
        const [wanted, got] = [printType(argument.type), printType(type)]
        this.#say('V7', `the update of "${target}" must be ${wanted}, got ${got}`, at)
      }
    }
  }

  #label(id: ValueId): string {
    return this.#labels.get(id) ?? `value ${id}`
  }

  #context(node: Node): Pick<Diagnostic, 'node' | 'source'> {
    const text = printNode(node, this.#labels, id => this.#types.get(id))
    return { node: text, source: node.origin.source }
  }

  #say(rule: string, message: string, at: Finding['at']): void {
    const node = at.node === undefined ? undefined : this.#graph.nodes[at.node]
    const context = node === undefined || node.results.length === 0 ? {} : this.#context(node)
    const subject = `graph @${this.#graph.name}`
    this.#add({ code: 'E106', subject, message: `${rule} ${message}`, ...context, rule, at })
  }

  #add(finding: Finding): void {
    this.#findings.push(finding)
  }
}
