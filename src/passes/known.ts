// Which values are known before anything runs: constants, and fills of one repeated number.
// Patterns and folding ask here; nothing else in the passes looks into those two ops.

import { sizeOf } from '../ir/dim.ts'
import type { Node } from '../ir/graph.ts'
import { Literal } from '../ir/literal.ts'
import { constant, full } from '../ops/creation.ts'
import { having, type Pattern, reading } from '../rewrite/pattern.ts'

/** Whether a node makes known elements. */
export function isKnown({ op }: Node): boolean {
  return op === full.op || op === constant.op
}

/**
 * The one value of all elements that a node makes; undefined where they differ or are not known.
 */
export function fillOf({
  op,
  attributes: { value },
}: Pick<Node, 'op' | 'attributes'>): number | undefined {
  if (op === full.op && typeof value === 'number') return value
  return op === constant.op && value instanceof Literal ? value.uniform : undefined
}

/** The elements that a node makes, where they are known and at most `most`. */
export function literalOf(node: Node, most: number): Literal | undefined {
  const { value } = node.attributes
  const { dtype, shape } = node.results[0]!.type
  const count = sizeOf(shape)
  if (!isKnown(node) || typeof count !== 'number' || count > most) return undefined
  if (value instanceof Literal) return value
  return Literal.full(dtype, shape as readonly number[], value as number)
}

/** A known value all of whose elements are `value`, bit for bit. */
export function filled(value: number): Pattern
/** A known value with one repeated number, captured under a name. */
export function filled<N extends string>(name: N): Pattern<Readonly<Record<N, number>>>
export function filled(of: number | string): Pattern {
  if (typeof of === 'number') return having(node => Object.is(fillOf(node), of))
  return reading(of, fillOf)
}
