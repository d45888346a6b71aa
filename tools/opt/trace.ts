// What opt shows of the passes on the way: the graph after each, or the lines that each changed.

import { type Graph, nodesOf, type ValueId } from '../../src/ir/graph.ts'
import type { PassRecord } from '../../src/ir/history.ts'
import { printGraph, printNode, valueLabels, valueTypes } from '../../src/ir/printer.ts'
import { describeRecord } from '../../src/rewrite/pass-manager.ts'
import type { Request } from './command.ts'
import { lineDiff } from './line-diff.ts'

/** Collects what is asked for, pass by pass. */
export class Trace {
  readonly #request: Request
  readonly #labels: Map<ValueId, string>
  readonly #parts: string[] = []
  readonly #times: string[] = []
  #total = 0
  #next = 0

  constructor(request: Request, input: Graph) {
    this.#request = request
    this.#labels = new Map(valueLabels(input))
    if (request.printAfterAll && request.pipeline.length > 0) this.#show('// input\n', input)
  }

  /** Takes note of one pass. */
  readonly add = (record: PassRecord): void => {
    const { printAfterAll, diff } = this.#request
    this.#times.push(`// ${describeRecord(record)}\n`)
    this.#total += record.milliseconds
    const title = `// after ${record.pass}${record.unchanged ? ' (unchanged)' : ''}\n`
    if (record.unchanged && (printAfterAll || diff)) this.#parts.push(title)
    else if (printAfterAll) this.#show(title, record.graph)
    else if (diff) this.#parts.push(title + this.#summary(record) + this.#diff(record))
  }

  #show(title: string, graph: Graph): void {
    this.#parts.push(title + printGraph(graph, { origins: this.#request.origins }))
  }

  /** What was asked for on stdout; empty where nothing was. */
  get text(): string {
    return this.#parts.join('')
  }

  /** The times of all passes, for stderr. */
  get times(): string {
    return `${this.#times.join('')}// in all: ${this.#total.toFixed(2)} ms\n`
  }

  #summary({ patches, firings }: PassRecord): string {
    const count = (op: string) => patches.filter(patch => patch.op === op).length
    const said = ['add', 'replace', 'remove'].map(op => `${op} ${count(op)}`).join(', ')
    const rules = firings.map(({ rule }) => rule)
    const fired = rules.length === 0 ? '' : `; fired: ${rules.join(', ')}`
    return `// patches: ${said}${fired}\n`
  }

  #diff({ before, graph }: PassRecord): string {
    return lineDiff(this.#listing(before), this.#listing(graph))
  }

  /**
   * The graph with labels that values keep from pass to pass, where canonical text would renumber.
   */
  #listing(graph: Graph): string {
    const types = valueTypes(graph)
    for (const { id, name } of [...graph.arguments, ...nodesOf(graph).flatMap(n => n.results)]) {
      if (!this.#labels.has(id)) this.#labels.set(id, this.#fresh(name))
    }
    const label = (id: ValueId) => this.#labels.get(id) ?? `%?${id}`
    return [
      ...nodesOf(graph).map(node => printNode(node, this.#labels, id => types.get(id))),
      ...graph.outputs.map(({ name, value }) => `return ${name} = ${label(value)}`),
      ...graph.updates.map(({ target, value }) => `update ${target} = ${label(value)}`),
    ].join('\n')
  }

  #fresh(name: string | undefined): string {
    const used = new Set(this.#labels.values())
    if (name !== undefined && !used.has(`%${name}`)) return `%${name}`
    while (used.has(`%${this.#next}`)) this.#next++
    return `%${this.#next}`
  }
}
