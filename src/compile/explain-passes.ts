// The way of a program through the compiler, as data: every step since the model was traced, which
// rules fired in it, where and why, and what it changed. Made from the records that travel with a
// program, and only when it is read: a compilation that nobody asks about pays nothing for it.

import type { Origin } from '../ir/graph.ts'
import type { Firing, PassRecord } from '../ir/history.ts'
import { recognitionRules, rules, stabilizingRules } from '../passes/rules.ts'
import type { Exactness } from '../rewrite/rule.ts'
import { once } from '../support/once.ts'
import { graphDiff, listingOf, type PatchReport, patchReports } from './explain-diff.ts'

/** One step: a pass, or a transform such as `gradient{of=loss}`. */
export interface PassReport {
  /** The pass with its options, as `opt` takes it. */
  readonly pass: string
  readonly nodesBefore: number
  readonly nodesAfter: number
  readonly milliseconds: number
  /** Whether the graph came out as it went in. */
  readonly unchanged: boolean
  /** Rules that fired in it, in the order in which each first did. */
  readonly rules: readonly RuleReport[]
  /** Every application of a rule, in order. */
  readonly firings: readonly FiringReport[]
  /** Exactly what is different, as immer patches with text in them. */
  readonly patches: readonly PatchReport[]
  /** The lines that differ, as a unified diff. */
  readonly diff: string
}

/** A rule and how often it fired. */
export interface RuleReport {
  readonly rule: string
  /** Why both sides are equal. */
  readonly why: string
  /** Absent for what no rule of the list did, such as folding. */
  readonly exactness?: Exactness
  readonly times: number
}

/** Where something was made. */
export interface Place {
  /** The user's line as `file:line:column`; absent for what no line of the user made. */
  readonly source?: string
  /** The layer, such as `blocks.0.fc`. */
  readonly path?: string
  /** Whether a derivative rule made it. */
  readonly direction: 'forward' | 'backward'
  /** The op whose derivative rule made it. */
  readonly derivativeOf?: string
}

/** One application of a rule. */
export interface FiringReport extends Place {
  readonly rule: string
  readonly why: string
  /** What was replaced. */
  readonly op: string
  /** The number of the node, which is its label where it has no name. */
  readonly node: number
  /** The line of the node before the pass; absent for one that was made within it. */
  readonly line?: string
}

/** A formula of the user that was replaced by a better one, before any derivative was taken. */
export interface FormulaReport extends Place {
  /** `stabilized`: digits are kept that it lost. `recognized`: it is an op of its own. */
  readonly kind: 'stabilized' | 'recognized'
  readonly rule: string
  readonly why: string
  readonly op: string
}

/** One step as data; all but the numbers is made when it is read. */
export function passReport(record: PassRecord): PassReport {
  const { pass, before, graph, milliseconds, unchanged } = record
  const listings = once(() => [listingOf(before), listingOf(graph)] as const)
  const ruleList = once(() => ruleReports(record.firings))
  const firings = once(() => record.firings.map(firing => firingReport(firing, listings()[0])))
  const patches = once(() => patchReports(record.patches, ...listings()))
  const diff = once(() => (unchanged ? '' : graphDiff(before, graph)))
  return {
    pass,
    nodesBefore: before.order.length,
    nodesAfter: graph.order.length,
    milliseconds,
    unchanged,
    get rules() {
      return ruleList()
    },
    get firings() {
      return firings()
    },
    get patches() {
      return patches()
    },
    get diff() {
      return diff()
    },
  }
}

/** How exact a rule is, by its name. */
const exactnessOf = once(
  () => new Map(rules.map(({ name, exactness }): [string, Exactness] => [name, exactness])),
)

/** Rules in the order in which each first fired, with how often it did. */
export function ruleReports(firings: readonly Firing[]): RuleReport[] {
  const found = new Map<string, { readonly why: string; times: number }>()
  for (const { rule, why } of firings) {
    const known = found.get(rule)
    if (known === undefined) found.set(rule, { why, times: 1 })
    else known.times++
  }
  return [...found].map(([rule, { why, times }]) => {
    const exactness = exactnessOf().get(rule)
    return { rule, why, ...(exactness && { exactness }), times }
  })
}

function firingReport(
  { rule, why, op, node, origin }: Firing,
  before: ReturnType<typeof listingOf>,
): FiringReport {
  const line = before.node(node)
  return { rule, why, op, node, ...(line && { line }), ...placeOf(origin) }
}

function placeOf({ source, path, forward }: Origin): Place {
  return {
    ...(source?.location && { source: String(source) }),
    ...(path && { path }),
    direction: forward === undefined ? 'forward' : 'backward',
    ...(forward && { derivativeOf: forward.op }),
  }
}

/** The formulas of the user that were replaced by better ones. */
export function formulaReports(records: readonly PassRecord[]): FormulaReport[] {
  const kinds = new Map<string, FormulaReport['kind']>([
    ...stabilizingRules.map(({ name }) => [name, 'stabilized'] as const),
    ...recognitionRules.map(({ name }) => [name, 'recognized'] as const),
  ])
  return records
    .flatMap(({ firings }) => firings)
    .flatMap(({ rule, why, op, origin }) => {
      const kind = kinds.get(rule)
      return kind === undefined ? [] : [{ kind, rule, why, op, ...placeOf(origin) }]
    })
}
