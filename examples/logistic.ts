// Logistic regression: is a digit the one or the other? The graph holds the model, the mean sigmoid
// cross-entropy, its derivative and the update of Adam; the number of images in a batch is a
// symbolic dim, so mini-batches and the held-out images run through one and the same model.
//
//   npx tsx examples/logistic.ts --data DIR --digits 3,8

import { type Command, InvalidArgumentError, Option } from 'commander'
import { batches, type LabelledImages } from '../src/data/index.ts'
import {
  add,
  broadcastTo,
  cast,
  equal,
  fullLike,
  type Graph,
  GraphBuilder,
  greater,
  type HostTensor,
  interpret,
  Literal,
  matmul,
  mean,
  reshape,
  sigmoidCrossEntropy,
  tensorType,
  type Value,
} from '../src/index.ts'

import { integerFrom, isMain, runExample } from './command.ts'
import { splitDigits } from './digits.ts'
import { type Report, sparkline } from './report.ts'
import { adam, startTraining } from './training.ts'

interface Model {
  readonly w: Value
  readonly b: Value
  readonly loss: Value
  readonly accuracy: Value
}

/**
 * `logits = x·w + b`, the loss of a batch, and the share of it that the sign of the logits gets
 * right.
 */
function model(builder: GraphBuilder, pixels: number): Model {
  const x = builder.input('x', tensorType('f32', ['batch', pixels]))
  const y = builder.input('y', tensorType('f32', ['batch']))
  const w = builder.param('w', tensorType('f32', [pixels, 1]))
  const b = builder.param('b', tensorType('f32'))
  const logits = add(reshape(matmul(x, w), ['batch']), broadcastTo(b, ['batch']))
  const loss = mean(sigmoidCrossEntropy(logits, y))
  const answer = greater(logits, fullLike(logits, 0))
  const isRight = equal(answer, greater(y, fullLike(y, 0.5)))
  return { w, b, loss, accuracy: mean(cast(isRight, 'f32')) }
}

/** The graph that measures: loss and accuracy of a batch. */
export function measuringGraph(pixels: number): Graph {
  const builder = new GraphBuilder('measure')
  const { loss, accuracy } = model(builder, pixels)
  return builder.output('loss', loss).output('accuracy', accuracy).finish()
}

/** The graph of one training step: the loss of a batch, and new values for w and b. */
export function trainingGraph(pixels: number, rate: number): Graph {
  const builder = new GraphBuilder('train')
  const { w, b, loss } = model(builder, pixels)
  builder.output('loss', loss)
  adam(rate)(builder, loss, [
    { name: 'w', value: w },
    { name: 'b', value: b },
  ])
  return builder.finish()
}

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
export async function prepareLogistic(
  options: LogisticOptions,
): Promise<(report: Report) => LogisticResult> {
  const { digits, steps, seed } = options
  const found = await splitDigits({ data: options.data, only: digits, count: WRITTEN, seed })
  const split = { train: asked(found.train, digits[1]), heldOut: asked(found.heldOut, digits[1]) }
  const [pixels, trained, heldOut] = [
    split.train.x.shape[1]!,
    split.train.y.shape[0]!,
    split.heldOut.y.shape[0]!,
  ]
  const told = { source: found.source, digits, seed, trained, heldOut, steps }
  return report => {
    report.event({ event: 'start', example: 'logistic', ...told })
    report.line(heading(report, told))
    const { losses, params } = train(pixels, split.train, steps, seed, report)
    const measured = measure(pixels, split, params)
    const result = { ...told, firstLoss: losses[0]!, ...measured }
    for (const line of summary(report, losses, result)) report.line(line)
    report.event({ event: 'result', example: 'logistic', ...result })
    return result
  }
}

/** Images and, for each, whether it shows the second of the two digits: 1 or 0. */
interface Question {
  readonly x: HostTensor
  readonly y: HostTensor
}

interface Split {
  readonly train: Question
  readonly heldOut: Question
}

function asked({ x, y }: LabelledImages, positive: number): Question {
  const data = Float32Array.from(y.data, digit => (digit === positive ? 1 : 0))
  return { x, y: { shape: y.shape, dtype: 'f32', data } }
}

/** Mini-batches of one epoch after another. */
function* endless(examples: Question, seed: number): Generator<Question, never> {
  for (let epoch = 0; ; epoch++) {
    yield* batches({ ...examples }, BATCH, { seed, epoch })
  }
}

interface Trained {
  readonly losses: readonly number[]
  readonly params: { readonly w: Literal; readonly b: Literal }
}

function train(
  pixels: number,
  examples: Question,
  steps: number,
  seed: number,
  report: Report,
): Trained {
  const zeros = { w: Literal.full('f32', [pixels, 1], 0), b: 0 }
  const training = startTraining(trainingGraph(pixels, RATE), zeros)
  const supply = endless(examples, seed)
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) {
    const { x, y } = supply.next().value
    const loss = training.step({ x, y }).loss!.at(0)
    losses.push(loss)
    report.event({ event: 'step', example: 'logistic', step, loss })
    report.progress('logistic', step, steps, `loss ${loss.toFixed(3)}`)
  }
  return { losses, params: { w: training.value('w'), b: training.value('b') } }
}

function measure(pixels: number, { train, heldOut }: Split, params: Trained['params']) {
  const graph = measuringGraph(pixels)
  const [seen, unseen] = [train, heldOut].map(({ x, y }) => {
    const { loss, accuracy } = interpret(graph, { ...params, x, y }).outputs
    return { loss: loss!.at(0), accuracy: accuracy!.at(0) }
  })
  return {
    trainLoss: seen!.loss,
    trainAccuracy: seen!.accuracy,
    heldOutLoss: unseen!.loss,
    heldOutAccuracy: unseen!.accuracy,
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

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
export function parseDigits(text: string): [number, number] {
  const [first, second, ...more] = text.split(',')
  const isDigit = (part: string | undefined) => part !== undefined && /^[0-9]$/.test(part)
  if (isDigit(first) && isDigit(second) && more.length === 0 && first !== second) {
    return [Number(first), Number(second)]
  }
  throw new InvalidArgumentError('It must be two different digits, such as 3,8.')
}

/** The options that `logistic` and `demo` share. */
export function withLogisticOptions(command: Command): Command {
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
