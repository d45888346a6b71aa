// The dimension numbers of a contraction: which axes of two operands run in step, which are summed,
// which stay, and whether all that fits the operands' shapes.

import type { Dim } from '../ir/dim.ts'
import { type Violation, violation } from '../ir/op.ts'
import { printShape, type TensorType } from '../ir/type.ts'
import { dimsAt, otherAxes } from './axes.ts'

/** Axes of the first and of the second operand, pair by pair. */
export type AxisPair = readonly [x: readonly number[], y: readonly number[]]

/** Which axes run in step and stay, and which are multiplied and summed. */
export interface ContractionAttributes {
  readonly batch: AxisPair
  readonly contract: AxisPair
}

/**
 * The last axis of x with the one before the last of y; leading axes are batch if the ranks agree.
 */
export function plainMatmul(x: TensorType, y: TensorType): ContractionAttributes {
  const [rank, other] = [x.shape.length, y.shape.length]
  const leading = Array.from({ length: rank === other ? Math.max(0, rank - 2) : 0 }, (_, i) => i)
  return {
    batch: [leading, leading],
    contract: [[Math.max(0, rank - 1)], [Math.max(0, other - 2)]],
  }
}

/** The axes of x and of y that are neither batch nor contracting: they stay. */
export function freeAxes(x: TensorType, y: TensorType, { batch, contract }: ContractionAttributes) {
  const left = otherAxes(x.shape.length, [...batch[0], ...contract[0]])
  const right = otherAxes(y.shape.length, [...batch[1], ...contract[1]])
  return [left, right] as const
}

/** The dims of the result: batch, the rest of x's, the rest of y's. */
export function resultShape(
  x: TensorType,
  y: TensorType,
  attributes: ContractionAttributes,
): Dim[] {
  const [left, right] = freeAxes(x, y, attributes)
  return [...dimsAt(x.shape, [...attributes.batch[0], ...left]), ...dimsAt(y.shape, right)]
}

/** C3: axes that are out of range, named twice, or without a partner. */
export function axisPairViolation(
  x: TensorType,
  y: TensorType,
  { batch, contract }: ContractionAttributes,
): Violation | undefined {
  const help = 'name each axis of each operand at most once'
  for (const [i, type] of [x, y].entries()) {
    const name = i === 0 ? 'x' : 'y'
    const axes = [...batch[i]!, ...contract[i]!]
    const outside = axes.find(axis => axis < 0 || axis >= type.shape.length)
    if (outside !== undefined) {
      const message = `axis ${outside} is out of range for ${printShape(type.shape)} (rank ${type.shape.length})`
      return violation('C3', message, { [name]: 'whole' }, help)
    }
    if (new Set(axes).size < axes.length) {
      const message = `axes of ${name} must be named once, got [${axes.join(', ')}]`
      return violation('C3', message, { [name]: 'whole' }, help)
    }
  }
  for (const [what, [left, right]] of Object.entries({ batch, contract })) {
    if (left.length === right.length) continue
    const message = `${what} must name as many axes of x as of y, got ${left.length} and ${right.length}`
    return violation('C3', message, {}, help)
  }
  return undefined
}

/** C1, C2: paired axes of unequal size. */
export function sizeViolation(
  x: TensorType,
  y: TensorType,
  attributes: ContractionAttributes,
): Violation | undefined {
  const unequal = ([left, right]: AxisPair) =>
    left.map((axis, i) => [axis, right[i]!] as const).find(([a, b]) => x.shape[a] !== y.shape[b])
  const contracting = unequal(attributes.contract)
  if (contracting !== undefined) {
    const [a, b] = contracting
    const message = `contracting axes must have equal size, got ${x.shape[a]} and ${y.shape[b]}`
    return violation('C1', message, { x: a, y: b }, transposeHelp(x, y, attributes, contracting))
  }
  const batch = unequal(attributes.batch)
  if (batch === undefined) return undefined
  const [a, b] = batch
  const message = `batch axes must have equal size, got ${x.shape[a]} and ${y.shape[b]}`
  return violation('C2', message, { x: a, y: b }, 'give both operands the same batch dims')
}

/** Which operand to transpose, where that makes the contracting axes fit. */
function transposeHelp(
  x: TensorType,
  y: TensorType,
  attributes: ContractionAttributes,
  [a, b]: readonly [number, number],
): string {
  const [left, right] = freeAxes(x, y, attributes)
  if (right.some(axis => y.shape[axis] === x.shape[a])) {
    return 'transpose the second operand with { transposeB: true }'
  }
  if (left.some(axis => x.shape[axis] === y.shape[b])) {
    return 'transpose the first operand with { transposeA: true }'
  }
  return `give operands that share the contracted dim, for example [.., ${x.shape[a]}] and [${x.shape[a]}, ..]`
}
