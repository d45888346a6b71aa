// What ops weigh when a rule has to make a graph smaller. The numbers say which of two ways to
// write the same thing is the better one, no more; the cost of running a graph is a matter of
// lowering.

import type { Node, ValueId } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { relu } from '../ops/activation.ts'
import { div, neg } from '../ops/arithmetic.ts'
import { maxPool2d } from '../ops/pooling.ts'
import { max } from '../ops/reduction.ts'
import type { Definition, Scale } from '../rewrite/measure.ts'
import { isKnown } from './known.ts'
import { isMovement } from './movements.ts'
import { WEIGHTS } from './weights.ts'

const OTHER = 4
const SOURCE = 2
const REDUCTION = 6
const COMPOSITE = 40

function weight({ op }: Node): number {
  const own = WEIGHTS.get(op)
  if (own !== undefined) return own
  if (op.operands.length === 0) return SOURCE
  if (op.body !== undefined) return COMPOSITE
  return op.lowering.kind === 'reduction' ? REDUCTION : OTHER
}

const isElementwise = ({ op, operands }: Node) =>
  op.lowering.kind === 'elementwise' && operands.length > 0 && op !== neg.op

/** Whether a node scales or shifts by what is known, in the form in which that is written. */
function isByKnown({ op, operands }: Node, definition: Definition): boolean {
  const groups = op === div.op || (op.facts.associative === true && op.facts.commutative === true)
  const isKnownAt = (at: number) => isMadeKnown(operands[at], definition)
  return groups && isKnownAt(1) && !isKnownAt(0)
}

function isMadeKnown(id: ValueId | undefined, definition: Definition): boolean {
  const node = id === undefined ? undefined : definition(id)
  return node !== undefined && isKnown(node)
}

/** Known operands of a commutative op stand on the right. */
const knownOnTheLeft = ({ op, operands: [x, y] }: Node, definition: Definition) => ({
  times: 1,
  own: op.facts.commutative && isMadeKnown(x, definition) && !isMadeKnown(y, definition) ? 1 : 0,
})

/** Movements stand outside of elementwise ops; a known factor in between says nothing. */
const movementDepth = (node: Node, definition: Definition) => ({
  times: isElementwise(node) && !isByKnown(node, definition) ? 2 : 1,
  own: isMovement(node.op) ? 1 : 0,
})

/** Signs and known factors stand outside of whatever lets them pass; movements say nothing. */
function scalingDepth(node: Node, definition: Definition) {
  const scales = node.op === neg.op || isByKnown(node, definition)
  return { times: scales || isMovement(node.op) ? 1 : 2, own: scales ? 1 : 0 }
}

/** A sign stands outside of a movement, and a movement outside of a known factor. */
function order(node: Node, definition: Definition) {
  if (isMovement(node.op)) return { times: 2, own: 4 }
  if (isByKnown(node, definition)) return { times: 2, own: 1 }
  return { times: 1, own: node.op === neg.op ? 1 : 0 }
}

const MAXIMA: ReadonlySet<Op> = new Set([max, maxPool2d].map(({ op }) => op))

/** A rectifier stands outside of a maximum: it has less to do there. */
const rectifierDepth = ({ op }: Node) => ({
  times: MAXIMA.has(op) ? 2 : 1,
  own: op === relu.op ? 1 : 0,
})

/** The scale of the rules in this folder. */
export const scale: Scale = {
  weight,
  ranks: [knownOnTheLeft, movementDepth, scalingDepth, order, rectifierDepth],
}
