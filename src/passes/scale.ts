// What ops weigh when a rule has to make a graph smaller. The numbers say which of two ways to
// write the same thing is the better one, no more; the cost of running a graph is a matter of
// lowering.

import type { Node } from '../ir/graph.ts'
import type { Op } from '../ir/op.ts'
import { div, reciprocal, sub } from '../ops/arithmetic.ts'
import { broadcastTo } from '../ops/broadcast.ts'
import { full } from '../ops/creation.ts'
import { pow, rsqrt } from '../ops/exponential.ts'
import { transpose } from '../ops/movement.ts'
import type { Scale } from '../rewrite/measure.ts'
import { isKnown } from './known.ts'

const OTHER = 4
const SOURCE = 2
const REDUCTION = 6
const COMPOSITE = 40

const WEIGHTS: ReadonlyMap<Op, number> = new Map([
  [full.op, 1],
  [sub.op, 5],
  [div.op, 7],
  [reciprocal.op, 6],
  [rsqrt.op, 6],
  [pow.op, 9],
  [broadcastTo.op, 5],
  [transpose.op, 6],
])

function weight({ op }: Node): number {
  const own = WEIGHTS.get(op)
  if (own !== undefined) return own
  if (op.operands.length === 0) return SOURCE
  if (op.body !== undefined) return COMPOSITE
  return op.lowering.kind === 'reduction' ? REDUCTION : OTHER
}

/** The scale of the rules in this folder: the normal form has known operands on the right. */
export const scale: Scale = {
  weight,
  disorder: ({ op, operands }, definition) => {
    if (op.facts.commutative !== true) return 0
    const [left, right] = operands.map(id => {
      const node = definition(id)
      return node !== undefined && isKnown(node)
    })
    return left && !right ? 1 : 0
  },
}
