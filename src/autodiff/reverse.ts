// Reverse mode, graph to graph: the nodes between the wanted values and the differentiated one are
// visited in reverse, each op's rule appends the nodes of its cotangents, and the cotangents of a
// value are summed. There is no tape: what backward needs are forward values of the same graph.
//
//   pullback : (f : a -> b, x : a) -> (ct b -> ct a)
//
// The walk knows ops by their contract alone, but for the two that make cotangents a vector space:
// `add` and `full`.

import type { GraphBuilder, Value } from '../ir/builder.ts'
import type { Node, Origin, ValueId } from '../ir/graph.ts'
import { type Derivative, isRefusal, type NotImplemented } from '../ir/op.ts'
import { descendants } from '../ir/traverse.ts'
import { add } from '../ops/arithmetic.ts'
import { fullLike } from '../ops/creation.ts'
import { isFloat } from '../support/dtype.ts'

/** An operand whose rule gave no cotangent, and why. */
export interface Cut {
  readonly node: Node
  /** Which operand, by position. */
  readonly operand: number
  readonly refusal: 'zero' | 'notDifferentiable' | 'notImplemented'
  readonly reason?: string | undefined
}

/** What a reverse walk found. */
export interface Pullback {
  /** The cotangent of each wanted value; undefined where none arrived. */
  readonly cotangents: readonly (Value | undefined)[]
  /** Where cotangents ended on the way. */
  readonly cuts: readonly Cut[]
}

/**
 * Appends the cotangents of `wrt` given that `of` has cotangent `ct`.
 * Operands that cannot influence a wanted value are not visited.
 */
export function pullback(
  builder: GraphBuilder,
  of: Value,
  ct: Value,
  wrt: readonly Value[],
): Pullback {
  return new ReverseWalk(builder, wrt).run(of, ct)
}

interface Arrival {
  readonly ct: Value
  readonly origin: Origin
}

class ReverseWalk {
  readonly #builder: GraphBuilder
  readonly #wrt: readonly Value[]
  readonly #wanted: ReadonlySet<ValueId>
  /** Values that depend on a wanted one: only these can pass a derivative on. */
  readonly #active: Set<ValueId>
  /** Cotangents that arrived at a value and are not summed yet, with the node each came from. */
  readonly #arrived = new Map<ValueId, Arrival[]>()
  readonly #cuts: Cut[] = []

  constructor(builder: GraphBuilder, wrt: readonly Value[]) {
    this.#builder = builder
    this.#wrt = wrt
    this.#wanted = new Set(wrt.map(value => value.id))
    this.#active = new Set(descendants(builder.nodes(), this.#wanted))
  }

  run(of: Value, ct: Value): Pullback {
    if (this.#active.has(of.id)) this.#arrive(of.id, ct, {})
    this.#visit(this.#builder.nodes())
    const cotangents = this.#wrt.map(value => this.#sum(value.id))
    return { cotangents, cuts: this.#cuts }
  }

  #visit(nodes: readonly Node[]): void {
    for (const node of [...nodes].reverse()) {
      if (node.results.some(result => this.#arrived.has(result.id))) this.#pull(node)
    }
  }

  #pull(node: Node): void {
    const { op, attributes } = node
    const origin = originOf(node)
    const cts = node.results.map(result =>
      this.#wanted.has(result.id) ? this.#peek(result.id) : this.#sum(result.id),
    )
    const operands = node.operands.map(id => this.#builder.value(id))
    const { vjp } = op
    if (vjp === undefined) {
      this.#pullBody(node, operands, cts, origin)
      return
    }
    const outs = node.results.map(result => this.#builder.value(result.id))
    const answers = this.#builder.withOrigin(origin, () =>
      vjp({ operands, outs, cts: this.#complete(op.results.length > 1, outs, cts), attributes }),
    )
    for (const [i, operand] of operands.entries()) this.#answer(node, i, operand, answers[i]!)
  }

  /** An op with one result gets its cotangent; one with several sees which of them have none. */
  #complete(several: boolean, outs: readonly Value[], cts: readonly (Value | undefined)[]) {
    return several ? cts : cts.map((ct, i) => ct ?? fullLike(outs[i]!, 0))
  }

  /** A composite without a rule: its body is appended and differentiated in its place. */
  #pullBody(
    node: Node,
    operands: readonly Value[],
    cts: readonly (Value | undefined)[],
    origin: Origin,
  ): void {
    const { op, attributes } = node
    const before = this.#builder.nodeCount
    const results = this.#builder.withOrigin(origin, () =>
      op.body!(operands, attributes, this.#builder),
    )
    const nodes = this.#builder.nodesSince(before)
    const starts = node.operands.filter(id => this.#active.has(id))
    for (const id of descendants(nodes, starts)) this.#active.add(id)
    results.forEach((result, i) => {
      const ct = cts[i]
      if (ct !== undefined && this.#active.has(result.id)) this.#arrive(result.id, ct, origin)
    })
    this.#visit(nodes)
  }

  #answer(node: Node, i: number, operand: Value, answer: Derivative): void {
    if (!this.#active.has(operand.id)) return
    const integer = !isFloat(operand.type.dtype)
    if (!integer && !isRefusal(answer)) {
      this.#arrive(operand.id, answer, originOf(node))
      return
    }
    const refusal = integer || !isRefusal(answer) ? 'notDifferentiable' : answer.refusal
    const reason = refusal === 'notImplemented' ? (answer as NotImplemented).reason : undefined
    this.#cuts.push({ node, operand: i, refusal, reason })
  }

  #arrive(id: ValueId, ct: Value, origin: Origin): void {
    const arrived = this.#arrived.get(id)
    if (arrived === undefined) this.#arrived.set(id, [{ ct, origin }])
    else arrived.push({ ct, origin })
  }

  /** The sum of what arrived at a value, in order of arrival; the value is then settled. */
  #sum(id: ValueId): Value | undefined {
    const sum = this.#peek(id)
    this.#arrived.delete(id)
    return sum
  }

  /** As `#sum`, but what arrived stays: a wanted value is also passed through. */
  #peek(id: ValueId): Value | undefined {
    const arrived = this.#arrived.get(id)
    if (arrived === undefined) return undefined
    const sum = arrived.reduce((a, b) => ({
      ct: this.#builder.withOrigin(b.origin, () => add(a.ct, b.ct)),
      origin: b.origin,
    }))
    this.#arrived.set(id, [sum])
    return sum.ct
  }
}

/** The origin of nodes that differentiate the definition of a value; an argument has none. */
export function originOfValue(builder: GraphBuilder, { id }: Value): Origin {
  const definition = builder.definition(id)
  return definition === undefined ? {} : originOf(definition)
}

/** The origin of nodes that differentiate `node`. */
export function originOf(node: Node): Origin {
  const { source, path } = node.origin
  return { source, path, forward: { id: node.id, op: node.op.name } }
}
