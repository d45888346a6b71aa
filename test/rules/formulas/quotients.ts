// Quotients by way of a reciprocal, which overflows before it is multiplied by something small.

import { mul, reciprocal } from '../../../src/ops/arithmetic.ts'
import type { Formula } from './formula.ts'

/** One over this is no number of f32. */
const SUBNORMAL = 2 ** -130
const SMALL = 2 ** -20

/** Formulas of quotients. */
export const quotients: readonly Formula[] = [
  {
    rules: ['mul-reciprocal'],
    written: 'x · (1 / y)',
    build: (x, y) => mul(x!, reciprocal(y!)),
    at: [SMALL, SUBNORMAL],
    weights: [SMALL],
    derivation: 'x / y, slopes w / y and −w · x / y², which is beyond all numbers',
    value: [2 ** 110],
    gradients: [[2 ** 110], [Number.NEGATIVE_INFINITY]],
    wrong: 'value and gradient',
  },
]
