// What a movement does, read off the expression that its lowering gives for one element: which
// operands it loads, what it computes itself, and whether the result is a range of its operand as
// that lies in memory.

import { elementCount, stridesOf } from '../ir/literal.ts'
import { addIndex, flatIndex, type Index } from '../kernel/index.ts'
import { load, type Scalar } from '../kernel/scalar.ts'
import { flopsOf } from './cost.ts'
import { pointsOf } from './names.ts'
import type { Computed, LoweringOf } from './values.ts'

/** A value that a movement or gather makes. */
export type Moved = Computed<LoweringOf<'movement' | 'gather'>>

/** One access to an operand. */
interface OperandLoad {
  readonly operand: number
  readonly index: readonly Index[]
  /** Whether the access has a value outside of the operand, so that only hits count as loads. */
  readonly isGuarded: boolean
}

/** A movement in numbers. */
export interface Movement {
  readonly loads: readonly OperandLoad[]
  readonly flops: number
  /** Where in its operand the result begins, if in row-major order it is a range of it. */
  readonly start: number | undefined
}

/** What the movement does. */
export function movementOf(value: Moved): Movement {
  const { lowering, context, shape } = value
  if (shape.includes(0)) return { loads: [], flops: 0, start: undefined }
  const at = pointsOf(shape, 'i').index
  const loads: OperandLoad[] = []
  const element = lowering.element(
    at,
    (operand, index, fill) => {
      loads.push({ operand, index, isGuarded: fill !== undefined })
      return load(context.types[operand]!.dtype, `x${operand}`, index, fill)
    },
    context,
  )
  const flops = element.kind === 'load' ? 0 : flopsOf(element)
  return { loads, flops, start: startOf(value, at, element, loads) }
}

function startOf(
  { context, shape, size }: Moved,
  at: readonly Index[],
  element: Scalar,
  [first, ...others]: readonly OperandLoad[],
): number | undefined {
  if (first === undefined || others.length > 0 || element.kind !== 'load' || first.isGuarded) return
  const from = context.types[first.operand]!.shape as readonly number[]
  // A range has no more elements than what it is a range of; repeating has.
  if (elementCount(from) < size) return
  const shift = addIndex(flatIndex(first.index, from), flatIndex(at, shape), -1)
  return shift.terms.length === 0 ? shift.constant : undefined
}

/**
 * Where each operand begins in the result of a join, in elements; undefined where the operands do
 * not lie one after another in row-major order.
 */
export function startsOfParts({ lowering, context, shape }: Moved): readonly number[] | undefined {
  const axis = lowering.joins?.(context.attributes)
  if (axis === undefined || shape.slice(0, axis).some(extent => extent !== 1)) return undefined
  const step = stridesOf(shape)[axis]!
  let start = 0
  return context.types.map(type => {
    const own = start
    start += step * (type.shape[axis] as number)
    return own
  })
}
