// Graphs that have the structure of a rule and for which it would be wrong: the suite asks that the
// rule keeps away, and mutation testing that what it would make of them has other values.

/** Rule, why it must not fire, arguments, node lines. */
type Case = readonly [rule: string, why: string, given: string, before: string]

/** Where rules must keep away. */
export const CASES: readonly Case[] = [
  [
    'identity',
    'the identity of add is −0: +0 changes the sign of a −0',
    '%x: f32[2]',
    `%0 = full {value = 0, shape = [2], dtype = f32} : f32[2]
     %1 = add %x, %0 : f32[2]`,
  ],
  [
    'identity',
    'sub has its identity on the right only',
    '%x: f32[2]',
    `%0 = full {value = 0, shape = [2], dtype = f32} : f32[2]
     %1 = sub %0, %x : f32[2]`,
  ],
  [
    'absorbing',
    'NaN · 0 is NaN',
    '%x: f32[2]',
    `%0 = full {value = 0, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]`,
  ],
  [
    'involution',
    'reversing different axes undoes nothing',
    '%x: f32[2,3]',
    `%0 = reverse %x {axes = [0]} : f32[2,3]
     %1 = reverse %0 {axes = [1]} : f32[2,3]`,
  ],
  [
    'idempotent',
    'floor and ceil are two functions',
    '%x: f32[2]',
    `%0 = floor %x : f32[2]
     %1 = ceil %0 : f32[2]`,
  ],
  [
    'idempotent-pair',
    'the operands differ',
    '%x: f32[2], %y: f32[2]',
    '%0 = maximum %x, %y : f32[2]',
  ],
  [
    'known-on-the-right',
    'both operands are known, so exchanging them would never end',
    '',
    `%0 = constant {value = f32[2] [1, 2]} : f32[2]
     %1 = constant {value = f32[2] [3, 4]} : f32[2]
     %2 = mul %0, %1 : f32[2]`,
  ],
  [
    'associate-known',
    'the product of the factors overflows, while the steps may not',
    '%x: f32[2]',
    `%0 = full {value = 1e30, shape = [2], dtype = f64} : f64[2]
     %1 = cast %x {dtype = f64} : f64[2]
     %2 = full {value = 1e300, shape = [2], dtype = f64} : f64[2]
     %3 = mul %1, %0 : f64[2]
     %4 = mul %3, %2 : f64[2]`,
  ],
  [
    'associate-known',
    'the product of the factors underflows to zero, while the steps may not',
    '%x: f64[2]',
    `%0 = full {value = 1e-200, shape = [2], dtype = f64} : f64[2]
     %1 = mul %x, %0 : f64[2]
     %2 = mul %1, %0 : f64[2]`,
  ],
  [
    'associate-known',
    'adding and taking away again rounds x, which may be what is wanted',
    '%x: f32[2]',
    `%0 = full {value = 1e8, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = -99999000, shape = [2], dtype = f32} : f32[2]
     %2 = add %x, %0 : f32[2]
     %3 = add %2, %1 : f32[2]`,
  ],
  [
    'associate-known',
    'add and mul do not mix',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = add %x, %0 : f32[2]
     %2 = mul %1, %0 : f32[2]`,
  ],
  ['sub-self-integer', 'NaN − NaN is NaN', '%x: f32[2]', '%0 = sub %x, %x : f32[2]'],
  [
    'div-known',
    'the reciprocal of 3 is inexact',
    '%x: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = div %x, %0 : f32[2]`,
  ],
  [
    'div-known',
    'the reciprocal of 2¹²⁷ is subnormal',
    '%x: f32[2]',
    `%0 = full {value = ${2 ** 127}, shape = [2], dtype = f32} : f32[2]
     %1 = div %x, %0 : f32[2]`,
  ],
  [
    'div-known',
    'integer division truncates',
    '%x: i32[2]',
    `%0 = full {value = 2, shape = [2], dtype = i32} : i32[2]
     %1 = div %x, %0 : i32[2]`,
  ],
  [
    'one-over',
    'integers have no reciprocal',
    '%x: i32[2]',
    `%0 = full {value = 1, shape = [2], dtype = i32} : i32[2]
     %1 = div %0, %x : i32[2]`,
  ],
  [
    'where-in-then',
    'the conditions differ',
    '%c: bool[2], %d: bool[2], %x: f32[2], %y: f32[2]',
    `%0 = where %d, %x, %y : f32[2]
     %1 = where %c, %0, %y : f32[2]`,
  ],
  [
    'where-in-else',
    'the conditions differ',
    '%c: bool[2], %d: bool[2], %x: f32[2], %y: f32[2]',
    `%0 = where %d, %x, %y : f32[2]
     %1 = where %c, %x, %0 : f32[2]`,
  ],
  [
    'cast-cast',
    'the way through an integer drops the fraction',
    '%x: f32[2]',
    `%0 = cast %x {dtype = i32} : i32[2]
     %1 = cast %0 {dtype = f64} : f64[2]`,
  ],
  [
    'cast-cast',
    'through a float a large u32 saturates, directly it wraps',
    '%x: u32[2]',
    `%0 = cast %x {dtype = f64} : f64[2]
     %1 = cast %0 {dtype = i32} : i32[2]`,
  ],
  ['cast-same', 'the dtype differs', '%x: f32[2]', '%0 = cast %x {dtype = f64} : f64[2]'],
  [
    'reshape-same',
    'the shape differs',
    '%x: f32[4]',
    '%0 = reshape %x {shape = [2, 2]} : f32[2,2]',
  ],
  [
    'transpose-none',
    'the axes are exchanged',
    '%x: f32[2,3]',
    '%0 = transpose %x {permutation = [1, 0]} : f32[3,2]',
  ],
  [
    'transpose-ones',
    'two axes longer than 1 are exchanged',
    '%x: f32[2,1,3]',
    '%0 = transpose %x {permutation = [2, 1, 0]} : f32[3,1,2]',
  ],
  [
    'broadcast-ones',
    'elements are repeated',
    '%x: f32[3]',
    '%0 = broadcast_to %x {shape = [2, 3, 1], axes = [0, 2]} : f32[2,3,1]',
  ],
  [
    'transpose-broadcast',
    'the axes of the operand come in another order',
    '%x: f32[2,3]',
    `%0 = broadcast_to %x {shape = [2, 3, 4], axes = [2]} : f32[2,3,4]
     %1 = transpose %0 {permutation = [1, 0, 2]} : f32[3,2,4]`,
  ],
  [
    'reverse-none',
    'the axis has two elements',
    '%x: f32[2]',
    '%0 = reverse %x {axes = [0]} : f32[2]',
  ],
  [
    'slice-whole',
    'the part is empty',
    '%x: f32[1]',
    '%0 = slice %x {start = [1], end = [1]} : f32[0]',
  ],
  [
    'slice-slice',
    'an empty part stands nowhere',
    '%x: f32[9]',
    `%0 = slice %x {start = [2], end = [8]} : f32[6]
     %1 = slice %0 {start = [3], end = [3]} : f32[0]`,
  ],
  ['pad-none', 'there is a border', '%x: f32[2]', '%0 = pad %x {low = [0], high = [1]} : f32[3]'],
  [
    'pad-pad',
    'the borders differ in value',
    '%x: f32[2]',
    `%0 = pad %x {low = [1], high = [1], value = 1} : f32[4]
     %1 = pad %0 {low = [1], high = [1]} : f32[6]`,
  ],
  [
    'pad-pad',
    'the outer pad parts the inner border',
    '%x: f32[2]',
    `%0 = pad %x {low = [1], high = [1]} : f32[4]
     %1 = pad %0 {low = [0], high = [0], interior = [1]} : f32[7]`,
  ],
  [
    'slice-pad',
    'the slice takes another part',
    '%x: f32[3]',
    `%0 = pad %x {low = [1], high = [1]} : f32[5]
     %1 = slice %0 {start = [0], end = [3]} : f32[3]`,
  ],
  ['concat-one', 'there are two parts', '%x: f32[2]', '%0 = concat %x, %x {axis = 0} : f32[4]'],
  [
    'concat-empty',
    'all parts are empty, and one has to stay',
    '%x: f32[0]',
    '%0 = concat %x, %x {axis = 0} : f32[0]',
  ],
  [
    'slice-concat',
    'the slice takes from two parts',
    '%x: f32[2], %y: f32[2]',
    `%0 = concat %x, %y {axis = 0} : f32[4]
     %1 = slice %0 {start = [1], end = [3]} : f32[2]`,
  ],
  [
    'slice-concat',
    'the slice takes a part of the first part',
    '%x: f32[2], %y: f32[2]',
    `%0 = concat %x, %y {axis = 0} : f32[4]
     %1 = slice %0 {start = [0], end = [1]} : f32[1]`,
  ],
  [
    'slice-concat',
    'the slice begins inside along another axis',
    '%x: f32[1,2], %y: f32[1,2]',
    `%0 = concat %x, %y {axis = 0} : f32[2,2]
     %1 = slice %0 {start = [0, 1], end = [1, 2]} : f32[1,1]`,
  ],
  ['reduce-none', 'an axis is summed', '%x: f32[2]', '%0 = sum %x {axes = [0]} : f32[]'],
  [
    'reduce-reduce',
    'a sum of extremes is neither',
    '%x: f32[2,3]',
    `%0 = max %x {axes = [0]} : f32[3]
     %1 = sum %0 {axes = [0]} : f32[]`,
  ],
  [
    'reduce-moved',
    'an axis stays, and the transpose decides which',
    '%x: f32[2,3]',
    `%0 = transpose %x {permutation = [1, 0]} : f32[3,2]
     %1 = sum %0 {axes = [0]} : f32[2]`,
  ],
  [
    'sum-broadcast',
    'an axis of the operand is summed too',
    '%x: f32[3]',
    `%0 = broadcast_to %x {shape = [2, 3], axes = [0]} : f32[2,3]
     %1 = sum %0 {axes = [0, 1]} : f32[]`,
  ],
  [
    'sum-broadcast',
    'an empty sum is 0 where 0 · x may be NaN',
    '%x: f32[3]',
    `%0 = broadcast_to %x {shape = [0, 3], axes = [0]} : f32[0,3]
     %1 = sum %0 {axes = [0]} : f32[3]`,
  ],
  [
    'extreme-broadcast',
    'the extreme of nothing is not x',
    '%x: f32[3]',
    `%0 = broadcast_to %x {shape = [0, 3], axes = [0]} : f32[0,3]
     %1 = max %0 {axes = [0]} : f32[3]`,
  ],
  [
    'matmul-left-transpose',
    'the free axes of the operand come in another order',
    '%x: f32[2,3,4], %y: f32[4,5]',
    `%0 = transpose %x {permutation = [1, 0, 2]} : f32[3,2,4]
     %1 = matmul %0, %y {batch = [[], []], contract = [[2], [0]]} : f32[3,2,5]`,
  ],
  [
    'transpose-matmul',
    'the batch axis is moved too',
    '%x: f32[2,3,4], %y: f32[2,4,5]',
    `%0 = matmul %x, %y : f32[2,3,5]
     %1 = transpose %0 {permutation = [2, 1, 0]} : f32[5,3,2]`,
  ],
  [
    'div-neg',
    'the smallest integer is its own negative, but half of it is not',
    '%x: i32[2], %y: i32[2]',
    `%0 = neg %x : i32[2]
     %1 = div %0, %y : i32[2]`,
  ],
  [
    'div-by-neg',
    'the smallest integer is its own negative, and divides nothing but itself',
    '%x: i32[2], %y: i32[2]',
    `%0 = neg %y : i32[2]
     %1 = div %x, %0 : i32[2]`,
  ],
  [
    'neg-div-known',
    'the smallest integer by −1 wraps, by 1 it does not',
    '%x: i32[2]',
    `%0 = full {value = 1, shape = [2], dtype = i32} : i32[2]
     %1 = div %x, %0 : i32[2]
     %2 = neg %1 : i32[2]`,
  ],
  [
    'neg-known-div',
    'the smallest integer is its own negative',
    '%x: i32[2]',
    `%0 = full {value = -2147483648, shape = [2], dtype = i32} : i32[2]
     %1 = div %0, %x : i32[2]
     %2 = neg %1 : i32[2]`,
  ],
  [
    'associate-known',
    '1e-7 is lost beside 1, and counts where x is near −1',
    '%x: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 1.0000000116860974e-7, shape = [2], dtype = f32} : f32[2]
     %2 = add %x, %0 : f32[2]
     %3 = add %2, %1 : f32[2]`,
  ],
  [
    'known-outward',
    '(x − 1) + y keeps the digits of a small y',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = -1, shape = [2], dtype = f32} : f32[2]
     %1 = add %x, %0 : f32[2]
     %2 = add %1, %y : f32[2]`,
  ],
  [
    'known-outward',
    'x · y may overflow where x · 1e-30 brings it down first',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 1.0000000031710769e-30, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = mul %1, %y : f32[2]`,
  ],
  [
    'known-outward',
    'the scaled x is needed as it is, so nothing is saved',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = mul %1, %y : f32[2]
     %3 = sub %2, %1 : f32[2]`,
  ],
  [
    'known-terms',
    '1e-7 is lost beside 1, and counts where x is near 1',
    '%x: f32[2]',
    `%0 = full {value = 1, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 1.0000000116860974e-7, shape = [2], dtype = f32} : f32[2]
     %2 = sub %0, %x : f32[2]
     %3 = add %2, %1 : f32[2]`,
  ],
  [
    'known-terms',
    'adding and taking away again rounds x, which may be what is wanted',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 12582912, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = -12582912, shape = [2], dtype = f32} : f32[2]
     %2 = add %x, %0 : f32[2]
     %3 = add %2, %1 : f32[2]`,
  ],
  [
    'known-terms',
    'the inner sum is needed as it is',
    '%x: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %2 = sub %0, %x : f32[2]
     %3 = add %2, %1 : f32[2]
     %4 = mul %3, %2 : f32[2]`,
  ],
  ['repeated-terms', '∞ − ∞ is NaN', '%x: f32[2]', '%0 = sub %x, %x : f32[2]'],
  [
    'repeated-terms',
    'the multiples are of different values',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 2, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = mul %y, %0 : f32[2]
     %3 = add %1, %2 : f32[2]`,
  ],
  [
    'mul-reciprocal',
    'one reciprocal serves both, and costs less than two divisions',
    '%x: f32[2], %y: f32[2]',
    `%0 = reciprocal %y : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = add %1, %0 : f32[2]`,
  ],
  [
    'quotient-of-scaled',
    'the two factors together overflow',
    '%x: f32[2]',
    `%0 = full {value = 1.0000000150474662e+30, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 1.0000000031710769e-30, shape = [2], dtype = f32} : f32[2]
     %2 = mul %x, %0 : f32[2]
     %3 = div %2, %1 : f32[2]`,
  ],
  [
    'scaled-quotient',
    'the two factors together overflow',
    '%x: f32[2]',
    `%0 = full {value = 1.0000000031710769e-30, shape = [2], dtype = f32} : f32[2]
     %1 = full {value = 1.0000000150474662e+30, shape = [2], dtype = f32} : f32[2]
     %2 = div %x, %0 : f32[2]
     %3 = mul %2, %1 : f32[2]`,
  ],
  [
    'quotient-of-quotient',
    'the two divisors together overflow',
    '%x: f32[2]',
    `%0 = full {value = 1.0000000150474662e+30, shape = [2], dtype = f32} : f32[2]
     %1 = div %x, %0 : f32[2]
     %2 = div %1, %0 : f32[2]`,
  ],
  [
    'quotient-of-quotient',
    'integers wrap: 65536 · 65536 is 0',
    '%x: i32[2]',
    `%0 = full {value = 65536, shape = [2], dtype = i32} : i32[2]
     %1 = div %x, %0 : i32[2]
     %2 = div %1, %0 : i32[2]`,
  ],
  [
    'quotient-of-scaled',
    'integer division truncates',
    '%x: i32[2]',
    `%0 = full {value = 3, shape = [2], dtype = i32} : i32[2]
     %1 = full {value = 2, shape = [2], dtype = i32} : i32[2]
     %2 = mul %x, %0 : i32[2]
     %3 = div %2, %1 : i32[2]`,
  ],
  [
    'scaled-quotient',
    'integer division truncates',
    '%x: i32[2]',
    `%0 = full {value = 2, shape = [2], dtype = i32} : i32[2]
     %1 = full {value = 6, shape = [2], dtype = i32} : i32[2]
     %2 = div %x, %0 : i32[2]
     %3 = mul %2, %1 : i32[2]`,
  ],
  [
    'dividend-factor',
    'integer division truncates',
    '%x: i32[2], %y: i32[2]',
    `%0 = full {value = 3, shape = [2], dtype = i32} : i32[2]
     %1 = mul %x, %0 : i32[2]
     %2 = div %1, %y : i32[2]`,
  ],
  [
    'dividend-factor',
    'the scaled x is needed as it is',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = div %1, %y : f32[2]
     %3 = sub %2, %1 : f32[2]`,
  ],
  [
    'divisor-factor',
    'x / y may overflow where x / (y · 1e30) does not',
    '%x: f32[2], %y: f32[2]',
    `%0 = full {value = 1.0000000150474662e+30, shape = [2], dtype = f32} : f32[2]
     %1 = mul %y, %0 : f32[2]
     %2 = div %x, %1 : f32[2]`,
  ],
  [
    'known-divisor-outward',
    'integer division truncates',
    '%x: i32[2], %y: i32[2]',
    `%0 = full {value = 3, shape = [2], dtype = i32} : i32[2]
     %1 = div %x, %0 : i32[2]
     %2 = mul %1, %y : i32[2]`,
  ],
  [
    'reduce-scaled',
    'the sum may overflow where the scaled terms do not',
    '%x: f32[2]',
    `%0 = full {value = 1.0000000031710769e-30, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = sum %1 {axes = [0]} : f32[]`,
  ],
  [
    'reduce-scaled',
    'the scaled terms are needed as they are',
    '%x: f32[2]',
    `%0 = full {value = 3, shape = [2], dtype = f32} : f32[2]
     %1 = mul %x, %0 : f32[2]
     %2 = sum %1 {axes = [0]} : f32[]
     %3 = broadcast_to %2 {shape = [2], axes = [0]} : f32[2]
     %4 = sub %1, %3 : f32[2]`,
  ],
  [
    'reduce-scaled',
    'integer division truncates',
    '%x: i32[2]',
    `%0 = full {value = 3, shape = [2], dtype = i32} : i32[2]
     %1 = div %x, %0 : i32[2]
     %2 = sum %1 {axes = [0]} : i32[]`,
  ],
  [
    'move-outward',
    'one operand is not moved',
    '%x: f32[2], %y: f32[3,2]',
    `%0 = broadcast_to %x {shape = [3, 2], axes = [0]} : f32[3,2]
     %1 = add %y, %0 : f32[3,2]`,
  ],
  [
    'move-outward',
    'the operands are repeated along different axes',
    '%x: f32[2], %y: f32[2]',
    `%0 = broadcast_to %x {shape = [2, 2], axes = [0]} : f32[2,2]
     %1 = broadcast_to %y {shape = [2, 2], axes = [1]} : f32[2,2]
     %2 = add %0, %1 : f32[2,2]`,
  ],
  [
    'move-outward',
    'the operands had different shapes before',
    '%x: f32[4], %y: f32[2,2]',
    `%0 = reshape %x {shape = [4, 1]} : f32[4,1]
     %1 = reshape %y {shape = [4, 1]} : f32[4,1]
     %2 = mul %0, %1 : f32[4,1]`,
  ],
  [
    'move-outward',
    'the axes are exchanged differently',
    '%x: f32[2,2,3], %y: f32[2,3,2]',
    `%0 = transpose %x {permutation = [1, 0, 2]} : f32[2,2,3]
     %1 = transpose %y {permutation = [0, 2, 1]} : f32[2,2,3]
     %2 = mul %0, %1 : f32[2,2,3]`,
  ],
  [
    'broadcast-reshape',
    'the reshape puts elements in other rows',
    '%x: f32[2,3]',
    `%0 = reshape %x {shape = [3, 2]} : f32[3,2]
     %1 = broadcast_to %0 {shape = [4, 3, 2], axes = [0]} : f32[4,3,2]`,
  ],
  [
    'reshape-broadcast',
    'the reshape puts elements in other rows',
    '%x: f32[2]',
    `%0 = broadcast_to %x {shape = [3, 2], axes = [0]} : f32[3,2]
     %1 = reshape %0 {shape = [2, 3]} : f32[2,3]`,
  ],
  [
    'reshape-broadcast',
    'the axis that goes is one of the operand',
    '%x: f32[1]',
    `%0 = broadcast_to %x {shape = [3, 1], axes = [0]} : f32[3,1]
     %1 = reshape %0 {shape = [3]} : f32[3]`,
  ],
  [
    'reduce-ones',
    'an axis has two elements',
    '%x: f32[2,1]',
    '%0 = sum %x {axes = [0, 1]} : f32[]',
  ],
  [
    'pow-half',
    'the power of −∞ is ∞, and its root NaN',
    '%x: f32[2]',
    `%0 = full {value = 0.5, shape = [2], dtype = f32} : f32[2]
     %1 = pow %x, %0 : f32[2]`,
  ],
  [
    'pow-minus-half',
    'the power of −0 is ∞, and 1/√−0 is −∞',
    '%x: f32[2]',
    `%0 = full {value = -0.5, shape = [2], dtype = f32} : f32[2]
     %1 = sqrt %x : f32[2]
     %2 = pow %1, %0 : f32[2]`,
  ],
  [
    'batch-norm',
    'ε is added to the mean, and the variance is another factor',
    '%x: f32[3,3]',
    `%0 = mean %x {axes = [0]} : f32[3]
     %1 = broadcast_to %0 {shape = [3, 3], axes = [0]} : f32[3,3]
     %2 = sub %x, %1 : f32[3,3]
     %3 = full {value = 0.5, shape = [3], dtype = f32} : f32[3]
     %4 = add %0, %3 : f32[3]
     %5 = rsqrt %4 : f32[3]
     %6 = broadcast_to %5 {shape = [3, 3], axes = [0]} : f32[3,3]
     %7 = mul %2, %6 : f32[3,3]
     %8 = variance %x {axes = [0]} : f32[3]
     %9 = broadcast_to %8 {shape = [3, 3], axes = [0]} : f32[3,3]
     %10 = mul %7, %9 : f32[3,3]`,
  ],
]
