// Compile time of the passes: milliseconds per node of the pipeline after the derivative, at three
// sizes of graph. In proportion to the graph means the same figure at each.

import { afterDerivative } from '../src/passes/pipeline.ts'
import { runPipeline } from '../src/rewrite/pass-manager.ts'
import { type Bench, digits, median, type Row } from './bench.ts'
import { classifier, layersFor } from './network.ts'

const SIZES = [100, 1_000, 10_000]
const ROUNDS = 7
/**
 * A small graph is compiled so often in a round that it works through as many nodes as a large one.
 */
const NODES_PER_ROUND = 10_000
const WARM_UP_RUNS = 8

/** Milliseconds by pass, and in all. */
type Times = Record<string, number>

/** One pipeline over a fresh graph: nothing that an earlier run worked out is at hand. */
function once(layers: number): Times {
  const graph = classifier(layers)
  const pipeline = afterDerivative({ batch: 128 })
  const start = performance.now()
  const { records } = runPipeline(graph, pipeline, { verify: false })
  const times: Times = { all: performance.now() - start }
  records.forEach((record, i) => {
    times[`${i + 1} ${pipeline[i]!.pass.name}`] = record.milliseconds
  })
  return times
}

/** Milliseconds per node in one round. */
function round(layers: number, nodes: number): Times {
  const repeats = Math.max(1, Math.round(NODES_PER_ROUND / nodes))
  const sums: Times = {}
  for (let i = 0; i < repeats; i++) {
    for (const [name, time] of Object.entries(once(layers))) sums[name] = (sums[name] ?? 0) + time
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, time]) => [name, time / repeats / nodes]),
  )
}

function summary(layers: number, nodes: number, rounds: readonly Times[]): Row {
  const medians = Object.keys(rounds[0]!).map(name => {
    return [name, digits(median(rounds.map(times => times[name]!)))] as const
  })
  const { all, ...byPass } = Object.fromEntries(medians)
  const ms = digits(all! * nodes)
  return { bench: 'passes', nodes, layers, ms, msPerNode: all!, msPerNodeByPass: byPass }
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
  run(say) {
    say('passes: warming up')
    for (let i = 0; i < WARM_UP_RUNS; i++) once(layersFor(1_000))
    const cases = SIZES.map(size => {
      const layers = layersFor(size)
      return { layers, nodes: classifier(layers).order.length, rounds: [] as Times[] }
    })
    // Sizes take turns, so that what else the machine does falls on all of them alike.
    for (let i = 1; i <= ROUNDS; i++) {
      say(`passes: round ${i} of ${ROUNDS}`)
      for (const { layers, nodes, rounds } of cases) rounds.push(round(layers, nodes))
    }
    return cases.map(({ layers, nodes, rounds }) => summary(layers, nodes, rounds))
  },
  show,
}
