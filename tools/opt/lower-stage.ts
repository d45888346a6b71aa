// What opt prints for --lower: the program of a graph, for the target that has every dtype.

import { js } from '../../src/backends/js/index.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { verifyGraph } from '../../src/ir/verify.ts'
import { printKernels } from '../../src/kernel/text.ts'
import { lower } from '../../src/lower/lower.ts'
import { layoutState } from '../../src/lower/state.ts'
import { GraphError } from '../../src/support/diagnostic.ts'

/** The program of a bound core graph as text; params and state lie in the order of the graph. */
export function lowered(graph: Graph): string {
  const [finding] = verifyGraph(graph, ['bound', 'core'])
  if (finding !== undefined) {
    const help = 'bind all dims with --dims and run -p after'
    throw new GraphError({ ...finding, help })
  }
  const members = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  const state = layoutState([{ members }])
  const { program } = lower(graph, { target: js.target, state, verify: true })
  return printKernels({ programs: [program], kernels: program.kernels })
}
