// What runs against a mistake in code that every program goes through: every op and random graphs
// with their gradients on js. Bundled together with the mutated file, so it must not import
// anything outside the bundle.

import fc from 'fast-check'
import { gradient } from '../../src/autodiff/gradient.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { interpret } from '../../src/ir/interpret.ts'
import type { OpTable } from '../../src/ir/op.ts'
import { ops } from '../../src/ops/registry.ts'
import { checkJs, checkJsGradient } from '../../test/generic/js-checks.ts'
import { runOnJs } from '../../test/generic/on-js.ts'
import { difference } from '../../test/generic/tolerances.ts'
import { DIMS, randomArguments, randomGraphOf } from '../../test/property/random-graph.ts'

const table: OpTable = ops

/** Random graphs that a mistake in code has to get past, with their gradients. */
const GRAPHS = 25

/** The first failure of a program on js, or undefined where none notices anything. */
export function detectInCode(seed: number): string | undefined {
  try {
    for (const { op } of Object.values(table)) checkJs(op, seed, 1, table)
    const graphs = randomGraphOf({ dtype: 'f64', hasState: true })
    for (const { graph } of fc.sample(graphs, { seed, numRuns: GRAPHS })) checkGraph(graph, seed)
    for (const { op } of Object.values(table)) checkJsGradient(op, seed, 1, table)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return undefined
}

function checkGraph(graph: Graph, seed: number): void {
  const params = graph.arguments.map(argument =>
    argument.role === 'state' ? argument : { ...argument, role: 'param' as const },
  )
  const both = gradient({ ...graph, arguments: params }, { of: 'loss' })
  const given = randomArguments(both, seed)
  const got = runOnJs(both, given, DIMS)
  const wanted = interpret(both, given, { dims: DIMS })
  for (const part of ['outputs', 'updates'] as const) {
    for (const [name, literal] of Object.entries(wanted[part])) {
      const found = difference(got[part][name]!, literal, 'graph')
      if (found !== undefined) throw new Error(`${name}: ${found}`)
    }
  }
}
