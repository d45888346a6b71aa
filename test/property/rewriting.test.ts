// Random graphs with formulas by hand among their steps, through both pipelines: they mean the same
// in double precision, within what the rules that fired promise, and so do their gradients.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradient } from '../../src/autodiff/gradient.ts'
import { bindGraph } from '../../src/ir/bind.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { Literal } from '../../src/ir/literal.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import { rules } from '../../src/passes/rules.ts'
import { applyRules } from '../../src/rewrite/driver.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { Workspace } from '../../src/rewrite/workspace.ts'
import { runs } from '../counts.ts'
import { isClose, toleranceOf } from '../generic/tolerances.ts'
import { Tally } from './agreement.ts'
import { FORMULAS } from './formulas.ts'
import { MOVES } from './moves.ts'
import { DIMS, randomArguments, randomGraphOf } from './random-graph.ts'

/** Half of the steps are formulas by hand. */
const graphs = randomGraphOf({ dtype: 'f64', moves: [...MOVES, ...FORMULAS, ...FORMULAS] })

/** The graph with the gradient of its loss by every argument. */
function withGradient(graph: Graph): Graph {
  const arguments_ = graph.arguments.map(argument => ({ ...argument, role: 'param' as const }))
  return gradient({ ...graph, arguments: arguments_ }, { of: 'loss' })
}

const bitwiseRules = rules.filter(({ exactness }) => exactness === 'bitwise')

/**
 * Demands equal results. Where the formula as written gives no number, as √x² has no derivative at
 * 0, a stable one may: those elements are counted, and only `bitwise` rules are held to them.
 */
function expectSame(
  got: Readonly<Record<string, Literal>>,
  wanted: Readonly<Record<string, Literal>>,
  tolerance: number,
  tally: Tally,
): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted))
  for (const [name, literal] of Object.entries(wanted)) {
    const other = got[name]!
    expect(other.type).toEqual(literal.type)
    for (let i = 0; i < literal.size; i++) {
      const isNumber = Number.isFinite(literal.at(i))
      if (tolerance > 0 && !isNumber) tally.excluded++
      else tally.compared++
      if ((tolerance > 0 && !isNumber) || isClose(other.at(i), literal.at(i), tolerance)) continue
      throw new Error(`${name}[${i}]: ${other.at(i)}, not ${literal.at(i)}`)
    }
  }
}

/** The interpreter's answers for a graph as it stands and as `change` leaves it. */
function compare(
  graph: Graph,
  changed: Graph,
  from: number,
  tolerance: number,
  tally: Tally,
): void {
  const values = randomArguments(graph, from)
  const naive = interpret(bindGraph(graph, DIMS), values)
  expectSame(interpret(changed, values).outputs, naive.outputs, tolerance, tally)
}

/** Runs a property of random graphs, and demands that rules fired on most of them. */
function check(property: (graph: Graph, from: number, tally: Tally) => number): Tally {
  const tally = new Tally()
  let [graphsSeen, fired] = [0, 0]
  const counted = fc.property(graphs, fc.nat(2 ** 31 - 1), ({ graph }, from) => {
    graphsSeen++
    fired += property(graph, from, tally)
  })
  fc.assert(counted, runs({ deep: 2000 }))
  expect(fired).toBeGreaterThan(graphsSeen)
  return tally
}

/** How often rules fired in the passes before the derivative; checks both pipelines around it. */
function throughBoth(
  graph: Graph,
  change: (of: Graph) => Graph,
  from: number,
  tally: Tally,
): number {
  const before = runPipeline(graph, beforeDerivative())
  const after = runPipeline(change(before.graph), afterDerivative(DIMS))
  expect(verifyGraph(after.graph, ['bound', 'core'])).toEqual([])
  compare(change(graph), after.graph, from, toleranceOf('f64', 'graph'), tally)
  return before.records.flatMap(({ firings }) => firings).length
}

describe('a random graph with formulas by hand', () => {
  it('means the same after both pipelines', () => {
    check((graph, from, tally) => throughBoth(graph, of => of, from, tally)).check()
  })

  it('has the gradient of the formulas as they were written', () => {
    check((graph, from, tally) => throughBoth(graph, withGradient, from, tally)).check()
  })

  it('keeps every bit under the rules that promise it', () => {
    check((graph, from, tally) => {
      const workspace = new Workspace(bindGraph(withGradient(graph), DIMS))
      const firings = applyRules(workspace, bitwiseRules)
      compare(withGradient(graph), workspace.commit().graph, from, 0, tally)
      return firings.length
    }).check()
  })

  it('is the same graph when the passes before a derivative run again', () => {
    check(graph => {
      const once = runPipeline(graph, beforeDerivative())
      const again = runPipeline(once.graph, beforeDerivative())
      expect(again.records.flatMap(({ firings }) => firings.map(({ rule }) => rule))).toEqual([])
      expect(again.graph).toBe(once.graph)
      return once.records.flatMap(({ firings }) => firings).length
    })
  })
})
