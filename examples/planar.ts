// A flower of two classes that no line parts: one hidden layer of four tanh units does.
//
//   npx tsx examples/planar.ts

import type { Command } from 'commander'
import { flower } from '../src/data/index.ts'
import {
  cast,
  equal,
  f32,
  greater,
  mean,
  model,
  sigmoid,
  sigmoidCrossEntropy,
  squeeze,
  tanh,
} from '../src/index.ts'
import { dense, xavier } from '../src/nn/index.ts'
import { adam } from '../src/optim/index.ts'
import { trainer } from '../src/train/index.ts'
import { integerFrom, isMain, runExample } from './command.ts'
import { type Report, sparkline } from './report.ts'

/** 2-4-1 with tanh and a sigmoid at the end. */
export const planar = model({
  name: 'planar',
  inputs: { x: f32('batch', 2), y: f32('batch') },
  params: { hidden: dense(2, 4, { weights: xavier() }), out: dense(4, 1, { weights: xavier() }) },
  body({ x, y }, { hidden, out }) {
    const logits = squeeze(out(tanh(hidden(x))), 1)
    const answers = cast(greater(logits, 0), 'f32')
    return {
      loss: mean(sigmoidCrossEntropy(logits, y)),
      accuracy: mean(cast(equal(answers, y), 'f32')),
      probabilities: sigmoid(logits),
    }
  },
})

/** What the command takes. */
export interface PlanarOptions {
  readonly steps: number
  readonly seed: number
}

/** How it ended. */
export interface PlanarResult {
  readonly firstLoss: number
  readonly loss: number
  readonly accuracy: number
}

const CURVE = 48
const RATE = 0.02

/** Trains on all points at once. */
export async function runPlanar(options: PlanarOptions, report: Report): Promise<PlanarResult> {
  const { bold, cyan, dim } = report.colors
  const data = flower({ seed: options.seed })
  const [batch] = data.x.shape
  const t = await trainer(planar, {
    loss: 'loss',
    optimizer: adam(RATE),
    target: 'js',
    dims: { batch },
    seed: options.seed,
  })
  report.event({ event: 'start', example: 'planar', points: batch, steps: options.steps })
  report.line(`${bold('planar')}     a flower of ${batch} points, one hidden layer of 4 tanh units`)
  const losses: number[] = []
  let last = { loss: Number.NaN, accuracy: Number.NaN }
  for (let step = 1; step <= options.steps; step++) {
    last = await t.step(data)
    losses.push(last.loss)
    report.event({ event: 'step', example: 'planar', step, ...last })
    report.progress('planar', step, options.steps, `loss ${last.loss.toFixed(3)}`)
  }
  t.dispose()
  const result = { firstLoss: losses[0]!, ...last }
  report.line(`  ${dim('loss')}      ${cyan(sparkline(losses, CURVE))} ${last.loss.toFixed(3)}`)
  report.line(`  ${dim('accuracy')}  ${bold(`${(100 * last.accuracy).toFixed(1)} %`)}`)
  report.event({ event: 'result', example: 'planar', ...result })
  return result
}

/** The options of the example. */
function withPlanarOptions(command: Command): Command {
  return command
    .option('--steps <n>', 'training steps', integerFrom(1), 2000)
    .option('--seed <n>', 'seed of points and weights', integerFrom(0), 1)
}

if (isMain(import.meta.url)) {
  await runExample<PlanarOptions>({
    name: 'planar',
    about: 'Tell the petals of two classes apart by one hidden layer.',
    configure: withPlanarOptions,
    run: async (options, report) => {
      report.event({ event: 'done', planar: await runPlanar(options, report) })
    },
  })
}
