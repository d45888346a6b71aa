// What reductions share: type rule, the reference loop that visits every element once in row-major
// order, sampling, and `keepDims`. A section then holds its combination and its derivative.

import { integers } from '../ir/attribute.ts'
import type { Value } from '../ir/builder.ts'
import { defineOp, type JvpContext, operator, type VjpContext } from '../ir/define.ts'
import { eachIndex, elementCount, Literal, stridesOf } from '../ir/literal.ts'
import type { Derivative, Operator } from '../ir/op.ts'
import { operand } from '../ir/sample.ts'
import type { TensorType } from '../ir/type.ts'
import { type Combine, identityOf } from '../kernel/kernel.ts'
import { type Axes, absoluteAxes, axesViolation, dropAxes, onesAt, otherAxes } from './axes.ts'
import { dtypeConstraint, dtypeViolation, NUMBERS } from './families.ts'
import { reshape } from './movement.ts'

/** The sentence of the constraint on the axes of a reduction. */
export const AXES = 'axes are ascending, distinct and within the rank of x'

/** Options of every reduction. */
export interface ReduceOptions {
  /** Whether reduced axes stay, with size 1. */
  readonly keepDims?: boolean | undefined
}

/** A public reduction: over the given axes, or all of them. */
export interface ReduceOp extends Operator {
  (x: Value, axes?: Axes, options?: ReduceOptions): Value
}

interface ReduceAttributes {
  readonly axes: readonly number[]
}

/** What is particular to a reduction that accumulates one value. */
export interface ReduceSection {
  readonly name: string
  readonly combine: Combine
  /** The total with one more element, exactly; the interpreter rounds at the end. */
  readonly accumulate: (total: number, value: number, dtype: TensorType['dtype']) => number
  readonly vjp: (context: VjpContext<'x', ReduceAttributes>) => { readonly x: Derivative }
  readonly jvp: 'linear' | ((context: JvpContext<'x', ReduceAttributes>) => Derivative)
  readonly zeroPreserving?: true
}

/** A reduction over axes. C1: x is a number. C2: the axes are ascending, distinct and there. */
export function reduction(section: ReduceSection): ReduceOp {
  const { name, combine, accumulate, vjp, jvp, zeroPreserving } = section
  const op = defineOp({
    name,
    family: 'reduction',
    operands: ['x'],
    attributes: { axes: integers },
    constraints: { C1: dtypeConstraint('x', NUMBERS), C2: AXES },
    type: ({ x }, { axes }) =>
      dtypeViolation(x, 'x', NUMBERS) ??
      axesViolation('C2', axes, x, 'x') ?? { dtype: x.dtype, shape: dropAxes(x.shape, axes) },
    evaluate: ({ x }, { axes }, { dtype, shape }) => {
      const extents = shape as readonly number[]
      const data = new Float64Array(elementCount(extents)).fill(identityOf(combine, dtype))
      eachReduced(x, axes, (value, target) => {
        data[target] = accumulate(data[target]!, value, dtype)
      })
      return new Literal(dtype, extents, data)
    },
    vjp,
    jvp: jvp === 'linear' ? jvp : { x: jvp },
    lowering: { kind: 'reduction', combine, axes: ({ axes }) => axes as readonly number[] },
    ...(zeroPreserving === undefined ? {} : { facts: { zeroPreserving } }),
    samples: draw => {
      const shape = draw.shape()
      const attributes = { axes: draw.axes(shape.length) }
      return { operands: [operand(draw.pick(NUMBERS), shape)], attributes }
    },
  })
  const call: ReduceOp = operator(op, (x: Value, axes?: Axes, options: ReduceOptions = {}) => {
    const absolute = absoluteAxes(name, x, axes, call)
    const out = x.builder.append(op, [x], { axes: absolute }, call)[0]!
    return options.keepDims ? reshape(out, onesAt(x.type.shape, absolute)) : out
  })
  return call
}

/**
 * Calls `visit` with every element of `x`, its position in the result, and its position within the
 * reduced axes; both positions are row-major.
 */
export function eachReduced(
  x: Literal,
  axes: readonly number[],
  visit: (value: number, target: number, within: number) => void,
): void {
  const positionAlong = (chosen: readonly number[]) => {
    const strides = stridesOf(chosen.map(axis => x.shape[axis]!))
    return (index: readonly number[]) =>
      chosen.reduce((sum, axis, i) => sum + strides[i]! * index[axis]!, 0)
  }
  const targetOf = positionAlong(otherAxes(x.shape.length, axes))
  const withinOf = positionAlong(axes)
  eachIndex(x.shape, (index, at) => visit(x.at(at), targetOf(index), withinOf(index)))
}
