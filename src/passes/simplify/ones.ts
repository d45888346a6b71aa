// Axes of size 1, which order nothing and repeat nothing. Normal form: a reshape where only such
// axes come, go or change places, and no reshape for them next to a broadcast, which can make them
// itself.

import { integers } from '../../ir/attribute.ts'
import { type Shape, shapesEqual } from '../../ir/type.ts'
import { otherAxes } from '../../ops/axes.ts'
import { broadcastAlong, broadcastTo, sum } from '../../ops/broadcast.ts'
import { reshape, transpose } from '../../ops/movement.ts'
import { prod } from '../../ops/product.ts'
import { max, min } from '../../ops/reduction.ts'
import { any, type Matched, pattern } from '../../rewrite/pattern.ts'
import { attribute, type Rule, rule } from '../../rewrite/rule.ts'

const permutationOf = (of: Matched) => attribute(of, 'permutation', integers)
const axesOf = (of: Matched) => attribute(of, 'axes', integers)

const transposeOnes = rule({
  name: 'transpose-ones',
  why: 'only axes of size 1 change their place, which leaves row-major order as it is',
  exactness: 'bitwise',
  match: pattern(transpose, any('x')),
  when: ({ x, root }) => {
    const moved = permutationOf(root).filter(axis => x.type.shape[axis] !== 1)
    return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)
  },
  build: ({ x, root }) => reshape(x, root.out.type.shape),
  example: {
    given: '%x: f32[1,n]',
    before: '%0 = transpose %x {permutation = [1, 0]} : f32[n,1]',
    after: '%0 = reshape %x {shape = [n, 1]} : f32[n,1]',
  },
  also: [
    {
      given: '%x: f32[n,1,3]',
      before: '%0 = transpose %x {permutation = [1, 0, 2]} : f32[1,n,3]',
      after: '%0 = reshape %x {shape = [1, n, 3]} : f32[1,n,3]',
    },
  ],
})

const broadcastOnes = rule({
  name: 'broadcast-ones',
  why: 'every new axis has size 1, so nothing is repeated',
  exactness: 'bitwise',
  match: pattern(broadcastTo, any('x')),
  when: ({ root }) => axesOf(root).every(axis => root.out.type.shape[axis] === 1),
  build: ({ x, root }) => reshape(x, root.out.type.shape),
  example: {
    given: '%x: f32[n]',
    before: '%0 = broadcast_to %x {shape = [1, n], axes = [0]} : f32[1,n]',
    after: '%0 = reshape %x {shape = [1, n]} : f32[1,n]',
  },
})

/**
 * The axes of `to` that `from` does not have, where the rest is the same and all of them have
 * size 1; undefined where that is not so.
 */
function insertedAxes(from: Shape, to: Shape): number[] | undefined {
  const inserted: number[] = []
  to.forEach((extent, axis) => {
    if (extent !== from[axis - inserted.length] && extent === 1) inserted.push(axis)
  })
  const rest = to.filter((_, axis) => !inserted.includes(axis))
  return shapesEqual(from, rest) ? inserted : undefined
}

const broadcastReshape = rule({
  name: 'broadcast-reshape',
  why: 'a broadcast makes new axes of size 1 too, so no reshape need make them before',
  exactness: 'bitwise',
  match: pattern(broadcastTo, pattern(reshape, any('x')).as('inner')),
  when: ({ x, inner }) => insertedAxes(x.type.shape, inner.out.type.shape) !== undefined,
  build: ({ x, root, inner }) => {
    const { shape } = root.out.type
    const kept = otherAxes(shape.length, axesOf(root))
    const within = insertedAxes(x.type.shape, inner.out.type.shape)!.map(axis => kept[axis]!)
    return broadcastAlong(
      x,
      shape,
      [...axesOf(root), ...within].sort((a, b) => a - b),
    )
  },
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = reshape %x {shape = [n, 1]} : f32[n,1]
      %1 = broadcast_to %0 {shape = [3, n, 1], axes = [0]} : f32[3,n,1]`,
    after: '%0 = broadcast_to %x {shape = [3, n, 1], axes = [0, 2]} : f32[3,n,1]',
  },
  also: [
    {
      given: '%x: f32[n,1]',
      before: `
        %0 = reshape %x {shape = [1, n, 1]} : f32[1,n,1]
        %1 = broadcast_to %0 {shape = [1, n, 1, 3], axes = [3]} : f32[1,n,1,3]`,
      after: '%0 = broadcast_to %x {shape = [1, n, 1, 3], axes = [0, 3]} : f32[1,n,1,3]',
    },
  ],
})

/**
 * The new axes of a broadcast that makes what a reshape of the one given makes; undefined where the
 * reshape does more than to add new axes of size 1, or to take some away.
 */
function reshapedAxes(root: Matched, repeated: Matched): number[] | undefined {
  const from = repeated.out.type.shape
  const fresh = axesOf(repeated)
  const isGone = (axis: number) => fresh.includes(axis) && from[axis] === 1
  const axes: number[] = []
  let at = 0
  root.out.type.shape.forEach((extent, axis) => {
    while (extent !== from[at] && isGone(at)) at++
    if (extent !== from[at] || fresh.includes(at)) axes.push(axis)
    if (extent === from[at]) at++
  })
  while (isGone(at)) at++
  const { shape } = repeated.operands[0]!.type
  const kept = root.out.type.shape.filter((_, axis) => !axes.includes(axis))
  const isSame = at === from.length && shapesEqual(kept, shape)
  return isSame ? axes : undefined
}

const reshapeBroadcast = rule({
  name: 'reshape-broadcast',
  why: 'a broadcast makes new axes of size 1 too, or leaves them out, so no reshape need do it after',
  exactness: 'bitwise',
  match: pattern(reshape, pattern(broadcastTo, any('x')).as('repeated')),
  when: ({ root, repeated }) => reshapedAxes(root, repeated) !== undefined,
  build: ({ x, root, repeated }) =>
    broadcastAlong(x, root.out.type.shape, reshapedAxes(root, repeated)!),
  example: {
    given: '%x: f32[n]',
    before: `
      %0 = broadcast_to %x {shape = [3, n], axes = [0]} : f32[3,n]
      %1 = reshape %0 {shape = [3, 1, n]} : f32[3,1,n]`,
    after: '%0 = broadcast_to %x {shape = [3, 1, n], axes = [0, 1]} : f32[3,1,n]',
  },
  also: [
    {
      given: '%x: f32[n]',
      before: `
        %0 = broadcast_to %x {shape = [1, n, 3], axes = [0, 2]} : f32[1,n,3]
        %1 = reshape %0 {shape = [n, 3]} : f32[n,3]`,
      after: '%0 = broadcast_to %x {shape = [n, 3], axes = [1]} : f32[n,3]',
    },
  ],
})

const reduceOnes = rule({
  name: 'reduce-ones',
  why: 'along axes of size 1 there is one term (−0 alone sums to +0)',
  exactness: 'rounding',
  match: pattern([sum, prod, max, min], any('x')),
  when: ({ x, root }) =>
    axesOf(root).length > 0 && axesOf(root).every(axis => x.type.shape[axis] === 1),
  build: ({ x, root }) => reshape(x, root.out.type.shape),
  example: {
    given: '%x: f32[n,1]',
    before: '%0 = sum %x {axes = [1]} : f32[n]',
    after: '%0 = reshape %x {shape = [n]} : f32[n]',
  },
})

/** Rules of axes of size 1; see the head of this file. */
export const oneRules: readonly Rule[] = [
  transposeOnes,
  broadcastOnes,
  broadcastReshape,
  reshapeBroadcast,
  reduceOnes,
]
