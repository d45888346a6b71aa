// Applies rules until none applies. Rules are indexed by op, nodes wait in a worklist, and only
// what a rewrite touched is looked at again. Rules must make the graph smaller by the measure, so
// this ends; a step limit guards against rules that do not, and its error names the last ones that
// fired.

import type { Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import type { Firing } from '../ir/history.ts'
import type { Op } from '../ir/op.ts'
import {
  GraphError,
  InternalError,
  internalError,
  renderDiagnostic,
} from '../support/diagnostic.ts'
import { admits, type Bindings, fits, type Matched, matchAt, matchedNode } from './pattern.ts'
import type { Rule } from './rule.ts'
import type { Replacement, Workspace } from './workspace.ts'

/** Sees a replacement before it is made: what checks rewrites one by one works from. */
export type Witness = (replaced: {
  readonly rule: Pick<Rule, 'name' | 'why' | 'exactness'>
  readonly node: Node
  /** What takes the place of the results of the node. */
  readonly values: readonly Value[]
  readonly workspace: Workspace
}) => void

/** What a run of the driver may cost. */
export interface DriverOptions {
  /**
   * Most firings before rewriting is taken to be endless; by default in proportion to the graph.
   */
  readonly stepLimit?: number | undefined
  /** Called for every firing. */
  readonly witness?: Witness | undefined
}

/** Firings that a graph of `nodes` nodes may take: far more than rules that end ever need. */
const defaultLimit = (nodes: number) => 1000 + 50 * nodes

/** Applies rules to a workspace until none applies; answers every firing in order. */
export function applyRules(
  workspace: Workspace,
  rules: readonly Rule[],
  options: DriverOptions = {},
): readonly Firing[] {
  return new Driver(workspace, rules, options).run()
}

/** Rules by the op of their root, worked out once per list of rules and op. */
const indexes = new WeakMap<readonly Rule[], Map<Op, readonly Rule[]>>()

function indexOf(rules: readonly Rule[]): Map<Op, readonly Rule[]> {
  const index = indexes.get(rules) ?? new Map<Op, readonly Rule[]>()
  indexes.set(rules, index)
  return index
}

class Driver {
  readonly #workspace: Workspace
  readonly #rules: readonly Rule[]
  readonly #byOp: Map<Op, readonly Rule[]>
  readonly #waiting = new Set<ValueId>()
  /** Nodes that no output needs: dce is about to remove them, so rewriting them is wasted. */
  readonly #dead: Set<ValueId>
  readonly #firings: Firing[] = []
  readonly #limit: number
  readonly #witness: Witness | undefined
  /** Levels of users that can match anew where the operands of a node changed. */
  readonly #levels: number

  constructor(workspace: Workspace, rules: readonly Rule[], options: DriverOptions) {
    this.#workspace = workspace
    this.#rules = rules
    this.#byOp = indexOf(rules)
    const live = workspace.live()
    this.#dead = new Set(workspace.order())
    for (const id of live) {
      this.#dead.delete(id)
      this.#waiting.add(id)
    }
    this.#levels = Math.max(0, ...rules.map(rule => rule.depth - 1))
    this.#witness = options.witness
    this.#limit = options.stepLimit ?? defaultLimit(live.length)
  }

  run(): readonly Firing[] {
    // A set hands out its members in the order they came and takes new ones while it is walked.
    for (const id of this.#waiting) {
      this.#waiting.delete(id)
      const node = this.#workspace.node(id)
      if (node !== undefined && !this.#dead.has(id)) this.#visit(node)
    }
    return this.#firings
  }

  #visit(node: Node): void {
    let root: Matched | undefined
    for (const rule of this.#rulesFor(node.op)) {
      if (!fits(rule.match, node, this.#workspace)) continue
      root ??= matchedNode(node, this.#workspace)
      const replacement = this.#try(rule, node, root)
      if (replacement === undefined) continue
      this.#log(rule, node)
      this.#enqueue(replacement)
      return
    }
  }

  #rulesFor(op: Op): readonly Rule[] {
    const known = this.#byOp.get(op)
    if (known !== undefined) return known
    const found = this.#rules.filter(rule => admits(rule.match, op))
    this.#byOp.set(op, found)
    return found
  }

  #try(rule: Rule, node: Node, root: Matched): Replacement | undefined {
    const workspace = this.#workspace
    const captures: Bindings = { root, into: workspace, madeBy: this.#madeBy }
    const accept = () => rule.when(captures)
    if (!matchAt(rule.match, node, workspace, captures, accept)) return undefined
    try {
      return workspace.replace(node, () => this.#seen(rule, node, rule.build(captures)))
    } catch (error) {
      throw named(rule, error)
    }
  }

  readonly #madeBy = ({ id }: Value): Matched | undefined => {
    const node = this.#workspace.definition(id)
    return node === undefined ? undefined : matchedNode(node, this.#workspace)
  }

  #seen(rule: Rule, node: Node, built: Value | readonly Value[]) {
    const values = 'builder' in built ? [built] : built
    this.#witness?.({ rule, node, values, workspace: this.#workspace })
    return values
  }

  #log({ name, why }: Rule, node: Node): void {
    this.#firings.push({ rule: name, why, node: node.id, op: node.op.name, origin: node.origin })
    if (this.#firings.length <= this.#limit) return
    const last = this.#firings.slice(-10).map(firing => firing.rule)
    throw new InternalError({
      code: 'E902',
      subject: 'rewriting',
      message: `the rules must come to an end within ${this.#limit} steps, and go on firing`,
      notes: [`the last ten: ${last.join(', ')}`],
      source: node.origin.source,
      help: 'this is a bug in gradc; please report it with the rules above',
    })
  }

  /**
   * New nodes, changed nodes and those above them see a new neighbourhood, as do those around a
   * loss.
   */
  #enqueue({ added, changed, relieved }: Replacement): void {
    for (const id of added) this.#waiting.add(id)
    for (const id of [...changed, ...relieved]) this.#addUpward(id, this.#levels)
  }

  #addUpward(id: ValueId, levels: number): void {
    this.#waiting.add(id)
    if (levels === 0) return
    for (const result of this.#workspace.node(id)?.results ?? []) {
      for (const user of this.#workspace.usersOf(result.id)) this.#addUpward(user, levels - 1)
    }
  }
}

/** An error from building, with the rule that built. */
function named(rule: Rule, error: unknown): unknown {
  if (!(error instanceof GraphError) && !(error instanceof InternalError)) return error
  const [first] = error.diagnostics
  return internalError(
    `rule "${rule.name}"`,
    `builds what does not fit: ${renderDiagnostic(first!)}`,
  )
}
