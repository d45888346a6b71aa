// Formulas that look like those of rules of logarithms, and mean something else, or go on further
// down than these rules look.

import type { LookAlike } from './look-alike.ts'

/** Look-alikes of those of rules of logarithms. */
export const likeLogarithms: readonly LookAlike[] = [
  [
    'log-one-plus',
    '2 is not 1',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = add %x, %0 : f32[2]
     %2 = log %1 : f32[2]`,
  ],
  [
    'log-one-plus',
    'x − 1 is not x + 1',
    '%x: f32[2]',
    `%0 = full {value = -1, shape = [2], dtype = f32} : f32[2]
     %1 = add %x, %0 : f32[2]
     %2 = log %1 : f32[2]`,
  ],
  [
    'log-one-minus',
    '2 is not 1',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = sub %0, %x : f32[2]
     %2 = log %1 : f32[2]`,
  ],
  [
    'log-one-minus',
    'x − 1 is the other way round',
    '%x: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = sub %x, %0 : f32[2]
     %2 = log %1 : f32[2]`,
  ],
  [
    'log-one-plus-exp',
    'the exponential is multiplied by another value',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = mul %0, %y : f32[2]
     %2 = log1p %1 : f32[2]`,
  ],
  [
    'log-one-plus-exp',
    'the other term is no exponential',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = add %0, %y : f32[2]
     %2 = log1p %1 : f32[2]`,
  ],
  [
    'log-one-minus-exp',
    'the exponential is added',
    '%x: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = log1p %0 : f32[2]`,
  ],
  [
    'log-minus-expm-one',
    'expm1 has no logarithm where its operand is negative',
    '%x: f32[2]',
    `%0 = expm1 %x : f32[2]
     %1 = log %0 : f32[2]`,
  ],
  [
    'log-exp',
    'log and expm1 are not inverse to each other',
    '%x: f32[2]',
    `%0 = expm1 %x : f32[2]
     %1 = log %0 : f32[2]`,
  ],
  [
    'log-exp',
    'log1p and exp are not inverse to each other',
    '%x: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = log1p %0 : f32[2]`,
  ],
  [
    'exp-log',
    'the logarithm of a negative x is NaN',
    '%x: f32[2]',
    `%0 = log %x : f32[2]
     %1 = exp %0 : f32[2]`,
  ],
  [
    'square-sqrt',
    'the root of a negative x is NaN',
    '%x: f32[2]',
    `%0 = sqrt %x : f32[2]
     %1 = square %0 : f32[2]`,
  ],
  [
    'abs-nonnegative',
    'x may be negative',
    '%x: f32[2]',
    `%0 = tanh %x : f32[2]
     %1 = abs %0 : f32[2]`,
  ],
  [
    'abs-nonnegative',
    'a difference of positive values may be negative',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = sub %0, %1 : f32[2]
     %3 = relu %2 : f32[2]`,
  ],
  [
    'log-sum-of-exp',
    'the sum is of something else',
    '%x: f32[2]',
    `%0 = expm1 %x : f32[2]
     %1 = sum %0 {axes = [0]} : f32[]
     %2 = log %1 : f32[]`,
  ],
  [
    'log-mean-of-exp',
    'how many there are is not known yet',
    '%x: f32[n]',
    `%0 = exp %x : f32[n]
     %1 = mean %0 {axes = [0]} : f32[]
     %2 = log %1 : f32[]`,
  ],
  [
    'log-add-of-exp',
    'one term is no exponential',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = add %0, %y : f32[2]
     %2 = log %1 : f32[2]`,
  ],
  [
    'log-add-of-exp',
    'the exponentials are subtracted',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = sub %0, %1 : f32[2]
     %3 = log %2 : f32[2]`,
  ],
  [
    'log-add-of-exp',
    'the fifth exponential is further down than is looked for',
    '%v: f32[2], %w: f32[2], %x: f32[2], %y: f32[2], %z: f32[2]',
    `%0 = exp %v : f32[2]
     %1 = exp %w : f32[2]
     %2 = add %0, %1 : f32[2]
     %3 = exp %x : f32[2]
     %4 = add %2, %3 : f32[2]
     %5 = exp %y : f32[2]
     %6 = add %4, %5 : f32[2]
     %7 = exp %z : f32[2]
     %8 = add %6, %7 : f32[2]
     %9 = add %8, %0 : f32[2]
     %10 = log %9 : f32[2]`,
  ],
  [
    'log-add-of-exp',
    'the exponential that is summed is further down than is looked for',
    '%w: f32[3], %x: f32[], %y: f32[], %z: f32[]',
    `%0 = exp %w : f32[3]
     %1 = sum %0 {axes = [0]} : f32[]
     %2 = exp %x : f32[]
     %3 = add %1, %2 : f32[]
     %4 = exp %y : f32[]
     %5 = add %3, %4 : f32[]
     %6 = exp %z : f32[]
     %7 = add %5, %6 : f32[]
     %8 = add %7, %2 : f32[]
     %9 = log %8 : f32[]`,
  ],
  [
    'log-add-of-exp',
    'the exponential that is repeated is further down than is looked for',
    '%w: f32[], %x: f32[3], %y: f32[3], %z: f32[3]',
    `%0 = exp %w : f32[]
     %1 = broadcast_to %0 {shape = [3], axes = [0]} : f32[3]
     %2 = exp %x : f32[3]
     %3 = add %1, %2 : f32[3]
     %4 = exp %y : f32[3]
     %5 = add %3, %4 : f32[3]
     %6 = exp %z : f32[3]
     %7 = add %5, %6 : f32[3]
     %8 = add %7, %2 : f32[3]
     %9 = log %8 : f32[3]`,
  ],
  [
    'log-product',
    'of a quotient of negative values the logarithm is real, of the values it is not',
    '%x: f32[2], %y: f32[2]',
    `%0 = div %x, %y : f32[2]
     %1 = log %0 : f32[2]`,
  ],
  [
    'log-product',
    'of a product of negative values the logarithm is real, of the values it is not',
    '%x: f32[2], %y: f32[2]',
    `%0 = mul %x, %y : f32[2]
     %1 = log %0 : f32[2]`,
  ],
  [
    'log-product',
    'no logarithm here is stable on its own',
    '%x: f32[2], %y: f32[2]',
    `%0 = square %x : f32[2]
     %1 = abs %y : f32[2]
     %2 = div %0, %1 : f32[2]
     %3 = log %2 : f32[2]`,
  ],
  [
    'log-product',
    '2 + exp(x) is no softplus',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = add %1, %0 : f32[2]
     %3 = mul %2, %y : f32[2]
     %4 = log %3 : f32[2]`,
  ],
  [
    'softplus-minus-self',
    'another value is subtracted',
    '%x: f32[2], %y: f32[2]',
    `%0 = softplus %x : f32[2]
     %1 = sub %0, %y : f32[2]`,
  ],
  [
    'weighted-logarithm',
    'a weight of 2 is never 0',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = log %x : f32[2]
     %2 = mul %1, %0 : f32[2]`,
  ],
  [
    'weighted-logarithm',
    'known weights are nowhere 0',
    '%x: f32[2]',
    `%0 = constant {value = f32[2] [1, 2]} : f32[2]
     %1 = log %x : f32[2]
     %2 = mul %1, %0 : f32[2]`,
  ],
  [
    'weighted-logarithm',
    'a logarithm is no weight',
    '%x: f32[2], %y: f32[2]',
    `%0 = log %x : f32[2]
     %1 = log1p %y : f32[2]
     %2 = mul %0, %1 : f32[2]`,
  ],
  [
    'weighted-logarithm',
    'a logarithm that is stable is never infinite',
    '%x: f32[2], %y: f32[2]',
    `%0 = log_softmax %x {axis = 0} : f32[2]
     %1 = mul %y, %0 : f32[2]`,
  ],
]
