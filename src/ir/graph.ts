// The tensor graph as data: arguments, nodes in definition order, named outputs, state updates.
// Plain readonly objects that refer to each other by id in a table, never by reference, which is
// what makes structural sharing through immer and printing by number possible.

import type { SourceReference } from '../support/source.ts'
import type { Attributes } from './attribute.ts'
import type { Op } from './op.ts'
import type { TensorType } from './type.ts'

/** The number of a value within one graph. A node has the id of its first result. */
export type ValueId = number

/** What an argument is for; `rng` are the key and counter that random ops draw from. */
export type Role = 'input' | 'param' | 'state' | 'rng'

/** All roles, in the order in which text lists them. */
export const ROLES: readonly Role[] = ['input', 'param', 'state', 'rng']

/** A value: what a node or the caller provides. */
export interface Result {
  readonly id: ValueId
  readonly type: TensorType
  /** A hint from the user for printing; canonical text numbers values instead. */
  readonly name?: string | undefined
}

/** A value that the caller provides. */
export interface Argument extends Result {
  readonly name: string
  readonly role: Role
}

/** Where a node comes from. Ignored by equality, kept by every pass. */
export interface Origin {
  /** The user's own source line. */
  readonly source?: SourceReference | undefined
  /** The layer it was made in, such as `blocks.0.fc`. */
  readonly path?: string | undefined
  /** For a derivative: the forward node whose rule made it. */
  readonly forward?: ForwardNode | undefined
  /** The composite whose body it is part of; the outermost one. */
  readonly composite?: string | undefined
  /** Whether it is part of an optimizer's update. */
  readonly isUpdate?: boolean | undefined
}

/** The node that a derivative belongs to, as it was when the derivative was taken. */
export interface ForwardNode {
  readonly id: ValueId
  readonly op: string
  readonly operand?: string | undefined
}

/** One application of an op. */
export interface Node {
  readonly id: ValueId
  readonly op: Op
  readonly operands: readonly ValueId[]
  readonly attributes: Attributes
  readonly results: readonly Result[]
  readonly origin: Origin
}

/** A value that a run returns, by name; dots in the name nest. */
export interface Output {
  readonly name: string
  readonly value: ValueId
}

/** The new value of a param or state argument after a run. */
export interface Update {
  readonly target: string
  readonly value: ValueId
}

/** A typed program: a directed acyclic graph of values. */
export interface Graph {
  readonly name: string
  readonly arguments: readonly Argument[]
  /** Nodes by id. */
  readonly nodes: Readonly<Record<ValueId, Node>>
  /** Ids of all nodes, each after the nodes it uses. */
  readonly order: readonly ValueId[]
  readonly outputs: readonly Output[]
  readonly updates: readonly Update[]
}

/** The nodes of a graph in definition order. */
export function nodesOf(graph: Graph): Node[] {
  return graph.order.map(id => graph.nodes[id]!)
}
