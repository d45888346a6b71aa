// Logistic regression: is a digit the one or the other? The number of images in a batch is a name,
// so that mini-batches, the last partial one and the held-out images run through one model.
//
//   npx tsx examples/logistic.ts --data DIR --digits 3,8

import { type Command, InvalidArgumentError, Option } from 'commander'
import { batches, type LabelledImages } from '../src/data/index.ts'
import {
  cast,
  equal,
  f32,
  greater,
  mean,
  model,
  sigmoidCrossEntropy,
  squeeze,
} from '../src/index.ts'
import { dense, zeros } from '../src/nn/index.ts'
import { adam } from '../src/optim/index.ts'
import { evaluate, trainer } from '../src/train/index.ts'
import { integerFrom, isMain, runExample } from './command.ts'
import { splitDigits } from './digits.ts'
import { percent, type Report, sparkline } from './report.ts'

/** One unit over the pixels: the sign of its logit is the answer. */
export const logistic = model({
  name: 'logistic',
  inputs: { x: f32('batch', 784), y: f32('batch') },
  params: { unit: dense(784, 1, { weights: zeros() }) },
  body({ x, y }, { unit }) {
    const logits = squeeze(unit(x), 1)
    const isRight = equal(greater(logits, 0), greater(y, 0.5))
    return {
      loss: mean(sigmoidCrossEntropy(logits, y)),
      accuracy: mean(cast(isRight, 'f32')),
    }
  },
})

/** What is asked of the example. */
export interface LogisticOptions {
  readonly data?: string | undefined
  readonly digits: readonly [number, number]
  readonly steps: number
  readonly seed: number
}

/** What training came to. */
export interface LogisticResult {
  readonly source: string
  readonly digits: readonly [number, number]
  readonly seed: number
  readonly trained: number
  readonly heldOut: number
  readonly steps: number
  /** Of the first batch, before anything was learned. */
  readonly firstLoss: number
  readonly trainLoss: number
  readonly trainAccuracy: number
  readonly heldOutLoss: number
  readonly heldOutAccuracy: number
}

const BATCH = 64
const RATE = 0.002
/** How many images the unsteady hand writes. */
const WRITTEN = 1000
/** Columns of the loss curve. */
const CURVE = 40

/** Trains on two digits and says how well they are told apart. */
export async function runLogistic(
  options: LogisticOptions,
  report: Report,
): Promise<LogisticResult> {
  const run = await prepareLogistic(options)
  return run(report)
}

/** Gets the data, which may fail, and answers what remains to be done. */
async function prepareLogistic(
  options: LogisticOptions,
): Promise<(report: Report) => Promise<LogisticResult>> {
  const { digits, steps, seed } = options
  const found = await splitDigits({ data: options.data, only: digits, count: WRITTEN, seed })
  const split = { train: asked(found.train, digits[1]), heldOut: asked(found.heldOut, digits[1]) }
  const [trained, heldOut] = [split.train.y.shape[0], split.heldOut.y.shape[0]]
  const told = { source: found.source, digits, seed, trained, heldOut, steps }
  return async report => {
    report.event({ event: 'start', example: 'logistic', ...told })
    report.line(heading(report, told))
    const { losses, measured } = await train(split, steps, seed, report)
    const result = { ...told, firstLoss: losses[0]!, ...measured }
    for (const line of summary(report, losses, result)) report.line(line)
    report.event({ event: 'result', example: 'logistic', ...result })
    return result
  }
}

/** Images and, for each, whether it shows the second of the two digits: 1 or 0. */
type Question = ReturnType<typeof asked>

interface Split {
  readonly train: Question
  readonly heldOut: Question
}

function asked({ x, y }: LabelledImages, positive: number) {
  const data = Float32Array.from(y.data, digit => (digit === positive ? 1 : 0))
  return { x, y: { shape: y.shape, dtype: 'f32' as const, data } }
}

/** Mini-batches of one epoch after another. */
function* endless(examples: Question, seed: number) {
  for (let epoch = 0; ; epoch++) yield* batches(examples, BATCH, { seed, epoch })
}

async function train(split: Split, steps: number, seed: number, report: Report) {
  const t = await trainer(logistic, {
    loss: 'loss',
    optimizer: adam(RATE),
    target: 'js',
    dims: { batch: BATCH },
  })
  const losses: number[] = []
  for (const rows of endless(split.train, seed)) {
    const { loss } = await t.step(rows, { dims: { batch: rows.y.shape[0] } })
    const step = losses.push(loss)
    report.event({ event: 'step', example: 'logistic', step, loss })
    report.progress('logistic', step, steps, `loss ${loss.toFixed(3)}`)
    if (step === steps) break
  }
  const [seen, unseen] = [await evaluate(t, split.train), await evaluate(t, split.heldOut)]
  t.dispose()
  const measured = {
    trainLoss: seen.loss!,
    trainAccuracy: seen.accuracy!,
    heldOutLoss: unseen.loss!,
    heldOutAccuracy: unseen.accuracy!,
  }
  return { losses, measured }
}

/** The last two names of a path: enough to recognize it. */
const brief = (path: string) => path.split(/[\\/]/).slice(-2).join('/')

function heading(
  { colors: { bold, dim } }: Report,
  {
    digits,
    source,
    trained,
    heldOut,
  }: Pick<LogisticResult, 'digits' | 'source' | 'trained' | 'heldOut'>,
): string {
  const question = `${bold('logistic')}   is it ${digits.join(' or ')}?`
  return `${question}\n  ${dim('data')}      ${trained} to train on, ${heldOut} held out; ${brief(source)}`
}

function summary(
  { colors: { bold, cyan, dim } }: Report,
  losses: readonly number[],
  { steps, firstLoss, trainLoss, trainAccuracy, heldOutLoss, heldOutAccuracy }: LogisticResult,
): string[] {
  const curve = cyan(sparkline(losses, CURVE))
  const row = (title: string, text: string, loss: number) =>
    `  ${dim(title.padEnd(8))}  ${text} right, loss ${loss.toFixed(3)}`
  return [
    `  ${dim('loss')}      ${firstLoss.toFixed(3)} ${curve} ${losses.at(-1)!.toFixed(3)}`,
    `  ${dim('steps')}     ${steps} of ${BATCH} images, Adam ${RATE}`,
    row('trained', percent(trainAccuracy), trainLoss),
    row('held out', bold(percent(heldOutAccuracy)), heldOutLoss),
  ]
}

/** `3,8` as two different digits. */
function parseDigits(text: string): [number, number] {
  const [first, second, ...more] = text.split(',')
  const isDigit = (part: string | undefined) => part !== undefined && /^[0-9]$/.test(part)
  if (isDigit(first) && isDigit(second) && more.length === 0 && first !== second) {
    return [Number(first), Number(second)]
  }
  throw new InvalidArgumentError('It must be two different digits, such as 3,8.')
}

/** The options of the example. */
function withLogisticOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'folder with MNIST as IDX files; without it, digits are written')
    .addOption(
      new Option('--digits <a,b>', 'the two digits to tell apart')
        .argParser(parseDigits)
        .default([3, 8], '3,8'),
    )
    .option('--steps <n>', 'training steps', integerFrom(1), 300)
    .option('--seed <n>', 'seed of digits, split and batches', integerFrom(0), 1)
}

if (isMain(import.meta.url)) {
  await runExample<LogisticOptions>({
    name: 'logistic',
    about: 'Tell two handwritten digits apart by logistic regression.',
    configure: withLogisticOptions,
    run: async (options, report) => {
      report.event({ event: 'done', logistic: await runLogistic(options, report) })
    },
  })
}
