// Functions of one tensor, element by element; the result has its shape and dtype. Formulas,
// derivatives and numerics are those of the core ops of the same names.

import * as arithmetic from '../../ops/arithmetic.ts'
import * as exponential from '../../ops/exponential.ts'
import * as logarithms from '../../ops/logarithms.ts'
import * as piecewise from '../../ops/piecewise.ts'
import * as trigonometric from '../../ops/trigonometric.ts'
import { type UnaryFunction, unaryOf } from './elementwise.ts'

/** −x. Throws E101 for u32 and bool. */
export const neg: UnaryFunction<'neg', 'signed'> = unaryOf('neg', 'signed', arithmetic.neg)

/** |x|; its derivative at 0 is 0. Throws E101 for u32 and bool. */
export const abs: UnaryFunction<'abs', 'signed'> = unaryOf('abs', 'signed', piecewise.abs)

/** −1, 0 or 1; derivative 0. Throws E101 for u32 and bool. */
export const sign: UnaryFunction<'sign', 'signed'> = unaryOf('sign', 'signed', piecewise.sign)

/** x². Throws E101 for bools. */
export const square: UnaryFunction<'square', 'number'> = unaryOf(
  'square',
  'number',
  arithmetic.square,
)

/** e to the power x. Throws E101 where x is no float. */
export const exp: UnaryFunction<'exp', 'float'> = unaryOf('exp', 'float', exponential.exp)

/** e to the power x, less 1; accurate near 0. Throws E101 where x is no float. */
export const expm1: UnaryFunction<'expm1', 'float'> = unaryOf('expm1', 'float', exponential.expm1)

/** The natural logarithm; −∞ at 0, NaN below. Throws E101 where x is no float. */
export const log: UnaryFunction<'log', 'float'> = unaryOf('log', 'float', exponential.log)

/** The natural logarithm of 1 + x; accurate near 0. Throws E101 where x is no float. */
export const log1p: UnaryFunction<'log1p', 'float'> = unaryOf('log1p', 'float', exponential.log1p)

/** log(1 − eˣ), for x below 0; accurate near 0 and far from it. Throws E101 where x is no float. */
export const log1mexp: UnaryFunction<'log1mexp', 'float'> = unaryOf(
  'log1mexp',
  'float',
  logarithms.log1mexp,
)

/** The square root; NaN below 0. Throws E101 where x is no float. */
export const sqrt: UnaryFunction<'sqrt', 'float'> = unaryOf('sqrt', 'float', exponential.sqrt)

/** 1 over the square root. Throws E101 where x is no float. */
export const rsqrt: UnaryFunction<'rsqrt', 'float'> = unaryOf('rsqrt', 'float', exponential.rsqrt)

/** The Gauss error function. Throws E101 where x is no float. */
export const erf: UnaryFunction<'erf', 'float'> = unaryOf('erf', 'float', exponential.erf)

/** 1 / x. Throws E101 where x is no float. */
export const reciprocal: UnaryFunction<'reciprocal', 'float'> = unaryOf(
  'reciprocal',
  'float',
  arithmetic.reciprocal,
)

/** The sine of an angle in radians. Throws E101 where x is no float. */
export const sin: UnaryFunction<'sin', 'float'> = unaryOf('sin', 'float', trigonometric.sin)

/** The cosine of an angle in radians. Throws E101 where x is no float. */
export const cos: UnaryFunction<'cos', 'float'> = unaryOf('cos', 'float', trigonometric.cos)

/** The hyperbolic tangent. Throws E101 where x is no float. */
export const tanh: UnaryFunction<'tanh', 'float'> = unaryOf('tanh', 'float', trigonometric.tanh)

/** The largest integer that is not above x; derivative 0. Throws E101 where x is no float. */
export const floor: UnaryFunction<'floor', 'float'> = unaryOf('floor', 'float', piecewise.floor)

/** The smallest integer that is not below x; derivative 0. Throws E101 where x is no float. */
export const ceil: UnaryFunction<'ceil', 'float'> = unaryOf('ceil', 'float', piecewise.ceil)

/** The nearest integer, ties to the even one; derivative 0. Throws E101 where x is no float. */
export const round: UnaryFunction<'round', 'float'> = unaryOf('round', 'float', piecewise.round)
