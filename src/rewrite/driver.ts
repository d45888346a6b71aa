// Applies rules until none applies. Nodes wait in a worklist, and only what a rewrite touched is
// looked at again: in this run, and in a later one of what an earlier one left in normal form.
// Rules must make the graph smaller by the measure, so this ends; a step limit guards against rules
// that do not, and its error names the last ones that fired.

import type { Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import type { Firing } from '../ir/history.ts'
import {
  GraphError,
  InternalError,
  internalError,
  renderDiagnostic,
} from '../support/diagnostic.ts'
import { type Bindings, fits, type Matched, matchAt, matchedNode } from './pattern.ts'
import type { Rule } from './rule.ts'
import { candidates, indexOf, type RuleIndex } from './rule-index.ts'
import { dueNodes, type Memory, NOTHING, type Settled, settledIn } from './settled.ts'
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
  /** What earlier runs on the way of the same graph left in normal form; this run adds to it. */
  readonly memory?: Memory | undefined
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

class Driver {
  readonly #workspace: Workspace
  readonly #index: RuleIndex
  readonly #queue: ValueId[] = []
  /**
   * How far below each node of the queue something changed; undefined for others. No rule is tried
   * that looks less deep than that.
   */
  readonly #distances: (number | undefined)[] = []
  readonly #visited: boolean[] = []
  /** What was in normal form before. */
  readonly #known: Settled
  readonly #memory: Memory | undefined
  /** Nodes that no output needs: dce is about to remove them, so rewriting them is wasted. */
  readonly #dead: ReadonlySet<ValueId>
  readonly #firings: Firing[] = []
  readonly #limit: number
  readonly #witness: Witness | undefined

  constructor(workspace: Workspace, rules: readonly Rule[], options: DriverOptions) {
    this.#workspace = workspace
    this.#index = indexOf(rules)
    this.#memory = options.memory
    this.#known = options.memory?.settled ?? NOTHING
    this.#witness = options.witness
    const { live, dead } = workspace.liveAndDead()
    this.#dead = new Set(dead)
    this.#limit = options.stepLimit ?? defaultLimit(live.length)
    for (const { id, distance } of dueNodes(workspace, live, this.#known, this.#index)) {
      this.#await(id, distance)
    }
  }

  run(): readonly Firing[] {
    // The queue grows while it is walked.
    for (const id of this.#queue) {
      const distance = this.#distances[id]!
      this.#distances[id] = undefined
      const node = this.#workspace.node(id)
      if (node !== undefined && !this.#dead.has(id)) this.#visit(node, distance)
    }
    if (this.#memory !== undefined) {
      this.#memory.settled = settledIn(this.#workspace, this.#index.asSet, this.#dead)
    }
    return this.#firings
  }

  #visit(node: Node, distance: number): void {
    const wasVisited = this.#visited[node.id] === true
    const settled = this.#known.nodes[node.id] === node ? this.#known.rules : undefined
    this.#visited[node.id] = true
    let root: Matched | undefined
    for (const rule of candidates(this.#index, node, this.#workspace)) {
      if (rule.depth <= distance && (wasVisited || settled?.has(rule))) continue
      if (!fits(rule.match, node, this.#workspace)) continue
      root ??= matchedNode(node, this.#workspace)
      const replacement = this.#try(rule, node, root)
      if (replacement === undefined) continue
      this.#log(rule, node)
      this.#enqueue(replacement)
      return
    }
  }

  #try(rule: Rule, node: Node, root: Matched): Replacement | undefined {
    const workspace = this.#workspace
    const captures: Bindings = { root, into: workspace, madeBy: this.#madeBy }
    if (!matchAt(rule.match, node, workspace, captures, () => rule.when(captures))) return undefined
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
   * loss: as far up as rules look down.
   */
  #enqueue({ added, changed, relieved }: Replacement): void {
    const seen = new Set<ValueId>([...added, ...changed, ...relieved])
    let level: readonly ValueId[] = [...seen]
    for (let distance = 0; distance < this.#index.depth && level.length > 0; distance++) {
      for (const id of level) this.#await(id, distance)
      level = this.#above(level, seen)
    }
  }

  /** The nodes that use what others make, but for those seen before. */
  #above(ids: readonly ValueId[], seen: Set<ValueId>): readonly ValueId[] {
    const found: ValueId[] = []
    for (const id of ids) {
      for (const user of this.#workspace.usersOfNode(id)) {
        if (seen.has(user)) continue
        seen.add(user)
        found.push(user)
      }
    }
    return found
  }

  #await(id: ValueId, distance: number): void {
    const waits = this.#distances[id]
    if (waits === undefined) this.#queue.push(id)
    if (waits === undefined || distance < waits) this.#distances[id] = distance
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
