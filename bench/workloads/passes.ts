// Compile time of the passes: milliseconds per node of the pipeline after the derivative, at three
// sizes of graph. In proportion to the graph means the same figure at each.

import { afterDerivative } from '../../src/passes/pipeline.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { median } from '../harness.ts'
import { digits, type Row } from '../row.ts'
import type { Bench, Context } from '../workload.ts'
import { classifier, layersFor } from './classifier.ts'

const SIZES = [100, 1_000, 10_000]
const ROUNDS = 7
/**
 * A small graph is compiled so often in a round that it works through as many nodes as a large one.
 */
const NODES_PER_ROUND = 10_000
const WARM_UP_RUNS = 8

/** Milliseconds by pass, and in all. */
type Times = Record<string, number>

/** One size of graph, and what each round took. */
interface Size {
  readonly layers: number
  readonly nodes: number
  readonly rounds: Times[]
}

const repeatsFor = (nodes: number) => Math.max(1, Math.round(NODES_PER_ROUND / nodes))

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
  const repeats = repeatsFor(nodes)
  const sums: Times = {}
  for (let i = 0; i < repeats; i++) {
    for (const [name, time] of Object.entries(once(layers))) sums[name] = (sums[name] ?? 0) + time
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, time]) => [name, time / repeats / nodes]),
  )
}

/** Everything is the median over rounds, of which each size has as many. */
function rowOf(context: Context, { layers, nodes, rounds }: Size): Row {
  const medians = Object.keys(rounds[0]!).map(name => {
    return [name, digits(median(rounds.map(times => times[name]!)))] as const
  })
  const { all: msPerNode, ...msPerNodeByPass } = Object.fromEntries(medians)
  const perGraph = rounds.map(times => times.all! * nodes)
  return {
    name: 'passes',
    backend: context.backend,
    threads: context.threads,
    medianMs: digits(median(perGraph)),
    minMs: digits(Math.min(...perGraph)),
    maxMs: digits(Math.max(...perGraph)),
    runs: rounds.length * repeatsFor(nodes),
    nodes,
    layers,
    msPerNode: msPerNode!,
    msPerNodeByPass,
  }
}

/** One row per size of graph. No backend has a part in it. */
async function run(context: Context): Promise<readonly Row[]> {
  context.say('passes: warming up')
  for (let i = 0; i < WARM_UP_RUNS; i++) once(layersFor(1_000))
  const sizes: readonly Size[] = SIZES.map(size => {
    const layers = layersFor(size)
    return { layers, nodes: classifier(layers).order.length, rounds: [] }
  })
  // Sizes take turns, so that what else the machine does falls on all of them alike.
  for (let i = 1; i <= ROUNDS; i++) {
    context.say(`passes: round ${i} of ${ROUNDS}`)
    for (const { layers, nodes, rounds } of sizes) rounds.push(round(layers, nodes))
  }
  return sizes.map(size => rowOf(context, size))
}

/** The benchmark of the passes. */
export const passes: Bench = {
  name: 'passes',
  summary:
    'the passes after the derivative, at 100, 1,000 and 10,000 nodes: time per graph and node',
  run,
}
