// Text to graphs. Two steps: the statements are read into a list, so that a value may be named
// before its line and the verifier can say so; then ids are given and the graph is verified. Syntax
// errors end the parse; everything the verifier finds is reported together, each at its own line.

import { type Diagnostic, GraphError, ParseError, type Span } from '../support/diagnostic.ts'
import { type Token, TokenReader } from '../support/lexer.ts'
import { SourceReference } from '../support/source.ts'
import type { Attributes, GraphTable } from './attribute.ts'
import type { Argument, Graph, Node, ValueId } from './graph.ts'
import { ROLES } from './graph.ts'
import type { Op, OpTable } from './op.ts'
import type { TensorType } from './type.ts'
import { parseType } from './value-text.ts'
import { type Finding, type Stage, verifyGraph } from './verify.ts'

/** How a text is read. */
export interface ParseOptions {
  /** Stages whose promises the graphs must keep. */
  readonly stages?: readonly Stage[]
  /** False: the graphs are returned even where the verifier refuses them. */
  readonly verify?: boolean
}

interface Statement {
  readonly results: readonly Token[]
  readonly op: Op
  readonly operands: readonly Token[]
  readonly attributes: Attributes
  readonly types: readonly TensorType[]
  readonly span: Span
}

/** Where the parts of a graph stand in its text. */
interface Spans {
  readonly nodes: Map<ValueId, Span>
  readonly named: Map<string, Span>
}

/**
 * The graphs of a text, in order. `ops` gives the ops that the text may name.
 * Throws a ParseError (E301, E302, E303) or a GraphError (E101 to E106) that points at the text.
 */
export function parseGraphs(
  file: string,
  text: string,
  ops: OpTable,
  options: ParseOptions = {},
): Graph[] {
  const reader = new TokenReader(file, text)
  const graphs = new Map<string, Graph>()
  const found: Diagnostic[] = []
  while (reader.peek().kind !== 'end') {
    const parser = new GraphParser(reader, ops, graphs)
    const { graph, name } = parser.parse()
    if (graphs.has(graph.name)) reader.fail('E105', `graph @${graph.name} is defined twice`, name)
    graphs.set(graph.name, graph)
    if (options.verify === false) continue
    found.push(...parser.locate(verifyGraph(graph, options.stages), graph))
  }
  if (found.length === 0) return [...graphs.values()]
  throw found[0]!.code.startsWith('E3') ? new ParseError(found) : new GraphError(found)
}

/** The single graph of a text, or its last one: those before it are its bodies. */
export function parseGraph(
  file: string,
  text: string,
  ops: OpTable,
  options?: ParseOptions,
): Graph {
  const graphs = parseGraphs(file, text, ops, options)
  const last = graphs[graphs.length - 1]
  if (last !== undefined) return last
  return new TokenReader(file, text).fail('E301', 'expected a graph, got an empty text', {
    start: 0,
    end: text.length,
  })
}

class GraphParser {
  readonly #reader: TokenReader
  readonly #ops: OpTable
  readonly #graphs: GraphTable
  readonly #ids = new Map<string, ValueId>()
  readonly #types = new Map<ValueId, TensorType>()
  readonly #spans: Spans = { nodes: new Map(), named: new Map() }

  constructor(reader: TokenReader, ops: OpTable, graphs: GraphTable) {
    this.#reader = reader
    this.#ops = ops
    this.#graphs = graphs
  }

  parse(): { graph: Graph; name: Token } {
    const reader = this.#reader
    reader.expect('graph')
    const name = reader.expectKind('graph', 'a graph name such as @main')
    const args = reader.list('(', ')', () => this.#argument())
    reader.expect('{')
    const statements: Statement[] = []
    while (reader.peek().kind === 'value') statements.push(this.#statement())
    for (const statement of statements) this.#define(statement)
    const nodes = this.#nodes(statements)
    const outputs = reader.eat('return') ? this.#returns() : []
    const updates = []
    while (reader.at('update')) updates.push(this.#update())
    const isOver = outputs.length > 0 || updates.length > 0
    if (!reader.eat('}')) reader.unexpected(`${isOver ? '' : 'a node, return, '}update or "}"`)
    const table = Object.fromEntries(nodes.map(node => [node.id, node]))
    const order = nodes.map(node => node.id)
    return {
      graph: { name: name.value, arguments: args, nodes: table, order, outputs, updates },
      name,
    }
  }

  #argument(): Argument {
    const reader = this.#reader
    const role = reader.word(ROLES, 'a role')
    const token = reader.expectKind('value', 'an argument name such as %x')
    reader.expect(':')
    const type = parseType(reader)
    const id = this.#types.size
    // A second argument of one name is left to the verifier (V4); the first keeps the name.
    if (!this.#ids.has(keyOf(token))) this.#ids.set(keyOf(token), id)
    this.#types.set(id, type)
    this.#spans.named.set(`argument ${token.value}`, token)
    return { id, name: token.value, role, type }
  }

  #statement(): Statement {
    const reader = this.#reader
    const results = [reader.next()]
    while (reader.eat(',')) results.push(reader.expectKind('value', 'a result such as %0'))
    reader.expect('=')
    const name = reader.expectKind('name', 'the name of an op')
    const found = Object.hasOwn(this.#ops, name.text) ? this.#ops[name.text] : undefined
    const { op } = found ?? reader.unknown('op', name, Object.keys(this.#ops))
    const operands: Token[] = []
    while (reader.peek().kind === 'value') {
      operands.push(reader.next())
      if (!reader.eat(',')) break
      if (reader.peek().kind !== 'value') reader.unexpected('an operand such as %x')
    }
    const attributes = reader.at('{') ? this.#attributes(op) : {}
    reader.expect(':')
    const types = [parseType(reader)]
    while (reader.eat(',')) types.push(parseType(reader))
    if (types.length !== results.length) {
      reader.fail('E301', `expected ${results.length} result types, got ${types.length}`, name)
    }
    return { results, op, operands, attributes, types, span: name }
  }

  #attributes(op: Op): Attributes {
    // The annotation lets the compiler see that `fail` does not return.
    const reader: TokenReader = this.#reader
    const attributes: Record<string, unknown> = {}
    reader.list('{', '}', () => {
      const name = reader.expectKind('name', 'an attribute name')
      const kind = Object.hasOwn(op.attributes, name.text) ? op.attributes[name.text] : undefined
      if (kind === undefined) {
        const takes = Object.keys(op.attributes).join(', ') || 'none'
        reader.fail('E302', `${op.name} has no attribute "${name.text}"; it takes ${takes}`, name)
      }
      if (Object.hasOwn(attributes, name.text)) {
        reader.fail('E301', `attribute "${name.text}" is written twice`, name)
      }
      reader.expect('=')
      attributes[name.text] = kind.parse(reader, this.#graphs)
    })
    return attributes
  }

  #define({ results, types }: Statement): void {
    results.forEach((token, i) => {
      if (this.#ids.has(keyOf(token))) {
        this.#reader.fail('E106', `V1 ${token.text} is defined twice`, token)
      }
      const id = this.#types.size
      this.#ids.set(keyOf(token), id)
      this.#types.set(id, types[i]!)
    })
  }

  #nodes(statements: readonly Statement[]): Node[] {
    const lines = lineCounter(this.#reader)
    return statements.map(({ results, op, operands, attributes, types, span }) => {
      const ids = operands.map(token => this.#value(token))
      const operandTypes = ids.map(id => this.#types.get(id)!)
      const counted = op.variadic || ids.length === op.operands.length
      const id = this.#ids.get(keyOf(results[0]!))!
      this.#spans.nodes.set(id, span)
      return {
        id,
        op,
        operands: ids,
        attributes: { ...(counted ? op.defaults(operandTypes) : {}), ...attributes },
        results: results.map((token, i) => ({
          id: this.#ids.get(keyOf(token))!,
          type: types[i]!,
          ...(isNumbered(token) ? {} : { name: token.value }),
        })),
        origin: { source: new SourceReference(lines(results[0]!.start)) },
      }
    })
  }

  #value(token: Token): ValueId {
    const id = this.#ids.get(keyOf(token))
    return id ?? this.#reader.unknown('value', token, this.#ids.keys())
  }

  #returns() {
    const reader = this.#reader
    const outputs = [this.#binding('output')]
    while (reader.eat(',')) outputs.push(this.#binding('output'))
    return outputs.map(({ name, value }) => ({ name, value }))
  }

  #update() {
    this.#reader.expect('update')
    const { name, value } = this.#binding('update')
    return { target: name, value }
  }

  /** `name = %value`; a name that is no identifier is quoted. */
  #binding(what: 'output' | 'update'): { name: string; value: ValueId } {
    const reader = this.#reader
    const { kind } = reader.peek()
    if (kind !== 'name' && kind !== 'string') reader.unexpected(`the name of an ${what}`)
    const name = reader.next()
    reader.expect('=')
    this.#spans.named.set(`${what} ${name.value}`, name)
    return {
      name: name.value,
      value: this.#value(reader.expectKind('value', 'a value such as %0')),
    }
  }

  /** The verifier's findings, each with the stretch of text it is about. */
  locate(findings: readonly Finding[], graph: Graph): Diagnostic[] {
    return findings.map(({ rule, at, ...finding }) => {
      const written = rule === 'V5' && finding.code === 'E106'
      const span = this.#spanOf(at) ?? { start: 0, end: 1 }
      const { file, text } = this.#reader
      const subject = written ? 'parse error' : finding.subject
      return {
        ...finding,
        subject: finding.subject === `graph @${graph.name}` ? subject : finding.subject,
        code: written ? 'E303' : finding.code,
        // The text shows the node and its place; the listing would repeat them.
        node: undefined,
        source: undefined,
        text: { file, text, start: span.start, end: span.end },
      }
    })
  }

  #spanOf({ node, argument, output, update }: Finding['at']): Span | undefined {
    if (node !== undefined) return this.#spans.nodes.get(node)
    if (argument !== undefined) return this.#spans.named.get(`argument ${argument}`)
    if (output !== undefined) return this.#spans.named.get(`output ${output}`)
    return this.#spans.named.get(`update ${update}`)
  }
}

const isNumbered = (token: Token) => /^%\d+$/.test(token.text)

/** `%0` and `%"0"` are different values: the second is a name that happens to be a number. */
const keyOf = (token: Token) => (isNumbered(token) ? token.text : token.value)

/** Lines and columns of positions asked for in rising order, in one sweep over the text. */
function lineCounter({ file, text }: TokenReader) {
  let line = 1
  let lineStart = 0
  let scanned = 0
  return (at: number) => {
    for (; scanned < at; scanned++) {
      if (text[scanned] !== '\n') continue
      line++
      lineStart = scanned + 1
    }
    return { file, line, column: at - lineStart + 1 }
  }
}
