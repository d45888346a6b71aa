// `fit`: epochs of shuffled mini-batches, with the dev set after each, a history, and a line or a
// bar of progress. It gives the event loop a turn at least every 50 ms, so that timers, signals and
// a page stay alive.

import { checkOptions } from '../compile/check-options.ts'
import { type BatchOptions, batches } from '../data/batches.ts'
import { type Dataset, exampleCount } from '../data/dataset.ts'
import type { Dims } from '../ir/dim.ts'
import type { ArrayOf, Tensor } from '../ir/tensor.ts'
import { type Turns, turnTaker } from '../support/breathe.ts'
import { clock } from '../support/clock.ts'
import { type AnyTrainer, batchDim, checkData, inputsFrom, unfit } from './batch-inputs.ts'
import { type Evaluator, evaluator } from './evaluate.ts'
import {
  averages,
  type EpochRow,
  type History,
  type Means,
  NO_HISTORY,
  withEpoch,
} from './history.ts'
import { defaultProgress, type Progress, plainProgress, silent } from './progress.ts'
import type { Trainer } from './trainer-types.ts'

/** Host arrays for the inputs of a model: their first axis counts the examples. */
export type DataFor<In> = {
  readonly [K in keyof In]: In[K] extends Tensor<infer _, infer D>
    ? { readonly shape: readonly number[]; readonly dtype: D; readonly data: ArrayOf[D] }
    : never
}

/** Something that happens between epochs. */
export interface Callback {
  /** After every epoch; `'stop'` ends the training. */
  readonly epochEnd?: (
    row: EpochRow,
    history: History,
  ) => void | 'stop' | Promise<void> | Promise<'stop'> | undefined
}

/** Where a batch stands in a training; what `augment` of `gradc/data` draws by. */
export interface BatchPlace {
  readonly seed: number
  /** From 1 on. */
  readonly epoch: number
  /** How many examples of the epoch came before. */
  readonly start: number
}

/** What a model is fitted to, and how. */
export interface FitOptions<In> {
  readonly train: DataFor<In>
  /** Looked at after every epoch, never learnt from. */
  readonly dev?: DataFor<In> | undefined
  readonly epochs: number
  /** Names the order of examples, and draws of `augment`; the trainer's seed by default. */
  readonly seed?: number | undefined
  /** False keeps the order of the data; true by default. */
  readonly shuffle?: boolean | undefined
  /**
   * Changes every batch before it is learnt from, never the dev set. It must give as many examples,
   * in arrays of its own: what it is given may be the data itself.
   */
  readonly augment?: ((batch: DataFor<In>, place: BatchPlace) => DataFor<In>) | undefined
  readonly callbacks?: readonly Callback[] | undefined
  /**
   * Where progress goes: to standard error by default, to a function as a line per epoch, to
   * something of your own, or, with false, nowhere.
   */
  readonly log?: false | ((line: string) => void) | Progress | undefined
}

/** What a fitting works with. */
interface Fitting {
  readonly trainer: AnyTrainer
  readonly train: Dataset
  readonly dev: Dataset | undefined
  /** Examples of a full batch, and the dim that counts them. */
  readonly size: number
  readonly batch: string
  readonly options: FitOptions<unknown>
  readonly progress: Progress
  /** One for all epochs: short ones must not put it off. */
  readonly turns: Turns
}

/**
 * Trains for `epochs` passes over `train`. Scalar outputs are averaged over examples; the programs
 * for last partial batches are compiled before the first epoch.
 *
 * Throws E110 where the data, or what `augment` returns, is no data set or lacks an input, E138
 * where the inputs of the model do not share a first dim, E139 where the loss is no longer finite.
 *
 * @example
 * const history = await fit(t, { train, dev, epochs: 10 })
 *
 * const change = { size: [28, 28], shift: 2, rotate: 10 } as const
 * await fit(t, {
 *   train,
 *   dev,
 *   epochs: 10,
 *   augment: ({ x, y }, place) => ({ x: augment(x, change, place), y }),
 * })
 */
export async function fit<In, P, S, O>(
  trainer: Trainer<In, P, S, O>,
  options: FitOptions<In>,
): Promise<History> {
  checkOptions('fit', options, OPTIONS, fit)
  const fitting = await prepared(trainer as unknown as AnyTrainer, options as FitOptions<unknown>)
  const { trainer: of, dev } = fitting
  const measure = dev === undefined ? undefined : await evaluator(of, dev)
  try {
    return await epochsOf(fitting, measure)
  } finally {
    measure?.dispose()
  }
}

async function epochsOf(fitting: Fitting, measure: Evaluator | undefined): Promise<History> {
  const { epochs, callbacks = [] } = fitting.options
  let history = NO_HISTORY
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const row = await runEpoch(fitting, epoch, measure)
    history = withEpoch(history, row)
    for (const { epochEnd } of callbacks) {
      if ((await epochEnd?.(row, history)) === 'stop') return history
    }
  }
  return history
}

const OPTIONS = ['train', 'dev', 'epochs', 'seed', 'shuffle', 'augment', 'callbacks', 'log']

async function prepared(trainer: AnyTrainer, options: FitOptions<unknown>): Promise<Fitting> {
  const [train, dev] = [options.train as Dataset, options.dev as Dataset | undefined]
  checkEpochs(options.epochs)
  const batch = batchDim(trainer, fit)
  const size = trainer.dims[batch]!
  for (const data of dev === undefined ? [train] : [train, dev]) checkData(trainer, data, fit)
  const rest = exampleCount(train) % size
  if (rest > 0) await trainer.prepare({ [batch]: rest })
  const progress = progressOf(options.log)
  return { trainer, train, dev, size, batch, options, progress, turns: turnTaker() }
}

function progressOf(log: FitOptions<unknown>['log']): Progress {
  if (log === undefined) return defaultProgress()
  if (log === false) return silent
  return typeof log === 'function' ? plainProgress(log) : log
}

function checkEpochs(epochs: number): void {
  if (Number.isSafeInteger(epochs) && epochs >= 0) return
  throw unfit('E137', `epochs must be a whole number, got ${epochs}`, 'write epochs: 10', fit)
}

async function runEpoch(
  fitting: Fitting,
  epoch: number,
  measure: Evaluator | undefined,
): Promise<EpochRow> {
  const { trainer, train, size, options, progress, turns } = fitting
  const { seed = trainer.seed, shuffle = true, epochs } = options
  const start = clock()
  const steps = Math.ceil(exampleCount(train) / size)
  const totals = averages()
  const standing = (step: number, values: Means) => {
    return { epoch, epochs, step, steps, elapsed: clock() - start, values }
  }
  const order: BatchOptions = { seed, epoch, shuffle }
  let step = 0
  for (const rows of batches(train, size, order)) {
    const examples = exampleCount(rows)
    const dims: Dims | undefined = examples === size ? undefined : { [fitting.batch]: examples }
    const batch = augmented(fitting, rows, { seed, epoch, start: step * size })
    const values = await trainer.step(inputsFrom(trainer, batch) as never, { dims })
    step++
    checkFinite(trainer, values, epoch, step)
    totals.add(values, examples)
    progress.step(standing(step, totals.means()))
    await turns.rest()
  }
  const msPerStep = (clock() - start) / steps
  const means = totals.means()
  const dev = await measure?.means()
  progress.epoch(standing(steps, { ...means, ...prefixed(dev) }))
  return { epoch, steps, seconds: (clock() - start) / 1000, msPerStep, train: means, dev }
}

/** What is learnt from in place of `rows`. Throws E110 where it does not fit the model. */
function augmented({ trainer, options }: Fitting, rows: Dataset, place: BatchPlace): Dataset {
  if (options.augment === undefined) return rows
  const changed: unknown = options.augment(rows, place)
  const examples = exampleCount(rows)
  const help = 'return a batch such as { ...batch, x: augment(batch.x, change, place) }'
  if (typeof changed !== 'object' || changed === null) {
    throw unfit('E110', `augment must return a batch, got ${changed}`, help, fit)
  }
  checkData(trainer, changed as Dataset, fit)
  const count = exampleCount(changed as Dataset)
  if (count === examples) return changed as Dataset
  const message = `augment must return all ${examples} examples of the batch, got ${count}`
  throw unfit('E110', message, help, fit)
}

const prefixed = (dev: Means | undefined): Means =>
  Object.fromEntries(Object.entries(dev ?? {}).map(([name, value]) => [`dev_${name}`, value]))

function checkFinite({ loss }: AnyTrainer, values: Means, epoch: number, step: number): void {
  if (Number.isFinite(values[loss])) return
  const message = `the loss must stay finite, got ${values[loss]} at epoch ${epoch}, step ${step}`
  const help =
    'lower the learning rate, or make the trainer with debug: { nanGuard: true } to see why'
  throw unfit('E139', message, help, fit)
}
