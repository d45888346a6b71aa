// Graphs of movements, reductions and contractions that have the structure of a rule and for which
// it would be wrong: the suite asks that the rule keeps away, and mutation testing that what it
// would make of them has other values.

import type { LookAlike } from './formulas/look-alike.ts'

/** Where rules of movements must keep away. */
export const MOVEMENT_CASES: readonly LookAlike[] = [
  [
    'move-outward',
    'softmax is no function of single elements',
    '%x: f32[3,3]',
    `%0 = transpose %x {permutation = [1, 0]} : f32[3,3]
     %1 = softmax %0 {axis = 0} : f32[3,3]`,
  ],
  [
    'broadcast-reshape',
    'the reshape splits an axis besides adding one',
    '%x: f32[6]',
    `%0 = reshape %x {shape = [1, 2, 3]} : f32[1,2,3]
     %1 = broadcast_to %0 {shape = [4, 1, 2, 3], axes = [0]} : f32[4,1,2,3]`,
  ],
  [
    'reshape-broadcast',
    'an axis that is repeated is split, and half of it changes places with that of the operand',
    '%x: f32[2]',
    `%0 = broadcast_to %x {shape = [2, 4], axes = [1]} : f32[2,4]
     %1 = reshape %0 {shape = [4, 2]} : f32[4,2]`,
  ],
  [
    'reduce-ones',
    'over no axes nothing goes, not even an axis of size 1',
    '%x: f32[2,1]',
    '%0 = sum %x {axes = []} : f32[2,1]',
  ],
  [
    'matmul-right-transpose',
    'the free axes of the operand come in another order',
    '%x: f32[5,4], %y: f32[2,3,4]',
    `%0 = transpose %y {permutation = [1, 0, 2]} : f32[3,2,4]
     %1 = matmul %x, %0 {batch = [[], []], contract = [[1], [2]]} : f32[5,3,2]`,
  ],
]
