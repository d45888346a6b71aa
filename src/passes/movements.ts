// Ops that put elements in other places, and nothing else: what all elements have in common, moved
// ones have too. Not gathers, whose places are computed, nor pads, which bring elements of their
// own.

import type { Op } from '../ir/op.ts'
import { broadcastTo } from '../ops/broadcast.ts'
import { reshape, reverse, transpose } from '../ops/movement.ts'
import { slice } from '../ops/slicing.ts'

/** Reshape, transpose, reverse, broadcast and slice. */
export const movements = [reshape, transpose, broadcastTo, reverse, slice] as const

const all: ReadonlySet<Op> = new Set(movements.map(({ op }) => op))

/** Whether a node of `op` has the elements of its operand, in other places. */
export const isMovement = (op: Op): boolean => all.has(op)
