// A graph while a pass works on it: mutable, with use lists and a definition order that new nodes are
// linked into. It is an appender, so rules and op bodies build in it with the functions that users
// build with. Nothing of the graph it started from is written; `commit` makes one change of it all.

import type { Attributes } from '../ir/attribute.ts'
import type { Appender, Value } from '../ir/builder.ts'
import { checkNode, describeProblem, isProblem } from '../ir/check-node.ts'
import { type Commit, commit } from '../ir/edit.ts'
import { type Graph, type Node, nodesOf, type Result, type ValueId } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { nextId } from '../ir/traverse.ts'
import { printType, typesEqual } from '../ir/type.ts'
import { InternalError, internalError, invariant } from '../support/diagnostic.ts'
import { OrderedIds } from './ordered-ids.ts'

/** What happened to the nodes of a workspace in one replacement. */
export interface Replacement {
  /** Nodes that were made and are used, in definition order. */
  readonly added: readonly ValueId[]
  /** Nodes whose operands changed. */
  readonly changed: readonly ValueId[]
  /** Nodes that are still there but lost a user. */
  readonly relieved: readonly ValueId[]
}

/** A graph under rewriting. */
export class Workspace implements Appender {
  readonly #base: Graph
  readonly #nodes = new Map<ValueId, Node>()
  readonly #owners = new Map<ValueId, ValueId>()
  readonly #users = new Map<ValueId, Set<ValueId>>()
  readonly #values = new Map<ValueId, Value>()
  readonly #names = new Map<ValueId, string>()
  readonly #roots = new Map<ValueId, number>()
  readonly #moved = new Map<ValueId, ValueId>()
  readonly #order: OrderedIds
  #nextId: ValueId
  #cursor: Node | undefined
  #added: ValueId[] = []

  constructor(graph: Graph) {
    this.#base = graph
    this.#nextId = nextId(graph)
    this.#order = new OrderedIds(graph.order)
    for (const argument of graph.arguments) this.#adopt(argument)
    for (const node of nodesOf(graph)) this.#link(node)
    for (const { value } of [...graph.outputs, ...graph.updates]) {
      this.#roots.set(value, (this.#roots.get(value) ?? 0) + 1)
    }
  }

  #adopt(result: Result): Value {
    const value: Value = { id: result.id, type: result.type, builder: this }
    this.#values.set(result.id, value)
    if (result.name !== undefined) this.#names.set(result.id, result.name)
    return value
  }

  #link(node: Node): void {
    this.#nodes.set(node.id, node)
    for (const result of node.results) {
      this.#owners.set(result.id, node.id)
      this.#adopt(result)
    }
    for (const id of node.operands) this.#userSet(id).add(node.id)
  }

  /** Ids of the nodes that use a value. */
  usersOf(id: ValueId): Iterable<ValueId> {
    return this.#users.get(id) ?? []
  }

  #userSet(id: ValueId): Set<ValueId> {
    const known = this.#users.get(id)
    if (known !== undefined) return known
    const fresh = new Set<ValueId>()
    this.#users.set(id, fresh)
    return fresh
  }

  /** Ids of all nodes in definition order, as it is now. */
  order(): ValueId[] {
    return this.#order.toArray()
  }

  /** Ids of the nodes that outputs and updates need, in definition order. */
  live(): ValueId[] {
    const wanted = new Set(this.#roots.keys())
    const found: ValueId[] = []
    for (const id of this.order().reverse()) {
      const node = this.#nodes.get(id)!
      if (!node.results.some(result => wanted.has(result.id))) continue
      found.push(id)
      for (const operand of node.operands) wanted.add(operand)
    }
    return found.reverse()
  }

  /** The node of an id; undefined once it is erased. */
  node(id: ValueId): Node | undefined {
    return this.#nodes.get(id)
  }

  /** The node that makes a value; undefined for an argument. */
  definition(id: ValueId): Node | undefined {
    const owner = this.#owners.get(id)
    return owner === undefined ? undefined : this.#nodes.get(owner)
  }

  /** The handle of a value. */
  value(id: ValueId): Value {
    const value = this.#values.get(id)
    invariant(value !== undefined, 'rewriting', `value ${id} belongs to the workspace`)
    return value
  }

  /** How many nodes use a value; an output or update counts as a user. */
  useCount(id: ValueId): number {
    return (this.#users.get(id)?.size ?? 0) + (this.#roots.get(id) ?? 0)
  }

  /** Whether anything uses a result of the node. */
  isUsed(node: Node): boolean {
    return node.results.some(result => this.useCount(result.id) > 0)
  }

  append(op: Op, operands: readonly Value[], attributes: Attributes): readonly Value[] {
    const types = operands.map(value => value.type)
    const checked = checkNode(op, types, attributes)
    if (isProblem(checked)) {
      const labels = operands.map(value => `%${value.id}`)
      throw new InternalError(describeProblem(checked, op, labels, types))
    }
    const results = checked.types.map((type): Result => ({ id: this.#nextId++, type }))
    const id = results[0]!.id
    this.#link({
      id,
      op,
      operands: operands.map(value => value.id),
      attributes: checked.attributes,
      results,
      origin: this.#cursor?.origin ?? {},
    })
    this.#order.insertBefore(id, this.#cursor?.id)
    this.#added.push(id)
    return results.map(result => this.value(result.id))
  }

  /**
   * Puts what `build` answers in the place of a node's results. New nodes stand just before the node
   * and have its origin. Undefined where `build` answers the node's own results.
   */
  replace(node: Node, build: () => Value | readonly Value[]): Replacement | undefined {
    this.#cursor = node
    this.#added = []
    try {
      const built = build()
      const values = 'builder' in built ? [built] : built
      this.#checkReplacement(node, values)
      const added = this.#added
      if (node.results.every((result, i) => result.id === values[i]!.id)) {
        this.#sweep(added)
        return undefined
      }
      return this.#substitute(node, values, added)
    } finally {
      this.#cursor = undefined
    }
  }

  #checkReplacement(node: Node, values: readonly Value[]): void {
    const got = values.map(value => printType(value.type)).join(', ')
    const wanted = node.results.map(result => printType(result.type)).join(', ')
    const fits =
      values.length === node.results.length &&
      values.every((value, i) => typesEqual(value.type, node.results[i]!.type))
    if (!fits) {
      throw internalError(node.op.name, `a replacement must have type ${wanted}, got ${got}`)
    }
    const own = node.results.some(result =>
      this.#added.some(id => this.#users.get(result.id)?.has(id)),
    )
    invariant(!own, node.op.name, 'a replacement does not use what it replaces')
  }

  #substitute(node: Node, values: readonly Value[], added: readonly ValueId[]): Replacement {
    const changed = new Set<ValueId>()
    node.results.forEach((result, i) => {
      const to = values[i]!.id
      if (to === result.id) return
      for (const user of this.#users.get(result.id) ?? []) changed.add(user)
      this.#redirect(result.id, to)
    })
    const relieved = this.#sweep([node.id, ...added])
    return {
      added: added.filter(id => this.#nodes.has(id)),
      changed: [...changed].filter(id => this.#nodes.has(id)),
      relieved,
    }
  }

  #redirect(from: ValueId, to: ValueId): void {
    for (const user of this.#users.get(from) ?? []) {
      const node = this.#nodes.get(user)!
      const operands = node.operands.map(id => (id === from ? to : id))
      this.#nodes.set(user, { ...node, operands })
      this.#userSet(to).add(user)
    }
    this.#users.delete(from)
    const roots = this.#roots.get(from) ?? 0
    if (roots > 0) {
      this.#roots.delete(from)
      this.#roots.set(to, roots + (this.#roots.get(to) ?? 0))
      this.#moved.set(from, to)
    }
    this.#handOverName(from, to)
  }

  /** A value made in place of a named one takes the name; a value that was there before keeps its own. */
  #handOverName(from: ValueId, to: ValueId): void {
    const name = this.#names.get(from)
    const owner = this.#owners.get(to)
    if (name === undefined || owner === undefined || !this.#added.includes(owner)) return
    const node = this.#nodes.get(owner)!
    const results = node.results.map(result => (result.id === to ? { ...result, name } : result))
    this.#names.set(to, name)
    this.#nodes.set(owner, { ...node, results })
  }

  /** Erases those of the nodes that nobody uses, and whatever nobody uses then; answers who lost a user. */
  #sweep(candidates: readonly ValueId[]): ValueId[] {
    const pending = [...candidates]
    const relieved = new Set<ValueId>()
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const node = this.#nodes.get(id)
      if (node === undefined || this.isUsed(node)) continue
      this.#erase(node)
      for (const operand of node.operands) {
        const owner = this.#owners.get(operand)
        if (owner === undefined) continue
        relieved.add(owner)
        pending.push(owner)
      }
    }
    return [...relieved].filter(id => this.#nodes.has(id))
  }

  #erase(node: Node): void {
    this.#nodes.delete(node.id)
    this.#order.remove(node.id)
    for (const id of node.operands) this.#users.get(id)?.delete(node.id)
  }

  /** Makes one change of everything since the start. */
  commit(): Commit {
    const nodes = new Map<ValueId, Node | undefined>()
    for (const id of this.#base.order) {
      const node = this.#nodes.get(id)
      if (node !== this.#base.nodes[id]) nodes.set(id, node)
    }
    for (const [id, node] of this.#nodes) {
      if (this.#base.nodes[id] === undefined) nodes.set(id, node)
    }
    const order = this.order()
    const sameOrder =
      order.length === this.#base.order.length && order.every((id, i) => id === this.#base.order[i])
    return commit(this.#base, {
      nodes,
      order: sameOrder ? undefined : order,
      outputs: this.#base.outputs.map(root => this.#final(root)),
      updates: this.#base.updates.map(root => this.#final(root)),
    })
  }

  #final<R extends { readonly value: ValueId }>(root: R): R {
    let { value } = root
    for (let to = this.#moved.get(value); to !== undefined; to = this.#moved.get(value)) value = to
    return value === root.value ? root : { ...root, value }
  }
}
