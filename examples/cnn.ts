// A network of two convolutions that reads digits: training, by request on images that change a
// little in every epoch, what it takes for what, and pictures of its filters and its mistakes.
//
//   npx tsx examples/cnn.ts --data DIR --augment --out DIR

import type { Command } from 'commander'
import { augment, batches, exampleCount } from '../src/data/index.ts'
import { type Host, select, summarize } from '../src/index.ts'
import { adam } from '../src/optim/index.ts'
import { type ConfusionMatrix, confusionMatrix, fit, trainer } from '../src/train/index.ts'
import { cnn } from './cnn-model.ts'
import { integerFrom, isMain, runExample } from './command.ts'
import { confusionPicture } from './confusion-picture.ts'
import { type DigitSplit, splitDigits } from './digits.ts'
import { msPerStepOf, toldEpochs } from './epochs.ts'
import { openFolder, writeAll } from './output.ts'
import { filtersPicture, type Mistake, mistakesPicture } from './pictures.ts'
import { percent, type Report } from './report.ts'

/** What the command takes. */
export interface CnnOptions {
  /** A folder with IDX files; embedded digits without it. */
  readonly data?: string | undefined
  readonly epochs: number
  readonly batch: number
  readonly seed: number
  /** Whether images are shifted and turned at random. */
  readonly augment?: true | undefined
  /** Where pictures are written; nowhere without it. */
  readonly out?: string | undefined
}

/** What the last event says. */
export interface CnnResult {
  readonly devAccuracy: number
  readonly seconds: number
  readonly msPerStep: number
  /** The paths of the pictures. */
  readonly files: readonly string[]
}

const RATE = 3e-3
/** Embedded digits: enough to learn from in seconds. */
const EMBEDDED = 2000
const SIDE = 28
/** How much images change: at most so many pixels, and degrees either way. */
const CHANGE = { shift: 2, rotate: 10 }
/** Mistakes that are shown. */
const SHOWN = 20

/** Runs the example; what cannot be read or written is said before anything else happens. */
export async function runCnn(options: CnnOptions, report: Report): Promise<CnnResult> {
  const { data, seed, out } = options
  const started = performance.now()
  const parts = await splitDigits({ data, count: EMBEDDED, seed })
  if (out !== undefined) openFolder(out)
  showModel(options.batch, report)
  const t = await startTrainer(options)
  const msPerStep = msPerStepOf(await learn(t, parts, options, report))
  const heldOut = imagesOf(parts.heldOut)
  const probabilities = await predict(t, heldOut)
  const matrix = confusionMatrix(probabilities, heldOut.y)
  showMatrix(matrix, report)
  const pictures = {
    'filters.svg': filtersPicture((await t.params()).c1.kernel),
    'mistakes.svg': mistakesPicture(surestMistakes(probabilities, parts), {
      wrong: wrongOf(matrix),
      total: matrix.total,
    }),
    'confusion.svg': confusionPicture(matrix),
  }
  t.dispose()
  const files = out === undefined ? [] : writeAll(out, pictures)
  const seconds = (performance.now() - started) / 1000
  const result = { devAccuracy: matrix.accuracy, seconds, msPerStep, files }
  for (const line of lastLines(result, report)) report.line(line)
  return result
}

const startTrainer = ({ batch, seed }: CnnOptions) =>
  trainer(cnn, { loss: 'loss', optimizer: adam(RATE), target: 'js', dims: { batch }, seed })

type CnnTrainer = Awaited<ReturnType<typeof startTrainer>>

type Digits = DigitSplit['train']

/** Rows of pixels as images of one channel: the same memory. */
function imagesOf({ x, y }: Digits) {
  const shape = [x.shape[0], SIDE, SIDE, 1] as const
  return { x: { ...x, shape }, y }
}

/** Trains, an event and a line per epoch. */
function learn(t: CnnTrainer, parts: DigitSplit, options: CnnOptions, report: Report) {
  const { bold } = report.colors
  const [train, dev] = [imagesOf(parts.train), imagesOf(parts.heldOut)]
  const change = { ...CHANGE, fill: parts.paper }
  const how = options.augment
    ? `, shifted by up to ${CHANGE.shift} pixels and turned by up to ${CHANGE.rotate}°`
    : ''
  const counts = `${exampleCount(train)} images, ${exampleCount(dev)} held out`
  report.line(`${bold('training')}  ${counts} (${parts.source})${how}`)
  return fit(t, {
    train,
    dev,
    epochs: options.epochs,
    augment: options.augment && (({ x, y }, place) => ({ x: augment(x, change, place), y })),
    ...toldEpochs('cnn', report),
  })
}

type Probabilities = Host<readonly [number, 10], 'f32'>

/** The probabilities of all digits for every image, batch by batch. */
async function predict(t: CnnTrainer, { x }: ReturnType<typeof imagesOf>): Promise<Probabilities> {
  const program = select(cnn, { inputs: ['x'], outputs: ['probabilities'] })
  const compile = (batch: number) => t.executable(program, { dims: { batch } })
  const compiled = new Map<number, Awaited<ReturnType<typeof compile>>>()
  const shape = [x.shape[0], 10] as const
  const data = new Float32Array(shape[0] * shape[1])
  let start = 0
  for (const rows of batches({ x }, t.dims.batch!, { shuffle: false })) {
    const count = exampleCount(rows)
    const run = compiled.get(count) ?? (await compile(count))
    compiled.set(count, run)
    data.set(run(rows).probabilities.data, start * shape[1])
    start += count
  }
  return { shape, dtype: 'f32', data }
}

/** The wrong answers of the highest probability, the surest first. */
function surestMistakes(
  probabilities: Probabilities,
  { heldOut: { x, y }, paper, ink }: DigitSplit,
): readonly Mistake[] {
  const classes = probabilities.shape[1]
  const pixelsOf = (i: number) => x.data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)
  return Array.from(y.data, (truth, i) => {
    const row = probabilities.data.subarray(i * classes, (i + 1) * classes)
    const probability = row.reduce((most, value) => Math.max(most, value))
    return { i, truth, answer: row.indexOf(probability), probability }
  })
    .filter(({ truth, answer }) => answer !== truth)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, SHOWN)
    .map(({ i, truth, answer, probability }) => ({
      pixels: pixelsOf(i).map(value => (value - paper) / (ink - paper)),
      width: SIDE,
      truth: String(truth),
      answer: String(answer),
      probability,
    }))
}

const wrongOf = ({ counts }: ConfusionMatrix) =>
  counts.flatMap((row, i) => row.filter((_, j) => j !== i)).reduce((sum, count) => sum + count, 0)

function showModel(batch: number, report: Report): void {
  const summary = summarize(cnn, { of: 'loss', dims: { batch } })
  const { rows, parameters, trainable, forward, backward } = summary
  report.event({ event: 'start', example: 'cnn', rows, parameters, trainable, forward, backward })
  report.line(`${report.colors.bold('model')}     batch ${batch}, operations per step`)
  report.line(String(summary))
  report.line('')
}

function showMatrix(matrix: ConfusionMatrix, report: Report): void {
  report.event({ event: 'result', example: 'cnn', confusion: matrix.counts })
  report.line('')
  const title = report.colors.bold('held out')
  report.line(`${title}  rows are true digits, columns what they were taken for`)
  report.line(String(matrix))
  report.line('')
}

function lastLines({ files, devAccuracy, msPerStep, seconds }: CnnResult, report: Report) {
  const { bold, green } = report.colors
  const text = `${percent(devAccuracy)} of unseen digits right`
  const time = `${msPerStep.toFixed(1)} ms/step, ${seconds.toFixed(1)} s`
  return [
    ...files.map(path => `${bold('written')}   ${path}`),
    `${green(bold('done'))}      ${text}, ${time}`,
  ]
}

/** The options of the example. */
function withCnnOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'folder with MNIST as IDX files; without it, embedded digits')
    .option('--epochs <n>', 'passes over the training images', integerFrom(1), 5)
    .option('--batch <n>', 'images per step', integerFrom(1), 128)
    .option('--seed <n>', 'seed of digits, split, weights, order and changes', integerFrom(0), 1)
    .option('--augment', 'learn from images that are shifted and turned a little')
    .option('--out <dir>', 'folder for pictures: filters.svg, mistakes.svg, confusion.svg')
}

if (isMain(import.meta.url)) {
  await runExample<CnnOptions>({
    name: 'cnn',
    about: 'Train a convolutional network on handwritten digits and draw what it does.',
    configure: withCnnOptions,
    run: async (options, report) => {
      report.event({ event: 'done', ...(await runCnn(options, report)) })
    },
  })
}
