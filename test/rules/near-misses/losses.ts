// What is no cross-entropy, though it looks like one.

import type { NearMiss } from './near-miss.ts'

/** Near-misses of losses. */
export const LOSSES: readonly NearMiss[] = [
  [
    'softmax-cross-entropy',
    'the sum runs over another axis than the softmax',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = log_softmax %z {axis = 0} : f32[3,3]
     %1 = mul %y, %0 : f32[3,3]
     %2 = sum %1 {axes = [1]} : f32[3]`,
  ],
  [
    'softmax-cross-entropy',
    'the sum runs over the examples alone',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = log_softmax %z {axis = 1} : f32[3,3]
     %1 = mul %y, %0 : f32[3,3]
     %2 = sum %1 {axes = [0]} : f32[3]`,
  ],
  [
    'softmax-cross-entropy',
    'there are no labels',
    '%z: f32[3,3]',
    `%0 = log_softmax %z {axis = 1} : f32[3,3]
     %1 = sum %0 {axes = [1]} : f32[3]`,
  ],
  [
    'softmax-cross-entropy',
    'labels are divided by the logarithm',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = log_softmax %z {axis = 1} : f32[3,3]
     %1 = div %y, %0 : f32[3,3]
     %2 = sum %1 {axes = [1]} : f32[3]`,
  ],
  [
    'softmax-cross-entropy',
    'one row of logits is repeated for all labels',
    '%z: f32[3], %y: f32[3,3]',
    `%0 = log_softmax %z {axis = 0} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = mul %y, %1 : f32[3,3]
     %3 = sum %2 {axes = [1]} : f32[3]`,
  ],
  [
    'softplus-by-parts',
    'the parts are of two numbers',
    '%z: f32[3], %y: f32[3], %t: f32[3]',
    `%0 = relu %y : f32[3]
     %1 = sub %0, %t : f32[3]
     %2 = abs %z : f32[3]
     %3 = neg %2 : f32[3]
     %4 = softplus %3 : f32[3]
     %5 = add %1, %4 : f32[3]`,
  ],
  [
    'softplus-by-parts',
    'one part is taken away from the other',
    '%z: f32[3], %t: f32[3]',
    `%0 = relu %z : f32[3]
     %1 = sub %t, %0 : f32[3]
     %2 = abs %z : f32[3]
     %3 = neg %2 : f32[3]
     %4 = softplus %3 : f32[3]
     %5 = add %1, %4 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'the labels of the two terms differ',
    '%z: f32[3], %y: f32[3], %t: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %4 = sub %3, %t : f32[3]
     %5 = softplus %z : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = add %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'the negative labels are 2 − y',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = 2, shape = [3], dtype = f32} : f32[3]
     %4 = sub %3, %y : f32[3]
     %5 = softplus %z : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = add %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'one term is taken away from the other',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %4 = sub %3, %y : f32[3]
     %5 = softplus %z : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = sub %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'the logits of the two terms differ',
    '%z: f32[3], %y: f32[3], %v: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %4 = sub %3, %y : f32[3]
     %5 = softplus %v : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = add %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'both terms are of the same sign of the logits',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %z : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %4 = sub %3, %y : f32[3]
     %5 = softplus %z : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = add %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'only one of the terms is weighted',
    '%z: f32[3], %y: f32[3], %w: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = mul %2, %w : f32[3]
     %4 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %5 = sub %4, %y : f32[3]
     %6 = softplus %z : f32[3]
     %7 = mul %5, %6 : f32[3]
     %8 = add %3, %7 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'the weight of the positive examples is negative',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = -3, shape = [3], dtype = f32} : f32[3]
     %4 = mul %2, %3 : f32[3]
     %5 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %6 = sub %5, %y : f32[3]
     %7 = softplus %z : f32[3]
     %8 = mul %6, %7 : f32[3]
     %9 = add %4, %8 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy',
    'y − 1 is the weight of a negative example that is taken away',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = full {value = -1, shape = [3], dtype = f32} : f32[3]
     %4 = add %y, %3 : f32[3]
     %5 = softplus %z : f32[3]
     %6 = mul %4, %5 : f32[3]
     %7 = add %2, %6 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-logits',
    'softplus(z) + z · y is no loss of z',
    '%z: f32[3], %y: f32[3]',
    `%0 = softplus %z : f32[3]
     %1 = mul %z, %y : f32[3]
     %2 = add %0, %1 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-logits',
    'a known multiple of the logits has no labels',
    '%z: f32[3]',
    `%0 = softplus %z : f32[3]
     %1 = full {value = 0.5, shape = [3], dtype = f32} : f32[3]
     %2 = mul %z, %1 : f32[3]
     %3 = sub %0, %2 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-sums',
    'the terms are summed over different axes',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = neg %z : f32[3,3]
     %1 = softplus %0 : f32[3,3]
     %2 = mul %y, %1 : f32[3,3]
     %3 = sum %2 {axes = [0]} : f32[3]
     %4 = full {value = 1, shape = [3, 3], dtype = f32} : f32[3,3]
     %5 = sub %4, %y : f32[3,3]
     %6 = softplus %z : f32[3,3]
     %7 = mul %5, %6 : f32[3,3]
     %8 = sum %7 {axes = [1]} : f32[3]
     %9 = add %3, %8 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-sums',
    'one term is summed, the other averaged',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = neg %z : f32[3,3]
     %1 = softplus %0 : f32[3,3]
     %2 = mul %y, %1 : f32[3,3]
     %3 = sum %2 {axes = [0]} : f32[3]
     %4 = full {value = 1, shape = [3, 3], dtype = f32} : f32[3,3]
     %5 = sub %4, %y : f32[3,3]
     %6 = softplus %z : f32[3,3]
     %7 = mul %5, %6 : f32[3,3]
     %8 = mean %7 {axes = [0]} : f32[3]
     %9 = add %3, %8 : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-sums',
    'the contraction gives one number for each two rows',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = neg %z : f32[3,3]
     %1 = softplus %0 : f32[3,3]
     %2 = matmul %y, %1 {contract = [[1], [1]]} : f32[3,3]
     %3 = full {value = 1, shape = [3, 3], dtype = f32} : f32[3,3]
     %4 = sub %3, %y : f32[3,3]
     %5 = softplus %z : f32[3,3]
     %6 = matmul %4, %5 {contract = [[1], [1]]} : f32[3,3]
     %7 = add %2, %6 : f32[3,3]`,
  ],
  [
    'sigmoid-cross-entropy-flip',
    'the weight of positive examples would be that of negative ones',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %2 = sub %1, %y : f32[3]
     %3 = sigmoid_cross_entropy %0, %2 {positive_weight = 3} : f32[3]`,
  ],
  [
    'sigmoid-cross-entropy-of-sums',
    'the contraction multiplies labels with the losses of others',
    '%z: f32[3,3], %y: f32[3,3]',
    `%0 = neg %z : f32[3,3]
     %1 = softplus %0 : f32[3,3]
     %2 = matmul %y, %1 {contract = [[0, 1], [1, 0]]} : f32[]
     %3 = full {value = 1, shape = [3, 3], dtype = f32} : f32[3,3]
     %4 = sub %3, %y : f32[3,3]
     %5 = softplus %z : f32[3,3]
     %6 = matmul %4, %5 {contract = [[0, 1], [1, 0]]} : f32[]
     %7 = add %2, %6 : f32[]`,
  ],
  [
    'sigmoid-cross-entropy-of-sums',
    'the largest of each is no sum',
    '%z: f32[3], %y: f32[3]',
    `%0 = neg %z : f32[3]
     %1 = softplus %0 : f32[3]
     %2 = mul %y, %1 : f32[3]
     %3 = max %2 {axes = [0]} : f32[]
     %4 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %5 = sub %4, %y : f32[3]
     %6 = softplus %z : f32[3]
     %7 = mul %5, %6 : f32[3]
     %8 = max %7 {axes = [0]} : f32[]
     %9 = add %3, %8 : f32[]`,
  ],
]
