// Compile time of the passes: milliseconds per node of the pipeline after the derivative, at three
// sizes of graph. In proportion to the graph means the same figure at each.

import { afterDerivative } from '../src/passes/pipeline.ts'
import { runPipeline } from '../src/rewrite/pass-manager.ts'
import { type Bench, digits, median, type Row } from './bench.ts'
import { classifier, layersFor } from './network.ts'

const SIZES = [100, 1_000, 10_000]
const LEAST_RUNS = 7
const LEAST_MILLISECONDS = 400
const WARM_UP_RUNS = 5

interface Run {
  readonly nodes: number
  readonly milliseconds: number
  readonly passes: Readonly<Record<string, number>>
}

/** A fresh graph every time, so that no run profits from what one before it has worked out. */
function once(layers: number): Run {
  const graph = classifier(layers)
  const passes: Record<string, number> = {}
  const pipeline = afterDerivative({ batch: 128 })
  const start = performance.now()
  const { records } = runPipeline(graph, pipeline, { verify: false })
  const milliseconds = performance.now() - start
  records.forEach((record, i) => {
    passes[`${i + 1} ${pipeline[i]!.pass.name}`] = record.milliseconds
  })
  return { nodes: graph.order.length, milliseconds, passes }
}

function measured(nodes: number): Row {
  const layers = layersFor(nodes)
  const runs: Run[] = []
  let spent = 0
  while (runs.length < LEAST_RUNS || spent < LEAST_MILLISECONDS) {
    const run = once(layers)
    runs.push(run)
    spent += run.milliseconds
  }
  const milliseconds = median(runs.map(run => run.milliseconds))
  const [first] = runs
  const passes = Object.keys(first!.passes).map(pass => {
    const share = median(runs.map(run => run.passes[pass]!)) / first!.nodes
    return [pass, digits(share)] as const
  })
  return {
    bench: 'passes',
    nodes: first!.nodes,
    layers,
    runs: runs.length,
    ms: digits(milliseconds),
    msPerNode: digits(milliseconds / first!.nodes),
    msPerNodeByPass: Object.fromEntries(passes),
  }
}

function show(rows: readonly Row[]): string {
  const perNode = rows.map(row => Number(row.msPerNode))
  const ratio = Math.max(...perNode) / Math.min(...perNode)
  const lines = rows.map(row => {
    const [nodes, ms, each] = [row.nodes, row.ms, row.msPerNode].map(String)
    return `${nodes!.padStart(7)} nodes  ${ms!.padStart(7)} ms  ${each!.padStart(8)} ms per node`
  })
  return [...lines, `largest over smallest figure per node: ${ratio.toFixed(2)}`, ''].join('\n')
}

/** The benchmark of the passes. */
export const passes: Bench = {
  name: 'passes',
  summary: 'ms per node of the pipeline after the derivative, at 100, 1,000 and 10,000 nodes',
  *run(say) {
    say('passes: warming up')
    for (let i = 0; i < WARM_UP_RUNS; i++) once(layersFor(1_000))
    for (const nodes of SIZES) {
      say(`passes: ${nodes} nodes`)
      yield measured(nodes)
    }
  },
  show,
}
