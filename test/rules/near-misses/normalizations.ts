// What no normalization is, and what no scale, shift or bias of one, though it looks like it.

import type { NearMiss } from './near-miss.ts'

/** Near-misses of normalizations. */
export const NORMALIZATIONS: readonly NearMiss[] = [
  [
    'batch-norm',
    'ε is added to the deviation, not to the variance',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [0]} : f32[3]
     %4 = sqrt %3 : f32[3]
     %5 = full {value = 0.5, shape = [3], dtype = f32} : f32[3]
     %6 = add %4, %5 : f32[3]
     %7 = broadcast_to %6 {shape = [3, 3], axes = [0]} : f32[3,3]
     %8 = div %2, %7 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'ε is negative',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [0]} : f32[3]
     %4 = full {value = -0.0009765625, shape = [3], dtype = f32} : f32[3]
     %5 = add %3, %4 : f32[3]
     %6 = rsqrt %5 : f32[3]
     %7 = broadcast_to %6 {shape = [3, 3], axes = [0]} : f32[3,3]
     %8 = mul %2, %7 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'mean and variance are taken over different axes',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [1]} : f32[3]
     %4 = rsqrt %3 : f32[3]
     %5 = broadcast_to %4 {shape = [3, 3], axes = [1]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'the deviation of a column divides a row',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [0]} : f32[3]
     %4 = rsqrt %3 : f32[3]
     %5 = broadcast_to %4 {shape = [3, 3], axes = [1]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'the variance is that of another tensor',
    '%x: f32[3,3], %y: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %y {axes = [0]} : f32[3]
     %4 = rsqrt %3 : f32[3]
     %5 = broadcast_to %4 {shape = [3, 3], axes = [0]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'the mean is that of another tensor',
    '%x: f32[3,3], %y: f32[3,3]',
    `%0 = mean %y {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [0]} : f32[3]
     %4 = rsqrt %3 : f32[3]
     %5 = broadcast_to %4 {shape = [3, 3], axes = [0]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'batch-norm',
    'deviations are divided by the variance, or multiplied by its root',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = variance %x {axes = [0]} : f32[3]
     %4 = broadcast_to %3 {shape = [3, 3], axes = [0]} : f32[3,3]
     %5 = div %2, %4 : f32[3,3]
     %6 = sqrt %3 : f32[3]
     %7 = broadcast_to %6 {shape = [3, 3], axes = [0]} : f32[3,3]
     %8 = mul %2, %7 : f32[3,3]
     %9 = add %5, %8 : f32[3,3]`,
  ],
  [
    'batch-norm-scale',
    'the factor differs between examples',
    '%x: f32[3,3], %g: f32[3], %c: f32[3]',
    `%0 = full {value = 0, shape = [3], dtype = f32} : f32[3]
     %1, %2, %3 = batch_norm %x, %g, %0 {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %4 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %5 = mul %1, %4 : f32[3,3]`,
  ],
  [
    'batch-norm-scale',
    'the shift would have to be scaled too',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0, %1, %2 = batch_norm %x, %g, %b {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %3 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %4 = mul %0, %3 : f32[3,3]`,
  ],
  [
    'batch-norm-scale',
    'the unscaled values are needed as they are',
    '%x: f32[3,3], %g: f32[3], %c: f32[3]',
    `%0 = full {value = 0, shape = [3], dtype = f32} : f32[3]
     %1, %2, %3 = batch_norm %x, %g, %0 {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %4 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %5 = mul %1, %4 : f32[3,3]
     %6 = add %5, %1 : f32[3,3]`,
  ],
  [
    'batch-norm-shift',
    'the term differs between examples',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0, %1, %2 = batch_norm %x, %g, %b {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %3 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %4 = add %0, %3 : f32[3,3]`,
  ],
  [
    'batch-norm-shift',
    'what is normalized is taken away',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0, %1, %2 = batch_norm %x, %g, %b {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %3 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %4 = sub %3, %0 : f32[3,3]`,
  ],
  [
    'layer-norm',
    'the factor is one per example',
    '%x: f32[3,3], %c: f32[3]',
    `%0 = full {value = 1, shape = [3], dtype = f32} : f32[3]
     %1 = full {value = 0, shape = [3], dtype = f32} : f32[3]
     %2, %3, %4 = batch_norm %x, %0, %1 {axes = [1], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %5 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'layer-norm',
    'a scale per example has no place in a layer_norm',
    '%x: f32[3,3], %g: f32[3], %c: f32[3]',
    `%0 = full {value = 0, shape = [3], dtype = f32} : f32[3]
     %1, %2, %3 = batch_norm %x, %g, %0 {axes = [1], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %4 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %5 = mul %1, %4 : f32[3,3]`,
  ],
  [
    'layer-norm-shift',
    'the term is one per example',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0 = layer_norm %x, %g, %b {axes = [1], epsilon = 0.5} : f32[3,3]
     %1 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %2 = add %0, %1 : f32[3,3]`,
  ],
  [
    'batch-norm-bias',
    'the bias differs between examples',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [1]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2, %3, %4 = batch_norm %1, %g, %b {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %5 = add %2, %1 : f32[3,3]`,
  ],
  [
    'layer-norm-bias',
    'the bias of a layer before differs between positions',
    '%x: f32[3,3], %g: f32[3], %b: f32[3], %c: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %1 = add %x, %0 : f32[3,3]
     %2 = layer_norm %1, %g, %b {axes = [1], epsilon = 0.5} : f32[3,3]`,
  ],
  [
    'layer-norm',
    'every axis is normalized, so a factor per column is neither of positions nor of features',
    '%x: f32[3,3], %c: f32[3]',
    `%0 = full {value = 1, shape = [], dtype = f32} : f32[]
     %1 = full {value = 0, shape = [], dtype = f32} : f32[]
     %2, %3, %4 = batch_norm %x, %0, %1 {axes = [0, 1], epsilon = 0.5} : f32[3,3], f32[], f32[]
     %5 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %6 = mul %2, %5 : f32[3,3]`,
  ],
  [
    'batch-norm-bias',
    'without the shifts nothing would be left',
    '%c: f32[3], %d: f32[3], %g: f32[3], %b: f32[3]',
    `%0 = broadcast_to %c {shape = [3, 3], axes = [0]} : f32[3,3]
     %1 = broadcast_to %d {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = add %0, %1 : f32[3,3]
     %3, %4, %5 = batch_norm %2, %g, %b {axes = [0], epsilon = 0.5} : f32[3,3], f32[3], f32[3]
     %6 = add %3, %0 : f32[3,3]`,
  ],
]
