// Formulas that look like those of rules of exponentials, softmax and roots, and mean something
// else.

import type { LookAlike } from './look-alike.ts'

/** Look-alikes of those of rules of exponentials, softmax and roots. */
export const likeExponentials: readonly LookAlike[] = [
  [
    'exp-minus-one',
    '1 is added',
    '%x: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = add %1, %0 : f32[2]`,
  ],
  [
    'one-minus-exp',
    '2 is not 1',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = sub %0, %1 : f32[2]`,
  ],
  [
    'exp-over-one-plus-exp',
    'the exponents differ',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = exp %y : f32[2]
     %3 = add %2, %0 : f32[2]
     %4 = div %1, %3 : f32[2]`,
  ],
  [
    'exp-over-one-plus-exp',
    '2 is not 1',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = add %1, %0 : f32[2]
     %3 = div %1, %2 : f32[2]`,
  ],
  [
    'over-one-plus-exp',
    '2 is not 1',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = add %1, %0 : f32[2]
     %3 = div %y, %2 : f32[2]`,
  ],
  [
    'reciprocal-one-plus-exp',
    '1 is subtracted',
    '%x: f32[2]',
    `%0 = full {value = -1, shape = [2], dtype = f32} : f32[2]
     %1 = exp %x : f32[2]
     %2 = add %1, %0 : f32[2]
     %3 = reciprocal %2 : f32[2]`,
  ],
  [
    'exp-over-two-exp',
    'what is divided is no term of the sum',
    '%x: f32[2], %y: f32[2], %z: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = exp %z : f32[2]
     %3 = add %1, %2 : f32[2]
     %4 = div %0, %3 : f32[2]`,
  ],
  [
    'exp-over-two-exp',
    'the other term is no exponential',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = add %0, %y : f32[2]
     %2 = div %0, %1 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'the operand of the sigmoid has the same sign',
    '%x: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = sigmoid %x : f32[2]
     %2 = mul %0, %1 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'the factors of x are not opposite',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = -3, shape = [2], dtype = f32} : f32[2]
     %2 = mul %x, %0 : f32[2]
     %3 = mul %x, %1 : f32[2]
     %4 = exp %2 : f32[2]
     %5 = sigmoid %3 : f32[2]
     %6 = mul %4, %5 : f32[2]`,
  ],
  [
    'one-minus-sigmoid',
    '2 is not 1',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = sigmoid %x : f32[2]
     %2 = sub %0, %1 : f32[2]`,
  ],
  [
    'sigmoid-odds',
    'the operands are not opposite',
    '%x: f32[2], %y: f32[2]',
    `%0 = sigmoid %x : f32[2]
     %1 = sigmoid %y : f32[2]
     %2 = div %0, %1 : f32[2]`,
  ],
  [
    'sigmoid-odds',
    'x − y is not the opposite of itself',
    '%x: f32[2], %y: f32[2]',
    `%0 = sub %x, %y : f32[2]
     %1 = sub %x, %y : f32[2]
     %2 = sigmoid %0 : f32[2]
     %3 = sigmoid %1 : f32[2]
     %4 = div %2, %3 : f32[2]`,
  ],
  [
    'tanh-of-exp',
    'the difference is the other way round',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = add %0, %1 : f32[2]
     %3 = sub %0, %1 : f32[2]
     %4 = div %2, %3 : f32[2]`,
  ],
  [
    'tanh-of-exp',
    'the sum is of other exponentials',
    '%x: f32[2], %y: f32[2], %z: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = exp %z : f32[2]
     %3 = sub %0, %1 : f32[2]
     %4 = add %0, %2 : f32[2]
     %5 = div %3, %4 : f32[2]`,
  ],
  [
    'tanh-of-expm-one',
    'the exponents differ',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = expm1 %x : f32[2]
     %2 = exp %y : f32[2]
     %3 = add %2, %0 : f32[2]
     %4 = div %1, %3 : f32[2]`,
  ],
  [
    'two-sigmoid-minus-one',
    '3 is not 2',
    '%x: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = -1, shape = [2], dtype = f32} : f32[2]
     %2 = sigmoid %x : f32[2]
     %3 = mul %2, %0 : f32[2]
     %4 = add %3, %1 : f32[2]`,
  ],
  [
    'half-one-plus-tanh',
    '¼ is not ½',
    '%x: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 0.25, shape = [2], dtype = f32} : f32[2]
     %2 = tanh %x : f32[2]
     %3 = add %2, %0 : f32[2]
     %4 = mul %3, %1 : f32[2]`,
  ],
  [
    'softmax-of-exp',
    'nothing is summed',
    '%x: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = sum %0 {axes = []} : f32[2]
     %2 = broadcast_to %1 {shape = [2], axes = []} : f32[2]
     %3 = div %0, %2 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'y − z is not the opposite of x − y',
    '%x: f32[2], %y: f32[2], %z: f32[2]',
    `%0 = sub %x, %y : f32[2]
     %1 = sub %y, %z : f32[2]
     %2 = exp %0 : f32[2]
     %3 = sigmoid %1 : f32[2]
     %4 = mul %2, %3 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'known multiples of two values are not opposite',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = -3, shape = [2], dtype = f32} : f32[2]
     %2 = mul %x, %0 : f32[2]
     %3 = mul %y, %1 : f32[2]
     %4 = exp %2 : f32[2]
     %5 = sigmoid %3 : f32[2]
     %6 = mul %4, %5 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'y + x is not the opposite of x − y',
    '%x: f32[2], %y: f32[2]',
    `%0 = sub %x, %y : f32[2]
     %1 = add %y, %x : f32[2]
     %2 = exp %0 : f32[2]
     %3 = sigmoid %1 : f32[2]
     %4 = mul %2, %3 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'an argument is not the opposite of a difference from it',
    '%x: f32[2], %y: f32[2]',
    `%0 = sub %y, %x : f32[2]
     %1 = exp %x : f32[2]
     %2 = sigmoid %0 : f32[2]
     %3 = mul %1, %2 : f32[2]`,
  ],
  [
    'exp-times-sigmoid',
    'one factor of x is known, and the other is not',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = -3, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %y : f32[2]
     %2 = mul %x, %0 : f32[2]
     %3 = exp %1 : f32[2]
     %4 = sigmoid %2 : f32[2]
     %5 = mul %3, %4 : f32[2]`,
  ],
  [
    'softmax-of-exp',
    'the sum is over one axis and repeated along the other',
    '%x: f32[3,3]',
    `%0 = exp %x : f32[3,3]
     %1 = sum %0 {axes = [0]} : f32[3]
     %2 = broadcast_to %1 {shape = [3, 3], axes = [1]} : f32[3,3]
     %3 = div %0, %2 : f32[3,3]`,
  ],
  [
    'softmax-of-exp',
    'the sum is of other exponentials',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = exp %y : f32[2]
     %2 = sum %1 {axes = [0]} : f32[]
     %3 = broadcast_to %2 {shape = [2], axes = [0]} : f32[2]
     %4 = div %0, %3 : f32[2]`,
  ],
  [
    'softmax-of-exp',
    'the axes of the sum are apart',
    '%x: f32[2,3,2]',
    `%0 = exp %x : f32[2,3,2]
     %1 = sum %0 {axes = [0, 2]} : f32[3]
     %2 = broadcast_to %1 {shape = [2, 3, 2], axes = [0, 2]} : f32[2,3,2]
     %3 = div %0, %2 : f32[2,3,2]`,
  ],
  [
    'softmax-of-reciprocal',
    'the sum is over one axis and repeated along the other',
    '%x: f32[3,3]',
    `%0 = exp %x : f32[3,3]
     %1 = sum %0 {axes = [0]} : f32[3]
     %2 = reciprocal %1 : f32[3]
     %3 = broadcast_to %2 {shape = [3, 3], axes = [1]} : f32[3,3]
     %4 = mul %0, %3 : f32[3,3]`,
  ],
  [
    'exp-over-exp',
    'the divisor is no exponential',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = div %0, %y : f32[2]`,
  ],
  [
    'exp-times-exp',
    'one factor is no exponential',
    '%x: f32[2], %y: f32[2]',
    `%0 = exp %x : f32[2]
     %1 = mul %0, %y : f32[2]`,
  ],
  [
    'log-softmax-of-log-sum-exp',
    'the sum is over one axis and repeated along the other',
    '%x: f32[3,3]',
    `%0 = log_sum_exp %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [1]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]`,
  ],
  [
    'log-softmax-of-log-sum-exp',
    'the sum is over two axes',
    '%x: f32[3,3]',
    `%0 = log_sum_exp %x {axes = [0, 1]} : f32[]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0, 1]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]`,
  ],
  [
    'log-softmax-of-log-sum-exp',
    'the sum is of another value',
    '%x: f32[2], %y: f32[2]',
    `%0 = log_sum_exp %y {axes = [0]} : f32[]
     %1 = broadcast_to %0 {shape = [2], axes = [0]} : f32[2]
     %2 = sub %x, %1 : f32[2]`,
  ],
  [
    'softmax-shift',
    'the shift changes along the axis',
    '%x: f32[3,3], %c: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %1 = sub %x, %0 : f32[3,3]
     %2 = softmax %1 {axis = 1} : f32[3,3]`,
  ],
  [
    'softmax-shift',
    'x is what is subtracted',
    '%x: f32[3,3], %c: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = sub %0, %x : f32[3,3]
     %2 = softmax %1 {axis = 1} : f32[3,3]`,
  ],
  [
    'log-sum-exp-shift',
    'what is added is not what was subtracted',
    '%x: f32[3,3], %c: f32[3], %d: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = sub %x, %0 : f32[3,3]
     %2 = log_sum_exp %1 {axes = [1]} : f32[3]
     %3 = add %2, %d : f32[3]`,
  ],
  [
    'log-sum-exp-shift',
    'the shift changes along the axis',
    '%x: f32[3,3], %c: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %1 = sub %x, %0 : f32[3,3]
     %2 = log_sum_exp %1 {axes = [1]} : f32[3]
     %3 = add %2, %c : f32[3]`,
  ],
  [
    'self-over-sqrt',
    'the root is of another value',
    '%x: f32[2], %y: f32[2]',
    `%0 = rsqrt %y : f32[2]
     %1 = mul %x, %0 : f32[2]`,
  ],
  [
    'sqrt-over-self',
    'the divisor is another value',
    '%x: f32[2], %y: f32[2]',
    `%0 = sqrt %x : f32[2]
     %1 = div %0, %y : f32[2]`,
  ],
  [
    'self-over-abs',
    'the absolute value is of another value',
    '%x: f32[2], %y: f32[2]',
    `%0 = abs %y : f32[2]
     %1 = div %x, %0 : f32[2]`,
  ],
  [
    'self-over-abs',
    'the absolute value of the smallest integer is negative',
    '%x: i32[2]',
    `%0 = abs %x : i32[2]
     %1 = div %x, %0 : i32[2]`,
  ],
]
