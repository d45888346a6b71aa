// The error of a rewrite that changes a value: a bug of ours, with everything that is needed to
// find it. Which rule in which pass, where the user wrote what it fired on, the nodes before and
// after, the ranges of what they are computed from, and both values.

import type { Node, Origin, ValueId } from '../ir/graph.ts'
import type { PassRecord } from '../ir/history.ts'
import { printNode } from '../ir/printer.ts'
import { printType } from '../ir/type.ts'
import type { Exactness, Rule } from '../rewrite/rule.ts'
import type { Workspace } from '../rewrite/workspace.ts'
import { InternalError } from '../support/diagnostic.ts'
import type { Difference, Sides } from './agreement.ts'
import { describeRange, placeIn } from './value-range.ts'

/** A firing that does not keep what its rule promises. */
export interface BrokenPromise {
  readonly rule: Pick<Rule, 'name' | 'why' | 'exactness'>
  readonly node: Node
  readonly record: PassRecord
  readonly sides: Sides
  readonly difference: Difference
  readonly workspace: Workspace
}

const PROMISES: Readonly<Record<Exactness, string>> = {
  bitwise: 'the same bits',
  rounding: 'the same value but for rounding',
  stabilizing: 'the same value where the formula as written keeps its digits',
  'assumes-finite': 'the same value for finite operands',
}

const REPORT = 'this is a bug in gradc; please report it with the lines above'

/** The error E904 of a rule. */
export function blameOfRule(of: BrokenPromise): InternalError {
  const { rule, node, record, sides, difference, workspace } = of
  const { region, read, before } = sides
  const labels = labelsOf(of)
  const text = (line: Node) => printNode(line, labels, id => workspace.value(id).type)
  return new InternalError({
    code: 'E904',
    subject: `rule "${rule.name}"`,
    message: `must give ${PROMISES[rule.exactness]}, got ${compared(difference, before.shape)}`,
    node: text(node),
    operands: region.leaves.map(id => {
      const value = read(id)
      const range = value === undefined ? 'not known' : describeRange(value)
      return { label: labels.get(id)!, type: `${printType(workspace.value(id).type)}, ${range}` }
    }),
    notes: [
      `${rule.exactness}: ${rule.why}`,
      ...(region.before.length > 1
        ? ['before', ...region.before.map(line => `  ${text(line)}`)]
        : []),
      ...(region.after.length > 0 ? ['after', ...region.after.map(line => `  ${text(line)}`)] : []),
      ...placeNotes(record, node.origin),
      reproduce(record, rule.name),
    ],
    source: node.origin.source,
    help: REPORT,
  })
}

/** A pass that fires no rules and changes a value all the same. */
export interface ChangedOutput {
  readonly record: PassRecord
  /** Which output or update, in words. */
  readonly what: string
  readonly shape: readonly number[]
  readonly difference: Difference
  /** Where what makes the output comes from. */
  readonly origin: Origin | undefined
}

/** The error E904 of a pass. */
export function blameOfPass({ record, what, shape, difference, origin }: ChangedOutput) {
  const got = compared(difference, shape)
  return new InternalError({
    code: 'E904',
    subject: `pass "${record.pass.split('{')[0]}"`,
    message: `must leave every value as it is, got ${got} for ${what}`,
    notes: [...placeNotes(record, origin ?? {}), reproduce(record)],
    source: origin?.source,
    help: REPORT,
  })
}

/** Arguments go by name, all else by number: a workspace has no text of its own. */
function labelsOf({ record, node, sides: { region } }: BrokenPromise): Map<ValueId, string> {
  const nodes = [node, ...region.before, ...region.after]
  const ids = nodes.flatMap(({ operands, results }) => [
    ...operands,
    ...results.map(({ id }) => id),
  ])
  const labels = new Map([...region.leaves, ...ids].map(id => [id, `%${id}`]))
  for (const { id, name } of record.before.arguments) labels.set(id, `%${name}`)
  return labels
}

const compared = ({ position, before, after }: Difference, shape: readonly number[]) =>
  `${after} instead of ${before}${placeIn(shape, position)}`

function placeNotes({ pass }: PassRecord, { path, forward }: Origin): string[] {
  const where = forward === undefined ? '' : ` in the backward of ${forward.op}`
  const layer = path === undefined ? '' : `, layer ${path}`
  return [`in pass ${pass}${where}${layer}`]
}

/** A rule can be had alone; bodies and what is computed ahead belong to their passes. */
function reproduce({ pass, firings }: PassRecord, rule?: string): string {
  const [name] = pass.split('{')
  const isRule = rule !== undefined && firings.some(firing => firing.rule === rule && rule !== name)
  const step = isRule ? `${name}{only="${rule}"}` : pass
  return `reproduce: npm run opt -- -p '${step}' GRAPH.ir, on the graph before the pass`
}
