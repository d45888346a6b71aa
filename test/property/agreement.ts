// How results that were rounded on the way compare with the reference. Where an op jumps (floor, a
// comparison, argmax, a cast), rounding decides which side it takes: the reference then disagrees
// with itself when it rounds too, or when its arguments move by a rounding. Such elements are not
// compared but counted, and a property fails when they are more than a small share.

import { expect } from 'vitest'
import type { Dims } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret, type RunResult } from '../../src/ir/interpret.ts'
import { Literal } from '../../src/ir/literal.ts'
import { valueTypes } from '../../src/ir/printer.ts'
import { DTYPES, isFloat } from '../../src/support/dtype.ts'
import { difference, isClose, toleranceOf } from '../generic/tolerances.ts'
import type { Arguments } from '../lower/run.ts'

/** The largest share of elements that may be left out. */
const MOST_EXCLUDED = 0.01

/** Elements over all cases of a property. */
export class Tally {
  compared = 0
  excluded = 0

  /** Fails where nothing was compared, or too much was left out. */
  check(): void {
    expect(this.compared).toBeGreaterThan(0)
    expect(this.excluded / (this.compared + this.excluded)).toBeLessThan(MOST_EXCLUDED)
  }
}

/** A program and its values, and what came of them. */
export interface Answer {
  readonly graph: Graph
  readonly given: Arguments
  readonly dims: Dims
  readonly got: RunResult
}

/** Demands that what came is what the graph means, as far as rounding lets anyone tell. */
export function expectAgreement({ graph, given, dims, got }: Answer, tally: Tally): void {
  const isNarrow = [...valueTypes(graph).values()].some(({ dtype }) => dtype === 'f32')
  const wanted = interpret(graph, given, { dims })
  const others = isNarrow
    ? [
        interpret(graph, given, { dims, rounding: 'dtype' }),
        interpret(graph, nudged(given), { dims }),
      ]
    : []
  for (const part of ['outputs', 'updates'] as const) {
    expect(Object.keys(got[part])).toEqual(Object.keys(wanted[part]))
    for (const [name, literal] of Object.entries(wanted[part])) {
      const readings = others.map(other => other[part][name]!)
      const narrowest = isNarrow ? 'f32' : literal.dtype
      const judged = steadyPart(got[part][name]!, literal, readings, tally)
      expect(difference(judged, literal, 'graph', narrowest), name).toBeUndefined()
    }
  }
}

/** What came, with the wanted value in place of every element on which readings differ. */
function steadyPart(
  got: Literal,
  wanted: Literal,
  readings: readonly Literal[],
  tally: Tally,
): Literal {
  // A program may lie as far from one reading as readings lie from one another.
  const apart = toleranceOf('f32', 'graph') / 4
  const isSteady = (i: number) =>
    readings.every(reading => isClose(reading.at(i), wanted.at(i), apart))
  const data = got.values().map((value, i) => {
    const isCompared = isSteady(i)
    if (isCompared) tally.compared++
    else tally.excluded++
    return isCompared ? value : DTYPES[wanted.dtype].round(wanted.at(i))
  })
  return new Literal(got.dtype, got.shape, data)
}

/** The floats among arguments moved by about a rounding of f32, each its own way. */
function nudged(given: Arguments): Arguments {
  const move = (value: number, i: number) => value * (1 + (i % 2 === 0 ? 1 : -1) * 2 ** -23)
  const moved = Object.entries(given).map(([name, literal]) => {
    if (!isFloat(literal.dtype)) return [name, literal] as const
    return [name, new Literal(literal.dtype, literal.shape, literal.values().map(move))] as const
  })
  return Object.fromEntries(moved)
}
