// Arithmetic of two tensors, of which one may be a number. Formulas, derivatives and numerics are
// those of the core ops of the same names.

import * as core from '../../ops/arithmetic.ts'
import { pow as corePow } from '../../ops/exponential.ts'
import * as logarithms from '../../ops/logarithms.ts'
import { maximum as coreMaximum, minimum as coreMinimum } from '../../ops/piecewise.ts'
import { type BinaryFunction, binaryOf } from './elementwise.ts'

/** x + y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const add: BinaryFunction<'add', 'number'> = binaryOf('add', 'number', core.add)

/** x − y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const sub: BinaryFunction<'sub', 'number'> = binaryOf('sub', 'number', core.sub)

/** x · y, with broadcasting. Throws E101 where shapes or dtypes do not fit. */
export const mul: BinaryFunction<'mul', 'number'> = binaryOf('mul', 'number', core.mul)

/**
 * x / y, with broadcasting; integers truncate toward zero, and a zero divisor gives 0.
 * Throws E101 where shapes or dtypes do not fit.
 */
export const div: BinaryFunction<'div', 'number'> = binaryOf('div', 'number', core.div)

/** x to the power y, of floats, with broadcasting. Throws E101 where they do not fit. */
export const pow: BinaryFunction<'pow', 'float'> = binaryOf('pow', 'float', corePow)

/**
 * The larger of x and y, with broadcasting; at a tie the cotangent goes to x.
 * Throws E101 where shapes or dtypes do not fit.
 */
export const maximum: BinaryFunction<'maximum', 'number'> = binaryOf(
  'maximum',
  'number',
  coreMaximum,
)

/**
 * The smaller of x and y, with broadcasting; at a tie the cotangent goes to x.
 * Throws E101 where shapes or dtypes do not fit.
 */
export const minimum: BinaryFunction<'minimum', 'number'> = binaryOf(
  'minimum',
  'number',
  coreMinimum,
)

/** log(eˣ + eʸ), with broadcasting: a smooth maximum. Throws E101 where they do not fit. */
export const logAddExp: BinaryFunction<'logAddExp', 'float'> = binaryOf(
  'logAddExp',
  'float',
  logarithms.logAddExp,
)

/**
 * x · log y, and 0 where x is 0, whatever y: the terms of entropies. With broadcasting.
 * Throws E101 where shapes or dtypes do not fit.
 */
export const xlogy: BinaryFunction<'xlogy', 'float'> = binaryOf('xlogy', 'float', logarithms.xlogy)

/**
 * x · log(1 + y), and 0 where x is 0, whatever y, with broadcasting.
 * Throws E101 where shapes or dtypes do not fit.
 */
export const xlog1py: BinaryFunction<'xlog1py', 'float'> = binaryOf(
  'xlog1py',
  'float',
  logarithms.xlog1py,
)
