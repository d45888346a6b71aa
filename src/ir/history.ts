// What happened to a graph on its way through the compiler, as data: every pass and transform, and
// the rules that fired. It travels with a program from its model to what is compiled, so that the
// explanation of a compiled program begins where the user's graph does.

import type { Patch } from 'immer'
import { clock } from '../support/clock.ts'
import { diffGraphs } from './edit.ts'
import type { Graph, Origin, ValueId } from './graph.ts'

/** One application of a rule. */
export interface Firing {
  readonly rule: string
  /** Why both sides are equal: the reason that the rule gives. */
  readonly why: string
  /** The node that was replaced, an id of the graph before the pass or one made on its way. */
  readonly node: ValueId
  readonly op: string
  /** Where the node comes from: the user's line, the layer, the node it differentiates. */
  readonly origin: Origin
}

/** What happened in one step. */
export interface PassRecord {
  /** The pass with its options, as text; a transform such as `gradient{of=loss}` looks alike. */
  readonly pass: string
  readonly before: Graph
  readonly graph: Graph
  readonly patches: readonly Patch[]
  readonly firings: readonly Firing[]
  /** Time of the step itself, without verification, in milliseconds. */
  readonly milliseconds: number
  /** Whether the step gave back the very graph it got. */
  readonly unchanged: boolean
}

/** The way of a program so far. */
export interface History {
  readonly records: readonly PassRecord[]
  /** Whether the passes that come before a derivative have run. */
  readonly isStable: boolean
}

/** The history of a graph as the user wrote it. */
export const UNTOUCHED: History = { records: [], isStable: false }

/** A graph, and how it came about. */
export interface Traced {
  readonly graph: Graph
  readonly history: History
}

/** The graph after one more transform, one that fires no rules. */
export function transformed(
  { graph: before, history }: Traced,
  name: string,
  make: (from: Graph) => Graph,
): Traced {
  const start = clock()
  const graph = make(before)
  if (graph === before) return { graph, history }
  const record: PassRecord = {
    pass: name,
    before,
    graph,
    // Most histories are never looked at, and this takes time in proportion to the graph.
    get patches() {
      return diffGraphs(before, graph)
    },
    firings: [],
    milliseconds: clock() - start,
    unchanged: false,
  }
  return { graph, history: { ...history, records: [...history.records, record] } }
}
