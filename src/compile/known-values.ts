// The values of a graph on the arguments of one run, in double, computed where somebody asks. A
// check of rewrites asks for nearly the same values again and again: before and after every firing
// of every pass. So a result is kept by what it is computed from, op, attributes and elements of
// the operands, and equal elements are one literal: what a rewrite leaves as it is costs a look-up.

import type { Attributes } from '../ir/attribute.ts'
import { bindAttributes } from '../ir/bind.ts'
import type { Dims } from '../ir/dim.ts'
import { evaluateOp } from '../ir/evaluate.ts'
import type { Argument, Graph, Node, ValueId } from '../ir/graph.ts'
import type { Literal } from '../ir/literal.ts'
import { printType } from '../ir/type.ts'
import { UnsupportedError } from '../support/diagnostic.ts'

/** The elements of an argument in this run, by name; undefined where the run has none. */
export type ArgumentValues = (name: string) => Literal | undefined

/** A graph whose values are asked for; it may change between two questions. */
export interface Readable {
  readonly arguments: readonly Argument[]
  readonly definition: (id: ValueId) => Node | undefined
}

/** The values of one graph. */
export interface Reader {
  /** The elements of a value; undefined where they cannot be known in this run. */
  read(id: ValueId): Literal | undefined
  /** Tells that the graph has changed in a way that changes elements. */
  forget(): void
}

/** Elements looked at to tell literals apart before all are compared. */
const SAMPLES = 24

/** What is known of the values of a program in one run. */
export class KnownValues {
  readonly #dims: Dims
  readonly #argument: ArgumentValues
  readonly #bodies = new Map<Graph, Graph>()
  readonly #numbers = new WeakMap<object, number>()
  #lastNumber = 0
  /** Results by what they are computed from: those asked for since the last pass, and before. */
  #results = new Map<string, readonly Literal[]>()
  #older = new Map<string, readonly Literal[]>()
  #literals = new Map<string, Literal[]>()

  constructor(dims: Dims, argument: ArgumentValues) {
    this.#dims = dims
    this.#argument = argument
  }

  /** Drops what nobody has asked for since this was called last: two graphs at most are held. */
  age(): void {
    this.#older = this.#results
    this.#results = new Map()
    this.#literals = new Map()
    for (const literal of [...this.#older.values()].flat()) this.#same(literal)
  }

  /** The values of a graph. */
  reader({ arguments: declared, definition }: Readable): Reader {
    const names = new Map(declared.map(({ id, name }) => [id, name]))
    const known = new Map<ValueId, Literal | undefined>()
    const settle = (id: ValueId) => {
      const node = definition(id)
      if (node === undefined) known.set(id, this.#argumentAt(names.get(id)))
      else this.#settleNode(node, known)
    }
    return {
      forget: () => known.clear(),
      read: id => {
        // A graph may be deeper than the stack: operands wait in a list of our own.
        const waiting = [id]
        for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
          const missing = (definition(top)?.operands ?? []).filter(of => !known.has(of))
          if (known.has(top) || missing.length === 0) {
            if (!known.has(top)) settle(top)
            waiting.pop()
          } else waiting.push(...missing)
        }
        return known.get(id)
      },
    }
  }

  #argumentAt(name: string | undefined): Literal | undefined {
    const value = name === undefined ? undefined : this.#argument(name)
    return value === undefined ? undefined : this.#same(value)
  }

  #settleNode(node: Node, known: Map<ValueId, Literal | undefined>): void {
    const results = this.#resultsOf(
      node,
      node.operands.map(id => known.get(id)),
    )
    node.results.forEach(({ id }, i) => {
      known.set(id, results?.[i])
    })
  }

  #resultsOf(
    { op, attributes }: Node,
    operands: readonly (Literal | undefined)[],
  ): readonly Literal[] | undefined {
    if (!operands.every(operand => operand !== undefined)) return undefined
    const of = operands as readonly Literal[]
    const numbers = [op, ...withoutEmpty(attributes), ...of].map(part => this.#numberOf(part))
    const key = numbers.join()
    const found = this.#results.get(key) ?? this.#older.get(key)
    const results = found ?? this.compute({ op, attributes }, of)?.map(result => this.#same(result))
    if (results !== undefined) this.#results.set(key, results)
    return results
  }

  /** The results of a node on given operands, computed anew; undefined where that is too much. */
  compute(
    { op, attributes }: Pick<Node, 'op' | 'attributes'>,
    operands: readonly Literal[],
  ): readonly Literal[] | undefined {
    try {
      return evaluateOp(
        op,
        operands,
        bindAttributes(op, attributes, this.#dims, this.#bodies),
        'f64',
      )
    } catch (error) {
      if (error instanceof UnsupportedError) return undefined
      throw error
    }
  }

  #numberOf(part: object): number {
    const known = this.#numbers.get(part)
    if (known !== undefined) return known
    this.#numbers.set(part, ++this.#lastNumber)
    return this.#lastNumber
  }

  /** The first literal with these very elements. */
  #same(literal: Literal): Literal {
    const key = sampled(literal)
    const others = this.#literals.get(key) ?? []
    const first = others.find(other => other === literal || other.equals(literal))
    if (first !== undefined) return first
    this.#literals.set(key, [...others, literal])
    return literal
  }
}

/** Nodes without attributes may have different empty records. */
const withoutEmpty = (attributes: Attributes) =>
  Object.keys(attributes).length === 0 ? [] : [attributes]

function sampled(literal: Literal): string {
  const step = Math.max(1, Math.ceil(literal.size / SAMPLES))
  const elements: number[] = []
  for (let i = 0; i < literal.size; i += step) elements.push(literal.at(i))
  return `${printType(literal.type)} ${elements.join()}`
}
