// What the tests of passes share: graphs from text, one pass over a text, and the example network.

import { gradient } from '../../src/autodiff/gradient.ts'
import { GraphBuilder } from '../../src/ir/builder.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { parseGraph } from '../../src/ir/parser.ts'
import { printGraph } from '../../src/ir/printer.ts'
import { tensorType } from '../../src/ir/type.ts'
import { add } from '../../src/ops/arithmetic.ts'
import { broadcastTo, sum } from '../../src/ops/broadcast.ts'
import { matmul } from '../../src/ops/contraction.ts'
import { ops } from '../../src/ops/registry.ts'
import { tanh } from '../../src/ops/trigonometric.ts'
import { passes } from '../../src/passes/by-name.ts'
import { parsePipeline } from '../../src/rewrite/pass.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'

/** The graph of a text. */
export const graphOf = (text: string): Graph => parseGraph('test.ir', text, ops)

/** A graph through the passes that a text names. */
export const through = (pipeline: string, graph: Graph): Graph =>
  runPipeline(graph, parsePipeline(pipeline, passes)).graph

/** The text of a graph after the passes that a text names. */
export const passed = (pipeline: string, text: string): string =>
  printGraph(through(pipeline, graphOf(text)))

/** The text as it prints, for comparison. */
export const canonical = (text: string): string => printGraph(graphOf(text))

/** A deep network and its gradient. */
export function network(layers: number): Graph {
  const builder = new GraphBuilder('network')
  let h = builder.input('x', tensorType('f32', ['batch', 8]))
  for (let layer = 0; layer < layers; layer++) {
    const w = builder.param(`l${layer}.w`, tensorType('f32', [8, 8]))
    const b = builder.param(`l${layer}.b`, tensorType('f32', [8]))
    const product = matmul(h, w)
    h = tanh(add(product, broadcastTo(b, product.type.shape)))
  }
  return gradient(builder.output('loss', sum(h)).finish(), { of: 'loss' })
}
