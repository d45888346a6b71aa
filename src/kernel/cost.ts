// What a kernel does, counted on the kernel alone: operations where the walker would compute them,
// and the elements that its parameters have touched. Nothing here knows a target; an estimate of
// time divides these counts by a target's rates.

import { bytesTouched } from './bytes.ts'
import type { Axis } from './index.ts'
import { type Contract, type Kernel, type Loop, pointsOf, type Stmt } from './kernel.ts'
import { weightOf } from './op-weights.ts'
import { constant, type Scalar } from './scalar.ts'
import * as uses from './uses.ts'
import { type Names, type Sink, walk } from './walk.ts'

/** What one launch of a kernel does. */
export interface KernelCost {
  /** Operations, each counted as one; index arithmetic is left out. */
  readonly flops: number
  /** The same in additions: a division or an exponential counts as several; see `weightOf`. */
  readonly work: number
  /** Bytes that are read and written, each element once however often it is touched. */
  readonly bytes: number
}

/** Operations and what they weigh. */
interface Operations {
  readonly flops: number
  readonly work: number
}

/**
 * The cost of one launch. What does not change along a loop is counted where that loop begins, and
 * what is shared once. A sum of products counts two operations for every product; its factors are
 * counted once per element, as a backend computes them that packs its operands.
 */
export function costOf(kernel: Kernel): KernelCost {
  const { flops, work } = operationsOf(kernel)
  return { flops, work, bytes: bytesTouched(kernel) }
}

function operationsOf(kernel: Kernel): Operations {
  if (kernel.kind === 'kernel') return ofBody(kernel.parallel, kernel.body)
  const { batch, rows, cols, over, left, right, body } = kernel
  const [many, deep] = [pointsOf(batch), pointsOf(over)]
  const [high, wide] = [pointsOf(rows), pointsOf(cols)]
  const products = many * high * wide * deep
  return sum([
    { flops: products, work: products },
    times(operations([left], new Map()), many * high * deep),
    times(operations([right], new Map()), many * wide * deep),
    ofBody([...batch, ...rows, ...cols], [additionsOf(kernel), ...body]),
  ])
}

/** The sum of a contract without what it sums, which is counted by itself. */
function additionsOf({ over, acc, left }: Contract): Loop {
  const accs = [{ name: acc, combine: '+', value: constant(left.type, 0), at: undefined }] as const
  return { kind: 'loop', order: 'over', axes: over, accs, body: [] }
}

/** A body under axes that are nested as a backend without threads would nest them. */
function ofBody(axes: readonly Axis[], body: readonly Stmt[]): Operations {
  const counted: Operations[] = []
  const nested = axes.reduceRight<readonly Stmt[]>((inner, axis) => [along(axis, inner)], body)
  walk(nested, [], counter(counted))
  return sum(counted)
}

const along = (axis: Axis, body: readonly Stmt[]): Loop => ({
  kind: 'loop',
  order: 'over',
  axes: [axis],
  accs: [],
  body,
})

/** A sink that spells nothing and counts what it is shown, as often as the loops around it run. */
function counter(counted: Operations[]): Sink<true> {
  let trips = 1
  const count = (roots: readonly Scalar[], names: Names<true>) =>
    counted.push(times(operations(roots, names), trips))
  return {
    form: 'code',
    bind: (node, names) => {
      count([node], names)
      return true
    },
    store: (store, names) => {
      count(uses.scalarsOfStore(store), names)
    },
    loop: ({ axes, accs }, _, body) => {
      const outside = trips
      trips *= pointsOf(axes)
      body(names => {
        count(accs.flatMap(uses.scalarsOfAcc), names)
        counted.push(times({ flops: accs.length, work: accs.length }, trips))
      })
      trips = outside
    },
  }
}

/** The operations below `roots` down to what has a name; each is there once. */
function operations(roots: readonly Scalar[], names: Names<true>): Operations {
  const unnamed = uses.reach(roots, node => names.has(node)).order.filter(node => !names.has(node))
  return {
    flops: unnamed.filter(({ kind }) => kind === 'op').length,
    work: unnamed.reduce((work, node) => work + weightOf(node), 0),
  }
}

const times = ({ flops, work }: Operations, count: number): Operations => ({
  flops: flops * count,
  work: work * count,
})

const sum = (parts: readonly Operations[]): Operations =>
  parts.reduce((a, b) => ({ flops: a.flops + b.flops, work: a.work + b.work }), {
    flops: 0,
    work: 0,
  })
