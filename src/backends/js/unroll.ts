// Short loops as one expression: the windows of a pool, the taps of a depthwise convolution. A loop
// of four turns costs V8 more in counters and accumulators than in what it is for; and which of two
// numbers is the larger no processor foresees, so extremes are choices, which go by cells. Terms
// are taken in the order of the loop, so sums have the same bits.

import { type Axis, axisIndex, type Index, index } from '../../kernel/index.ts'
import { type Acc, COMBINE_OPS, type Loops, pointsOf, type Stmt } from '../../kernel/kernel.ts'
import * as s from '../../kernel/scalar.ts'
import { simplifyKernel } from '../../kernel/simplify.ts'
import { Rewriter } from '../../kernel/substitute.ts'
import { reach } from '../../kernel/uses.ts'
import { isFloat } from '../../support/dtype.ts'
import { isAbove } from './extremes.ts'

/** Turns of a loop that is written out: the places of a window of three by three. */
const MOST_TURNS = 9

/** Nodes of all terms of a loop that is written out. */
const MOST_NODES = 320

/** Points below which there is nothing to gain. */
const LEAST_POINTS = 64

/** The kernel with its short outermost loops written out, where they only gather. */
export function unrolled(kernel: Loops): Loops {
  if (pointsOf(kernel.parallel) < LEAST_POINTS) return kernel
  const known = new Map<s.Scalar, s.Scalar>()
  const body = kernel.body.flatMap((stmt): readonly Stmt[] => {
    const made = new Rewriter({ known }).stmt(stmt)
    if (!isShort(made)) return [made]
    for (const [name, total] of made.accs.flatMap(acc => totalsOf(acc, made.axes))) {
      known.set(name, total)
    }
    return []
  })
  return known.size === 0 ? kernel : simplifyKernel({ ...kernel, body })
}

function isShort(stmt: Stmt): stmt is Extract<Stmt, { kind: 'loop' }> {
  if (stmt.kind === 'store' || stmt.body.length > 0 || stmt.accs.length === 0) return false
  const turns = pointsOf(stmt.axes)
  if (turns < 1 || turns > MOST_TURNS) return false
  if (!stmt.accs.every(acc => isInOrder(acc, stmt.axes))) return false
  const roots = stmt.accs.flatMap(({ value, at }) =>
    at === undefined ? [value] : [value, at.value],
  )
  const own = new Set(stmt.accs.map(({ name }) => name))
  const { order } = reach(roots)
  // A term that looks at what has been gathered needs the loop.
  return (
    order.length * turns <= MOST_NODES &&
    !order.some(one => one.kind === 'acc' && own.has(one.name))
  )
}

/** What stands for an accumulator, and for the position that it keeps. */
function totalsOf(
  { name, combine, value, at }: Acc,
  axes: readonly Axis[],
): readonly (readonly [s.Scalar, s.Scalar])[] {
  const turns = turnsOf(axes)
  const terms = turns.map(turn => turn.scalar(value))
  const own = s.acc(value.type, name)
  if (at === undefined) {
    const isExtreme = (combine === 'max' || combine === 'min') && isFloat(value.type)
    const both = (a: s.Scalar, b: s.Scalar) =>
      isExtreme ? s.select(isAbove(combine, b, a), b, a) : s.op(COMBINE_OPS[combine], [a, b])
    return [[own, terms.reduce(both)]]
  }
  let [best, where] = [terms[0]!, turns[0]!.scalar(at.value)]
  terms.slice(1).forEach((term, i) => {
    // Positions grow, so a later one never wins a tie.
    const isTaken = isAbove(combine, term, best)
    best = s.select(isTaken, term, best)
    where = s.select(isTaken, turns[i + 1]!.scalar(at.value), where)
  })
  return [
    [own, best],
    [s.acc('i32', at.name), where],
  ]
}

/** For every turn of a loop, what puts its position in place of the axes. */
function turnsOf(axes: readonly Axis[]): readonly Rewriter[] {
  return positionsOf(axes).map(position => {
    const places = new Map(axes.map((axis, i) => [axis.name, index(position[i]!)]))
    return new Rewriter({ axis: (axis): Index => places.get(axis.name) ?? axisIndex(axis) })
  })
}

/** Whether the positions that an accumulator keeps are known, from 0 on, and grow. */
function isInOrder({ at }: Acc, axes: readonly Axis[]): boolean {
  if (at === undefined) return true
  const places = turnsOf(axes).map(turn => turn.scalar(at.value))
  const known = places.map(place =>
    place.kind === 'index' && place.index.terms.length === 0 ? place.index.constant : -1,
  )
  return known.every((place, i) => place > (i === 0 ? -1 : known[i - 1]!))
}

/** All positions along the axes, in row-major order. */
function positionsOf(axes: readonly Axis[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>(
    (found, { extent }) =>
      found.flatMap(position => Array.from({ length: extent }, (_, at) => [...position, at])),
    [[]],
  )
}
