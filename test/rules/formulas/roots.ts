// Roots, absolute values and quotients that are 0/0 at 0.

import { div, mul, square } from '../../../src/ops/arithmetic.ts'
import { sqrt } from '../../../src/ops/exponential.ts'
import { abs } from '../../../src/ops/piecewise.ts'
import type { Formula } from './formula.ts'

/** Formulas of roots. */
export const roots: readonly Formula[] = [
  {
    rules: ['self-over-sqrt'],
    written: 'x / √x',
    build: x => div(x!, sqrt(x!)),
    at: [0],
    derivation: '√x, slope 1/(2√x)',
    value: [0],
    gradients: [[Infinity]],
    wrong: 'value and gradient',
  },
  {
    rules: ['sqrt-over-self'],
    written: '√x / x',
    build: x => div(sqrt(x!), x!),
    at: [0],
    derivation: '1/√x, slope −1/(2√x³)',
    value: [Infinity],
    gradients: [[-Infinity]],
    wrong: 'value and gradient',
  },
  {
    rules: ['sqrt-square'],
    written: '√(x²)',
    build: x => sqrt(square(x!)),
    at: [[1e-30, -3e30]],
    derivation: '|x|, slope sign(x)',
    value: [1e-30, 3e30],
    gradients: [[1, -1]],
    wrong: 'value and gradient',
  },
  {
    rules: ['sqrt-square'],
    written: '√(x · x) at 0',
    build: x => sqrt(mul(x!, x!)),
    at: [0],
    derivation: '|x|, whose slopes at 0 lie between −1 and 1: 0 by convention',
    value: [0],
    gradients: [[0]],
    wrong: 'gradient',
  },
  {
    rules: ['square-sqrt'],
    written: '(√|x|)²',
    build: x => square(sqrt(abs(x!))),
    at: [0],
    derivation: '|x|, slope 0 by convention',
    value: [0],
    gradients: [[0]],
    wrong: 'gradient',
  },
  {
    rules: ['self-over-abs'],
    written: 'x / |x|',
    build: x => div(x!, abs(x!)),
    at: [0],
    derivation: 'sign(x), slope 0',
    value: [0],
    gradients: [[0]],
    wrong: 'value and gradient',
  },
]
