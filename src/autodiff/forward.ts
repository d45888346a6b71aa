// Forward mode, graph to graph: tangents go along with the values, through rules that share no code
// with the reverse ones. Composites are pushed through their bodies, which makes forward mode an
// independent check of every hand-written reverse rule.
//
//   pushforward : (f : a -> b, x : a) -> (T a -> T b)

import type { GraphBuilder, Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import { type Derivative, isRefusal, type NotImplemented } from '../ir/op.ts'
import { add } from '../ops/arithmetic.ts'
import { fullLike } from '../ops/creation.ts'
import { isFloat } from '../support/dtype.ts'
import { type Cut, originOf } from './reverse.ts'

/** What a forward walk found. */
export interface Pushforward {
  /** The tangent of each wanted value; undefined where it is independent or not differentiable. */
  readonly tangents: readonly (Value | undefined)[]
  readonly cuts: readonly Cut[]
}

/** Appends the tangents of `of` given tangents of other values. */
export function pushforward(
  builder: GraphBuilder,
  of: readonly Value[],
  perturbed: ReadonlyMap<ValueId, Value>,
): Pushforward {
  const walk = new ForwardWalk(builder, perturbed)
  walk.visit(builder.nodes())
  return { tangents: of.map(value => walk.tangents.get(value.id)), cuts: walk.cuts }
}

class ForwardWalk {
  readonly #builder: GraphBuilder
  readonly tangents: Map<ValueId, Value>
  readonly cuts: Cut[] = []

  constructor(builder: GraphBuilder, perturbed: ReadonlyMap<ValueId, Value>) {
    this.#builder = builder
    this.tangents = new Map(perturbed)
  }

  visit(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.operands.some(id => this.tangents.has(id))) this.#push(node)
    }
  }

  #push(node: Node): void {
    const { op } = node
    const operands = node.operands.map(id => this.#builder.value(id))
    const { jvp } = op
    if (jvp === undefined) {
      this.#pushBody(node, operands)
      return
    }
    this.#builder.withOrigin(originOf(node), () => {
      if (jvp === 'linear') this.#pushLinear(node, operands)
      else for (const i of operands.keys()) this.#pushPartial(node, operands, i)
    })
  }

  /**
   * The op of the tangents; an operand that is not perturbed has tangent zero, an integer its
   * value.
   */
  #pushLinear(node: Node, operands: readonly Value[]): void {
    const tangents = operands.map(operand =>
      isFloat(operand.type.dtype)
        ? (this.tangents.get(operand.id) ?? fullLike(operand, 0))
        : operand,
    )
    if (!node.results.some(result => isFloat(result.type.dtype))) return
    const results = this.#builder.append(node.op, tangents, node.attributes)
    for (const [i, { id }] of node.results.entries()) this.#set(id, results[i]!)
  }

  #pushPartial(node: Node, operands: readonly Value[], i: number): void {
    const t = this.tangents.get(operands[i]!.id)
    if (t === undefined) return
    const rules = node.op.jvp as Exclude<typeof node.op.jvp, 'linear' | undefined>
    const outs = node.results.map(result => this.#builder.value(result.id))
    const shares = rules[i]!({ operands, outs, attributes: node.attributes, t })
    for (const [r, { id }] of node.results.entries()) this.#share(node, i, id, shares[r]!)
  }

  #share(node: Node, operand: number, id: ValueId, share: Derivative): void {
    if (isRefusal(share)) {
      const reason =
        share.refusal === 'notImplemented' ? (share as NotImplemented).reason : undefined
      this.cuts.push({ node, operand, refusal: share.refusal, reason })
      return
    }
    this.#set(id, share)
  }

  #set(id: ValueId, tangent: Value): void {
    const known = this.tangents.get(id)
    this.tangents.set(id, known === undefined ? tangent : add(known, tangent))
  }

  #pushBody(node: Node, operands: readonly Value[]): void {
    const before = this.#builder.nodeCount
    const results = this.#builder.withOrigin(originOf(node), () =>
      node.op.body!(operands, node.attributes, this.#builder),
    )
    this.visit(this.#builder.nodesSince(before))
    node.results.forEach((result, i) => {
      const tangent = this.tangents.get(results[i]!.id)
      if (tangent !== undefined) this.tangents.set(result.id, tangent)
    })
  }
}
