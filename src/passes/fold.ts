// Pass fold: what is known is computed now, by the reference meaning of each op rounded to its
// dtype. Results differ from those of a run in the last bits at most, where a target approximates
// an op. A fill stays a fill, whatever its shape, symbolic ones included, and equal elements become
// a fill.

import type { Value } from '../ir/builder.ts'
import type { Dim } from '../ir/dim.ts'
import { evaluateOp } from '../ir/evaluate.ts'
import type { Node } from '../ir/graph.ts'
import type { Firing } from '../ir/history.ts'
import { Literal } from '../ir/literal.ts'
import { constant, full, size } from '../ops/creation.ts'
import { type Pass, sizeOption } from '../rewrite/pass.ts'
import { Workspace } from '../rewrite/workspace.ts'
import { fillOf, isKnown, literalOf } from './known.ts'
import { isMovement } from './movements.ts'

/** What fold does, as firings report it. */
const COMPUTED = {
  name: 'fold',
  why: 'every operand is known, so the result is',
  exactness: 'rounding',
} as const

/** Most elements of a result or operand that are computed ahead and stored. */
const DEFAULT_LIMIT = 4096

/**
 * Computes nodes with known operands; `fold{limit=100}` stores at most so many elements of each.
 */
export const fold: Pass = {
  name: 'fold',
  summary: 'computes what is known',
  expects: [],
  leaves: [],
  options: { limit: sizeOption },
  run: (graph, { limit = DEFAULT_LIMIT }, { witness } = {}) => {
    const workspace = new Workspace(graph)
    const firings: Firing[] = []
    // Operands come first in this order, so one sweep folds whole expressions.
    for (const id of graph.order) {
      const node = workspace.node(id)
      if (node === undefined) continue
      const results = known(node, workspace, Number(limit))
      if (results === undefined || !workspace.isUsed(node)) continue
      workspace.replace(node, () => {
        const values = results.map((result, i) => stored(result, node, i, workspace))
        witness?.({ rule: COMPUTED, node, values, workspace })
        return values
      })
      const { op, origin } = node
      firings.push({ rule: COMPUTED.name, why: COMPUTED.why, node: id, op: op.name, origin })
    }
    return { graph: workspace.commit().graph, firings }
  },
}

/** A number stands for a fill of it. */
type Known = number | Literal

function known(node: Node, workspace: Workspace, limit: number): Known[] | undefined {
  if (node.op === full.op) return undefined
  if (node.op === constant.op) return uniform(node)
  if (node.op === size.op) return sizeFill(node)
  if (node.operands.length === 0) return undefined
  const makers = node.operands.map(id => workspace.definition(id))
  if (!makers.every(maker => maker !== undefined && isKnown(maker))) return undefined
  return fromFills(node, makers as Node[]) ?? fromLiterals(node, makers as Node[], limit)
}

function uniform(node: Node): Known[] | undefined {
  const fill = fillOf(node)
  return fill === undefined ? undefined : [fill]
}

function sizeFill({ op, attributes }: Node): Known[] | undefined {
  const of = attributes.of as Dim
  if (typeof of !== 'number') return undefined
  return [evaluateOp(op, [], attributes, 'dtype')[0]!.at(0)]
}

/** An elementwise op on fills is computed once, on scalars; a movement of a fill is that fill. */
function fromFills(node: Node, makers: readonly Node[]): Known[] | undefined {
  const moves = isMovement(node.op)
  if (node.op.lowering.kind !== 'elementwise' && !moves) return undefined
  const fills = makers.map(fillOf)
  if (fills.some(fill => fill === undefined)) return undefined
  if (moves) return [fills[0]!]
  const scalars = makers.map((maker, i) => Literal.scalar(maker.results[0]!.type.dtype, fills[i]!))
  return evaluateOp(node.op, scalars, node.attributes, 'dtype').map(result => result.at(0))
}

function fromLiterals(node: Node, makers: readonly Node[], limit: number): Known[] | undefined {
  const literals = makers.map(maker => literalOf(maker, limit))
  const sizes = node.results.map(({ type }) =>
    type.shape.reduce<number>(
      (count, extent) => count * (typeof extent === 'number' ? extent : Number.NaN),
      1,
    ),
  )
  if (literals.includes(undefined) || !sizes.every(count => count <= limit)) return undefined
  const results = evaluateOp(node.op, literals as Literal[], node.attributes, 'dtype')
  return results.map(result => result.uniform ?? result)
}

function stored(result: Known, node: Node, index: number, into: Workspace): Value {
  const { type } = node.results[index]!
  return typeof result === 'number' ? full(into, result, type) : constant(into, result)
}
