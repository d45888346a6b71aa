// Logic of bools, and of the bits of integers; one operand of two may be a number. Nothing here
// carries a derivative.

import * as core from '../../ops/logic.ts'
import { type BinaryFunction, binaryOf, type UnaryFunction, unaryOf } from './elementwise.ts'

/** x ∧ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const and: BinaryFunction<'and', 'discrete'> = binaryOf('and', 'discrete', core.and)

/** x ∨ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const or: BinaryFunction<'or', 'discrete'> = binaryOf('or', 'discrete', core.or)

/** x ⊕ y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const xor: BinaryFunction<'xor', 'discrete'> = binaryOf('xor', 'discrete', core.xor)

/** ¬x. Throws E101 for floats. */
export const not: UnaryFunction<'not', 'discrete'> = unaryOf('not', 'discrete', core.not)
