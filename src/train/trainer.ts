// `trainer`: a model, a loss and an optimizer become one program that runs forward, backward and
// update, on params that never leave the memory it runs in.

import { checkDebug, checkOptions } from '../compile/check-options.ts'
import { type Executable, load, openSession, prepare } from '../compile/executable.ts'
import { feedError } from '../compile/feed.ts'
import { readTree, writeTree } from '../compile/resident.ts'
import type { Dims } from '../ir/dim.ts'
import { transformed } from '../ir/history.ts'
import type { NameTree } from '../ir/tree.ts'
import type { TypedGraph } from '../ir/typed-graph.ts'
import { gradient } from '../model/derivative.ts'
import type { Model } from '../model/model.ts'
import { trainingStep } from '../optim/training-step.ts'
import { trainingLayout } from './block-layout.ts'
import { sharedProgram } from './shared-program.ts'
import type {
  NeededDims,
  SharedSettings,
  Trainer,
  TrainerOf,
  TrainerOptions,
} from './trainer-types.ts'
import {
  askedFor,
  begun,
  type Running,
  readOutputs,
  slotTrees,
  step,
  type Training,
} from './training.ts'

/**
 * Makes a model ready for training: initial params are drawn from `seed` unless given, and stay on
 * the target.
 *
 * Throws E201 where the loss is not a float scalar output, E107 where dims do not fit, E108 where
 * given params do not fit, E136 where the program would take more than `maxBytes`, E501 for a
 * target that there is none for.
 *
 * @example
 * const optimizer = adam(1e-3)
 * const t = await trainer(mlp, { loss: 'loss', optimizer, target: 'js', dims: { batch: 128 } })
 * const { loss } = await t.step({ x, y })
 */
export async function trainer<In, P, S, O, const M extends NeededDims<In>>(
  model: Model<In, P, S, O>,
  options: TrainerOptions<In, P, S, O, M>,
): Promise<TrainerOf<In, P, S, O, M>> {
  // The boundary of the types: from here on names are data, and hosts are checked as they come.
  const given = options as unknown as Training['options'] & { readonly dims?: Dims | undefined }
  checkOptions('trainer', given, OPTIONS, trainer)
  checkDebug(given.debug, trainer)
  return (await started(model as unknown as Model, given, given.dims ?? {})) as never
}

/** Threads matter to other targets than js. */
const OPTIONS = 'loss optimizer target dims seed params state maxBytes debug threads'.split(' ')

async function started(model: Model, options: Training['options'], dims: Dims) {
  const { loss, optimizer, target, seed = 0 } = options
  const { graph, outputs, history } = untyped(model, { of: loss, mode: 'train' })
  const isTrained = new Set(
    model.declarations.filter(({ role, trainable }) => role === 'param' && trainable).map(pathOf),
  )
  const resident = graph.arguments.filter(({ role }) => role === 'param' || role === 'state')
  const trained = resident.filter(({ name }) => isTrained.has(name))
  const others = resident.filter(({ name }) => !isTrained.has(name))
  const layout = trainingLayout(trained, others, optimizer)
  const added = addedKey(model.outputs, outputs)
  const name = `training_step{optimizer=${optimizer.name}}`
  const symbolic = transformed({ graph, history }, name, of =>
    trainingStep(of, layout.blocks, optimizer, added),
  )
  const prepared = prepare(symbolic, dims, options, trainer)
  const session = await openSession(target, layout.state)
  const training: Training = { model, options, layout, session, step: symbolic }
  const isGiven = options.params !== undefined && options.state !== undefined
  const initial = isGiven ? undefined : model.init(seed)
  writeTree(session, model.params, 'param', options.params ?? initial?.params, trainer)
  writeTree(session, model.state, 'state', options.state ?? initial?.state, trainer)
  return trainerOf(training, await load(prepared, session, options))
}

/** The program of the last step. Throws E108 where there was none. */
function lastOf({ last, stepCount }: Running): Executable {
  if (stepCount > 0) return last
  throw feedError('read', 'needs a step to read from, got none so far', 'await t.step(…) first')
}

/** A gradient of names that are data. */
const untyped = gradient as unknown as (
  of: Model,
  options: { readonly of: string; readonly mode: 'train' },
) => TypedGraph

/** The key that a gradient adds to the outputs: grads, or grads2 for a second derivative. */
const addedKey = (before: NameTree, after: NameTree) =>
  Object.keys(after).find(key => !Object.hasOwn(before as object, key))

const pathOf = ({ path }: { readonly path: string }) => path

/** The trainer of a training whose first program is there. */
function trainerOf(training: Training, first: Executable): AnyTrainer {
  const { model, options, session } = training
  const running = begun(training, first)
  const { inTurn } = running
  const self: AnyTrainer = {
    model,
    dims: first.dims,
    seed: options.seed ?? 0,
    loss: options.loss,
    get stepCount() {
      return running.stepCount
    },
    step: (inputs, { read = 'scalars' as never, dims } = {}) => {
      running.checkAlive()
      const asked = askedFor(running, inputs, read, dims, self.step)
      return inTurn(async () => (await step(running, asked)) as never)
    },
    read: names => inTurn(async () => readOutputs(lastOf(running), names, self.read) as never),
    prepare: async dims => {
      running.checkAlive()
      await running.programFor({ ...first.dims, ...dims })
    },
    params: () => inTurn(async () => readTree(session, model.params)) as never,
    state: () => inTurn(async () => readTree(session, model.state)) as never,
    optimizerState: () => inTurn(async () => slotTrees(training)),
    setParams: params =>
      inTurn(async () => writeTree(session, model.params, 'param', params, self.setParams)),
    executable: (program, shared) => {
      running.checkAlive()
      checkDebug((shared as SharedSettings).debug, self.executable)
      const given = { debug: options.debug, ...(shared as SharedSettings) }
      return sharedProgram(session, program, given, options.seed ?? 0) as never
    },
    explain: given => first.explain(given),
    dispose: () => running.dispose(),
  }
  return self
}

type AnyTrainer = Trainer<unknown, unknown, unknown, unknown>
