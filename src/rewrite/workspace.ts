// A graph while a pass works on it: mutable, with use lists and a definition order that new nodes
// are linked into. It is an appender, so rules and op bodies build in it with the functions that
// users build with. Nothing of the graph it started from is written; `commit` makes one change of
// it all.

import type { Attributes } from '../ir/attribute.ts'
import { type Appender, handle, type Value } from '../ir/builder.ts'
import { checkNode, describeProblem, isProblem } from '../ir/check-node.ts'
import { type Commit, commit } from '../ir/edit.ts'
import type { Graph, Node, Origin, Result, ValueId } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { printType, type TensorType, typesEqual } from '../ir/type.ts'
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

const printTypes = (of: readonly { readonly type: TensorType }[]) =>
  of.map(({ type }) => printType(type)).join(', ')

const NOBODY: readonly ValueId[] = []

/** A graph under rewriting. */
export class Workspace implements Appender {
  readonly #base: Graph
  // Tables by id are arrays: ids are small and dense, and every pass over a graph fills them anew.
  readonly #makers: (Node | undefined)[] = []
  readonly #results: (Result | undefined)[] = []
  readonly #values: (Value | undefined)[] = []
  readonly #roots = new Map<ValueId, number>()
  readonly #moved = new Map<ValueId, ValueId>()
  readonly #order: OrderedIds
  #users: (ValueId[] | undefined)[] | undefined
  #nextId: ValueId
  #cursor: Node | undefined
  /** Where nodes that are added now come from. */
  #origin: Origin | undefined
  #added: ValueId[] = []

  constructor(graph: Graph) {
    this.#base = graph
    this.#order = new OrderedIds(graph.order)
    for (const argument of graph.arguments) this.#results[argument.id] = argument
    for (const id of graph.order) this.#enter(graph.nodes[id]!)
    this.#nextId = this.#results.length
    for (const { value } of [...graph.outputs, ...graph.updates]) {
      this.#roots.set(value, (this.#roots.get(value) ?? 0) + 1)
    }
  }

  #enter(node: Node): void {
    for (const result of node.results) {
      this.#makers[result.id] = node
      this.#results[result.id] = result
    }
  }

  /** Use lists, made when they are first needed: a pass with nothing to do never needs them. */
  #uses(): (ValueId[] | undefined)[] {
    if (this.#users !== undefined) return this.#users
    this.#users = []
    for (const id of this.order()) this.#enlist(this.#makers[id]!, this.#users)
    return this.#users
  }

  /** A node is in the list of each of its operands once, however often it uses it. */
  #enlist({ id: user, operands }: Node, users: (ValueId[] | undefined)[]): void {
    for (const id of operands) {
      const known = users[id]
      if (known === undefined) users[id] = [user]
      else if (known[known.length - 1] !== user) known.push(user)
    }
  }

  #delist(user: ValueId, id: ValueId): void {
    const users = this.#uses()[id]
    const at = users === undefined ? -1 : users.lastIndexOf(user)
    if (at >= 0) users!.splice(at, 1)
  }

  /** Ids of the nodes that use a result of a node; none where it is gone. */
  usersOfNode(id: ValueId): readonly ValueId[] {
    const results = this.node(id)?.results ?? []
    if (results.length === 1) return this.usersOf(id)
    return results.flatMap(result => this.usersOf(result.id))
  }

  #addUser(id: ValueId, user: ValueId): void {
    const users = this.#uses()
    const known = users[id]
    if (known === undefined) users[id] = [user]
    else if (!known.includes(user)) known.push(user)
  }

  /** Ids of the nodes that use a value. */
  usersOf(id: ValueId): readonly ValueId[] {
    return this.#uses()[id] ?? NOBODY
  }

  /** Ids of all nodes in definition order, as it is now. */
  order(): ValueId[] {
    return this.#order.toArray()
  }

  /** Ids of the nodes that outputs and updates need, in definition order, and of all others. */
  liveAndDead(): { readonly live: readonly ValueId[]; readonly dead: readonly ValueId[] } {
    const wanted: boolean[] = []
    const [live, dead]: [ValueId[], ValueId[]] = [[], []]
    for (const id of this.#roots.keys()) wanted[id] = true
    for (const id of this.order().reverse()) {
      const node = this.#makers[id]!
      if (!node.results.some(result => wanted[result.id])) {
        dead.push(id)
        continue
      }
      live.push(id)
      for (const operand of node.operands) wanted[operand] = true
    }
    return { live: live.reverse(), dead: dead.reverse() }
  }

  /** The node of an id; undefined once it is erased, and for arguments. */
  node(id: ValueId): Node | undefined {
    const maker = this.#makers[id]
    return maker?.id === id ? maker : undefined
  }

  /** The node that makes a value; undefined for an argument. */
  definition(id: ValueId): Node | undefined {
    return this.#makers[id]
  }

  /** The handle of a value. */
  value(id: ValueId): Value {
    const known = this.#values[id]
    if (known !== undefined) return known
    const result = this.#results[id]
    invariant(result !== undefined, 'rewriting', `value ${id} belongs to the workspace`)
    const value = handle(id, result.type, this)
    this.#values[id] = value
    return value
  }

  /** How many nodes use a value; an output or update counts as a user. */
  useCount(id: ValueId): number {
    return this.usersOf(id).length + (this.#roots.get(id) ?? 0)
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
    const node: Node = {
      id,
      op,
      operands: operands.map(value => value.id),
      attributes: checked.attributes,
      results,
      origin: this.#origin ?? {},
    }
    this.#enter(node)
    if (this.#users !== undefined) this.#enlist(node, this.#users)
    this.#order.insertBefore(id, this.#cursor?.id)
    this.#added.push(id)
    return results.map(result => this.value(result.id))
  }

  /**
   * Puts what `build` answers in the place of a node's results. New nodes stand just before the
   * node and have its origin, or the one given. Undefined where `build` answers the node's own
   * results.
   */
  replace(
    node: Node,
    build: () => Value | readonly Value[],
    origin = node.origin,
  ): Replacement | undefined {
    this.#cursor = node
    this.#origin = origin
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
      this.#origin = undefined
    }
  }

  #checkReplacement(node: Node, values: readonly Value[]): void {
    const fits =
      values.length === node.results.length &&
      values.every((value, i) => typesEqual(value.type, node.results[i]!.type))
    if (!fits) {
      const [got, wanted] = [values, node.results].map(printTypes)
      throw internalError(node.op.name, `a replacement must have type ${wanted}, got ${got}`)
    }
    const own = node.results.some(result =>
      this.#added.some(id => this.#makers[id]!.operands.includes(result.id)),
    )
    invariant(!own, node.op.name, 'a replacement does not use what it replaces')
  }

  #substitute(node: Node, values: readonly Value[], added: readonly ValueId[]): Replacement {
    const changed = new Set<ValueId>()
    node.results.forEach((result, i) => {
      const to = values[i]!.id
      if (to === result.id) return
      for (const user of this.usersOf(result.id)) changed.add(user)
      this.#redirect(result.id, to)
    })
    const relieved = this.#sweep([node.id, ...added])
    return {
      added: added.filter(id => this.#makers[id] !== undefined),
      changed: [...changed].filter(id => this.#makers[id] !== undefined),
      relieved,
    }
  }

  #redirect(from: ValueId, to: ValueId): void {
    for (const user of this.usersOf(from)) {
      const node = this.#makers[user]!
      const operands = node.operands.map(id => (id === from ? to : id))
      this.#enter({ ...node, operands })
      this.#addUser(to, user)
    }
    this.#uses()[from] = undefined
    const roots = this.#roots.get(from) ?? 0
    if (roots > 0) {
      this.#roots.delete(from)
      this.#roots.set(to, roots + (this.#roots.get(to) ?? 0))
      this.#moved.set(from, to)
    }
    this.#handOverName(from, to)
  }

  /**
   * A value made in place of a named one takes the name; a value that was there before keeps its
   * own.
   */
  #handOverName(from: ValueId, to: ValueId): void {
    const name = this.#results[from]?.name
    const owner = this.#makers[to]
    if (name === undefined || owner === undefined || !this.#added.includes(owner.id)) return
    const results = owner.results.map(result => (result.id === to ? { ...result, name } : result))
    this.#enter({ ...owner, results })
  }

  /**
   * Erases those of the nodes that nobody uses, and whatever nobody uses then; answers who lost a
   * user.
   */
  #sweep(candidates: readonly ValueId[]): ValueId[] {
    const pending = [...candidates]
    const relieved = new Set<ValueId>()
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const node = this.node(id)
      if (node === undefined || this.isUsed(node)) continue
      this.#erase(node)
      for (const operand of node.operands) {
        const owner = this.#makers[operand]
        if (owner === undefined) continue
        relieved.add(owner.id)
        pending.push(owner.id)
      }
    }
    return [...relieved].filter(id => this.#makers[id] !== undefined)
  }

  #erase(node: Node): void {
    for (const { id } of node.results) this.#makers[id] = undefined
    this.#order.remove(node.id)
    for (const id of node.operands) this.#delist(node.id, id)
  }

  /** Makes one change of everything since the start. */
  commit(): Commit {
    const nodes = new Map<ValueId, Node | undefined>()
    const order = this.order()
    for (const id of this.#base.order) {
      const node = this.#makers[id]
      if (node !== this.#base.nodes[id]) nodes.set(id, node)
    }
    for (const id of order) {
      if (this.#base.nodes[id] === undefined) nodes.set(id, this.#makers[id])
    }
    const { order: was } = this.#base
    const same = order.length === was.length && order.every((id, i) => id === was[i])
    return commit(this.#base, {
      nodes,
      order: same ? undefined : order,
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
