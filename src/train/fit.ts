// `fit`: epochs of shuffled mini-batches, with the dev set after each, a history, and a line or a
// bar of progress. It gives the event loop a turn at least every 50 ms, so that timers, signals and
// a page stay alive.

import { type BatchOptions, batches } from '../data/batches.ts'
import { type Dataset, exampleCount } from '../data/dataset.ts'
import type { Dims } from '../ir/dim.ts'
import { valueTypes } from '../ir/printer.ts'
import type { ArrayOf, Tensor } from '../ir/tensor.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { select } from '../model/select.ts'
import { breathe } from '../support/breathe.ts'
import { clock } from '../support/clock.ts'
import { GraphError } from '../support/diagnostic.ts'
import { captureSource } from '../support/source.ts'
import {
  averages,
  type EpochRow,
  type History,
  type Means,
  NO_HISTORY,
  withEpoch,
} from './history.ts'
import { defaultProgress, type Progress, plainProgress, silent } from './progress.ts'
import type { Shared, Trainer } from './trainer-types.ts'

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

/** What a model is fitted to, and how. */
export interface FitOptions<In> {
  readonly train: DataFor<In>
  /** Looked at after every epoch, never learnt from. */
  readonly dev?: DataFor<In> | undefined
  readonly epochs: number
  /** Names the order of examples; the trainer's seed by default. */
  readonly seed?: number | undefined
  /** False keeps the order of the data; true by default. */
  readonly shuffle?: boolean | undefined
  readonly callbacks?: readonly Callback[] | undefined
  /** Where progress goes: standard error by default, a function for lines, false for nowhere. */
  readonly log?: false | ((line: string) => void) | undefined
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
  /** Time of the last turn of the event loop. */
  rested: number
}

type AnyTrainer = Trainer<Record<string, Tensor>, unknown, unknown, Record<string, Tensor>>
type Evaluate = Shared<Record<string, Tensor>, Record<string, Tensor>>

/**
 * Trains for `epochs` passes over `train`. Scalar outputs are averaged over examples; the programs
 * for last partial batches are compiled before the first epoch.
 *
 * Throws E110 where the data is no data set or lacks an input, E138 where the inputs of the model
 * do not share a first dim, E139 where the loss is no longer finite.
 *
 * @example
 * const history = await fit(t, { train, dev, epochs: 10 })
 */
export async function fit<In, P, S, O>(
  trainer: Trainer<In, P, S, O>,
  options: FitOptions<In>,
): Promise<History> {
  const fitting = await prepared(trainer as unknown as AnyTrainer, options as FitOptions<unknown>)
  const evaluate = await evaluators(fitting)
  let history = NO_HISTORY
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const row = await runEpoch(fitting, epoch, evaluate)
    history = withEpoch(history, row)
    for (const { epochEnd } of options.callbacks ?? []) {
      if ((await epochEnd?.(row, history)) === 'stop') return history
    }
  }
  return history
}

async function prepared(trainer: AnyTrainer, options: FitOptions<unknown>): Promise<Fitting> {
  const [train, dev] = [options.train as Dataset, options.dev as Dataset | undefined]
  checkEpochs(options.epochs)
  const batch = batchDim(trainer)
  const size = trainer.dims[batch]!
  for (const data of dev === undefined ? [train] : [train, dev]) checkData(trainer, data)
  const rest = exampleCount(train) % size
  if (rest > 0) await trainer.prepare({ [batch]: rest })
  const { log } = options
  const chosen = log === undefined ? defaultProgress() : log === false ? silent : plainProgress(log)
  return { trainer, train, dev, size, batch, options, progress: chosen, rested: clock() }
}

function checkEpochs(epochs: number): void {
  if (Number.isSafeInteger(epochs) && epochs >= 0) return
  throw unfit('E137', `epochs must be a whole number, got ${epochs}`, 'write epochs: 10')
}

/** The dim that counts examples: the first of every input. */
function batchDim({ model }: AnyTrainer): string {
  const inputs = model.graph.arguments.filter(({ role }) => role === 'input')
  const firsts = new Set(inputs.map(({ type }) => type.shape[0]))
  const [first] = firsts
  if (firsts.size === 1 && typeof first === 'string') return first
  const got = inputs.map(({ name, type }) => `${name} [${type.shape.join(', ')}]`).join(', ')
  const message = `inputs must share a symbolic first dim that counts examples, got ${got}`
  throw unfit('E138', message, "declare them as f32('batch', …)")
}

function checkData({ model }: AnyTrainer, data: Dataset): void {
  exampleCount(data)
  const inputs = model.graph.arguments.filter(({ role }) => role === 'input')
  const missing = inputs.find(({ name }) => !Object.hasOwn(data, name))
  if (missing === undefined) return
  const there = Object.keys(data).join(', ')
  const message = `the data must have an array for input ${missing.name}, got ${there}`
  throw unfit('E110', message, `add ${missing.name}: { shape, dtype, data }`)
}

function unfit(code: 'E110' | 'E137' | 'E138' | 'E139', message: string, help: string) {
  return new GraphError({ code, subject: 'fit', message, source: captureSource(fit), help })
}

/** The arrays that feed inputs of the model; a data set may hold others beside them. */
function inputsFrom({ trainer }: Fitting, batch: Dataset): Dataset {
  const inputs = trainer.model.graph.arguments.filter(({ role }) => role === 'input')
  return Object.fromEntries(inputs.map(({ name }) => [name, batch[name]!]))
}

async function runEpoch(fitting: Fitting, epoch: number, evaluate: Evaluators): Promise<EpochRow> {
  const { trainer, train, size, batch, options, progress } = fitting
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
    const dims: Dims | undefined = examples === size ? undefined : { [batch]: examples }
    const values = await trainer.step(inputsFrom(fitting, rows) as never, { dims })
    step++
    checkFinite(trainer, values, epoch, step)
    totals.add(values, examples)
    progress.step(standing(step, totals.means()))
    await rest(fitting)
  }
  const means = totals.means()
  const dev = await evaluateAll(fitting, evaluate)
  const shown = { ...means, ...prefixed(dev) }
  progress.epoch(standing(steps, shown))
  return { epoch, steps, seconds: (clock() - start) / 1000, train: means, dev }
}

const prefixed = (dev: Means | undefined): Means =>
  Object.fromEntries(Object.entries(dev ?? {}).map(([name, value]) => [`dev_${name}`, value]))

function checkFinite({ loss }: AnyTrainer, values: Means, epoch: number, step: number): void {
  if (Number.isFinite(values[loss])) return
  const message = `the loss must stay finite, got ${values[loss]} at epoch ${epoch}, step ${step}`
  throw unfit('E139', message, 'lower the learning rate, and look for NaN in the data')
}

/** Milliseconds between turns of the event loop. */
const TURN = 40

async function rest(fitting: Fitting): Promise<void> {
  if (clock() - fitting.rested < TURN) return
  await breathe()
  fitting.rested = clock()
}

/** Programs that give the scalar outputs of a full and of a last partial batch. */
type Evaluators = ReadonlyMap<number, Evaluate>

async function evaluators({ trainer, dev, size, batch }: Fitting): Promise<Evaluators> {
  const found = new Map<number, Evaluate>()
  if (dev === undefined) return found
  const scalars = scalarNames(trainer.model)
  const program = select(trainer.model as never, { outputs: scalars as never[] }) as TypedGraph
  const count = exampleCount(dev)
  for (const examples of new Set([Math.min(size, count), count % size])) {
    if (examples === 0) continue
    const dims = { ...trainer.dims, [batch]: examples }
    found.set(examples, (await trainer.executable(program, { dims })) as Evaluate)
  }
  return found
}

function scalarNames({ graph }: TypedGraph): string[] {
  const types = valueTypes(graph)
  const isScalar = (value: number) => types.get(value)!.shape.length === 0
  return graph.outputs.filter(({ value }) => isScalar(value)).map(({ name }) => name)
}

async function evaluateAll(fitting: Fitting, evaluate: Evaluators): Promise<Means | undefined> {
  const { dev, size } = fitting
  if (dev === undefined) return undefined
  const totals = averages()
  for (const rows of batches(dev, size, { shuffle: false })) {
    const examples = exampleCount(rows)
    const values = evaluate.get(examples)!(inputsFrom(fitting, rows) as never)
    totals.add(values as unknown as Means, examples)
    await rest(fitting)
  }
  return totals.means()
}
