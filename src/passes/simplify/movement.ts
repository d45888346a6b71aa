// Reshape, transpose, broadcast and reverse. Normal form: at most one of each in a row, none that
// moves nothing, reshapes rather than transposes where both say the same, and no movement of a
// fill.

import { dimensions, integers } from '../../ir/attribute.ts'
import { shapesEqual } from '../../ir/type.ts'
import { otherAxes } from '../../ops/axes.ts'
import { broadcastAlong, broadcastTo } from '../../ops/broadcast.ts'
import { full } from '../../ops/creation.ts'
import { reshape, reverse, transpose } from '../../ops/movement.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'
import { filled } from '../known.ts'
import { movements } from '../movements.ts'

const axesOf = (of: Matched) => attribute(of, 'axes', integers)
const shapeOf = (of: Matched) => attribute(of, 'shape', dimensions)
const permutationOf = (of: Matched) => attribute(of, 'permutation', integers)

const moveFill = rule({
  name: 'move-fill',
  why: 'all elements are equal, so where they stand does not matter',
  exactness: 'bitwise',
  match: pattern(movements, filled('c')),
  build: ({ root, into, c }) => full(into, c, root.out.type),
  example: {
    given: '',
    before: `
      %0 = full {value = 2, shape = [4], dtype = f32} : f32[4]
      %1 = broadcast_to %0 {shape = [3, 4], axes = [0]} : f32[3,4]`,
    after: '%0 = full {value = 2, shape = [3, 4], dtype = f32} : f32[3,4]',
  },
})

const reshapeSame = rule({
  name: 'reshape-same',
  why: 'a reshape to the shape that the value has changes nothing',
  exactness: 'bitwise',
  match: pattern(reshape, any('x')),
  when: ({ x, root }) => shapesEqual(x.type.shape, shapeOf(root)),
  build: ({ x }) => x,
  example: { given: '%x: f32[n]', before: '%0 = reshape %x {shape = [n]} : f32[n]', after: '%x' },
})

const reshapeReshape = rule({
  name: 'reshape-reshape',
  why: 'row-major order is the same whatever shapes are taken on the way',
  exactness: 'bitwise',
  match: pattern(reshape, pattern(reshape, any('x'))),
  build: ({ x, root }) => reshape(x, shapeOf(root)),
  example: {
    given: '%x: f32[2,6]',
    before: `
      %0 = reshape %x {shape = [12]} : f32[12]
      %1 = reshape %0 {shape = [3, 4]} : f32[3,4]`,
    after: '%0 = reshape %x {shape = [3, 4]} : f32[3,4]',
  },
})

const transposeNone = rule({
  name: 'transpose-none',
  why: 'every axis stays where it is',
  exactness: 'bitwise',
  match: pattern(transpose, any('x')),
  when: ({ root }) => permutationOf(root).every((axis, i) => axis === i),
  build: ({ x }) => x,
  example: {
    given: '%x: f32[2,3]',
    before: '%0 = transpose %x {permutation = [0, 1]} : f32[2,3]',
    after: '%x',
  },
})

const transposeTranspose = rule({
  name: 'transpose-transpose',
  why: 'one permutation after another is their composition',
  exactness: 'bitwise',
  match: pattern(transpose, pattern(transpose, any('x')).as('inner')),
  build: ({ x, root, inner }) => {
    const first = permutationOf(inner)
    return transpose(
      x,
      permutationOf(root).map(axis => first[axis]!),
    )
  },
  example: {
    given: '%x: f32[2,3,4]',
    before: `
      %0 = transpose %x {permutation = [1, 2, 0]} : f32[3,4,2]
      %1 = transpose %0 {permutation = [2, 1, 0]} : f32[2,4,3]`,
    after: '%0 = transpose %x {permutation = [0, 2, 1]} : f32[2,4,3]',
  },
})

const broadcastBroadcast = rule({
  name: 'broadcast-broadcast',
  why: 'what is repeated along some axes and then along others is repeated along both',
  exactness: 'bitwise',
  match: pattern(broadcastTo, pattern(broadcastTo, any('x')).as('inner')),
  build: ({ x, root, inner }) => {
    const { shape } = root.out.type
    const kept = otherAxes(shape.length, axesOf(root))
    const within = axesOf(inner).map(axis => kept[axis]!)
    const axes = [...axesOf(root), ...within].sort((a, b) => a - b)
    return broadcastAlong(x, shape, axes)
  },
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [3, n], axes = [0]} : f32[3,n]
      %1 = broadcast_to %0 {shape = [3, 2, n], axes = [1]} : f32[3,2,n]`,
    after: '%0 = broadcast_to %x {shape = [3, 2, n], axes = [0, 1]} : f32[3,2,n]',
  },
})

/** Where the axes of a broadcast's operand stand after a transpose of it. */
function movedAxes(root: Matched, inner: Matched): number[] {
  const rank = inner.out.type.shape.length
  const permutation = permutationOf(root)
  return otherAxes(rank, axesOf(inner)).map(axis => permutation.indexOf(axis))
}

const isAscending = (axes: readonly number[]) =>
  axes.every((axis, i) => i === 0 || axis > axes[i - 1]!)

const transposeBroadcast = rule({
  name: 'transpose-broadcast',
  why: 'new axes may be put in their final place at once where the old ones keep their order',
  exactness: 'bitwise',
  match: pattern(transpose, pattern(broadcastTo, any('x')).as('inner')),
  when: ({ root, inner }) => isAscending(movedAxes(root, inner)),
  build: ({ x, root, inner }) => {
    const { shape } = root.out.type
    return broadcastAlong(x, shape, otherAxes(shape.length, movedAxes(root, inner)))
  },
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [3, n], axes = [0]} : f32[3,n]
      %1 = transpose %0 {permutation = [1, 0]} : f32[n,3]`,
    after: '%0 = broadcast_to %x {shape = [n, 3], axes = [1]} : f32[n,3]',
  },
})

/** The axes along which a reverse has something to reverse. */
const reversedAxes = (of: Matched) => axesOf(of).filter(axis => of.out.type.shape[axis] !== 1)

const reverseNone = rule({
  name: 'reverse-none',
  why: 'along axes of size 1, and along no axes, there is nothing to reverse',
  exactness: 'bitwise',
  match: pattern(reverse, any('x')),
  when: ({ root }) => reversedAxes(root).length === 0,
  build: ({ x }) => x,
  example: {
    given: '%x: f32[1,n]',
    before: '%0 = reverse %x {axes = [0]} : f32[1,n]',
    after: '%x',
  },
})

const reverseReverse = rule({
  name: 'reverse-reverse',
  why: 'an axis that both reverse is as it was; the others are reversed once',
  exactness: 'bitwise',
  match: pattern(reverse, pattern(reverse, any('x')).as('inner')),
  build: ({ x, root, inner }) => {
    const [outer, first] = [axesOf(root), axesOf(inner)]
    const once = otherAxes(x.type.shape.length, []).filter(
      axis => outer.includes(axis) !== first.includes(axis),
    )
    return reverse(x, once)
  },
  example: {
    given: '%x: f32[2,3]',
    before: `
      %0 = reverse %x {axes = [0]} : f32[2,3]
      %1 = reverse %0 {axes = [0, 1]} : f32[2,3]`,
    after: '%0 = reverse %x {axes = [1]} : f32[2,3]',
  },
})

/** Rules of movement; see the head of this file. */
export const movementRules: readonly Rule[] = [
  moveFill,
  reshapeSame,
  reshapeReshape,
  transposeNone,
  transposeTranspose,
  broadcastBroadcast,
  transposeBroadcast,
  reverseNone,
  reverseReverse,
]
