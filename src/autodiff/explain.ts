// Why a derivative was refused: the three refusals as errors that name the path on which the
// derivative got lost, from the argument to the node that has none.

import type { GraphBuilder, Value } from '../ir/builder.ts'
import type { Node, ValueId } from '../ir/graph.ts'
import { ancestors } from '../ir/traverse.ts'
import { GraphError } from '../support/diagnostic.ts'
import { isFloat } from '../support/dtype.ts'
import type { Cut } from './reverse.ts'

const MOST_SHOWN = 3

/**
 * Whether a value `wrt` that got no derivative of `of` has none to get: no path to `of` passes what
 * cannot be differentiated, so the derivative is zero.
 */
export function isIndependent(
  builder: GraphBuilder,
  of: Value,
  wrt: Value,
  cuts: readonly Cut[],
): boolean {
  return !pathsToCuts(builder, of, wrt, cuts).some(isBlocked)
}

const isBlocked = ({ refusal }: Path) => refusal === 'notDifferentiable'

/** The error for a value `wrt` that got no derivative of `of`. */
export function refusalError(
  builder: GraphBuilder,
  transform: string,
  of: Value,
  wrt: Value,
  cuts: readonly Cut[],
): GraphError {
  const [loss, name] = [builder.label(of.id), builder.label(wrt.id)]
  const paths = pathsToCuts(builder, of, wrt, cuts)
  const blocked = paths.filter(isBlocked)
  if (blocked.length > 0) {
    const { nodes, entry } = blocked[0]!
    const last = nodes[nodes.length - 1]!
    return new GraphError({
      code: 'E203',
      subject: transform,
      message: `${loss} must depend differentiably on ${name}, got no differentiable path`,
      notes: describePaths(builder, name, blocked, paths.length),
      source: last.origin.source,
      help: `compute ${loss} from ${builder.label(entry)} instead, or leave ${name} out of wrt`,
    })
  }
  return new GraphError({
    code: 'E202',
    subject: transform,
    message: `${loss} must depend on ${name}, but its derivative is zero everywhere`,
    notes:
      paths.length === 0
        ? [`${loss} is computed without ${name}`]
        : describePaths(builder, name, paths, paths.length),
    source: paths[0]?.nodes.at(-1)?.origin.source,
    help: `use ${name} in the computation of ${loss}, or leave it out of wrt`,
  })
}

/** The error for a rule that is not written, on a path that the derivative needs. */
export function notImplementedError(
  builder: GraphBuilder,
  transform: string,
  of: Value,
  cut: Cut,
): GraphError {
  const { node, operand, reason } = cut
  const label = builder.label(node.operands[operand]!)
  return new GraphError({
    code: 'E204',
    subject: transform,
    message: `the derivative of ${builder.label(of.id)} needs the rule of ${node.op.name} for ${label}, which is not written: ${reason}`,
    node: nodeText(builder, node),
    source: node.origin.source,
    help: `keep ${label} out of wrt, or write the computation with other ops`,
  })
}

interface Path {
  readonly nodes: readonly Node[]
  /** The operand of the last node at which the derivative ends. */
  readonly entry: ValueId
  readonly refusal: Cut['refusal']
}

/** Shortest chains of nodes from `wrt` to each place where the derivative ended. */
function pathsToCuts(
  builder: GraphBuilder,
  of: Value,
  wrt: Value,
  cuts: readonly Cut[],
): readonly Path[] {
  const needed = ancestors(builder.nodes(), [of.id])
  const chains = new Map<ValueId, readonly Node[]>([[wrt.id, []]])
  const paths: Path[] = []
  for (const node of builder.nodes()) {
    const at = node.operands.findIndex(id => chains.has(id))
    if (at < 0 || !node.results.some(result => needed.has(result.id))) continue
    const nodes = [...chains.get(node.operands[at]!)!, node]
    const cut = cuts.find(({ node: other, operand }) => other === node && operand === at)
    const integer = !node.results.some(result => isFloat(result.type.dtype))
    if (cut !== undefined || integer) {
      paths.push({ nodes, entry: node.operands[at]!, refusal: cut?.refusal ?? 'notDifferentiable' })
      continue
    }
    for (const result of node.results) chains.set(result.id, nodes)
  }
  return paths
}

/** The paths of a refusal, where `all` is how many there are of any kind. */
function describePaths(
  builder: GraphBuilder,
  name: string,
  paths: readonly Path[],
  all: number,
): string[] {
  const [shown, left] = [paths.slice(0, MOST_SHOWN), paths.length - MOST_SHOWN]
  const claim = all === 1 ? 'every path passes through' : 'a path ends at'
  const lines = shown.flatMap(({ nodes }) => {
    const last = nodes[nodes.length - 1]!
    const through = nodes.map(node => builder.label(node.id))
    const place = last.origin.source?.location === undefined ? '' : `  (${last.origin.source})`
    return [
      `${claim}  ${nodeText(builder, last)}${place}`,
      `path: ${[name, ...through].join(' -> ')}`,
    ]
  })
  return left > 0 ? [...lines, `and ${left} more`] : lines
}

function nodeText(builder: GraphBuilder, node: Node): string {
  const results = node.results.map(result => builder.label(result.id)).join(', ')
  const operands = node.operands.map(id => builder.label(id)).join(', ')
  return `${results} = ${node.op.name} ${operands}`
}
