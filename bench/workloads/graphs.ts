// Graphs as work is counted on them: every dim a number, every op a core op.

import type { Dims } from '../../src/ir/dim.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { chooseMode } from '../../src/passes/choose-mode.ts'
import { afterDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'

/** The graph after the passes that compiling runs. */
export function coreGraph(graph: Graph, dims: Dims = {}): Graph {
  const pipeline = afterDerivative(dims)
  return runPipeline(chooseMode(graph, 'train'), pipeline, { verify: false }).graph
}
