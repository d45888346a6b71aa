// What is neither a mean nor a variance, though it looks like one.

import type { NearMiss } from './near-miss.ts'

/** Near-misses of means and variances. */
export const MOMENTS: readonly NearMiss[] = [
  [
    'mean-by-count',
    'one less than the number of elements is another divisor',
    '%x: f32[6]',
    `%0 = sum %x {axes = [0]} : f32[]
     %1 = full {value = 5, shape = [], dtype = f32} : f32[]
     %2 = div %0, %1 : f32[]`,
  ],
  [
    'mean-by-count',
    'the divisor counts an axis that is not summed',
    '%x: f32[6,4]',
    `%0 = sum %x {axes = [0]} : f32[4]
     %1 = full {value = 4, shape = [4], dtype = f32} : f32[4]
     %2 = div %0, %1 : f32[4]`,
  ],
  [
    'mean-by-count',
    'the divisor is the size of another dim',
    '%x: f32[n,m]',
    `%0 = sum %x {axes = [0]} : f32[m]
     %1 = size {of = m, dtype = f32} : f32[]
     %2 = broadcast_to %1 {shape = [m], axes = [0]} : f32[m]
     %3 = div %0, %2 : f32[m]`,
  ],
  [
    'mean-by-count',
    'times the number of elements is no mean',
    '%x: f32[6]',
    `%0 = sum %x {axes = [0]} : f32[]
     %1 = full {value = 6, shape = [], dtype = f32} : f32[]
     %2 = mul %0, %1 : f32[]`,
  ],
  [
    'mean-by-count',
    'divided by one over the number of elements is no mean',
    '%x: f32[n]',
    `%0 = sum %x {axes = [0]} : f32[]
     %1 = size {of = n, dtype = f32} : f32[]
     %2 = reciprocal %1 : f32[]
     %3 = div %0, %2 : f32[]`,
  ],
  [
    'mean-of-shares',
    'the shares are those of another axis',
    '%x: f32[n,m]',
    `%0 = size {of = m, dtype = f32} : f32[]
     %1 = broadcast_to %0 {shape = [n, m], axes = [0, 1]} : f32[n,m]
     %2 = div %x, %1 : f32[n,m]
     %3 = sum %2 {axes = [0]} : f32[m]`,
  ],
  [
    'mean-shift',
    'what is added differs along the axis',
    '%x: f32[3,3], %b: f32[3]',
    `%0 = broadcast_to %b {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2 = mean %1 {axes = [0]} : f32[3]`,
  ],
  [
    'mean-shift',
    'the shifted values are needed as they are',
    '%x: f32[3,3], %b: f32[3]',
    `%0 = broadcast_to %b {shape = [3, 3], axes = [0]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2 = mean %1 {axes = [0]} : f32[3]
     %3 = broadcast_to %2 {shape = [3, 3], axes = [0]} : f32[3,3]
     %4 = div %1, %3 : f32[3,3]`,
  ],
  [
    'variance-by-deviations',
    'the squares are averaged over another axis than the deviations',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = square %2 : f32[3,3]
     %4 = mean %3 {axes = [1]} : f32[3]`,
  ],
  [
    'variance-by-deviations',
    'the mean is that of another tensor',
    '%x: f32[3,3], %y: f32[3,3]',
    `%0 = mean %y {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = square %2 : f32[3,3]
     %4 = mean %3 {axes = [0]} : f32[3]`,
  ],
  [
    'variance-by-deviations',
    'the mean of a column is taken from a row',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [1]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = square %2 : f32[3,3]
     %4 = mean %3 {axes = [0]} : f32[3]`,
  ],
  [
    'variance-by-squares',
    'squares and mean are of two tensors',
    '%x: f32[3], %y: f32[3]',
    `%0 = square %x : f32[3]
     %1 = mean %0 {axes = [0]} : f32[]
     %2 = mean %y {axes = [0]} : f32[]
     %3 = square %2 : f32[]
     %4 = sub %1, %3 : f32[]`,
  ],
  [
    'variance-by-squares',
    'squares and mean are taken over different axes',
    '%x: f32[3,3]',
    `%0 = square %x : f32[3,3]
     %1 = mean %0 {axes = [0]} : f32[3]
     %2 = mean %x {axes = [1]} : f32[3]
     %3 = square %2 : f32[3]
     %4 = sub %1, %3 : f32[3]`,
  ],
  [
    'variance-by-squares',
    'the sum of both is no variance',
    '%x: f32[3]',
    `%0 = square %x : f32[3]
     %1 = mean %0 {axes = [0]} : f32[]
     %2 = mean %x {axes = [0]} : f32[]
     %3 = square %2 : f32[]
     %4 = add %1, %3 : f32[]`,
  ],
  [
    'variance-shift',
    'what is added differs along the axis',
    '%x: f32[3,3], %b: f32[3]',
    `%0 = broadcast_to %b {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2 = variance %1 {axes = [0]} : f32[3]`,
  ],
  [
    'deviation-shift',
    'what is added differs along the axis',
    '%x: f32[3,3], %b: f32[3]',
    `%0 = broadcast_to %b {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2 = mean %1 {axes = [0]} : f32[3]
     %3 = broadcast_to %2 {shape = [3, 3], axes = [0]} : f32[3,3]
     %4 = sub %1, %3 : f32[3,3]`,
  ],
]
