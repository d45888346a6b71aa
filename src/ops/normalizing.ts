// What the normalizations share: their axes and epsilon, the type rule of the operands that hold
// one element per feature, and sampling.

import { type Violation, violation } from '../ir/op.ts'
import { type Draw, type OperandSample, operand } from '../ir/sample.ts'
import { printShape, type Shape, shapesEqual, type TensorType } from '../ir/type.ts'
import { type Axes, axesViolation, dimsAt } from './axes.ts'
import { dtypeConstraint, dtypeViolation, FLOATS } from './families.ts'
import { AXES } from './reducing.ts'

/** Options of the normalizations. */
export interface NormalizationOptions {
  /** The axes that the mean is taken over. */
  readonly axes?: Axes | undefined
  /** Added to the variance before its root is taken; 1e-5 by default. */
  readonly epsilon?: number | undefined
}

/** Added to variances before their root is taken, where nothing else is asked for. */
export const EPSILON = 1e-5

/** What every normalization is told. */
export interface NormalizationAttributes {
  readonly axes: readonly number[]
  readonly epsilon: number
}

/** All axes but the last: those of the examples. */
export const batchAxes = ({ shape }: TensorType) => shape.slice(1).map((_, axis) => axis)

/** The last axis: that of the features. */
export const featureAxes = ({ shape }: TensorType) => shape.slice(-1).map(() => shape.length - 1)

/** The constraints: of x, of the operands named in `per`, whose axes are those `ofAxes`, and ε. */
export const constraintsOn = (per: string, ofAxes: string) => ({
  C1: dtypeConstraint('x', FLOATS),
  C2: AXES,
  C3: `${per} have the shape of x ${ofAxes} axes`,
  C4: `${per} have the dtype of x`,
  C5: 'epsilon is 0 or more',
})

/** The first constraint that fails; the operands in `per` have the dims of x that `shape` picks. */
export function checkNormalization(
  x: TensorType,
  per: Readonly<Record<string, TensorType>>,
  shape: (shape: Shape, axes: readonly number[]) => Shape,
  { axes, epsilon }: NormalizationAttributes,
): Violation | undefined {
  const refused = dtypeViolation(x, 'x', FLOATS) ?? axesViolation('C2', axes, x, 'x')
  if (refused !== undefined) return refused
  const wanted = shape(x.shape, axes)
  for (const [name, type] of Object.entries(per)) {
    const problem = unlike(name, type, { dtype: x.dtype, shape: wanted })
    if (problem !== undefined) return problem
  }
  if (epsilon >= 0) return undefined
  return violation('C5', `epsilon must be 0 or more, got ${epsilon}`, {}, `use ${EPSILON}`)
}

function unlike(name: string, got: TensorType, wanted: TensorType): Violation | undefined {
  if (!shapesEqual(got.shape, wanted.shape)) {
    const [need, have] = [wanted.shape, got.shape].map(printShape)
    const help = `give ${name} the shape ${need}, or name other axes`
    return violation('C3', `${name} must be ${need}, got ${have}`, { [name]: 'whole' }, help)
  }
  if (got.dtype === wanted.dtype) return undefined
  const help = `use cast(${name}, '${wanted.dtype}')`
  const message = `${name} must be ${wanted.dtype}, got ${got.dtype}`
  return violation('C4', message, { [name]: 'dtype' }, help)
}

/** An operand of `shape`, and `count` that have its dims at `axes`. */
export function sampleOperands(
  draw: Draw,
  axes: readonly number[],
  shape: readonly number[],
  count: number,
): OperandSample[] {
  const dtype = draw.pick(FLOATS)
  const per = Array.from({ length: count }, () => operand(dtype, dimsAt(shape, axes)))
  return [operand(dtype, shape), ...per]
}

/** Reduced axes of a sample: the mean of nothing is 0/0, which has no derivative to check. */
export function sampleAxes(draw: Draw, shape: readonly number[]): number[] {
  return draw.axes(shape.length).filter(axis => shape[axis] !== 0)
}

/** Large enough for the differences that check derivatives to be smooth. */
export const SAMPLE_EPSILON = 0.25
