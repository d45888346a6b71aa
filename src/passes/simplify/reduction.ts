// Reductions and contractions. Normal form: a reduction over some axes, never over none, one
// reduction in a row, nothing summed that was only repeated, and contractions that take their
// operands as they are instead of transposed.

import { integers, integersPair } from '../../ir/attribute.ts'
import type { Value } from '../../ir/builder.ts'
import { sizeOf } from '../../ir/dim.ts'
import { scale } from '../../ops/arithmetic.ts'
import { dimsAt, otherAxes } from '../../ops/axes.ts'
import { broadcastAlong, broadcastTo, sum } from '../../ops/broadcast.ts'
import { matmul } from '../../ops/contraction.ts'
import { reshape, reverse, transpose } from '../../ops/movement.ts'
import { prod } from '../../ops/product.ts'
import { max, min } from '../../ops/reduction.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'

const axesOf = (of: Matched) => attribute(of, 'axes', integers)

const reduceNone = rule({
  name: 'reduce-none',
  why: 'over no axes every element is its own sum (a −0 comes out as +0) and its own extreme',
  exactness: 'rounding',
  match: pattern([sum, prod, max, min], any('x')),
  when: ({ root }) => axesOf(root).length === 0,
  build: ({ x }) => x,
  example: { given: '%x: f32[n]', before: '%0 = sum %x {axes = []} : f32[n]', after: '%x' },
})

const reduceReduce = rule({
  name: 'reduce-reduce',
  why: 'a sum of sums is one sum, and so with products and extremes',
  exactness: 'rounding',
  match: pattern([sum, max, min], pattern([sum, prod, max, min], any('x')).as('inner')),
  when: ({ root, inner }) => root.op === inner.op,
  build: ({ x, root, inner, into }) => {
    const kept = otherAxes(x.type.shape.length, axesOf(inner))
    const later = axesOf(root).map(axis => kept[axis]!)
    const axes = [...axesOf(inner), ...later].sort((a, b) => a - b)
    return into.append(root.op, [x], { axes })[0]!
  },
  example: {
    given: '%x: f32[2,3,n]',
    before: `
      %0 = sum %x {axes = [0]} : f32[3,n]
      %1 = sum %0 {axes = [1]} : f32[3]`,
    after: '%0 = sum %x {axes = [0, 2]} : f32[3]',
  },
})

const reduceMoved = rule({
  name: 'reduce-moved',
  why: 'over all axes the order of the elements only changes the order of adding',
  exactness: 'rounding',
  match: pattern(
    [sum, prod, max, min],
    pattern([reshape, transpose, reverse], any('x')).as('moved'),
  ),
  when: ({ root, moved }) => axesOf(root).length === moved.out.type.shape.length,
  build: ({ x, root, into }) =>
    into.append(root.op, [x], { axes: otherAxes(x.type.shape.length, []) })[0]!,
  example: {
    given: '%x: f32[2,n]',
    before: `
      %0 = transpose %x {permutation = [1, 0]} : f32[n,2]
      %1 = sum %0 {axes = [0, 1]} : f32[]`,
    after: '%0 = sum %x {axes = [0, 1]} : f32[]',
  },
})

/**
 * How often a reduction of a broadcast meets each element; undefined where it reduces more than
 * that.
 */
function repeats(root: Matched, repeated: Matched): number | undefined {
  const fresh = axesOf(repeated)
  const size = sizeOf(dimsAt(repeated.out.type.shape, axesOf(root)))
  const within = axesOf(root).every(axis => fresh.includes(axis))
  return within && typeof size === 'number' && size > 0 ? size : undefined
}

/** The broadcast without the axes that a reduction takes away again. */
function withoutReduced(x: Value, root: Matched, repeated: Matched): Value {
  const kept = otherAxes(repeated.out.type.shape.length, axesOf(root))
  const fresh = axesOf(repeated)
  const axes = kept.flatMap((axis, i) => (fresh.includes(axis) ? [i] : []))
  return axes.length === 0 ? x : broadcastAlong(x, root.out.type.shape, axes)
}

const sumBroadcast = rule({
  name: 'sum-broadcast',
  why: 'n times the same number is n · x',
  exactness: 'rounding',
  match: pattern(sum, pattern(broadcastTo, any('x')).as('repeated')),
  when: ({ root, repeated }) => repeats(root, repeated) !== undefined,
  build: ({ x, root, repeated }) =>
    withoutReduced(scale(x, repeats(root, repeated)!), root, repeated),
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [8, n], axes = [0]} : f32[8,n]
      %1 = sum %0 {axes = [0]} : f32[n]`,
    after: `
      %0 = full {value = 8, shape = [n], dtype = f32} : f32[n]
      %1 = mul %x, %0 : f32[n]`,
  },
  also: [
    {
      given: '%x: f32[n]',
      before: `
        %0 = broadcast_to %x {shape = [8, n, 3], axes = [0, 2]} : f32[8,n,3]
        %1 = sum %0 {axes = [0]} : f32[n,3]`,
      after: `
        %0 = full {value = 8, shape = [n], dtype = f32} : f32[n]
        %1 = mul %x, %0 : f32[n]
        %2 = broadcast_to %1 {shape = [n, 3], axes = [1]} : f32[n,3]`,
    },
  ],
})

const extremeBroadcast = rule({
  name: 'extreme-broadcast',
  why: 'the extreme of equal numbers is that number',
  exactness: 'bitwise',
  match: pattern([max, min], pattern(broadcastTo, any('x')).as('repeated')),
  when: ({ root, repeated }) => repeats(root, repeated) !== undefined,
  build: ({ x, root, repeated }) => withoutReduced(x, root, repeated),
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [8, n], axes = [0]} : f32[8,n]
      %1 = max %0 {axes = [0]} : f32[n]`,
    after: '%x',
  },
  also: [
    {
      given: '%x: f32[n]',
      before: `
        %0 = broadcast_to %x {shape = [8, n, 3], axes = [0, 2]} : f32[8,n,3]
        %1 = min %0 {axes = [2]} : f32[8,n]`,
      after: '%0 = broadcast_to %x {shape = [8, n], axes = [0]} : f32[8,n]',
    },
  ],
})

/** The axes of one operand of a contraction, and those that are neither batch nor contracted. */
function roles(root: Matched, side: 0 | 1) {
  const batch = attribute(root, 'batch', integersPair)
  const contract = attribute(root, 'contract', integersPair)
  const used = [...batch[side], ...contract[side]]
  return { batch, contract, free: otherAxes(root.operands[side]!.type.shape.length, used) }
}

/** A contraction can take an operand untransposed where its free axes come in the same order. */
function canAbsorb(root: Matched, moved: Matched, side: 0 | 1): boolean {
  const permutation = attribute(moved, 'permutation', integers)
  const free = roles(root, side).free.map(axis => permutation[axis]!)
  return free.every((axis, i) => i === 0 || axis > free[i - 1]!)
}

function absorbed(root: Matched, moved: Matched, side: 0 | 1) {
  const permutation = attribute(moved, 'permutation', integers)
  const { batch, contract } = roles(root, side)
  const renamed = (pair: readonly [readonly number[], readonly number[]]) =>
    pair.map((axes, i) => (i === side ? axes.map(axis => permutation[axis]!) : axes))
  return { batch: renamed(batch), contract: renamed(contract) }
}

const matmulLeftTranspose = rule({
  name: 'matmul-left-transpose',
  why: 'a contraction names the axes it sums over, wherever the left operand has them',
  exactness: 'bitwise',
  match: pattern(matmul, pattern(transpose, any('x')).as('moved'), any('y')),
  when: ({ root, moved }) => canAbsorb(root, moved, 0),
  build: ({ x, y, root, moved, into }) =>
    into.append(root.op, [x, y], absorbed(root, moved, 0))[0]!,
  example: {
    given: '%x: f32[3,n], %y: f32[3,4]',
    before: `
      %0 = transpose %x {permutation = [1, 0]} : f32[n,3]
      %1 = matmul %0, %y : f32[n,4]`,
    after: '%0 = matmul %x, %y {contract = [[0], [0]]} : f32[n,4]',
  },
  also: [
    {
      given: '%x: f32[3,n,2], %y: f32[3,4]',
      before: `
        %0 = transpose %x {permutation = [1, 2, 0]} : f32[n,2,3]
        %1 = matmul %0, %y {batch = [[], []], contract = [[2], [0]]} : f32[n,2,4]`,
      after: '%0 = matmul %x, %y {contract = [[0], [0]]} : f32[n,2,4]',
    },
  ],
})

const matmulRightTranspose = rule({
  name: 'matmul-right-transpose',
  why: 'a contraction names the axes it sums over, wherever the right operand has them',
  exactness: 'bitwise',
  match: pattern(matmul, any('x'), pattern(transpose, any('y')).as('moved')),
  when: ({ root, moved }) => canAbsorb(root, moved, 1),
  build: ({ x, y, root, moved, into }) =>
    into.append(root.op, [x, y], absorbed(root, moved, 1))[0]!,
  example: {
    given: '%x: f32[n,3], %y: f32[4,3]',
    before: `
      %0 = transpose %y {permutation = [1, 0]} : f32[3,4]
      %1 = matmul %x, %0 : f32[n,4]`,
    after: '%0 = matmul %x, %y {contract = [[1], [1]]} : f32[n,4]',
  },
})

const transposeMatmul = rule({
  name: 'transpose-matmul',
  why: 'the transpose of a product is the product of the operands exchanged: (x y)ᵀ = yᵀ xᵀ',
  exactness: 'bitwise',
  match: pattern(transpose, pattern(matmul, any('x'), any('y')).as('product')),
  when: ({ root, product }) => {
    const batch = attribute(product, 'batch', integersPair)[0].length
    const [left, right] = [roles(product, 0).free.length, roles(product, 1).free.length]
    const exchanged = [
      ...otherAxes(batch, []),
      ...otherAxes(right, []).map(axis => batch + left + axis),
      ...otherAxes(left, []).map(axis => batch + axis),
    ]
    const permutation = attribute(root, 'permutation', integers)
    return permutation.every((axis, i) => axis === exchanged[i])
  },
  build: ({ x, y, product, into }) => {
    const { batch, contract } = roles(product, 0)
    const exchanged = { batch: [batch[1], batch[0]], contract: [contract[1], contract[0]] }
    return into.append(product.op, [y, x], exchanged)[0]!
  },
  example: {
    given: '%x: f32[n,3], %y: f32[3,4]',
    before: `
      %0 = matmul %x, %y : f32[n,4]
      %1 = transpose %0 {permutation = [1, 0]} : f32[4,n]`,
    after: '%0 = matmul %y, %x {contract = [[0], [1]]} : f32[4,n]',
  },
  also: [
    {
      given: '%x: f32[2,n,3,4], %y: f32[4,2,5,3,2]',
      before: `
        %0 = matmul %x, %y {batch = [[0], [1]], contract = [[3], [0]]} : f32[2,n,3,5,3,2]
        %1 = transpose %0 {permutation = [0, 3, 4, 5, 1, 2]} : f32[2,5,3,2,n,3]`,
      after: '%0 = matmul %y, %x {batch = [[1], [0]], contract = [[0], [3]]} : f32[2,5,3,2,n,3]',
    },
  ],
})

/** Rules of reductions and contractions; see the head of this file. */
export const reductionRules: readonly Rule[] = [
  reduceNone,
  reduceReduce,
  reduceMoved,
  sumBroadcast,
  extremeBroadcast,
  matmulLeftTranspose,
  matmulRightTranspose,
  transposeMatmul,
]
