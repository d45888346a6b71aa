// `trainer`: a model, a loss and an optimizer become one program that runs forward, backward and
// update, on params that never leave the memory it runs in.

import { checkDebug, checkOptions } from '../compile/check-options.ts'
import type { Executable } from '../compile/executable.ts'
import { feedError } from '../compile/feed.ts'
import { readTree, writeTree } from '../compile/resident.ts'
import type { Dims } from '../ir/dim.ts'
import type { Model } from '../model/model.ts'
import { sharedProgram } from './shared-program.ts'
import { startTraining } from './start.ts'
import type {
  NeededDims,
  SharedSettings,
  Trainer,
  TrainerOf,
  TrainerOptions,
} from './trainer-types.ts'
import { askedFor, type Running, readOutputs, slotTrees, step, type Training } from './training.ts'

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
  const untyped = model as unknown as Model
  return trainerOf(await startTraining(untyped, given, given.dims ?? {}, trainer)) as never
}

/** Threads matter to other targets than js. */
const OPTIONS = 'loss optimizer target dims seed params state maxBytes debug threads'.split(' ')

/** The program of the last step. Throws E108 where there was none. */
function lastOf({ last, stepCount }: Running): Executable {
  if (stepCount > 0) return last.executable
  throw feedError('read', 'needs a step to read from, got none so far', 'await t.step(…) first')
}

/** The trainer of a training. */
function trainerOf(running: Running): AnyTrainer {
  const { training, inTurn } = running
  const { model, options, session } = training
  const { dims } = running.first.executable
  const self: AnyTrainer = {
    model,
    dims,
    seed: options.seed ?? 0,
    loss: options.loss,
    get stepCount() {
      return running.stepCount
    },
    step: (inputs, { read = 'scalars' as never, dims: sizes } = {}) => {
      running.checkAlive()
      const asked = askedFor(running, inputs, read, sizes, self.step)
      return inTurn(async () => (await step(running, asked)) as never)
    },
    read: names => inTurn(async () => readOutputs(lastOf(running), names, self.read) as never),
    prepare: async sizes => {
      running.checkAlive()
      await running.programFor({ ...dims, ...sizes })
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
    explain: given => running.first.executable.explain(given),
    dispose: () => running.dispose(),
  }
  return self
}

type AnyTrainer = Trainer<unknown, unknown, unknown, unknown>
