// Building a graph: values are handles that carry the builder they belong to, so `mul(x, y)` needs
// no ambient graph, and user code, derivative rules and rewrite rules all build with the same
// functions. The op's type rule runs on every append; the first mistake is reported at the line
// that made it.

import { freeze } from 'immer'
import { type Diagnostic, GraphError, invariant, nearest } from '../support/diagnostic.ts'
import type { DTypeName } from '../support/dtype.ts'
import { captureSource, type SourceReference } from '../support/source.ts'
import type { Attributes } from './attribute.ts'
import { checkNode, describeProblem, isProblem } from './check-node.ts'
import type { Argument, Graph, Node, Origin, Output, Role, Update, ValueId } from './graph.ts'
import type { Op } from './op.ts'
import { valueLabels } from './printer.ts'
import { printType, type Shape, type TensorType, tensorType, typesEqual } from './type.ts'

/** A handle on a value of the graph under construction; `Tensor` is one whose shape tsc knows. */
export interface Value {
  readonly id: ValueId
  readonly type: TensorType
  /** The dims of the type. */
  readonly shape: Shape
  /** The element type. */
  readonly dtype: DTypeName
  readonly builder: Appender
}

/** The handle of value `id` in `builder`. */
export function handle(id: ValueId, type: TensorType, builder: Appender): Value {
  return { id, type, shape: type.shape, dtype: type.dtype, builder }
}

/** Whatever ops can be appended to: a builder, or the workspace of a rewrite. */
export interface Appender {
  /**
   * Applies an op. Throws E101 to E104 where operands or attributes do not fit.
   * `boundary` is the public function the user called, left out of the recorded stack.
   */
  append(
    op: Op,
    operands: readonly Value[],
    attributes: Attributes,
    boundary?: (...args: never[]) => unknown,
  ): readonly Value[]
  /** The name under which errors show a value. */
  label?(id: ValueId): string
  /**
   * Runs `body` with every node it makes attributed to the caller of `boundary`: for a public
   * function that makes several nodes, or calls others like it.
   */
  calledFrom?<T>(boundary: (...args: never[]) => unknown, body: () => T): T
}

/** Throws E104 where an operand, which may come from untyped code, is no value of a graph. */
export function checkValue(op: Op, operand: unknown, source?: SourceReference): void {
  if (typeof operand === 'object' && operand !== null && 'builder' in operand) return
  const got = typeof operand === 'object' && operand !== null ? 'an object' : String(operand)
  throw new GraphError({
    code: 'E104',
    subject: op.name,
    message: `operands must be values of a graph, got ${got}`,
    source: source ?? captureSource(),
    help: 'make a number a value with full(builder, 2, type) or fullLike(x, 2)',
  })
}

const RENAME = 'give one of them another name'

/** A graph under construction. */
export class GraphBuilder implements Appender {
  readonly name: string
  readonly #arguments: Argument[] = []
  readonly #nodes: Record<ValueId, Node> = {}
  readonly #order: ValueId[] = []
  readonly #outputs: Output[] = []
  readonly #updates: Update[] = []
  readonly #values = new Map<ValueId, Value>()
  #nextId = 0
  #path: string | undefined
  #origin: Origin | undefined

  constructor(name = 'main') {
    this.name = name
  }

  /** A builder that continues a finished graph; ids and outputs are kept. */
  static from(graph: Graph, name = graph.name): GraphBuilder {
    const builder = new GraphBuilder(name)
    builder.#arguments.push(...graph.arguments)
    builder.#order.push(...graph.order)
    builder.#outputs.push(...graph.outputs)
    builder.#updates.push(...graph.updates)
    Object.assign(builder.#nodes, graph.nodes)
    for (const argument of graph.arguments) builder.#adopt(argument.id, argument.type)
    for (const id of graph.order) {
      for (const result of graph.nodes[id]!.results) builder.#adopt(result.id, result.type)
    }
    return builder
  }

  #adopt(id: ValueId, type: TensorType): Value {
    const value = handle(id, type, this)
    this.#values.set(id, value)
    this.#nextId = Math.max(this.#nextId, id + 1)
    return value
  }

  /** Declares an argument. Throws E105 where the name is taken. */
  argument(role: Role, name: string, type: TensorType): Value {
    const taken = this.#arguments.find(argument => argument.name === name)
    if (taken !== undefined)
      this.#fail('E105', 'graph', `argument "${name}" is declared twice`, RENAME)
    const canonical = tensorType(type.dtype, type.shape)
    const id = this.#nextId
    this.#arguments.push({ id, name, role, type: canonical })
    return this.#adopt(id, canonical)
  }

  /** An argument that differs from run to run. */
  input(name: string, type: TensorType): Value {
    return this.argument('input', name, type)
  }

  /** A trained parameter. */
  param(name: string, type: TensorType): Value {
    return this.argument('param', name, type)
  }

  /** A value that a run may replace, such as a running mean. */
  state(name: string, type: TensorType): Value {
    return this.argument('state', name, type)
  }

  /** A key or counter that random ops draw from. */
  rng(name: string, type: TensorType): Value {
    return this.argument('rng', name, type)
  }

  append(
    op: Op,
    operands: readonly Value[],
    attributes: Attributes,
    boundary?: (...args: never[]) => unknown,
  ): readonly Value[] {
    const origin = this.#origin ?? { source: captureSource(boundary), path: this.#path }
    for (const value of operands) checkValue(op, value, origin.source)
    const foreign = operands.find(value => this.#values.get(value.id) !== value)
    if (foreign !== undefined) this.#failForeign(op, origin)
    const types = operands.map(value => value.type)
    const checked = checkNode(op, types, attributes)
    if (isProblem(checked)) {
      const names = valueLabels(this.#snapshot())
      const labels = operands.map(value => names.get(value.id)!)
      const node = `${op.name} ${labels.join(', ')}`
      throw new GraphError({
        ...describeProblem(checked, op, labels, types),
        node,
        source: origin.source,
      })
    }
    return this.#add(op, operands, checked.attributes, checked.types, origin)
  }

  #add(
    op: Op,
    operands: readonly Value[],
    attributes: Attributes,
    types: readonly TensorType[],
    origin: Origin,
  ): readonly Value[] {
    const results = types.map(type => this.#adopt(this.#nextId, type))
    const id = results[0]!.id
    this.#nodes[id] = {
      id,
      op,
      operands: operands.map(value => value.id),
      attributes,
      results: results.map(value => ({ id: value.id, type: value.type })),
      origin,
    }
    this.#order.push(id)
    return results
  }

  /** Gives a value a name for printing; returns it. */
  named(value: Value, name: string): Value {
    const node = this.definition(value.id)
    if (node !== undefined) {
      const results = node.results.map(result =>
        result.id === value.id ? { ...result, name } : result,
      )
      this.#nodes[node.id] = { ...node, results }
    }
    return value
  }

  /** The node that defines a value, or undefined for an argument. */
  definition(id: ValueId): Node | undefined {
    // A node's results have consecutive ids from the node's own.
    let owner = id
    while (owner > 0 && this.#nodes[owner] === undefined) owner--
    const node = this.#nodes[owner]
    return node?.results.some(result => result.id === id) ? node : undefined
  }

  /** Runs `body` with `path` appended to the layer path of every node it makes. */
  scope<T>(path: string, body: () => T): T {
    const outer = this.#path
    this.#path = outer === undefined ? path : `${outer}.${path}`
    try {
      return body()
    } finally {
      this.#path = outer
    }
  }

  /**
   * Runs `body` with every node it makes attributed to `origin` instead of the current call stack.
   */
  withOrigin<T>(origin: Origin, body: () => T): T {
    const outer = this.#origin
    this.#origin = origin
    try {
      return body()
    } finally {
      this.#origin = outer
    }
  }

  calledFrom<T>(boundary: (...args: never[]) => unknown, body: () => T): T {
    // Within the run of a derivative or rewrite rule the origin is that of the node concerned.
    if (this.#origin !== undefined) return body()
    return this.withOrigin({ source: captureSource(boundary), path: this.#path }, body)
  }

  /** The handle of a value, argument or node result. */
  value(id: ValueId): Value {
    const value = this.#values.get(id)
    invariant(value !== undefined, 'graph builder', `value ${id} belongs to the builder`)
    return value
  }

  /** The handle of an argument by name. Throws E105 where there is none. */
  argumentNamed(name: string): Value {
    const names = this.#arguments.map(argument => argument.name)
    const found = this.#arguments.find(argument => argument.name === name)
    if (found === undefined) this.#failMissing('argument', name, names)
    return this.value(found.id)
  }

  /** The handle of an output by name. Throws E105 where there is none. */
  outputNamed(name: string): Value {
    const found = this.#outputs.find(output => output.name === name)
    if (found === undefined)
      this.#failMissing(
        'output',
        name,
        this.#outputs.map(output => output.name),
      )
    return this.value(found.value)
  }

  /** Returns a value from every run. Throws E105 where the name is taken. */
  output(name: string, value: Value): this {
    if (this.#outputs.some(output => output.name === name)) {
      this.#fail('E105', 'graph', `output "${name}" is declared twice`, RENAME)
    }
    this.#outputs.push({ name, value: this.#own(value).id })
    return this
  }

  /** Makes `value` the new value of a param or state after a run. */
  update(target: string, value: Value): this {
    const argument = this.#arguments.find(candidate => candidate.name === target)
    const writable = this.#arguments.filter(({ role }) => role === 'param' || role === 'state')
    if (argument === undefined || !writable.includes(argument)) {
      const names = writable.map(candidate => candidate.name)
      this.#failMissing('param or state', target, names)
    }
    if (this.#updates.some(update => update.target === target)) {
      const help = 'update it once, with the value that both updates lead to'
      this.#fail('E105', 'graph', `"${target}" is updated twice`, help)
    }
    if (!typesEqual(argument.type, value.type)) {
      const [wanted, got] = [printType(argument.type), printType(value.type)]
      const help = `make the value ${wanted}, or declare "${target}" as ${got}`
      this.#fail('E106', 'graph', `the update of "${target}" must be ${wanted}, got ${got}`, help)
    }
    this.#updates.push({ target, value: this.#own(value).id })
    return this
  }

  #own(value: Value): Value {
    if (this.#values.get(value.id) === value) return value
    const message = `the value must belong to @${this.name}, got one of another graph`
    return this.#fail('E104', 'graph', message, 'use a value that this builder handed out')
  }

  /** The finished graph, immutable. */
  finish(): Graph {
    return freeze(this.#snapshot(), true)
  }

  /** The nodes appended so far, in order: a snapshot. */
  nodes(): readonly Node[] {
    return this.#order.map(id => this.#nodes[id]!)
  }

  /** How many nodes there are; with `nodesSince` it names those that a step appends. */
  get nodeCount(): number {
    return this.#order.length
  }

  /** The nodes appended since there were `count`. */
  nodesSince(count: number): readonly Node[] {
    return this.#order.slice(count).map(id => this.#nodes[id]!)
  }

  /** The arguments declared so far. */
  get arguments(): readonly Argument[] {
    return this.#arguments
  }

  /** The outputs declared so far. */
  get outputs(): readonly Output[] {
    return this.#outputs
  }

  /** The value as the printed graph names it: `%x` for a named value, `%7` for others. */
  label(id: ValueId): string {
    return valueLabels(this.#snapshot()).get(id) ?? `%?${id}`
  }

  #snapshot(): Graph {
    return {
      name: this.name,
      arguments: [...this.#arguments],
      nodes: { ...this.#nodes },
      order: [...this.#order],
      outputs: [...this.#outputs],
      updates: [...this.#updates],
    }
  }

  #failForeign(op: Op, origin: Origin): never {
    throw new GraphError({
      code: 'E104',
      subject: op.name,
      message: 'operands must belong to one graph, got values of two',
      source: origin.source,
      help: 'build the whole expression from the values that one builder handed out',
    })
  }

  #failMissing(what: string, name: string, names: readonly string[]): never {
    const near = nearest(name, names)
    const help =
      near === undefined ? `known: ${names.join(', ') || 'none'}` : `did you mean "${near}"?`
    return this.#fail('E105', 'graph', `there is no ${what} "${name}" in @${this.name}`, help)
  }

  #fail(code: Diagnostic['code'], subject: string, message: string, help?: string): never {
    throw new GraphError({ code, subject, message, source: captureSource(), help })
  }
}
