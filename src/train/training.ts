// What the steps of one training share, and how a step is made. Steps are made one after another,
// in the order in which they were asked for.

import { readOutput } from '../compile/compile.ts'
import { type Executable, load, prepare, type Session } from '../compile/executable.ts'
import { type Boundary, feedError, feedInputs } from '../compile/feed.ts'
import { hostValue } from '../compile/host-tree.ts'
import { now } from '../compile/resident.ts'
import type { Dims } from '../ir/dim.ts'
import type { Traced } from '../ir/history.ts'
import { elementCount } from '../ir/literal.ts'
import { filterNames, mapNames } from '../ir/tree.ts'
import type { Model } from '../model/model.ts'
import { slotOfMember, type TrainingLayout } from './block-layout.ts'
import { type Inputs, StepProgram } from './step-program.ts'
import type { ReadPolicy, TrainerSettings } from './trainer-types.ts'

/** What the steps of one training share. */
export interface Training {
  readonly model: Model
  readonly options: TrainerSettings<unknown, unknown, unknown>
  readonly layout: TrainingLayout
  readonly session: Session
  /** The step, symbolic in its dims. */
  readonly step: Traced
}

/** A training under way. */
export interface Running {
  readonly training: Training
  /** The program of a full batch. */
  readonly first: StepProgram
  /** The program of the last step. */
  last: StepProgram
  stepCount: number
  /** Runs a task when all tasks before it are over. Throws E108 after `dispose`. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>
  readonly programFor: (dims: Dims) => Promise<StepProgram>
  /** Throws E108 after `dispose`. */
  readonly checkAlive: () => void
  readonly dispose: () => void
}

/** A training that has made no step. */
export function begun(training: Training, executable: Executable): Running {
  const first = stepProgram(training, executable)
  const programs = new Map([[keyOf(executable.dims), Promise.resolve(first)]])
  let isDisposed = false
  let queue: Promise<unknown> = Promise.resolve()
  const checkAlive = () => {
    if (isDisposed) throw feedError('trainer', 'was disposed', 'make a new trainer')
  }
  return {
    training,
    first,
    last: first,
    stepCount: 0,
    checkAlive,
    inTurn: task => {
      checkAlive()
      const result = queue.then(task)
      queue = result.catch(() => {})
      return result
    },
    programFor: dims => {
      const key = keyOf(dims)
      const known = programs.get(key) ?? compileStep(training, dims)
      programs.set(key, known)
      return known
    },
    dispose: () => {
      isDisposed = true
      training.session.memory.dispose()
    },
  }
}

/** Equal sizes have equal keys, in whatever order they were given. */
const keyOf = (dims: Dims) =>
  Object.entries(dims)
    .map(([name, size]) => `${name}=${size}`)
    .sort()
    .join(',')

async function compileStep(training: Training, dims: Dims): Promise<StepProgram> {
  const prepared = prepare(training.step, dims, training.options, compileStep)
  return stepProgram(training, await load(prepared, training.session, training.options))
}

function stepProgram({ model, options, layout }: Training, executable: Executable): StepProgram {
  const inputs = model.graph.arguments.filter(({ role }) => role === 'input')
  const { optimizer, seed = 0 } = options
  return new StepProgram(executable, { optimizer, seed, layout, inputs })
}

/** What a step is asked for, checked. */
export interface Asked {
  readonly inputs: Inputs
  readonly read: ReadPolicy<unknown>
  /** Sizes of all dims, where they are not those of a full batch. */
  readonly dims: Dims | undefined
}

/**
 * Checks what a step is asked for, before it is queued: the mistake is the caller's, whose line is
 * still there. Throws E108 where an input is missing, unknown or does not fit, or an output is not
 * there.
 */
export function askedFor(
  { first }: Running,
  given: unknown,
  read: ReadPolicy<unknown>,
  sizes: Dims | undefined,
  boundary: Boundary,
): Asked {
  const dims = sizes && { ...first.executable.dims, ...sizes }
  const slots = dims === undefined ? first.slots : first.slotsFor(dims)
  const inputs = feedInputs('step', slots, given, boundary)
  namesToRead(first.executable, read, boundary)
  return { inputs, read, dims }
}

/** Makes one step, and reads what was asked for. */
export async function step(running: Running, { inputs, read, dims }: Asked): Promise<object> {
  const program = dims === undefined ? running.first : await running.programFor(dims)
  const done = program.run(inputs, running.stepCount + 1)
  // Waiting for what is there already would cost more than a small step does.
  if (done instanceof Promise) await done
  running.stepCount++
  running.last = program
  return readOutputs(program.executable, read, step)
}

/** Outputs of the last run of a program. Throws E108 for one that is not there. */
export function readOutputs(
  program: Executable,
  policy: ReadPolicy<unknown>,
  boundary: Boundary,
): object {
  const names = namesToRead(program, policy, boundary)
  return Object.fromEntries(names.map(name => [name, readOutput(program, name)]))
}

/** Throws E108 for an output that is not there. */
function namesToRead(
  { outputs }: Executable,
  policy: ReadPolicy<unknown>,
  boundary: Boundary,
): readonly string[] {
  if (policy === 'none') return []
  const known = [...outputs.keys()]
  if (policy === 'scalars') return known.filter(name => outputs.get(name)!.shape.length === 0)
  const unknown = policy.find((name: string) => !outputs.has(name))
  if (unknown === undefined) return policy
  const message = `this model has no output ${unknown}`
  throw feedError('read', message, `there are ${known.join(', ')}`, boundary)
}

/** For every slot of the optimizer, its entries nested as the params are. */
export function slotTrees({ model, options, layout, session }: Training): Record<string, unknown> {
  const { optimizer } = options
  const trees = optimizer.slots.map(slot => {
    const values = new Map<string, unknown>()
    for (const { dtype, members } of layout.blocks) {
      for (const member of members) {
        const { type, shape, offset } = slotOfMember(layout, slot, dtype, member)
        const data = now(session.memory.read(offset, type, elementCount(shape)))
        values.set(member.name, hostValue(shape, type, data))
      }
    }
    const trained = filterNames(model.params, name => values.has(name)) ?? {}
    return [slot, mapNames(trained, name => values.get(name))] as const
  })
  return Object.fromEntries(trees)
}
