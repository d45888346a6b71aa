// The public ops that take a part of a tensor, or put a frame around it.

import type { Value } from '../../ir/builder.ts'
import { operator } from '../../ir/define.ts'
import type { Operator } from '../../ir/op.ts'
import type { Checked, Out } from '../../ir/shape-sentence.ts'
import type { Tensor } from '../../ir/tensor.ts'
import type { Shape } from '../../ir/type.ts'
import { pad as corePad, type Padding, type PadMode } from '../../ops/padding.ts'
import { slice as coreSlice } from '../../ops/slicing.ts'
import type { DTypeName } from '../../support/dtype.ts'
import { accepted, refusal } from '../shapes/checked.ts'
import { type PadRule, padRule } from '../shapes/pad.ts'
import {
  type Sliced,
  type SliceEndRule,
  type SliceStartRule,
  type SliceStrideRule,
  sliceRule,
} from '../shapes/slice.ts'
import { calledFrom } from '../tracing.ts'
import { checkOperand } from './elementwise.ts'

/** The type of `slice`. */
interface SliceFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    const B extends Shape,
    const E extends Shape,
    const T extends readonly number[] = [],
  >(
    x: Tensor<S, D>,
    start: Checked<B, SliceStartRule<S, B>>,
    end: Checked<E, SliceEndRule<S, B, E>>,
    stride?: Checked<T, SliceStrideRule<S, T>>,
  ): Tensor<Sliced<S, B, E, T>, D>
}

/**
 * Along every axis the elements from `start` up to but without `end`, in steps of `stride`.
 * Negative positions count from the end, axes beyond the lists are taken whole. Throws E101 where
 * a position is not within the axis, an end is before its start, or a stride below 1.
 */
export const slice: SliceFunction = operator(
  coreSlice.op,
  (x: Value, start: Shape, end: Shape, stride?: readonly number[]): Value => {
    checkOperand(coreSlice, x, slice)
    const problem = sliceRule(x.shape, start, end, stride)
    if (problem !== undefined) throw refusal(problem, [x], slice, SLICE_HELP)
    return calledFrom(x.builder, slice, () => coreSlice(x, start, end, stride))
  },
) as Operator as SliceFunction

const SLICE_HELP = 'give positions within the axis, starts before ends, at most one per axis'

/** Options of `pad`. */
export interface PadOptions<M extends PadMode = PadMode> {
  /** What stands around the tensor with mode 'constant'; 0 by default. */
  readonly value?: number | undefined
  /** A constant (the default), the outermost element, or the mirror image at it. */
  readonly mode?: M | undefined
}

/** The type of `pad`. */
interface PadFunction extends Operator {
  <
    S extends Shape,
    D extends DTypeName,
    const P extends readonly Padding[],
    M extends PadMode = 'constant',
  >(
    x: Tensor<S, D>,
    padding: Checked<P, PadRule<S, P, M>>,
    options?: PadOptions<M>,
  ): Tensor<Out<PadRule<S, P, M>>, D>
}

/**
 * A larger tensor, with `low` elements before and `high` after those of each axis. Throws E101
 * where there is not a pair per axis, one is negative, or there is too little to repeat or reflect.
 */
export const pad: PadFunction = operator(
  corePad.op,
  (x: Value, padding: readonly Padding[], options: PadOptions = {}): Value => {
    checkOperand(corePad, x, pad)
    const help = 'write [0, 0] for an axis to leave alone, use slice to take elements away'
    accepted(padRule(x.shape, padding, options.mode ?? 'constant'), [x], pad, help)
    return calledFrom(x.builder, pad, () => corePad(x, padding, options))
  },
) as Operator as PadFunction
