// What a kernel accumulates for an element of a value: one element of the operand of a reduction,
// or a product of two, by the position along the axes that are summed.

import { flatIndex, type Index, index } from '../kernel/index.ts'
import { type Combine, identityOf } from '../kernel/kernel.ts'
import type { Scalar } from '../kernel/scalar.ts'
import * as s from '../kernel/scalar.ts'
import { invariant } from '../support/diagnostic.ts'
import { type Contracted, factorIndices } from './contraction-roles.ts'
import type { Draft } from './draft.ts'
import { type Computed, isMadeBy, type LoweringOf } from './values.ts'

/** The terms of a total. */
export interface Terms {
  readonly combine: Combine
  /** Extents of the axes that are summed, those of 1 included. */
  readonly extents: readonly number[]
  /** The term at a position along the axes that are longer than 1. */
  readonly value: (along: readonly Index[]) => Scalar
  /** For the position of an extreme: which one this is. */
  readonly at: ((along: readonly Index[]) => Scalar) | undefined
}

/** The terms of the element of `value` at `at`. */
export function termsOf(draft: Draft, value: Computed, at: readonly Index[]): Terms {
  if (isMadeBy(value, 'reduction')) return reductionTerms(draft, value, at)
  invariant(isMadeBy(value, 'contraction'), value.node.op.name, 'only what is summed has terms')
  const extents = summedExtents(value)
  return {
    combine: '+',
    extents,
    value: along => s.mul(...factorsAt(draft, value, at, spread(extents, along))),
    at: undefined,
  }
}

/** The extents of the axes that a value is summed over, those of 1 included. */
export function summedExtents(value: Computed): readonly number[] {
  const shape = (value.context.types[0]?.shape ?? []) as readonly number[]
  const { attributes } = value.context
  if (isMadeBy(value, 'reduction')) {
    const axes = new Set(value.lowering.axes(attributes))
    return shape.filter((_, d) => axes.has(d))
  }
  if (!isMadeBy(value, 'contraction')) return []
  return value.lowering.axes(attributes).contract[0].map(axis => shape[axis]!)
}

function reductionTerms(
  draft: Draft,
  value: Computed<LoweringOf<'reduction'>>,
  at: readonly Index[],
): Terms {
  const { lowering, context, operands } = value
  const { dtype, shape } = context.types[0]!
  const axes = new Set(lowering.axes(context.attributes))
  const extents = summedExtents(value)
  const beyond = s.constant(dtype, identityOf(lowering.combine, dtype))
  const from = (along: readonly Index[]) => {
    const reduced = spread(extents, along)
    let [nextKept, nextReduced] = [0, 0]
    return shape.map((_, d) => (axes.has(d) ? reduced[nextReduced++]! : at[nextKept++]!))
  }
  const long = extents.filter(extent => extent !== 1)
  return {
    combine: lowering.combine,
    extents,
    value: along => draft.read(operands[0]!, from(along), beyond),
    at: lowering.at === true ? along => s.indexValue(flatIndex(along, long)) : undefined,
  }
}

/** Both factors of a product. */
export function factorsAt(
  draft: Draft,
  value: Contracted,
  at: readonly Index[],
  over: readonly Index[],
): readonly [Scalar, Scalar] {
  const [left, right] = factorIndices(value, at, over)
  return [draft.read(value.operands[0]!, left), draft.read(value.operands[1]!, right)]
}

/** An index for every extent, of those for the extents above 1. */
export function spread(extents: readonly number[], along: readonly Index[]): readonly Index[] {
  let next = 0
  return extents.map(extent => (extent === 1 ? index(0) : along[next++]!))
}
