// Compile time of a whole training: every pass on the way of 24 layers with batch norm and Adam,
// from the graph that the user wrote to core ops with sizes. What stands between the two pipelines,
// the derivative and the optimizer's update, is timed apart.

import { gradient } from '../../src/autodiff/gradient.ts'
import { f32, i32, mean, model, relu, softmaxCrossEntropy, type Tensor } from '../../src/index.ts'
import type { Graph } from '../../src/ir/graph.ts'
import { batchNorm, dense } from '../../src/nn/index.ts'
import { adam } from '../../src/optim/index.ts'
import { trainingStep } from '../../src/optim/training-step.ts'
import { chooseMode } from '../../src/passes/choose-mode.ts'
import { afterDerivative, beforeDerivative } from '../../src/passes/pipeline.ts'
import type { Pipeline } from '../../src/rewrite/pass.ts'
import { runPipeline } from '../../src/rewrite/pass-manager.ts'
import { trainingLayout } from '../../src/train/block-layout.ts'
import { median } from '../harness.ts'
import { digits } from '../row.ts'
import type { Bench, Context } from '../workload.ts'

const LAYERS = 24
const UNITS = 64
const CLASSES = 10
const BATCH = 32
const ROUNDS = 40
const WARM_UP_ROUNDS = 40

const optimizer = adam(1e-3)

/** The classifier as it was written: dense, batch norm and relu, so many times, and the loss. */
function forward(): Graph {
  const layers = Array.from(
    { length: LAYERS },
    () => [dense(UNITS, UNITS), batchNorm(UNITS)] as const,
  )
  const { graph } = model({
    inputs: { x: f32('batch', UNITS), y: i32('batch') },
    params: { layers, head: dense(UNITS, CLASSES) },
    body({ x, y }, { layers, head }) {
      let h: Tensor<['batch', number], 'f32'> = x
      for (const [linear, normalize] of layers) h = relu(normalize(linear(h)))
      return { loss: mean(softmaxCrossEntropy(head(h), y)) }
    },
  })
  return chooseMode(graph, 'train')
}

/** Forward, backward and update in one graph. */
function withUpdate(graph: Graph): Graph {
  const [params, others] = [true, false].map(isParam =>
    graph.arguments.filter(({ role }) => (isParam ? role === 'param' : role === 'state')),
  )
  const { blocks } = trainingLayout(params!, others!, optimizer)
  return trainingStep(gradient(graph, { of: 'loss' }), blocks, optimizer)
}

/** Milliseconds by name. */
type Times = Record<string, number>

function timed<T>(times: Times, name: string, run: () => T): T {
  const start = performance.now()
  const result = run()
  times[name] = performance.now() - start
  return result
}

function through(graph: Graph, pipeline: Pipeline, name: string, times: Times): Graph {
  const { graph: after, records } = timed(times, name, () =>
    runPipeline(graph, pipeline, { verify: false }),
  )
  records.forEach((record, i) => {
    times[`${name} ${i + 1} ${pipeline[i]!.pass.name}`] = record.milliseconds
  })
  return after
}

interface Round {
  readonly times: Times
  readonly nodes: number
  readonly nodesAfter: number
}

/** The way of one model that nothing is known of yet. */
function round(): Round {
  const times: Times = {}
  const stable = through(forward(), beforeDerivative(), 'before', times)
  const joint = timed(times, 'derivative', () => withUpdate(stable))
  const core = through(joint, afterDerivative({ batch: BATCH }), 'after', times)
  return { times, nodes: joint.order.length, nodesAfter: core.order.length }
}

async function run({ backend, threads, say }: Context) {
  say('passes-bn24: warming up')
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round()
  say(`passes-bn24: ${ROUNDS} rounds`)
  const rounds = Array.from({ length: ROUNDS }, round)
  const { times, nodes, nodesAfter } = rounds[0]!
  const totals = rounds.map(of => of.times.before! + of.times.after!)
  const msByPart = Object.fromEntries(
    Object.keys(times).map(name => [name, digits(median(rounds.map(of => of.times[name]!)))]),
  )
  const row = {
    name: 'passes-bn24',
    backend,
    threads,
    medianMs: digits(median(totals)),
    minMs: digits(Math.min(...totals)),
    maxMs: digits(Math.max(...totals)),
    runs: ROUNDS,
    nodes,
    nodesAfter,
    msPerNode: digits(median(totals) / nodes),
    msByPart,
  }
  return [row]
}

/** The benchmark of the passes over a training step. */
export const trainingPasses: Bench = {
  name: 'passes-bn24',
  summary:
    'all passes over a training step of 24 layers with batch norm: before and after the derivative',
  run,
}
