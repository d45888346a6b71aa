// Axes as users write them (negative, unordered, left out) and as attributes hold them: absolute,
// ascending, distinct. Public functions normalize here before they append; type rules check here.

import type { Value } from '../ir/builder.ts'
import type { Dim } from '../ir/dim.ts'
import { type Violation, violation } from '../ir/op.ts'
import { printShape, printType, type Shape, type TensorType } from '../ir/type.ts'
import type { DiagnosticError } from '../support/diagnostic.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'

/** One axis or several, from the front or (negative) from the back. */
export type Axes = number | readonly number[]

/** A public function, as the boundary of a captured stack. */
export type Boundary = (...args: never[]) => unknown

/** The error of an argument that a public function refuses before it appends anything. */
export function argumentError(
  subject: string,
  message: string,
  help: string,
  operands: readonly Value[] = [],
  boundary?: Boundary,
): DiagnosticError {
  return new GraphError({
    code: 'E101',
    subject,
    message,
    operands: operands.map(({ id, type, builder }) => ({
      label: builder.label?.(id) ?? `%${id}`,
      type: printType(type),
    })),
    source: captureSource(boundary),
    help,
  })
}

/** The absolute axis of `x` that `axis` means. Throws E101 where there is none. */
export function absoluteAxis(subject: string, x: Value, axis: number, boundary?: Boundary): number {
  const rank = x.type.shape.length
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis
  const allowed = rank === 0 ? 'a scalar has no axes' : `use ${-rank}..${rank - 1}`
  const message = `axis ${axis} is out of range for ${printShape(x.type.shape)} (rank ${rank}: ${allowed})`
  const help =
    rank === 0
      ? 'leave the axis out, or use an operand of higher rank'
      : `pass an axis in ${-rank}..${rank - 1}`
  throw argumentError(subject, message, help, [x], boundary)
}

/**
 * The absolute axes of `x` that are meant, ascending; all of them where `axes` is left out.
 * Throws E101 where one is out of range or given twice.
 */
export function absoluteAxes(
  subject: string,
  x: Value,
  axes: Axes | undefined,
  boundary?: Boundary,
): number[] {
  if (axes === undefined) return x.type.shape.map((_, axis) => axis)
  const given = typeof axes === 'number' ? [axes] : axes
  const absolute = given.map(axis => absoluteAxis(subject, x, axis, boundary))
  if (new Set(absolute).size < absolute.length) {
    const message = `axes [${given.join(', ')}] repeat an axis`
    throw argumentError(subject, message, 'name each axis once', [x], boundary)
  }
  return absolute.sort((a, b) => a - b)
}

/** The violation of axes that are not ascending, distinct and within the rank of operand `name`. */
export function axesViolation(
  constraint: string,
  axes: readonly number[],
  { shape }: TensorType,
  name: string,
): Violation | undefined {
  const rank = shape.length
  const wrong = axes.find((axis, i) => axis < 0 || axis >= rank || (i > 0 && axis <= axes[i - 1]!))
  if (wrong === undefined) return undefined
  const isInside = wrong >= 0 && wrong < rank
  const message = isInside
    ? `axes must be ascending and distinct, got [${axes.join(', ')}]`
    : `axis ${wrong} is out of range for ${printShape(shape)} (rank ${rank})`
  const help = isInside ? 'write the axes once each, in ascending order' : axisHelp(rank)
  return violation(constraint, message, { [name]: 'whole' }, help)
}

/** The violation of one axis that is not within the rank of operand `name`. */
export function axisViolation(constraint: string, axis: number, type: TensorType, name: string) {
  return axesViolation(constraint, [axis], type, name)
}

const axisHelp = (rank: number) =>
  rank === 0 ? 'a scalar has no axes: leave them out' : `axes in attributes are 0..${rank - 1}`

/** The axes of a rank that are not among `axes`. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter(axis => !axes.includes(axis))
}

/** The dims of a shape at `axes`. */
export function dimsAt(shape: Shape, axes: readonly number[]): Dim[] {
  return axes.map(axis => shape[axis]!)
}

/** The shape without the dims at `axes`. */
export function dropAxes(shape: Shape, axes: readonly number[]): Dim[] {
  return dimsAt(shape, otherAxes(shape.length, axes))
}

/** The shape with 1 at `axes`: what a reduction gives that keeps its axes. */
export function onesAt(shape: Shape, axes: readonly number[]): Dim[] {
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
}
