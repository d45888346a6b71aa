// `npm run demo`: declares a network, shows what it is made of, checks its gradient against two
// other derivatives, trains it on digits, and counts its mistakes.
//
//   npm run demo -- --data DIR

import { type Command, Option } from 'commander'
import { gatherExamples, type LabelledImages } from '../src/data/index.ts'
import { Literal, type Model, select, summarize } from '../src/index.ts'
import { adam } from '../src/optim/index.ts'
import { confusionMatrix, evaluate, fit, trainer } from '../src/train/index.ts'
import { integerFrom, isMain, runExample } from './command.ts'
import { type DigitSplit, splitDigits } from './digits.ts'
import { msPerStepOf, toldEpochs } from './epochs.ts'
import { checkGradient } from './gradient-check.ts'
import { mnist, mnistBatchNorm } from './mnist.ts'
import { percent, type Report } from './report.ts'

/** What the command takes. */
export interface DemoOptions {
  /** A folder with IDX files; embedded digits without it. */
  readonly data?: string
  readonly epochs: number
  readonly seed: number
  readonly target: 'js'
  /** Whether the network is the one with batch norm. */
  readonly bn?: true
}

/** What the last event says. */
export interface DemoResult {
  readonly trainAccuracy: number
  readonly devAccuracy: number
  readonly seconds: number
  readonly msPerStep: number
}

const BATCH = 64
const RATE = 1e-3
/** Embedded digits: enough to learn from in seconds. */
const EMBEDDED = 6000
/** Examples of the gradient check, which runs on the reference interpreter. */
const CHECKED = 4

type Digits = typeof mnist extends Model<infer In, infer _P, infer _S, infer O> ? [In, O] : never

/** A network that reads digits, whatever it is made of. */
type DigitModel<P, S> = Model<Digits[0], P, S, Digits[1]>

/** Runs the demo; data that cannot be read is said before anything else happens. */
export async function runDemo(options: DemoOptions, report: Report): Promise<DemoResult> {
  const { data, seed } = options
  const started = performance.now()
  const parts = await splitDigits({ data, count: EMBEDDED, seed })
  const { trainAccuracy, devAccuracy, msPerStep } = options.bn
    ? await demonstrate(mnistBatchNorm, parts, options, report)
    : await demonstrate(mnist, parts, options, report)
  const seconds = (performance.now() - started) / 1000
  const result = { trainAccuracy, devAccuracy, seconds, msPerStep }
  report.line('')
  report.line(doneLine(result, report))
  return result
}

/** Shows a network, checks it, trains it, counts its mistakes. */
async function demonstrate<P, S>(
  model: DigitModel<P, S>,
  parts: DigitSplit,
  options: DemoOptions,
  report: Report,
) {
  showSummary(model as Model, report)
  showCheck(model as Model, parts.train, options.seed, report)
  const t = await startTrainer(model, options)
  const msPerStep = await learn(t, model.name, parts, options.epochs, report)
  const devAccuracy = await showMistakes(t, model, parts.heldOut, report)
  const { accuracy } = await evaluate(t, parts.train)
  t.dispose()
  return { trainAccuracy: accuracy!, devAccuracy, msPerStep }
}

const startTrainer = <P, S>(model: DigitModel<P, S>, { target, seed }: DemoOptions) =>
  trainer(model, { loss: 'loss', optimizer: adam(RATE), target, dims: { batch: BATCH }, seed })

type DigitTrainer<P, S> = Awaited<ReturnType<typeof startTrainer<P, S>>>

/** Trains, an event and a line per epoch; the milliseconds of a step. */
async function learn<P, S>(
  t: DigitTrainer<P, S>,
  example: string,
  { train, heldOut, source }: DigitSplit,
  epochs: number,
  report: Report,
): Promise<number> {
  const { bold } = report.colors
  const [trained, held] = [train.x.shape[0], heldOut.x.shape[0]]
  report.line(`${bold('training')}  ${trained} images, ${held} held out (${source})`)
  const told = toldEpochs(example, report)
  return msPerStepOf(await fit(t, { train, dev: heldOut, epochs, ...told }))
}

/** What was taken for what; the share that is right. */
async function showMistakes<P, S>(
  t: DigitTrainer<P, S>,
  model: DigitModel<P, S>,
  heldOut: LabelledImages,
  report: Report,
) {
  const program = select(model, { inputs: ['x'], outputs: ['probabilities'] })
  const predict = await t.executable(program, { dims: { batch: heldOut.x.shape[0] } })
  const matrix = confusionMatrix(predict({ x: heldOut.x }).probabilities, heldOut.y)
  report.event({ event: 'result', example: model.name, confusion: matrix.counts })
  report.line('')
  const title = report.colors.bold('held out')
  report.line(`${title}  rows are true digits, columns what they were taken for`)
  report.line(String(matrix))
  return matrix.accuracy
}

function showSummary(model: Model, report: Report): void {
  const summary = summarize(model, { of: 'loss', dims: { batch: BATCH } })
  const { rows, parameters, trainable, forward, backward } = summary
  const counts = { rows, parameters, trainable, forward, backward }
  report.event({ event: 'start', example: model.name, ...counts })
  report.line(`${report.colors.bold('model')}     batch ${BATCH}, operations per step`)
  report.line(String(summary))
  report.line('')
}

/** The gradient on a few examples in double. */
function showCheck(model: Model, train: LabelledImages, seed: number, report: Report): void {
  const { bold, dim, green, red } = report.colors
  const few = gatherExamples(train, [...Array(CHECKED).keys()])
  const inputs = { x: Literal.from(few.x, 'f64'), y: Literal.from(few.y) }
  const found = checkGradient(model, 'loss', inputs, seed)
  report.event({ event: 'step', example: 'gradient check', params: found })
  report.line(
    `${bold('gradient')}  against the forward derivative and a central difference, in double`,
  )
  const width = Math.max(...found.map(({ param }) => param.length))
  report.line(dim(`  ${'param'.padEnd(width)}     slope   forward   numeric`))
  for (const { param, slope, forward, numeric } of found) {
    const isRight = forward < 1e-9 && numeric < 1e-5
    const mark = isRight ? green('ok') : red('wrong')
    const cells = [slope.toExponential(2), forward.toExponential(1), numeric.toExponential(1)]
    report.line(
      `  ${param.padEnd(width)} ${cells.map(cell => cell.padStart(9)).join(' ')}  ${mark}`,
    )
  }
  report.line('')
}

function doneLine({ devAccuracy, seconds, msPerStep }: DemoResult, report: Report): string {
  const { bold, green } = report.colors
  const text = `${percent(devAccuracy)} of unseen digits right`
  return `${green(bold('done'))}      ${text}, ${msPerStep.toFixed(1)} ms/step, ${seconds.toFixed(1)} s`
}

/** The options of the demo. */
function withDemoOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'folder with MNIST as IDX files; without it, embedded digits')
    .option('--bn', 'the wider network with batch norm')
    .option('--epochs <n>', 'passes over the training images', integerFrom(1), 5)
    .option('--seed <n>', 'seed of digits, split, weights and order', integerFrom(0), 1)
    .addOption(new Option('--target <name>', 'where the step runs').choices(['js']).default('js'))
}

if (isMain(import.meta.url)) {
  await runExample<DemoOptions>({
    name: 'demo',
    about: 'Train a network on handwritten digits: summary, gradient check, training, mistakes.',
    configure: withDemoOptions,
    run: async (options, report) => {
      report.event({ event: 'done', ...(await runDemo(options, report)) })
    },
  })
}
